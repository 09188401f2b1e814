"""The audit trail and the chain of seals over it: append-only, also by triggers in the database."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from ..querysets import ChainHeadQuerySet, EventQuerySet


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


class Seal(models.Model):
    """One link of the chain over the events; see ``campaign.chain``. The order of sealing is the chain's order."""

    sequence = models.PositiveBigIntegerField(primary_key=True)  # from 1, without gaps
    event = models.OneToOneField(Event, models.PROTECT, related_name="seal")
    day = models.DateField()  # of the sealing, Asia/Shanghai
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["sequence"]


class ChainHead(models.Model):
    """The last seal of a day that has ended, to be kept outside as well."""

    day = models.DateField(primary_key=True)
    sequence = models.PositiveBigIntegerField()
    hash = models.CharField(max_length=64)

    objects = ChainHeadQuerySet.as_manager()

    class Meta:
        ordering = ["-day"]

    def __str__(self) -> str:
        return f"{self.day}:{self.sequence}:{self.hash}"

    @property
    def readable(self) -> str:
        """The hash in groups of eight digits, to compare with paper."""
        return " ".join(self.hash[start : start + 8] for start in range(0, len(self.hash), 8))
