"""Handing over many problems whose rows are locked: one statement each, whatever their number."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import BigIntegerField, Case, F, Value, When

from campaign.models import User
from campaign.queries import an_event, facts_changed, record_all
from campaign.rules import day_of
from units.models import Unit

from ..models import Problem, Step
from ..queries.limits import terms_of
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


def hand_over_all(
    problems: Sequence[Problem], *, by: User, at: datetime, ruled: Mapping[int, Unit] | None = None
) -> None:
    """Write the state, the steps and the trail of problems whose rows are locked: one statement each. Tells nobody.

    ``ruled``: problem (id) → the unit that it goes to instead of its own.
    """
    state = State.HANDED_OVER
    before = {problem.pk: snapshot(problem) for problem in problems}
    under = _by_limits(problems)
    dates = dates_of(under.keys(), at)
    elsewhere = {problem.pk: ruled[problem.pk] for problem in problems if problem.pk in ruled} if ruled else {}
    Problem.objects.filter(pk__in=before).update(
        unit=Case(
            *(When(pk=pk, then=Value(unit.pk)) for pk, unit in elsewhere.items()),
            default=F("unit"),
            output_field=BigIntegerField(),
        ),
        state=state,
        version=F("version") + 1,
        handed_over_at=at,
        limit=Case(*(When(pk__in=keys, then=Value(repair)) for (repair, _receive), keys in under.items())),
        due_at=Case(*(When(pk__in=keys, then=Value(dates[limits][0])) for limits, keys in under.items())),
        receive_due_at=Case(*(When(pk__in=keys, then=Value(dates[limits][1])) for limits, keys in under.items())),
    )
    limits_of = {pk: limits for limits, keys in under.items() for pk in keys}
    for problem in problems:
        problem.state, problem.version, problem.handed_over_at = state, problem.version + 1, at
        problem.limit = limits_of[problem.pk][0]
        problem.unit = elsewhere.get(problem.pk, problem.unit)
        problem.due_at, problem.receive_due_at = dates[limits_of[problem.pk]]
    Step.objects.bulk_create(
        Step(problem=problem, move=Move.HAND_OVER, state=state, unit=problem.unit, by=by, at=at) for problem in problems
    )
    record_all(
        an_event(f"problem.{state}", problem, by=by, before=before[problem.pk], after=snapshot(problem))
        for problem in problems
    )
    facts_changed({day_of(at)})


def _by_limits(problems: Sequence[Problem]) -> dict[tuple[str, str], list[int]]:
    """Repair and receive limit → the problems that have them."""
    found: dict[tuple[str, str], list[int]] = defaultdict(list)
    for pk, terms in terms_of(problems).items():
        found[terms.repair, terms.receive].append(pk)
    return found
