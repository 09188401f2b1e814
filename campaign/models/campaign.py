"""The campaign itself, and two small books that every app keeps: numbers given out and facts changed."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Campaign(models.Model):
    """创建周期: a city may run several at once (五城联创)."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    city = models.CharField(_("city"), max_length=40)
    standard = models.ForeignKey(
        "campaign.Standard", models.PROTECT, related_name="campaigns", verbose_name=_("standard")
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"))
    office_hours = models.CharField(
        _("office hours"),
        max_length=60,
        default="08:00-12:00,14:00-18:00",
        help_text=_("Spans of a working day in which clocks run, for example 08:00-12:00,14:00-18:00"),
    )
    receive_limit = models.CharField(_("limit for receiving a problem"), max_length=8, default="4h")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="campaign_ends_after_start")
        ]

    def __str__(self) -> str:
        return self.name


class Numbering(models.Model):
    """The last number given out under a prefix, for example ``WT-2611-`` → 482; the row's lock orders the takers."""

    prefix = models.CharField(max_length=60, primary_key=True)
    last = models.PositiveIntegerField(default=0)


class FactChange(models.Model):
    """A day whose facts changed (``None``: any day). Rows are only added; the roll-up job takes them and recomputes.

    Adding a row never waits for another writer, and a row that commits after the roll-up has looked is simply there
    for the next one: a mark cannot be lost.
    """

    day = models.DateField(null=True)
    at = models.DateTimeField(auto_now_add=True)
