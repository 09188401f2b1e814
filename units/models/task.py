"""Tasks (任务分解): who leads, who supports, by when, and what was reported with which evidence."""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from campaign.models import Indicator, KeptFile

from ..querysets import TaskDutyQuerySet, TaskQuerySet
from .unit import Unit


class Task(models.Model):
    """A requirement, from an indicator of the standard or on its own; its duties say which units carry it."""

    code = models.CharField(_("code"), max_length=60, unique=True)
    indicator = models.ForeignKey(
        Indicator, models.PROTECT, null=True, blank=True, related_name="tasks", verbose_name=_("indicator")
    )
    title = models.CharField(_("task"), max_length=200)
    requirement = models.TextField(_("requirement"), blank=True)
    leader = models.CharField(_("leader in charge"), max_length=60, blank=True)
    due_on = models.DateField(_("due"), null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = TaskQuerySet.as_manager()

    class Meta:
        ordering = ["code"]
        verbose_name = _("task")

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("units:task", args=[self.code])


class TaskRule(models.Model):
    """Units named by a rule rather than one by one (all units, all streets); kept, so that it can be expanded again."""

    class Who(models.TextChoices):
        ALL = "all", _("All units")
        STREETS = "streets", _("All streets")
        UNKNOWN = "unknown", _("Unknown unit")

    task = models.ForeignKey(Task, models.CASCADE, related_name="rules")
    part = models.CharField(max_length=10, choices=[("lead", _("Lead")), ("support", _("Supporting"))])
    who = models.CharField(max_length=10, choices=Who.choices)
    reference = models.CharField(
        max_length=60, blank=True, help_text="what the source called a unit that we do not know"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["task", "part", "who", "reference"], name="task_rule_once")]


class TaskDuty(models.Model):
    """One unit's part in a task, and how far it is: open → reported → accepted, or returned and reported again."""

    class Part(models.TextChoices):
        LEAD = "lead", _("Lead")
        SUPPORT = "support", _("Supporting")

    class State(models.TextChoices):
        OPEN = "open", _("To do")
        REPORTED = "reported", _("Reported")
        RETURNED = "returned", _("Returned")
        ACCEPTED = "accepted", _("Done")

    task = models.ForeignKey(Task, models.PROTECT, related_name="duties")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="duties")
    part = models.CharField(max_length=10, choices=Part.choices)
    rule = models.ForeignKey(TaskRule, models.SET_NULL, null=True, blank=True, related_name="duties")
    due_on = models.DateField(_("due"), null=True, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    version = models.PositiveIntegerField(default=0)
    reported_at = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)

    objects = TaskDutyQuerySet.as_manager()

    class Meta:
        ordering = ["part", "unit__code"]
        constraints = [
            models.UniqueConstraint(fields=["task", "unit", "part"], name="task_duty_once"),
            models.CheckConstraint(
                condition=Q(state="accepted", accepted_at__isnull=False) | (~Q(state="accepted") & Q(accepted_at=None)),
                name="task_duty_accepted_paired",
            ),
        ]
        indexes = [
            models.Index(F("due_on"), name="task_duty_due", include=["unit", "state", "reported_at"]),
            models.Index(fields=["unit", "state", "due_on"], name="task_duty_by_unit"),
        ]

    @property
    def key(self) -> str:
        """What names the duty within its task."""
        return f"{self.unit.code}-{self.part}"

    def is_overdue(self, *, on: date) -> bool:
        """Past its day and not accepted."""
        return self.state != self.State.ACCEPTED and self.due_on is not None and self.due_on < on


class Progress(models.Model):
    """A report on a duty, or the office's answer to one; append-only."""

    class Act(models.TextChoices):
        REPORT = "report", _("Reported")
        ACCEPT = "accept", _("Accepted")
        RETURN = "return", _("Returned")

    duty = models.ForeignKey(TaskDuty, models.PROTECT, related_name="progress")
    act = models.CharField(max_length=10, choices=Act.choices)
    note = models.TextField(_("note"), blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["at", "id"]


class Evidence(KeptFile):
    """A file handed in with a progress report."""

    folder = "evidence"

    progress = models.ForeignKey(Progress, models.PROTECT, related_name="evidence")

    def get_absolute_url(self) -> str:
        return reverse("units:evidence", args=[self.address])
