"""How the city runs its ledger: one row of numbers that the office sets."""

from datetime import time

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class LedgerSettings(models.Model):
    """The ledger's own settings; one row, made when it is first saved (``queries.settings.ledger_settings`` reads it).

    A change holds for what happens from then on; deadlines and marks that were set before stay.
    """

    only = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    extensions = models.PositiveSmallIntegerField(
        _("extensions"),
        default=1,
        validators=[MaxValueValidator(9)],
        help_text=_("How often the same holder may be granted more time for one problem"),
    )

    class Plans(models.TextChoices):
        NONE = "none", _("Nobody has to write one")
        SERIOUS = "serious", _("For serious problems")
        ALL = "all", _("For every problem")

    plans = models.CharField(
        _("plans"),
        max_length=8,
        choices=Plans.choices,
        default=Plans.NONE,
        help_text=_("Where a unit has to write a plan before it submits a repair; it may always write one"),
    )
    remind_before = models.CharField(
        _("remind before the deadline"),
        max_length=8,
        default="8h",
        blank=True,
        help_text=_("The holder's staff is told this long before, 8h or 1d; empty: never"),
    )
    leader_after = models.CharField(
        _("tell the unit's leader after"),
        max_length=8,
        default="0",
        blank=True,
        help_text=_("So long after the deadline, 0 for at once; empty: never"),
    )
    supervision_after = models.CharField(
        _("draft a supervision notice after"),
        max_length=8,
        default="3d",
        blank=True,
        help_text=_("The office finds a draft this long after the deadline; empty: never"),
    )
    supervisor_after = models.CharField(
        _("tell the supervisor after"),
        max_length=8,
        default="5d",
        blank=True,
        help_text=_("So long after the deadline; empty: never"),
    )
    digest_at = models.TimeField(
        _("daily digest at"), default=time(8, 30), help_text=_("On working days; everybody gets one at most")
    )
    appeal_days = models.PositiveSmallIntegerField(
        _("working days to appeal"),
        default=5,
        validators=[MaxValueValidator(60)],
        help_text=_("How long after the hand-over a unit may appeal; 0: no appeals"),
    )
    repeat_days = models.PositiveSmallIntegerField(
        _("days of a repeat"),
        default=30,
        validators=[MaxValueValidator(366)],
        help_text=_("The same fault at the same site so many days after the last was closed is a repeat"),
    )

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(only=1), name="ledger_settings_one_row")]
