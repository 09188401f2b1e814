"""What each move of the ledger checks and writes, and the deadlines it sets."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import F
from django.utils.translation import gettext as _

from campaign.queries import work_clock
from campaign.rules import UnknownYear, day_of, parse_limit
from units.models import Unit

from ..models import Problem, Suspension
from ..queries.limits import terms_of
from ..queries.moves import on_the_spot
from ..rules import Move, SystemMove
from . import checks, merging, pairing, plans, splitting, support, suspensions
from .acts import Act as Act
from .deadlines import RECEIVE_LIMIT as RECEIVE_LIMIT
from .deadlines import due_dates as due_dates
from .handing import NO_CLOCK


def _hand_over(problem: Problem, act: Act) -> dict[str, Any]:
    unit = act.unit or problem.unit
    _must_exist(unit, act)
    text = problem.text if act.text is None else act.text.strip()
    if not 0 < len(text) <= (Problem._meta.get_field("text").max_length or 0):
        raise ValidationError({"text": _("Say what is to be put right, in at most 500 characters.")})
    support.check(act, unit)
    terms = terms_of([problem])[problem.pk]
    limit = act.limit or terms.repair
    due, receive_due = due_dates(limit, act.at, receive=terms.receive)
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
    support.check(act, act.unit)
    limit = act.limit or problem.limit
    due, receive_due = due_dates(limit, act.at, receive=terms_of([problem])[problem.pk].receive)
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
    if problem.merged_into:
        raise ValidationError(_("This is a copy: reopen %(code)s.") % {"code": problem.merged_into.code})
    again = {"closed_at": None, "fixed_on_spot": False}
    if not act.limit:
        return again
    due, _receive_due = due_dates(act.limit, act.at)
    return again | {"due_at": due, "limit": str(parse_limit(act.limit))}


def _receive(problem: Problem, act: Act) -> dict[str, Any]:
    return {"received_at": act.at}


def _submit(problem: Problem, act: Act) -> dict[str, Any]:
    required = problem.item.photos_required if problem.item else 0
    if len(act.all_photos) < required:
        words = _("This item asks for at least %(count)s photographs of the repair.")
        raise ValidationError({"photos": words % {"count": required}})
    if not act.all_photos and not act.note.strip():
        raise ValidationError({"note": _("Say in a few words what was done, or add a photograph.")})
    pairing.check_pairs(problem, act)
    plans.require(problem)
    return {"submitted_at": act.at}


def _fix(problem: Problem, act: Act) -> dict[str, Any]:
    """Put right while it was noted: it counts for its unit as closed in time, and not for receiving."""
    if not on_the_spot(problem, act.by, at=act.at):
        raise ValidationError(_("On the spot means by whoever noted it, on the same day. Hand it over instead."))
    if not act.all_photos:
        raise ValidationError({"photos": _("Show by a photograph that it was put right.")})
    _must_exist(problem.unit, act)
    due, _receive_due = due_dates(problem.limit, act.at)
    moments = ("handed_over_at", "received_at", "submitted_at", "closed_at")
    return dict.fromkeys(moments, act.at) | {"due_at": due, "fixed_on_spot": True, "returned_at": None}


def _add(problem: Problem, act: Act) -> dict[str, Any]:
    if not act.photos and not act.note.strip():
        raise ValidationError({"note": _("Say what you saw, or add a photograph.")})
    return {}


def _split(problem: Problem, act: Act) -> dict[str, Any]:
    splitting.split(problem, act)
    return NO_CLOCK | {"returned_at": None}


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
    if not act.proofs:
        raise ValidationError({"proofs": _("Attach what shows it: a plan, a letter, photographs of the place.")})
    return _suspend_until(act)


def _suspend_until(act: Act) -> dict[str, Any]:
    suspensions.check_number(act)
    if act.until is None:
        raise ValidationError({"until": _("Until which day?")})
    if not day_of(act.at) < act.until <= last_day_to_ask(act.at):
        raise ValidationError({"until": _("Name a day after today, at most a year ahead.")})
    return {}


def _suspend(problem: Problem, act: Act) -> dict[str, Any]:
    _suspend_until(act)
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
    Move.FIX: _fix,
    Move.ADD: _add,
    Move.PLAN: plans.plan,
    Move.ASSIGN_CHECK: checks.assign,
    Move.MERGE: merging.merge,
    Move.UNMERGE: merging.unmerge,
    Move.SPLIT: _split,
}
