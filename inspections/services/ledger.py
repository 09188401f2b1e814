"""The ledger's moves: one service makes them all, on the version of the problem that the person saw."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Case, F, Value, When
from django.utils.translation import gettext as _

from campaign.models import User
from campaign.permissions import Permission
from campaign.queries import an_event, facts_changed, record, record_all, running_campaign, work_clock
from campaign.rules import UnknownYear, day_of, parse_limit
from units.models import Unit

from ..models import Photo, Problem, Step
from ..rules import TRANSITIONS, Move, Transition, can_move

#: Receiving a problem has this limit where no campaign runs.
RECEIVE_LIMIT = "4h"


class Conflict(Exception):
    """The problem is no longer as the person saw it, or the move does not start from where it stands.

    ``problem`` is the problem as it is now, ``step`` its latest step: who did what, and when.
    """

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem
        self.step: Step | None = problem.steps.select_related("by").last()


@dataclass(frozen=True, slots=True)
class Act:
    """One move as asked for: by whom and when, with what goes with it.

    ``unit``, ``limit`` and ``text`` correct a problem while it is handed over (None: as noted); ``photos`` are the
    uuids of photographs sent before, for a submitted repair.
    """

    move: Move
    by: User
    at: datetime
    note: str = ""
    unit: Unit | None = None
    limit: str | None = None
    text: str | None = None
    photos: Collection[UUID] = ()


def move_problem(*, problem: Problem, move: Move, version: int, by: User, at: datetime, **given: Any) -> Problem:
    """Make a move on the version that the person saw; ``given`` are the other fields of ``Act``.

    Returns the problem as it now is. Raises PermissionDenied, ValidationError (what is missing, by field), or Conflict
    when somebody else was faster or the problem does not stand where the move starts; then nothing has changed.
    """
    act = Act(move=move, by=by, at=at, **given)
    transition = TRANSITIONS[move]
    require_right(problem, transition, by)
    _check_note(act.note, required=transition.reason_required)
    with transaction.atomic():
        fields = EFFECTS[move](problem, act)
        if not _changed(problem, version, transition, fields):
            raise Conflict(Problem.objects.select_related("unit", "site").get(pk=problem.pk))
        now = Problem.objects.select_related("unit", "site", "item").get(pk=problem.pk)
        _attach_photos(now, act)
        _write_down(problem, now, act)
    return now


def require_right(problem: Problem, transition: Transition, by: User) -> None:
    """Raise PermissionDenied unless the person may make a move; repairs are for those who work for the holder."""
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


def due_dates(limit: str, at: datetime) -> tuple[datetime, datetime]:
    """When a problem handed over at ``at`` is due, and by when it is to be received.

    Raises ValidationError when the limit is not one, or the work calendar lacks a year that it runs into.
    """
    return _due_dates({limit}, at)[limit]


def _due_dates(limits: Collection[str], at: datetime) -> dict[str, tuple[datetime, datetime]]:
    campaign = running_campaign(on=day_of(at))
    clock = work_clock(campaign)
    try:
        receive = clock.due(at, parse_limit(campaign.receive_limit if campaign else RECEIVE_LIMIT))
        return {limit: (clock.due(at, parse_limit(limit)), receive) for limit in limits}
    except UnknownYear as missing:
        raise ValidationError({"limit": str(missing)}) from missing
    except ValueError as wrong:
        raise ValidationError({"limit": _("A limit such as 4h (working hours) or 3d (working days).")}) from wrong


def _changed(problem: Problem, version: int, transition: Transition, fields: Mapping[str, Any]) -> int:
    """The optimistic lock: of several writers who saw one version, exactly one changes a row."""
    standing = Problem.objects.filter(pk=problem.pk, version=version, state__in=transition.sources)
    return standing.update(**fields, state=transition.target, version=F("version") + 1)


def _hand_over(problem: Problem, act: Act) -> dict[str, Any]:
    unit = act.unit or problem.unit
    if not Unit.objects.valid_on(day_of(act.at)).filter(pk=unit.pk).exists():
        raise ValidationError({"unit": _("This unit does not exist any more.")})
    text = problem.text if act.text is None else act.text.strip()
    if not 0 < len(text) <= (Problem._meta.get_field("text").max_length or 0):
        raise ValidationError({"text": _("Say what is to be put right, in at most 500 characters.")})
    limit = act.limit or problem.limit
    due, receive_due = due_dates(limit, act.at)
    return {
        "unit": unit, "text": text, "limit": str(parse_limit(limit)),
        "handed_over_at": act.at, "due_at": due, "receive_due_at": receive_due,
    }  # fmt: skip


def _receive(problem: Problem, act: Act) -> dict[str, Any]:
    return {"received_at": act.at}


def _submit(problem: Problem, act: Act) -> dict[str, Any]:
    required = problem.item.photos_required if problem.item else 0
    if len(set(act.photos)) < required:
        words = _("This item asks for at least %(count)s photographs of the repair.")
        raise ValidationError({"photos": words % {"count": required}})
    if not act.photos and not act.note.strip():
        raise ValidationError({"note": _("Say in a few words what was done, or add a photograph.")})
    return {"submitted_at": act.at}


def _send_back(problem: Problem, act: Act) -> dict[str, Any]:
    return {"sent_back": F("sent_back") + 1}


def _close(problem: Problem, act: Act) -> dict[str, Any]:
    return {"closed_at": act.at}


def _cancel(problem: Problem, act: Act) -> dict[str, Any]:
    return {}


#: What a move checks and writes besides state and version.
EFFECTS: dict[Move, Callable[[Problem, Act], dict[str, Any]]] = {
    Move.HAND_OVER: _hand_over,
    Move.RECEIVE: _receive,
    Move.SUBMIT: _submit,
    Move.SEND_BACK: _send_back,
    Move.CLOSE: _close,
    Move.CANCEL: _cancel,
}


def _attach_photos(problem: Problem, act: Act) -> None:
    """Take the photographs that this person sent and that belong to nothing yet; all of them or none."""
    sent = set(act.photos)
    if not sent:
        return
    loose = Photo.objects.filter(client_uuid__in=sent, uploaded_by=act.by, problem=None, inspection=None)
    if loose.update(problem=problem, role=Photo.Role.AFTER) != len(sent):
        raise ValidationError({"photos": _("A photograph did not arrive. Please add it again.")})


def _write_down(before: Problem, now: Problem, act: Act) -> None:
    note = act.note.strip()
    Step.objects.create(problem=now, move=act.move, state=now.state, unit=now.unit, by=act.by, at=act.at, note=note)
    record(
        f"problem.{now.state}",
        now,
        by=act.by,
        before=snapshot(before),
        after=snapshot(now) | ({"note": note} if note else {}) | ({"photos": len(act.photos)} if act.photos else {}),
    )
    facts_changed({day_of(act.at), day_of(now.handed_over_at or act.at)})


def snapshot(problem: Problem) -> dict[str, Any]:
    """What the audit trail keeps of a problem before and after a move."""
    due = problem.due_at.isoformat() if problem.due_at else None
    return {
        "state": problem.state, "version": problem.version, "unit": problem.unit.code, "limit": problem.limit,
        "due_at": due, "text": problem.text,
    }  # fmt: skip


class Result(StrEnum):
    """What became of one problem of a batch."""

    HANDED_OVER = "handed_over"
    MOVED = "moved"
    UNIT_ENDED = "unit_ended"


@dataclass(frozen=True, slots=True)
class BatchRow:
    """One problem of a batch and its result."""

    problem: Problem
    result: Result


@transaction.atomic
def hand_over_many(*, versions: Mapping[str, int], by: User, at: datetime) -> list[BatchRow]:
    """Hand over many noted problems, each to its own unit with its own limit; ``versions``: code → version seen.

    Problems that somebody moved meanwhile, or whose unit exists no more, are left as they are and said so in the
    result; codes that the person may not see do not appear in it. The number of statements does not depend on the
    number of problems. Raises PermissionDenied, or ValidationError when the work calendar lacks a year.
    """
    if not by.can(TRANSITIONS[Move.HAND_OVER].permission):
        raise PermissionDenied
    seen = Problem.objects.visible_to(by).filter(code__in=versions).select_related("unit", "site").order_by("id")
    rows = [
        BatchRow(problem, _outlook(problem, versions[problem.code], day_of(at)))
        for problem in seen.select_for_update(of=("self",))
    ]
    ready = [row.problem for row in rows if row.result == Result.HANDED_OVER]
    if ready:
        _hand_over_all(ready, by=by, at=at)
    return rows


def _outlook(problem: Problem, version: int, day: date) -> Result:
    if problem.version != version or not can_move(problem.state, Move.HAND_OVER):
        return Result.MOVED
    unit = problem.unit
    exists = unit.valid_from <= day and (unit.valid_to is None or day < unit.valid_to)
    return Result.HANDED_OVER if exists else Result.UNIT_ENDED


def _hand_over_all(problems: list[Problem], *, by: User, at: datetime) -> None:
    """Write the state, the steps and the trail of problems whose rows are locked: one statement each."""
    state = TRANSITIONS[Move.HAND_OVER].target
    before = {problem.pk: snapshot(problem) for problem in problems}
    dates = _due_dates({problem.limit for problem in problems}, at)
    Problem.objects.filter(pk__in=before).update(
        state=state,
        version=F("version") + 1,
        handed_over_at=at,
        due_at=Case(*(When(limit=limit, then=Value(due)) for limit, (due, _receive) in dates.items())),
        receive_due_at=Case(*(When(limit=limit, then=Value(receive)) for limit, (_due, receive) in dates.items())),
    )
    for problem in problems:
        problem.state, problem.version, problem.handed_over_at = state, problem.version + 1, at
        problem.due_at, problem.receive_due_at = dates[problem.limit]
    Step.objects.bulk_create(
        Step(problem=problem, move=Move.HAND_OVER, state=state, unit=problem.unit, by=by, at=at) for problem in problems
    )
    record_all(
        an_event(f"problem.{state}", problem, by=by, before=before[problem.pk], after=snapshot(problem))
        for problem in problems
    )
    facts_changed({day_of(at)})
