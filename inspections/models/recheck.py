"""Rechecks (回头看) that were drawn: closed problems looked at again, and sites inspected a second time, blindly."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from units.models import Unit

from ..querysets import RecheckQuerySet
from .inspection import Inspection
from .problem import Problem


class Draw(models.Model):
    """A sample that nobody chose: ``seed`` and ``population`` (codes, by stratum) give the same one again."""

    class Kind(models.TextChoices):
        REPAIRS = "repairs", _("Repairs")
        BLIND = "blind", _("Blind re-inspection")

    code = models.CharField(_("code"), max_length=60, unique=True)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    first = models.DateField(_("From"))
    last = models.DateField(_("To"))
    share = models.PositiveSmallIntegerField(_("Share in %"), null=True, blank=True)
    number = models.PositiveSmallIntegerField(_("Number"), null=True, blank=True)
    per_unit = models.BooleanField(_("From every unit in proportion"), default=True)
    seed = models.BigIntegerField()
    population = ArrayField(ArrayField(models.CharField(max_length=60), size=2), default=list)
    drawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    drawn_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("draw")
        constraints = [
            models.CheckConstraint(
                condition=Q(share=None, number__gte=1) | Q(number=None, share__gte=1, share__lte=100),
                name="draw_share_or_number",
            ),
            models.CheckConstraint(condition=Q(last__gte=F("first")), name="draw_span_in_order"),
        ]

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        return reverse("inspections:draw", args=[self.code])


class Recheck(models.Model):
    """One closed problem to be looked at again by somebody who neither found it nor closed it.

    ``unit`` held it when it was drawn. A result of ``false`` is an event of the period that holds ``done_at``.
    """

    class Result(models.TextChoices):
        HOLDS = "holds", _("The repair holds")
        NOT_FIXED = "not_fixed", _("Not fixed")
        FALSE = "false", _("False repair")

    draw = models.ForeignKey(Draw, models.PROTECT, related_name="rechecks")
    problem = models.ForeignKey(Problem, models.PROTECT, related_name="rechecks")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    inspector = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="rechecks")
    result = models.CharField(_("Result"), max_length=10, choices=Result.choices, blank=True)
    note = models.CharField(_("What was seen"), max_length=500, blank=True)
    done_at = models.DateTimeField(null=True)

    objects = RecheckQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        verbose_name = _("recheck")
        constraints = [
            models.UniqueConstraint(fields=["problem"], condition=Q(done_at=None), name="recheck_one_open"),
            models.UniqueConstraint(fields=["draw", "problem"], name="recheck_once_per_draw"),
            models.CheckConstraint(
                condition=Q(result="", done_at=None) | (~Q(result="") & Q(done_at__isnull=False)),
                name="recheck_done_paired",
            ),
            models.CheckConstraint(
                condition=Q(result__in=["", "holds"]) | ~Q(note=""), name="recheck_failure_explained"
            ),
        ]
        indexes = [
            models.Index(fields=["inspector", "done_at"], name="recheck_to_do"),
            models.Index(
                fields=["done_at"], include=["unit", "problem"], condition=Q(result="false"), name="recheck_false"
            ),
        ]


class BlindVisit(models.Model):
    """A second inspection of a site by an inspector who has not seen what the first one answered."""

    draw = models.ForeignKey(Draw, models.PROTECT, related_name="visits")
    first = models.OneToOneField(Inspection, models.PROTECT, related_name="seen_again")
    inspector = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="blind_visits")
    second = models.OneToOneField(Inspection, models.PROTECT, null=True, related_name="blind_for")

    objects = RecheckQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [models.CheckConstraint(condition=~Q(first=F("second")), name="blind_visit_two_inspections")]
        indexes = [models.Index(fields=["inspector"], condition=Q(second=None), name="blind_visit_to_do")]
