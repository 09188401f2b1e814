"""Taking a problem out of the figures after an appeal was upheld; it stays readable with its whole history."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import F, Q

from campaign.models import User
from campaign.queries import facts_changed
from campaign.rules import day_of

from ..models import Answer, Inspection, InspectionUnit, Problem
from ..rules import ZERO, Earned, Move, State, site_score
from .ledger import move_problem
from .repeats import unlink


def days_since(problem: Problem, at: datetime) -> set[date]:
    """A day of every week, at least, in which a problem counted up to a moment, and the days of all its steps."""
    days = {day_of(step) for step in problem.steps.values_list("at", flat=True)} | {day_of(at)}
    return days | {min(days) + timedelta(days=n) for n in range(0, (max(days) - min(days)).days, 7)}


def void_problem(
    *, problem: Problem, reason: str, by: User, at: datetime
) -> tuple[Decimal, Decimal] | tuple[None, None]:
    """Void a problem whose row the caller holds: an open one ends as cancelled, a closed one stays closed.

    The answers that proposed it and its copies do not count any more either; returns the points (earned, available)
    that left their inspections, or nothing where there were none to leave.
    """
    days = days_since(problem, at)
    if problem.state != State.CLOSED:
        problem = move_problem(problem=problem, move=Move.CANCEL, version=problem.version, by=by, at=at, note=reason)
    Problem.objects.filter(pk=problem.pk).update(voided_at=at, version=F("version") + 1)
    unlink(problem)
    proposed = Q(problem=problem) | Q(problem__merged_into=problem)
    answers = list(Answer.objects.filter(proposed, available__gt=0).order_by("pk"))
    seen_on = {_take_out(answer) for answer in answers}
    facts_changed(days | seen_on)
    if not answers:
        return None, None
    return sum((one.earned for one in answers), ZERO), sum((one.available for one in answers), ZERO)


def _take_out(answer: Answer) -> date:
    """The answer gets no points of none, and its inspection and the units it counts for follow; returns its day."""
    inspection = Inspection.objects.select_for_update(of=("self",)).get(pk=answer.inspection_id)
    earned, available = inspection.earned - answer.earned, inspection.available - answer.available
    Inspection.objects.filter(pk=inspection.pk).update(
        earned=earned, available=available, score=site_score(Earned(earned, available))
    )
    InspectionUnit.objects.filter(inspection=inspection).update(earned=earned, available=available)
    Answer.objects.filter(pk=answer.pk).update(earned=ZERO, available=ZERO)
    return day_of(inspection.seen_at)
