"""What each move of the ledger checks and writes, and the deadlines it sets."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import F
from django.utils.translation import gettext as _

from campaign.models import User
from campaign.queries import running_campaign, work_clock
from campaign.rules import UnknownYear, day_of, parse_limit
from units.models import Unit

from ..models import Problem, Suspension
from ..rules import Move, SystemMove

#: Receiving a problem has this limit where no campaign runs.
RECEIVE_LIMIT = "4h"


@dataclass(frozen=True, slots=True)
class Act:
    """One move as asked for: by whom and when, with what goes with it.

    ``unit``, ``limit`` and ``text`` correct a problem while it is handed over (None: as noted). For a transfer,
    ``unit`` is the next holder, and ``keep_due`` leaves the deadline where it is; a reopened problem keeps it unless a
    ``limit`` is given. For a return, ``unit`` is the one that the holder proposes. ``photos`` are the uuids of
    photographs sent before, for a submitted repair; ``until`` is the day to which more time or a suspension runs.
    """

    move: Move | SystemMove
    by: User
    at: datetime
    note: str = ""
    unit: Unit | None = None
    limit: str | None = None
    keep_due: bool = False
    text: str | None = None
    photos: Collection[UUID] = ()
    until: date | None = None


def due_dates(limit: str, at: datetime) -> tuple[datetime, datetime]:
    """When a problem handed over at ``at`` is due, and by when it is to be received.

    Raises ValidationError when the limit is not one, or the work calendar lacks a year that it runs into.
    """
    return dates_of({limit}, at)[limit]


def dates_of(limits: Collection[str], at: datetime) -> dict[str, tuple[datetime, datetime]]:
    """As ``due_dates``, for several limits that begin at one moment."""
    campaign = running_campaign(on=day_of(at))
    clock = work_clock(campaign)
    try:
        receive = clock.due(at, parse_limit(campaign.receive_limit if campaign else RECEIVE_LIMIT))
        return {limit: (clock.due(at, parse_limit(limit)), receive) for limit in limits}
    except UnknownYear as missing:
        raise ValidationError({"limit": str(missing)}) from missing
    except ValueError as wrong:
        raise ValidationError({"limit": _("A limit such as 4h (working hours) or 3d (working days).")}) from wrong


def _hand_over(problem: Problem, act: Act) -> dict[str, Any]:
    unit = act.unit or problem.unit
    _must_exist(unit, act)
    text = problem.text if act.text is None else act.text.strip()
    if not 0 < len(text) <= (Problem._meta.get_field("text").max_length or 0):
        raise ValidationError({"text": _("Say what is to be put right, in at most 500 characters.")})
    limit = act.limit or problem.limit
    due, receive_due = due_dates(limit, act.at)
    return {
        "unit": unit, "text": text, "limit": str(parse_limit(limit)),
        "handed_over_at": act.at, "due_at": due, "receive_due_at": receive_due, "returned_at": None,
    }  # fmt: skip


def _must_exist(unit: Unit, act: Act) -> None:
    if not Unit.objects.valid_on(day_of(act.at)).filter(pk=unit.pk).exists():
        raise ValidationError({"unit": _("This unit does not exist any more.")})


def _return(problem: Problem, act: Act) -> dict[str, Any]:
    if act.unit:
        _must_exist(act.unit, act)
        _must_differ(act.unit, problem)
    return NO_CLOCK | {"returned_at": act.at}


def _transfer(problem: Problem, act: Act) -> dict[str, Any]:
    if act.unit is None:
        raise ValidationError({"unit": _("Name the unit that takes it over.")})
    _must_exist(act.unit, act)
    _must_differ(act.unit, problem)
    limit = act.limit or problem.limit
    due, receive_due = due_dates(limit, act.at)
    clock = {} if act.keep_due else {"limit": str(parse_limit(limit)), "due_at": due}
    return clock | {
        "unit": act.unit, "handed_over_at": act.at, "receive_due_at": receive_due, "received_at": None,
        "submitted_at": None,
    }  # fmt: skip


def _must_differ(unit: Unit, problem: Problem) -> None:
    if unit.pk == problem.unit_id:
        raise ValidationError({"unit": _("This unit holds it already; name another one.")})


def _reopen(problem: Problem, act: Act) -> dict[str, Any]:
    if problem.voided_at:
        raise ValidationError(_("An appeal against it was upheld: it stays closed."))
    if not act.limit:
        return {"closed_at": None}
    due, _receive_due = due_dates(act.limit, act.at)
    return {"closed_at": None, "due_at": due, "limit": str(parse_limit(act.limit))}


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
    """Closed again after a doubt with nothing sent back between, it was closed when it was closed before.

    So a doubt that proves unfounded makes nothing late.
    """
    turns = (Move.CLOSE, Move.SEND_BACK, SystemMove.DOUBT)
    moves = list(problem.steps.filter(move__in=turns).order_by("-at", "-id").values_list("move", "at")[:2])
    if len(moves) == 2 and moves[0][0] == SystemMove.DOUBT:
        return {"closed_at": moves[1][1]}
    return {"closed_at": act.at}


def _cancel(problem: Problem, act: Act) -> dict[str, Any]:
    return NO_CLOCK | {"returned_at": None, "suspended_until": None}


#: A problem that nobody holds has no clock; its hand-over stays in the steps.
NO_CLOCK: dict[str, Any] = {"handed_over_at": None, "receive_due_at": None, "received_at": None, "due_at": None}


def _ask_time(problem: Problem, act: Act) -> dict[str, Any]:
    if act.until is None:
        raise ValidationError({"until": _("Until which day?")})
    if act.until > last_day_to_ask(act.at):
        raise ValidationError({"until": _("At most a year from today.")})
    if problem.due_at and act.until <= max(day_of(problem.due_at), day_of(act.at)):
        raise ValidationError({"until": _("Name a day after today and after the deadline.")})
    return {}


def last_day_to_ask(at: datetime) -> date:
    """The last day until which more time can be asked for at a moment."""
    return day_of(at) + timedelta(days=366)


def _grant_time(problem: Problem, act: Act) -> dict[str, Any]:
    asked = problem.extensions.filter(granted=None).first()
    return {"due_at": asked.until} if asked else {}


def _nothing_more(problem: Problem, act: Act) -> dict[str, Any]:
    return {}


def _ask_suspend(problem: Problem, act: Act) -> dict[str, Any]:
    if act.until is None:
        raise ValidationError({"until": _("Until which day?")})
    if not day_of(act.at) < act.until <= last_day_to_ask(act.at):
        raise ValidationError({"until": _("Name a day after today, at most a year ahead.")})
    return {}


def _suspend(problem: Problem, act: Act) -> dict[str, Any]:
    _ask_suspend(problem, act)
    return {"due_at": None, "suspended_until": act.until}


def _resume(problem: Problem, act: Act) -> dict[str, Any]:
    running = problem.suspensions.filter(granted=True, resumed_at=None).first()
    if running is None:
        return {"suspended_until": None}
    return {"suspended_until": None, "due_at": due_after(running, at=act.at)}


def due_after(running: Suspension, *, at: datetime) -> datetime:
    """The deadline of a problem that is resumed at a moment: moved by the working time it was suspended.

    Raises ValidationError when the work calendar lacks a year that it runs into.
    """
    since, due = running.decided_at or at, running.due_before or at
    try:
        return work_clock().shifted(due, parse_limit(running.problem.limit), since=since, till=at)
    except UnknownYear as missing:
        raise ValidationError(str(missing)) from missing


#: What a move checks and writes besides state and version.
EFFECTS: dict[Move, Callable[[Problem, Act], dict[str, Any]]] = {
    Move.HAND_OVER: _hand_over,
    Move.RECEIVE: _receive,
    Move.SUBMIT: _submit,
    Move.SEND_BACK: _send_back,
    Move.CLOSE: _close,
    Move.RETURN: _return,
    Move.TRANSFER: _transfer,
    Move.REOPEN: _reopen,
    Move.ASK_TIME: _ask_time,
    Move.GRANT_TIME: _grant_time,
    Move.REFUSE_TIME: _nothing_more,
    Move.ASK_SUSPEND: _ask_suspend,
    Move.SUSPEND: _suspend,
    Move.REFUSE_SUSPENSION: _nothing_more,
    Move.RESUME: _resume,
    Move.CANCEL: _cancel,
}
