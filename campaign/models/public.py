"""What people write to us without an account: suggestions about the system, and how often they did."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..contact import decrypted, masked
from ..permissions import Role
from ..querysets import SuggestionQuerySet


class Allowance(models.Model):
    """The moments of the last hour at which one address or place was used; see ``services.allowances``.

    The key is a keyed digest: neither addresses nor places stand here.
    """

    key = models.CharField(max_length=64, primary_key=True)
    taken = ArrayField(models.DateTimeField())
    last = models.DateTimeField(db_index=True)


class Suggestion(models.Model):
    """A complaint or suggestion (投诉建议). Of a person signed in the role only, unless they give their name."""

    code = models.CharField(_("code"), max_length=60, unique=True)
    text = models.TextField(_("What should be better?"), max_length=2000)
    contact = models.TextField(blank=True, help_text="encrypted; see campaign.contact")
    role = models.CharField(_("role"), max_length=20, choices=Role.choices, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    received_at = models.DateTimeField(default=timezone.now)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = SuggestionQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("suggestion")

    def __str__(self) -> str:
        return self.code

    @property
    def masked_contact(self) -> str:
        """The contact as the list shows it."""
        return masked(decrypted(self.contact))
