"""Rechecks: what a draw is made from, and what is to be done by whom."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from django.db.models import Exists, OuterRef, QuerySet

from campaign.models import User
from campaign.rules import ONE_DAY, start_of

from ..models import BlindVisit, Draw, Inspection, Problem, Recheck, Step
from ..rules import Move, State, drawn

PAGE = 50


def to_draw(kind: str, first: date, last: date) -> list[tuple[str, str]]:
    """Unit code and code of everything that may be drawn, in order; days of Asia/Shanghai, both included.

    Problems: closed in the span by a holder, not void, not waiting for a recheck. Inspections: seen in the span, valid,
    and no part of a blind re-inspection yet.
    """
    start, end = start_of(first), start_of(last + ONE_DAY)
    if kind == Draw.Kind.REPAIRS:
        waiting = Recheck.objects.filter(problem=OuterRef("pk"), done_at=None)
        rows = Problem.objects.filter(
            ~Exists(waiting), state=State.CLOSED, closed_at__gte=start, closed_at__lt=end, voided_at=None,
            handed_over_at__isnull=False,
        )  # fmt: skip
        return list(rows.order_by("unit__code", "code").values_list("unit__code", "code"))
    seen = Inspection.objects.filter(seen_at__gte=start, seen_at__lt=end, voided_at=None, available__gt=0)
    seen = seen.filter(seen_again=None, blind_for=None)
    return list(seen.order_by("unit__code", "code").values_list("unit__code", "code"))


def closers(problems: Iterable[Problem]) -> dict[int, set[int]]:
    """Problem id → the people who checked its repair."""
    found: dict[int, set[int]] = defaultdict(set)
    steps = Step.objects.filter(problem__in=[problem.pk for problem in problems], move__in=[Move.CLOSE, Move.SEND_BACK])
    for problem, person in steps.values_list("problem_id", "by_id"):
        found[problem].add(person)
    return found


def repeated(draw: Draw) -> bool:
    """Whether the seed and the kept population give the draw again, as far as it is still in the ledger."""
    codes = drawn(
        [(unit, code) for unit, code in draw.population],
        share=draw.share, number=draw.number, per_unit=draw.per_unit, seed=draw.seed,
    )  # fmt: skip
    if draw.kind == Draw.Kind.REPAIRS:
        return codes == sorted(draw.rechecks.values_list("problem__code", flat=True))
    return codes == sorted(draw.visits.values_list("first__code", flat=True))


def rechecks_of(user: User, *, done: bool, unit: str = "", after: int | None = None) -> QuerySet[Recheck]:
    """The rechecks that a person sees: to be done (the oldest first), or done (the newest first)."""
    rows = Recheck.objects.visible_to(user).select_related("problem__site", "unit", "inspector", "draw")
    if unit:
        rows = rows.filter(unit__code=unit)
    if done:
        rows = rows.exclude(done_at=None).order_by("-pk")
        return rows.filter(pk__lt=after) if after else rows
    rows = rows.filter(done_at=None).order_by("pk")
    return rows.filter(pk__gt=after) if after else rows


def blind_to_do(user: User) -> QuerySet[BlindVisit]:
    """The sites that are to be inspected a second time; only the site is told, not what was seen first."""
    rows = BlindVisit.objects.visible_to(user).filter(second=None, first__voided_at=None)
    return rows.select_related("first__site__type", "first__unit", "inspector", "draw").order_by("pk")
