"""Filters of the ledger that a person keeps under a name."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ..querysets import SavedFilterQuerySet


class SavedFilter(models.Model):
    """A query string of the ledger with a name; ``is_default`` opens by itself, ``shared`` is offered to everybody."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_filters")
    name = models.CharField(_("name"), max_length=30)
    query = models.CharField(max_length=600)
    is_default = models.BooleanField(_("opens first"), default=False)
    shared = models.BooleanField(_("for everybody"), default=False)

    objects = SavedFilterQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["user", "name"], name="saved_filter_once"),
            models.UniqueConstraint(fields=["user"], condition=Q(is_default=True), name="saved_filter_one_default"),
        ]

    def __str__(self) -> str:
        return self.name
