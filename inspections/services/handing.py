"""Handing over many problems whose rows are locked: one statement each, whatever their number."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Case, F, Value, When

from campaign.models import User
from campaign.queries import an_event, facts_changed, record_all
from campaign.rules import day_of

from ..models import Problem, Step
from ..rules import Move, State
from .deadlines import dates_of

#: A problem that nobody holds has no clock; its hand-over stays in the steps.
NO_CLOCK: dict[str, Any] = {"handed_over_at": None, "receive_due_at": None, "received_at": None, "due_at": None}


def snapshot(problem: Problem) -> dict[str, Any]:
    """What the audit trail keeps of a problem before and after a move."""
    due = problem.due_at.isoformat() if problem.due_at else None
    return {
        "state": problem.state, "version": problem.version, "unit": problem.unit.code, "limit": problem.limit,
        "due_at": due, "text": problem.text,
    }  # fmt: skip


def hand_over_all(problems: Sequence[Problem], *, by: User, at: datetime) -> None:
    """Write the state, the steps and the trail of problems whose rows are locked: one statement each."""
    state = State.HANDED_OVER
    before = {problem.pk: snapshot(problem) for problem in problems}
    dates = dates_of({problem.limit for problem in problems}, at)
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
