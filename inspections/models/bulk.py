"""One act on many problems: the row is the queue, each problem's result a row of its own."""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from units.models import Unit

from ..querysets import BulkRunQuerySet
from ..rules import Move
from .problem import Problem


class BulkRun(models.Model):
    """An act that one person asked for on many problems, with what goes with it: a move, or a reminder.

    Items are taken in small transactions: what a killed worker had not finished is simply still waiting.
    ``seen_at`` is when a worker last did something; a run that nobody works on is found by the sweep.
    """

    REMIND = "remind"
    ACTS = [
        (Move.HAND_OVER.value, _("Hand over")),
        (Move.RECEIVE.value, _("Receive")),
        (Move.TRANSFER.value, _("Transfer")),
        (Move.CLOSE.value, _("Close the problem")),
        (Move.SEND_BACK.value, _("Send back")),
        (Move.GRANT_TIME.value, _("Grant more time")),
        (Move.REFUSE_TIME.value, _("Refuse more time")),
        (Move.SUSPEND.value, _("Grant suspension")),
        (Move.REFUSE_SUSPENSION.value, _("Refuse suspension")),
        (REMIND, _("Remind")),
    ]

    token = models.UUIDField(default=uuid4, unique=True)
    act = models.CharField(_("act"), max_length=12, choices=ACTS)
    note = models.CharField(max_length=500, blank=True)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", help_text="the next holder")
    limit = models.CharField(max_length=8, blank=True)
    language = models.CharField(max_length=10, default="zh-hans", help_text="in which reasons are told")
    total = models.PositiveIntegerField(default=0)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    objects = BulkRunQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["id"], name="bulk_run_open", condition=Q(finished_at=None))]

    def __str__(self) -> str:
        return str(self.token)

    def get_absolute_url(self) -> str:
        return reverse("inspections:bulk_run", args=[self.token])


class BulkItem(models.Model):
    """One problem of a run in the version that the person saw, and what became of it."""

    class Result(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        DONE = "done", _("Done")
        LEFT = "left", _("Left as it is")

    run = models.ForeignKey(BulkRun, models.CASCADE, related_name="items", db_index=False)
    problem = models.ForeignKey(Problem, models.PROTECT, related_name="+", db_index=False)
    version = models.PositiveIntegerField()
    result = models.CharField(_("result"), max_length=8, choices=Result.choices, default=Result.WAITING)
    reason = models.CharField(max_length=300, blank=True, help_text="why it was left")

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["run", "problem"], name="bulk_item_once")]
        indexes = [models.Index(fields=["run", "result", "id"], name="bulk_item_by_result")]
