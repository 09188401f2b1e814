"""What goes with a repair: the units that help, the plans, and the visits by which it is checked."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from units.models import Unit

from .problem import Problem


class ProblemUnit(models.Model):
    """A unit that helps with a repair (协办) beside the one that leads it, ``Problem.unit``.

    It sees the problem while ``until`` is empty; receiving, repairing and the figures are the lead's alone.
    """

    problem = models.ForeignKey(Problem, models.PROTECT, related_name="supporting")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        ordering = ["unit__code"]
        constraints = [
            models.UniqueConstraint(fields=["problem", "unit"], condition=Q(until=None), name="problem_unit_once"),
        ]


class Plan(models.Model):
    """How a problem is to be put right (整改方案). Append-only (trigger): the latest of the present holder holds."""

    problem = models.ForeignKey(Problem, models.PROTECT, related_name="plans")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    measures = models.CharField(_("Measures"), max_length=500)
    responsible = models.CharField(_("Person responsible"), max_length=60)
    ready_on = models.DateField(_("To be ready on"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]


class CheckVisit(models.Model):
    """A repair that somebody is to look at on the spot; ``fixed`` is what they found, null until they did.

    One that the problem leaves behind (the office decided itself) ends without a finding.
    """

    problem = models.ForeignKey(Problem, models.PROTECT, related_name="checks")
    inspector = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="checks")
    assigned_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    assigned_at = models.DateTimeField()
    fixed = models.BooleanField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["problem"], condition=Q(ended_at=None), name="check_one_open"),
            models.CheckConstraint(condition=Q(fixed=None) | Q(ended_at__isnull=False), name="check_found_has_ended"),
        ]
        indexes = [models.Index(fields=["inspector"], condition=Q(ended_at=None), name="check_to_do")]
