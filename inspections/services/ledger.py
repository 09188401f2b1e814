"""The ledger's moves: one service makes them all, on the version of the problem that the person saw."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from campaign.keeping import files_of_transaction
from campaign.models import User
from campaign.permissions import Permission
from campaign.queries import facts_changed, record
from campaign.rules import day_of, start_of
from units.models import Unit

from ..models import Problem, Step
from ..queries.hand_over import units_by_rule
from ..queries.moves import is_to_check
from ..rules import CHECK_RESULTS, TRANSITIONS, Move, State, SystemMove, Transition, can_move
from . import (
    checks,
    doubts,
    endings,
    extensions,
    merging,
    pairing,
    plans,
    splitting,
    supervisions,
    support,
    suspensions,
    telling,
)
from .acts import Act
from .deadlines import RECEIVE_LIMIT as RECEIVE_LIMIT
from .effects import EFFECTS
from .handing import hand_over_all, snapshot

log = logging.getLogger(__name__)


class Conflict(Exception):
    """The problem is no longer as the person saw it, or the move does not start from where it stands.

    ``problem`` is the problem as it is now, ``step`` its latest step: who did what, and when.
    """

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem
        self.step: Step | None = problem.steps.select_related("by").last()

    def repeats(self, *, move: Move, version: int, by: User, note: str) -> bool:
        """Whether the very same act arrived before: a button pressed twice, an answer that never came back."""
        last = self.step and (self.step.move, self.step.by_id, self.step.note)
        return self.problem.version == version + 1 and last == (move, by.pk, note.strip())


#: What hangs on a problem and follows its moves.
FOLLOWERS = (
    extensions.follow, suspensions.follow, endings.follow, support.follow, plans.follow, checks.follow, merging.follow,
    splitting.follow, doubts.follow, supervisions.follow, telling.follow,
)  # fmt: skip


def move_problem(*, problem: Problem, move: Move, version: int, by: User, at: datetime, **given: Any) -> Problem:
    """Make a move on the version that the person saw; ``given`` are the other fields of ``Act``.

    Returns the problem as it now is. Raises PermissionDenied, ValidationError (what is missing, by field), or Conflict
    when somebody else was faster or the problem does not stand where the move starts; then nothing has changed.
    """
    act = Act(move=move, by=by, at=at, **given)
    transition = TRANSITIONS[move]
    require_right(problem, move, by)
    _check_note(act.note, required=transition.reason_required)
    if problem.version != version:
        raise _conflict(problem)
    return _make(problem, act, version)


def _conflict(problem: Problem) -> Conflict:
    return Conflict(Problem.objects.select_related("unit", "site").get(pk=problem.pk))


def _make(problem: Problem, act: Act, version: int) -> Problem:
    move, transition = Move(act.move), TRANSITIONS[Move(act.move)]
    with files_of_transaction(default_storage) as written:
        fields = EFFECTS[move](problem, act)
        if not _changed(problem, version, transition, fields):
            raise _conflict(problem)
        now = Problem.objects.select_related("unit", "site", "item").get(pk=problem.pk)
        pairing.attach(now, act)
        _write_down(problem, now, act)
        for follow in FOLLOWERS:
            follow(problem, now, act)
        suspensions.keep_proofs(now, act, written=written)
    return now


@transaction.atomic
def doubt_repair(*, problem: Problem, by: User, at: datetime, note: str) -> bool:
    """The reporter says that a closed problem is not fixed: it goes back to be checked, by itself and at once.

    However long ago it was closed; its deadline stays; of a copy the original goes back. Returns False where it is not
    closed any more.
    """
    pk = problem.merged_into_id or problem.pk
    before = Problem.objects.select_for_update(of=["self"]).select_related("unit", "site", "item").get(pk=pk)
    standing = Problem.objects.filter(pk=pk, state=State.CLOSED, voided_at=None)
    again = {"state": State.SUBMITTED, "closed_at": None, "fixed_on_spot": False}
    if not standing.update(**again, version=F("version") + 1):
        return False
    now = Problem.objects.select_related("unit", "site", "item").get(pk=pk)
    act = Act(SystemMove.DOUBT, by=by, at=at, note=note)
    _write_down(before, now, act)
    merging.follow(before, now, act)
    return True


def resume_ended(*, at: datetime, problem: Problem | None = None) -> int:
    """Resume what was suspended until a day that is over, all or one; returns how many.

    The clock runs again from the first instant after that day, whenever this is called. What the work calendar cannot
    carry on stays suspended and is said in the log.
    """
    ended = Problem.objects.filter(state=State.SUSPENDED, suspended_until__lt=day_of(at))
    resumed = 0
    for one in ended.filter(pk=problem.pk) if problem else ended.order_by("pk"):
        running = one.suspensions.select_related("decided_by").get(granted=True, resumed_at=None)
        again = start_of(running.ends_on + timedelta(days=1))
        by = running.decided_by or running.asked_by
        try:
            _make(one, Act(Move.RESUME, by=by, at=again, note=_("The suspension ended.")), one.version)
        except Conflict:
            continue
        except ValidationError:
            log.exception("%s stays suspended", one.code)
            continue
        resumed += 1
    return resumed


def require_right(problem: Problem, move: Move, by: User) -> None:
    """Raise PermissionDenied unless the person may make a move.

    Repairs are for those who work for the holder; a check ends also by the hand of whom it was assigned to.
    """
    transition = TRANSITIONS[move]
    if move in CHECK_RESULTS and is_to_check(problem, by):
        return
    if not by.can(transition.permission):
        raise PermissionDenied
    holds = transition.permission != Permission.REPAIR or Unit.objects.of(by).filter(pk=problem.unit_id).exists()
    if not holds:
        raise PermissionDenied


def _check_note(note: str, *, required: bool) -> None:
    longest = Step._meta.get_field("note").max_length or 0
    if required and not note.strip():
        raise ValidationError({"note": _("Say why: the other side reads this.")})
    if len(note.strip()) > longest:
        raise ValidationError({"note": _("At most %(count)s characters, please.") % {"count": longest}})


def _changed(problem: Problem, version: int, transition: Transition, fields: Mapping[str, Any]) -> int:
    """The optimistic lock: of several writers who saw one version, exactly one changes a row."""
    standing = Problem.objects.filter(pk=problem.pk, version=version, state__in=transition.sources)
    target = {"state": transition.target} if transition.target else {}
    return standing.update(**fields, **target, version=F("version") + 1)


def _write_down(before: Problem, now: Problem, act: Act) -> None:
    note = act.note.strip()
    proposed = act.unit if act.move == Move.RETURN else None
    Step.objects.create(
        problem=now, move=act.move, state=now.state, unit=now.unit, by=act.by, at=act.at, note=note,
        proposed_unit=proposed, original=_original(before, act),
    )  # fmt: skip
    record(
        ACTIONS.get(act.move, f"problem.{now.state}"),
        now,
        by=act.by,
        before=snapshot(before),
        after=snapshot(now)
        | ({"note": note} if note else {})
        | ({"photos": len(act.all_photos)} if act.all_photos else {})
        | ({"until": act.until.isoformat()} if act.until else {})
        | ({"proposed_unit": proposed.code} if proposed else {})
        | _told(act)
        | ({"taken_out_of": before.merged_into.code} if act.move == Move.UNMERGE and before.merged_into else {}),
    )
    facts_changed(_days_touched(before, now, act))


def _original(before: Problem, act: Act) -> Problem | None:
    """What a merge or its undoing is about."""
    return before.merged_into if act.move == Move.UNMERGE else act.original if act.move == Move.MERGE else None


def _told(act: Act) -> dict[str, Any]:
    """What else the trail tells of a move; a person checks by name, a plan's person stays in the plan."""
    told = {
        "supporting": sorted(unit.code for unit in act.supporting or ()),
        "unpaired": sorted(map(str, act.unpaired)),
        "inspector": act.inspector.username if act.inspector else "",
        "merged_into": act.original.code if act.original else "",
        "parts": len(act.parts),
        "proofs": len(act.proofs),
    }
    return {key: value for key, value in told.items() if value}


#: What the trail calls a move whose target state does not tell it from another.
ACTIONS: dict[str, str] = {
    Move.RETURN: "problem.returned", Move.TRANSFER: "problem.transferred", Move.REOPEN: "problem.reopened",
    Move.ASK_TIME: "problem.time_asked", Move.GRANT_TIME: "problem.time_granted",
    Move.REFUSE_TIME: "problem.time_refused", Move.RESUME: "problem.resumed",
    Move.ASK_SUSPEND: "problem.suspension_asked", Move.REFUSE_SUSPENSION: "problem.suspension_refused",
    Move.FIX: "problem.fixed_on_spot", Move.ADD: "problem.seen_again", Move.PLAN: "problem.planned",
    Move.ASSIGN_CHECK: "problem.check_assigned", Move.UNMERGE: "problem.merge_undone",
    SystemMove.DOUBT: "problem.doubted",
}  # fmt: skip
#: Moves that take back what counted in every period since the first hand-over.
TAKES_BACK = frozenset(
    {
        Move.RETURN, Move.TRANSFER, Move.REOPEN, Move.GRANT_TIME, Move.SUSPEND, Move.RESUME, Move.CANCEL, Move.MERGE,
        Move.UNMERGE, Move.SPLIT, SystemMove.DOUBT,
    }
)  # fmt: skip
#: Moves that change whether a problem counts as noted; a change of its unit changes for whom.
COUNTS_AS_NOTED = frozenset({Move.CANCEL, Move.MERGE, Move.UNMERGE, Move.SPLIT})


def _days_touched(before: Problem, now: Problem, act: Act) -> set[date]:
    """The days whose figures a move changes: one of every week, at least, where it reaches back."""
    days = {
        day_of(at) for at in (act.at, before.handed_over_at, now.handed_over_at, before.closed_at, now.closed_at) if at
    }
    closed_again = now.closed_at is not None and now.closed_at < act.at
    if act.move in TAKES_BACK or closed_again:
        since = day_of(before.steps.filter(move=Move.HAND_OVER).values_list("at", flat=True).first() or act.at)
        days |= {since + timedelta(days=n) for n in range(0, (day_of(act.at) - since).days, 7)}
    if act.move in COUNTS_AS_NOTED or before.unit_id != now.unit_id:
        days.add(day_of(now.noted_at))
    return days


class Result(StrEnum):
    """What became of one problem of a batch."""

    HANDED_OVER = "handed_over"
    MOVED = "moved"
    RETURNED = "returned"
    UNIT_ENDED = "unit_ended"


@dataclass(frozen=True, slots=True)
class BatchRow:
    """One problem of a batch and its result; ``ruled``: a rule named the unit it went to."""

    problem: Problem
    result: Result
    ruled: bool = False


@transaction.atomic
def hand_over_many(*, versions: Mapping[str, int], by: User, at: datetime) -> list[BatchRow]:
    """Hand over many noted problems with their own limits; ``versions``: code → version seen.

    Each goes to the unit that a rule names, where nobody chose another than its site's, else to its own.

    Problems that somebody moved meanwhile, that their unit returned as another's, or whose unit exists no more, are
    left as they are and said so in the result; codes that the person may not see do not appear in it. The number of
    statements does not depend on the number of problems. Who holds them is told by the caller. Raises
    PermissionDenied, or ValidationError when the work calendar lacks a year.
    """
    if not by.can(TRANSITIONS[Move.HAND_OVER].permission):
        raise PermissionDenied
    seen = (
        Problem.objects.visible_to(by).filter(code__in=versions).select_related("unit", "site", "item").order_by("id")
    )
    locked = list(seen.select_for_update(of=("self",)))
    ruled = units_by_rule(locked, on=day_of(at))
    rows = [
        BatchRow(
            problem,
            _outlook(problem, versions[problem.code], day_of(at), ruled.get(problem.pk, problem.unit)),
            problem.pk in ruled,
        )
        for problem in locked
    ]
    ready = [row.problem for row in rows if row.result == Result.HANDED_OVER]
    if ready:
        hand_over_all(ready, by=by, at=at, ruled=ruled)
    return rows


def _outlook(problem: Problem, version: int, day: date, unit: Unit) -> Result:
    if problem.version != version or not can_move(problem.state, Move.HAND_OVER):
        return Result.MOVED
    if problem.returned_at:
        return Result.RETURNED
    exists = unit.valid_from <= day and (unit.valid_to is None or day < unit.valid_to)
    return Result.HANDED_OVER if exists else Result.UNIT_ENDED
