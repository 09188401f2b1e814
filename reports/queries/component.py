"""The rows behind one component of one unit: their sums are the printed numerator and denominator."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from campaign.models import User
from inspections.models import Inspection
from inspections.querysets import WHOLE_CITY
from units.models import Unit, UnitLink

from ..models import Ranking, RankingRow
from ..rules.events import Line
from ..rules.parts import Points, leaves
from ..rules.spec import RuleSpec, SpecError
from .drill import (
    answers_losing,
    duties_behind,
    indicators_behind,
    inspections_behind,
    problems_behind,
    sites_behind,
    steps_behind,
)
from .events import events_behind
from .late import voided_since
from .rankings import Shown, shown_components, window_of

#: Rows of one page; answers that cost points are shown up to `DEAREST`.
PAGE = 100
DEAREST = 20


def open_units(user: User) -> QuerySet[Unit]:
    """The units whose rows behind a figure a person may open: office and supervisors all, unit staff their own."""
    return Unit.objects.all() if user.role in WHOLE_CITY else Unit.objects.of(user)


def component_of(row: RankingRow, figure: str) -> Shown | None:
    """A row's component by the name of its figure."""
    return next((part for part in all_parts(shown_components(row)) if part.figure == figure), None)


def all_parts(parts: Iterable[Shown]) -> Iterator[Shown]:
    """Components and the parts of those that are tables."""
    for part in parts:
        yield part
        yield from part.parts


def lines_of(ranking: Ranking) -> dict[str, tuple[Line, ...]]:
    """The lines of points by event of a ranking's rule, by part."""
    try:
        spec = RuleSpec.parse(ranking.rule.spec)
    except SpecError:
        return {}
    return {part.figure: part.lines for part in leaves(spec.components) if isinstance(part, Points)}


def event_page(ranking: Ranking, unit: Unit, part: Shown, line: Line, *, after: int) -> "Behind":
    """The events of one line that count for a unit: day, what it is called, points; ``after`` so many rows."""
    window = window_of(ranking)
    rows = events_behind(unit.pk, window, line, part.scope, limit=PAGE + 1, offset=after)
    return Behind("events", rows[:PAGE], more=after + PAGE if len(rows) > PAGE else None)


@dataclass(frozen=True, slots=True)
class Behind:
    """What stands behind a component. ``total`` sums the rows; ``more`` is the key the next page begins behind."""

    kind: str
    rows: list[Any]
    total: tuple[Decimal, Decimal] | None = None
    answers: list[Any] = field(default_factory=list)
    voided: list[Inspection] = field(default_factory=list)
    more: int | None = None


def behind(ranking: Ranking, unit: Unit, part: Shown, *, misses: bool, after: int) -> Behind:
    """The rows of a component; of problems and duties either those that miss the numerator or those in it."""
    window = window_of(ranking)
    match part.figure:
        case "conformity":
            return _conformity(ranking, unit, part)
        case "rework":
            steps = steps_behind(unit, window, part.scope).select_related("unit", "problem__site")
            return _paged("steps", steps.filter(move="send_back" if misses else "submit"), after)
        case "tasks":
            duties: QuerySet[Any] = duties_behind(unit, window, part.scope)
            return _paged("duties", duties.filter(counts=not misses).select_related("unit"), after)
        case _:
            problems: QuerySet[Any] = problems_behind(part.figure, unit, window, part.scope)
            return _paged("problems", problems.filter(counts=not misses).select_related("site", "unit"), after)


def _paged(kind: str, rows: QuerySet[Any], after: int) -> Behind:
    rows = rows.order_by("-pk")
    page = list(rows.filter(pk__lt=after)[: PAGE + 1] if after else rows[: PAGE + 1])
    return Behind(kind, page[:PAGE], more=page[PAGE - 1].pk if len(page) > PAGE else None)


def _conformity(ranking: Ranking, unit: Unit, part: Shown) -> Behind:
    window = window_of(ranking)
    dearest = list(answers_losing(unit, window, part.scope)[:DEAREST])
    if part.mean == "by_indicator":
        indicators = indicators_behind(unit, window, part.scope)
        return Behind("indicators", indicators, _sum((row["mean"], 1) for row in indicators), dearest)
    sites = sites_behind(unit, window, part.scope)
    if part.mean == "by_site":
        for site in sites:
            site["mean"] = site["earned"] / site["available"] if site["available"] else None
        means = [site["mean"] for site in sites if site["mean"] is not None]
        return Behind("sites", sites, _sum((mean, 1) for mean in means), dearest)
    return Behind("sites", sites, _sum((site["earned"], site["available"]) for site in sites), dearest)


def _sum(pairs: Iterable[tuple[Decimal, Decimal | int]]) -> tuple[Decimal, Decimal]:
    numerator = denominator = Decimal(0)
    for above, below in pairs:
        numerator, denominator = numerator + above, denominator + below
    return numerator, denominator


def site_inspections(ranking: Ranking, unit: Unit, part: Shown, site: str) -> list[dict[str, Any]]:
    """The inspections of one site that count for a unit; late ones and those voided since are marked, with 0 effect."""
    rows = inspections_behind(unit, window_of(ranking), part.scope).filter(site__code=site)
    counted = [
        {
            "inspection": row.inspection, "earned": row.earned, "available": row.available,
            "late": ranking.closed_at is not None and row.inspection.recorded_at > ranking.closed_at,
            "carried": row.seen_at < ranking.period.starts_at,
        }
        for row in rows[:PAGE]
    ]  # fmt: skip
    under = UnitLink.objects.filter(ancestor=unit, valid_to=None).values("descendant")
    voided = voided_since(ranking).filter(site__code=site, unit__in=under)
    return counted + [{"inspection": inspection} for inspection in voided[:PAGE]]
