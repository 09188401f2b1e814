"""Inspections, their answers, and the units each one counts for."""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from campaign.models import CheckItem, Indicator
from campaign.rules import day_of
from units.models import Site, Unit

from ..querysets import InspectionQuerySet
from ..rules import Outcome


class Inspection(models.Model):
    """One visit to one site. Never edited: a wrong one is voided with a reason and entered again.

    ``earned`` and ``available`` are points summed over the answers, ``score`` their ratio × 100 (two places, half-up).
    ``payload_sha256`` is the digest of what was sent under ``client_uuid``, kept for ever so that the same submission
    arriving again is recognised.
    """

    class Kind(models.TextChoices):
        DAILY = "daily", _("Daily inspection")
        SPOT = "spot", _("Spot check")
        SECRET = "secret", _("Secret visit")
        ASSESSMENT = "assessment", _("Assessment")
        RECHECK = "recheck", _("Recheck")

    code = models.CharField(_("code"), max_length=60, unique=True)
    client_uuid = models.UUIDField(unique=True, null=True)
    payload_sha256 = models.CharField(max_length=64, blank=True)
    site = models.ForeignKey(Site, models.PROTECT, related_name="inspections", verbose_name=_("site"), db_index=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("responsible unit"))
    inspector = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="inspections",
        verbose_name=_("inspector"),
        db_index=False,
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices, default=Kind.DAILY)
    seen_at = models.DateTimeField(_("seen"))
    recorded_at = models.DateTimeField(_("recorded"), default=timezone.now)
    note = models.TextField(_("note"), blank=True)
    earned = models.DecimalField(max_digits=12, decimal_places=4, default=Decimal(0))
    available = models.DecimalField(max_digits=12, decimal_places=4, default=Decimal(0))
    score = models.DecimalField(_("score"), max_digits=5, decimal_places=2, null=True)
    voided_at = models.DateTimeField(null=True)
    voided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    void_reason = models.CharField(max_length=200, blank=True)

    objects = InspectionQuerySet.as_manager()

    class Meta:
        ordering = ["-seen_at", "-id"]
        verbose_name = _("inspection")
        constraints = [
            models.CheckConstraint(
                condition=Q(earned__gte=0, earned__lte=F("available")), name="inspection_earned_in_range"
            ),
            models.CheckConstraint(
                condition=Q(voided_at=None) | (Q(voided_by__isnull=False) & ~Q(void_reason="")),
                name="inspection_void_explained",
            ),
        ]
        indexes = [
            models.Index(F("seen_at").desc(), F("id").desc(), name="inspection_newest"),
            models.Index(fields=["site", "-seen_at"], name="inspection_by_site"),
            models.Index(fields=["inspector", "-seen_at"], name="inspection_by_inspector"),
        ]

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        return reverse("inspections:inspection", args=[self.code])

    @property
    def on_a_later_day(self) -> bool:
        """Whether it was entered after the day on which it was seen, so that its period may have been closed."""
        return day_of(self.recorded_at) > day_of(self.seen_at)


class InspectionUnit(models.Model):
    """One unit that an inspection counts for, in full: responsible (``direct``) or a superior as of the day seen.

    The copied columns make a period's figures one index-only scan, whatever the length of history; they are written
    with the inspection by ``inspections.services`` and emptied of effect (rows removed) when it is voided.
    """

    inspection = models.ForeignKey(Inspection, models.CASCADE, related_name="units", db_index=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    direct = models.BooleanField()
    site = models.ForeignKey(Site, models.PROTECT, related_name="+", db_index=False)
    seen_at = models.DateTimeField()
    earned = models.DecimalField(max_digits=12, decimal_places=4)
    available = models.DecimalField(max_digits=12, decimal_places=4)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["inspection", "unit"], name="inspection_unit_once")]
        indexes = [
            models.Index(
                fields=["seen_at"],
                include=["unit", "site", "direct", "earned", "available", "inspection"],
                name="inspection_unit_figures",
            ),
            models.Index(fields=["unit", "-seen_at"], name="inspection_unit_by_unit"),
        ]


class Answer(models.Model):
    """What was seen at one check item, and the points it earned of those available (0 available: does not count)."""

    OUTCOMES = [
        (Outcome.MET.value, _("Met")),
        (Outcome.PARTLY.value, _("Partly met")),
        (Outcome.NOT_MET.value, _("Not met")),
        (Outcome.NOT_APPLICABLE.value, _("Not applicable")),
        (Outcome.SKIPPED.value, _("Skipped")),
    ]

    inspection = models.ForeignKey(Inspection, models.PROTECT, related_name="answers", db_index=False)
    item = models.ForeignKey(CheckItem, models.PROTECT, related_name="answers")
    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="+", db_index=False)
    seen_at = models.DateTimeField()
    outcome = models.CharField(max_length=16, choices=OUTCOMES)
    count = models.PositiveIntegerField(null=True)
    deduction = models.DecimalField(max_digits=5, decimal_places=3, null=True)
    note = models.CharField(max_length=500, blank=True)
    earned = models.DecimalField(max_digits=10, decimal_places=4, default=Decimal(0))
    available = models.DecimalField(max_digits=10, decimal_places=4, default=Decimal(0))

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["inspection", "item"], name="answer_once_per_item"),
            models.CheckConstraint(
                condition=Q(earned__gte=0, earned__lte=F("available")), name="answer_earned_in_range"
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=[outcome.value for outcome in Outcome]), name="answer_outcome_known"
            ),
        ]
        indexes = [
            models.Index(
                fields=["seen_at"], include=["inspection", "indicator", "earned", "available"], name="answer_figures"
            ),
        ]

    @property
    def lost(self) -> Decimal:
        """Points lost: available − earned."""
        return self.available - self.earned
