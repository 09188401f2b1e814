"""The ladder that an overdue problem climbs, its supervision notice (督办单), and limits as data."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from campaign.models import CheckItem
from units.models import Unit

from ..querysets import SupervisionQuerySet
from ..rules import Rung
from .problem import Problem


class Climb(models.Model):
    """A problem has reached a rung under a deadline; once, whoever sweeps and however often.

    ``told_on`` is the day whose digest told it (Asia/Shanghai); none until then.
    """

    RUNGS = [
        (Rung.DUE_SOON.value, _("Due soon: the holder's staff")),
        (Rung.OVERDUE.value, _("Overdue: the unit's leader")),
        (Rung.SUPERVISION.value, _("Supervision notice: the office")),
        (Rung.SUPERVISOR.value, _("Told to the supervisor")),
    ]

    problem = models.ForeignKey(Problem, models.PROTECT, related_name="climbs")
    rung = models.CharField(max_length=12, choices=RUNGS)
    due_at = models.DateTimeField()
    at = models.DateTimeField()
    told_on = models.DateField(null=True)

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["problem", "rung", "due_at"], name="climb_once"),
            models.CheckConstraint(condition=Q(rung__in=[rung.value for rung in Rung]), name="climb_rung_known"),
        ]
        indexes = [models.Index(fields=["id"], condition=Q(told_on=None), name="climb_untold")]


class Digest(models.Model):
    """A day whose digest has been written; the row is the claim of whoever writes it."""

    day = models.DateField(primary_key=True)
    at = models.DateTimeField()
    people = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-day"]


class Supervision(models.Model):
    """督办单: drafted when a problem has been overdue for long, issued or dropped by the office; one per deadline.

    ``code`` is ours from the draft on; ``number`` is the document's own number (〔2026〕12号), given when it is made.
    It is fulfilled when its problem is closed. ``unit`` is the holder it is written to.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        ISSUED = "issued", _("Issued")
        DROPPED = "dropped", _("Not needed")

    code = models.CharField(_("code"), max_length=60, unique=True)
    problem = models.ForeignKey(Problem, models.PROTECT, related_name="supervisions")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="supervisions", verbose_name=_("responsible unit"))
    due_at = models.DateTimeField(_("deadline missed"))
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.DRAFT)
    drafted_at = models.DateTimeField(_("drafted"))
    requirement = models.CharField(_("what is asked"), max_length=500, blank=True)
    deadline = models.DateField(_("to be done by"), null=True)
    contact = models.CharField(_("contact"), max_length=60, blank=True, help_text=_("Name and telephone of the office"))
    number = models.CharField(_("number"), max_length=40, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True, help_text="of not issuing it")

    objects = SupervisionQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("supervision notice")
        constraints = [
            models.UniqueConstraint(fields=["problem", "due_at"], name="supervision_once"),
            models.CheckConstraint(
                condition=Q(state="draft", decided_by=None, decided_at=None)
                | Q(state="issued", decided_by__isnull=False, decided_at__isnull=False, deadline__isnull=False)
                | Q(state="dropped", decided_by__isnull=False, decided_at__isnull=False) & ~Q(reason=""),
                name="supervision_decided_paired",
            ),
        ]
        indexes = [models.Index(F("state"), F("id").desc(), name="supervision_by_state")]

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        return reverse("inspections:supervision", args=[self.code])


class LimitRule(models.Model):
    """Limits for what comes from a source, has a severity, or fails an item; the most specific rule holds.

    A change holds for problems handed over from then on; deadlines that were set stay.
    """

    source = models.CharField(_("source"), max_length=12, choices=Problem.Source.choices, blank=True)
    severity = models.CharField(_("severity"), max_length=10, choices=CheckItem.Severity.choices, blank=True)
    item = models.ForeignKey(
        CheckItem, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("check item")
    )
    receive_limit = models.CharField(_("limit for receiving"), max_length=8, blank=True)
    repair_limit = models.CharField(_("repair limit"), max_length=8, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "severity", "item"], nulls_distinct=False, name="limit_rule_once"
            ),
            models.CheckConstraint(condition=~Q(source="", severity="", item=None), name="limit_rule_is_for_something"),
            models.CheckConstraint(condition=~Q(receive_limit="", repair_limit=""), name="limit_rule_says_something"),
        ]
