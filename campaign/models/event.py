"""The audit trail: append-only, also by a trigger in the database."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from ..querysets import EventQuerySet


class Event(models.Model):
    """Who did what to which thing, when and from where, with the values before and after."""

    class Result(models.TextChoices):
        DONE = "done", _("Done")
        REFUSED = "refused", _("Refused")

    at = models.DateTimeField(auto_now_add=True, db_index=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    actor_name = models.CharField(max_length=60, blank=True)
    ip = models.GenericIPAddressField(null=True)
    action = models.CharField(max_length=60, db_index=True)
    thing = models.CharField(max_length=60, blank=True)
    reference = models.CharField(max_length=120, blank=True, db_index=True)
    result = models.CharField(max_length=10, choices=Result.choices, default=Result.DONE)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)

    objects = EventQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.action} {self.reference}"
