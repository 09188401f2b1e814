"""The rectification ledger (问题台账): a problem and its append-only steps."""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from campaign.models import CheckItem, KeptFile
from units.models import Site, Unit

from ..querysets import ProblemQuerySet
from ..rules import OPEN_STATES, Move, State, SystemMove
from .inspection import Answer, Inspection


class Problem(models.Model):
    """Something to put right, with the unit that holds it and the time it has.

    ``version`` counts the changes: a move is made only on the version the person saw. Overdue is computed from
    ``due_at``, never stored. All changes go through ``inspections.services``.
    """

    STATES = [
        (State.NOTED.value, _("To hand over")),
        (State.HANDED_OVER.value, _("Handed over")),
        (State.RECEIVED.value, _("Repairing")),
        (State.SUBMITTED.value, _("To check")),
        (State.SENT_BACK.value, _("Sent back")),
        (State.SUSPENDED.value, _("Suspended")),
        (State.CLOSED.value, _("Closed")),
        (State.CANCELLED.value, _("Cancelled")),
        (State.MERGED.value, _("Merged")),
        (State.SPLIT.value, _("Split")),
    ]

    class Source(models.TextChoices):
        INSPECTION = "inspection", _("Daily inspection")
        SUPERIOR = "superior", _("Superior")
        THIRD_PARTY = "third_party", _("Third party")
        MEDIA = "media", _("Media")
        HOTLINE = "hotline", _("Hotline 12345")
        CITIZEN = "citizen", _("Citizen")
        SNAPSHOT = "snapshot", _("Public monitor's snapshot")
        LEADER = "leader", _("Assigned by a leader")

    class Callback(models.TextChoices):
        """What who reported it says when asked about the repair; ``SILENT`` is no valid answer."""

        SATISFIED = "satisfied", _("Satisfied")
        MOSTLY = "mostly", _("Mostly satisfied")
        FAIR = "fair", _("Neither nor")
        DISSATISFIED = "unsatisfied", _("Not satisfied")
        SILENT = "silent", _("Not reached or no answer")

    code = models.CharField(_("code"), max_length=60, unique=True)
    client_uuid = models.UUIDField(unique=True, null=True)
    payload_sha256 = models.CharField(max_length=64, blank=True)
    site = models.ForeignKey(
        Site, models.PROTECT, null=True, blank=True, related_name="problems", verbose_name=_("site"), db_index=False
    )
    unit = models.ForeignKey(
        Unit, models.PROTECT, related_name="problems", verbose_name=_("responsible unit"), db_index=False
    )
    inspection = models.ForeignKey(Inspection, models.PROTECT, null=True, blank=True, related_name="problems")
    answer = models.OneToOneField(Answer, models.PROTECT, null=True, blank=True, related_name="problem")
    item = models.ForeignKey(
        CheckItem, models.PROTECT, null=True, blank=True, related_name="problems", verbose_name=_("check item")
    )
    text = models.CharField(_("problem"), max_length=500)
    severity = models.CharField(
        _("severity"), max_length=10, choices=CheckItem.Severity.choices, default=CheckItem.Severity.NORMAL
    )
    source = models.CharField(_("source"), max_length=12, choices=Source.choices, default=Source.INSPECTION)
    state = models.CharField(_("state"), max_length=12, choices=STATES, default=State.NOTED)
    version = models.PositiveIntegerField(default=0)
    limit = models.CharField(_("repair limit"), max_length=8, default="3d")
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    noted_at = models.DateTimeField(_("noted"))
    handed_over_at = models.DateTimeField(_("handed over"), null=True)
    receive_due_at = models.DateTimeField(_("to be received by"), null=True)
    received_at = models.DateTimeField(_("received"), null=True)
    due_at = models.DateTimeField(_("due"), null=True)
    submitted_at = models.DateTimeField(_("submitted"), null=True)
    closed_at = models.DateTimeField(_("closed"), null=True)
    returned_at = models.DateTimeField(
        _("returned"), null=True, help_text="by a holder who says it is another unit's; until handed over again"
    )
    suspended_until = models.DateField(
        _("suspended until"), null=True, help_text="the last day (Asia/Shanghai); until then there is no deadline"
    )
    sent_back = models.PositiveIntegerField(_("times sent back"), default=0)
    voided_at = models.DateTimeField(
        null=True, help_text="an appeal against it was upheld: it counts in no figure computed from then on"
    )
    false_repair_at = models.DateTimeField(null=True, help_text="when a recheck last found that its repair was false")
    repeat_of = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="repeated_by", help_text="the same fault at this site before"
    )
    repeats = models.PositiveIntegerField(
        default=0, db_default=0, help_text="how many came before it in its chain of repeats; 0: the first"
    )
    fixed_on_spot = models.BooleanField(
        _("fixed on the spot"),
        default=False,
        db_default=False,
        help_text="put right while it was noted (当场整改); counts as closed in time",
    )
    callback = models.CharField(
        _("satisfaction"),
        max_length=12,
        choices=Callback.choices,
        blank=True,
        db_default="",
        help_text="of who reported it, when last asked (满意度); empty: nobody asked",
    )
    called_back_at = models.DateTimeField(_("called back"), null=True)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="copies", help_text="the original it is a copy of"
    )
    split_from = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="parts")

    objects = ProblemQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("problem")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=[state.value for state in State]), name="problem_state_known"),
            models.CheckConstraint(
                condition=Q(state__in=["noted", "cancelled", "merged", "split"], handed_over_at=None)
                | Q(state="closed", merged_into__isnull=False, handed_over_at=None, due_at=None)
                | Q(state="suspended", handed_over_at__isnull=False, due_at=None, suspended_until__isnull=False)
                | (
                    ~Q(state__in=["noted", "cancelled", "merged", "split", "suspended"])
                    & Q(handed_over_at__isnull=False, due_at__isnull=False, merged_into=None)
                ),
                name="problem_handed_over_paired",
            ),
            models.CheckConstraint(
                condition=Q(state="closed", closed_at__isnull=False) | (~Q(state="closed") & Q(closed_at=None)),
                name="problem_closed_paired",
            ),
            models.CheckConstraint(
                condition=Q(suspended_until=None) | Q(state="suspended"), name="problem_suspended_paired"
            ),
            models.CheckConstraint(condition=Q(returned_at=None) | Q(state="noted"), name="problem_returned_is_noted"),
            models.CheckConstraint(
                condition=Q(voided_at=None) | Q(state__in=["closed", "cancelled"]), name="problem_voided_has_ended"
            ),
            models.CheckConstraint(
                condition=Q(repeat_of=None, repeats=0) | Q(repeat_of__isnull=False, repeats__gt=0),
                name="problem_repeats_paired",
            ),
            models.CheckConstraint(
                condition=(Q(merged_into=None) & ~Q(state="merged"))
                | Q(merged_into__isnull=False, state__in=["merged", "closed", "cancelled"]),
                name="problem_merged_paired",
            ),
            models.CheckConstraint(
                condition=Q(callback="", called_back_at=None) | (~Q(callback="") & Q(called_back_at__isnull=False)),
                name="problem_callback_paired",
            ),
            models.CheckConstraint(
                condition=Q(fixed_on_spot=False) | Q(state="closed"), name="problem_fixed_on_spot_is_closed"
            ),
        ]
        indexes = [
            models.Index(fields=["state", "-id"], name="problem_by_state"),
            models.Index(
                fields=["-id"],
                name="problem_open_newest",
                condition=Q(state__in=[state.value for state in OPEN_STATES]),
            ),
            models.Index(fields=["due_at", "id"], name="problem_by_due"),
            models.Index(
                fields=["due_at", "id"],
                name="problem_open_due_first",
                condition=Q(state__in=[state.value for state in OPEN_STATES]),
            ),
            models.Index(fields=["unit", "state", "due_at"], name="problem_by_unit"),
            models.Index(fields=["site", "-id"], name="problem_by_site"),
            models.Index(fields=["noted_by", "-id"], name="problem_by_noter"),
            models.Index(
                fields=["handed_over_at"],
                include=["unit", "receive_due_at", "received_at", "closed_at", "voided_at"],
                name="problem_handed_over",
            ),
            models.Index(fields=["noted_at"], name="problem_noted"),
            models.Index(fields=["closed_at"], include=["unit", "due_at", "voided_at"], name="problem_closed"),
            models.Index(
                fields=["due_at"],
                include=["unit", "id", "state"],
                condition=Q(closed_at=None, due_at__isnull=False),
                name="problem_open_by_due",
            ),
            models.Index(
                fields=["false_repair_at"], name="problem_false_repair", condition=Q(false_repair_at__isnull=False)
            ),
            models.Index(
                fields=["called_back_at"],
                include=["unit", "callback", "handed_over_at", "voided_at"],
                name="problem_called_back",
                condition=Q(called_back_at__isnull=False),
            ),
            models.Index(
                fields=["id"],
                name="problem_counts_nowhere",
                condition=Q(state__in=["cancelled", "merged", "split"])
                | Q(merged_into__isnull=False)
                | Q(voided_at__isnull=False),
            ),
            GinIndex(OpClass(Upper("text"), name="gin_trgm_ops"), name="problem_text_trgm"),
            GinIndex(OpClass(Upper("code"), name="gin_trgm_ops"), name="problem_code_trgm"),
        ]

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        return reverse("inspections:problem", args=[self.code])


class Step(models.Model):
    """One move of a problem: who, when, from which state to which, held by which unit. Append-only (trigger)."""

    MOVES = [
        ("note", _("Noted")),
        (Move.HAND_OVER.value, _("Handed over")),
        (Move.RECEIVE.value, _("Received")),
        (Move.SUBMIT.value, _("Repair submitted")),
        (Move.SEND_BACK.value, _("Sent back")),
        (Move.CLOSE.value, _("Closed")),
        (Move.RETURN.value, _("Returned: another unit's")),
        (Move.TRANSFER.value, _("Transferred")),
        (Move.REOPEN.value, _("Reopened")),
        (Move.ASK_TIME.value, _("Asked for more time")),
        (Move.GRANT_TIME.value, _("More time granted")),
        (Move.REFUSE_TIME.value, _("More time refused")),
        (Move.ASK_SUSPEND.value, _("Asked for suspension")),
        (Move.SUSPEND.value, _("Suspended")),
        (Move.REFUSE_SUSPENSION.value, _("Suspension refused")),
        (Move.RESUME.value, _("Resumed")),
        (Move.CANCEL.value, _("Cancelled")),
        ("appeal", _("Appealed")),
        ("uphold", _("Appeal upheld")),
        ("refuse_apl", _("Appeal refused")),
        ("recheck", _("Rechecked")),
        (SystemMove.DOUBT.value, _("The reporter says: not fixed")),
        (Move.FIX.value, _("Fixed on the spot")),
        (Move.ADD.value, _("Seen again")),
        (Move.PLAN.value, _("Plan")),
        (Move.ASSIGN_CHECK.value, _("Check assigned")),
        (Move.MERGE.value, _("Merged")),
        (Move.UNMERGE.value, _("Merge undone")),
        (Move.SPLIT.value, _("Split")),
    ]

    problem = models.ForeignKey(Problem, models.PROTECT, related_name="steps")
    move = models.CharField(max_length=12, choices=MOVES)
    state = models.CharField(max_length=12, choices=Problem.STATES, help_text="the state the move led to")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", help_text="the holder after the move")
    proposed_unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, related_name="+", db_index=False, help_text="whose it is, says who returns it"
    )
    original = models.ForeignKey(
        Problem, models.PROTECT, null=True, related_name="+", db_index=False,
        help_text="what it was merged into, or taken out of again",
    )  # fmt: skip
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["at", "id"]
        indexes = [models.Index(F("at"), name="step_figures", include=["move", "unit", "problem"])]


class Extension(models.Model):
    """More time that a holder asks for (延期申请); the office grants or refuses it, and one is open at a time.

    An open one that the problem leaves behind (closed, transferred, returned, cancelled) counts as refused.
    """

    problem = models.ForeignKey(Problem, models.PROTECT, related_name="extensions")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    reason = models.CharField(max_length=500)
    due_before = models.DateTimeField()
    until = models.DateTimeField()
    granted = models.BooleanField(null=True, help_text="null: not decided")
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["problem"], condition=Q(granted=None), name="extension_one_open"),
            models.CheckConstraint(
                condition=Q(granted=None, decided_by=None, decided_at=None)
                | Q(granted__isnull=False, decided_by__isnull=False, decided_at__isnull=False),
                name="extension_decided_paired",
            ),
            models.CheckConstraint(condition=Q(until__gt=F("due_before")), name="extension_is_later"),
        ]


class Suspension(models.Model):
    """A problem that cannot be put right for now (挂账): asked for by the holder or set by the office, until a day.

    While it lasts the problem has no deadline; ``due_before`` is the one it had. An open request that the problem
    leaves behind counts as refused.
    """

    problem = models.ForeignKey(Problem, models.PROTECT, related_name="suspensions")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    reason = models.CharField(max_length=500)
    ends_on = models.DateField(help_text="the last day (Asia/Shanghai)")
    granted = models.BooleanField(null=True, help_text="null: not decided")
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    due_before = models.DateTimeField(null=True)
    resumed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["problem"], condition=Q(granted=None), name="suspension_one_asked"),
            models.UniqueConstraint(
                fields=["problem"], condition=Q(granted=True, resumed_at=None), name="suspension_one_running"
            ),
            models.CheckConstraint(
                condition=Q(granted=None, decided_by=None, decided_at=None, resumed_at=None)
                | Q(granted=False, decided_by__isnull=False, decided_at__isnull=False, resumed_at=None)
                | Q(granted=True, decided_by__isnull=False, decided_at__isnull=False, due_before__isnull=False),
                name="suspension_decided_paired",
            ),
        ]


class SuspensionProof(KeptFile):
    """A file handed in with the request for a suspension, or with the office's own."""

    folder = "suspensions"

    suspension = models.ForeignKey(Suspension, models.PROTECT, related_name="proofs")

    def get_absolute_url(self) -> str:
        return reverse("inspections:suspension_proof", args=[self.address])
