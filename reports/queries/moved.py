"""Why a unit's score and place are not those of the period before, summing exactly."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from ..models import Ranking, RankingRow
from ..rules.movement import Cause, PlaceCauses, Why, causes, place_causes, shared
from .component import behind
from .rankings import Shown, limit_of, shown_components

#: Cells of a mean (sites or indicators) that are named; the others are summed.
NAMED = 8


@dataclass(frozen=True, slots=True)
class Cell:
    """A site or an indicator and its part in a cause, in points; without a name: all the others."""

    name: str
    points: Decimal


@dataclass(frozen=True, slots=True)
class Told:
    """A cause and, where the mean of conformity made it, the sites or indicators behind it; they sum to it."""

    cause: Cause
    cells: list[Cell] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Moved:
    """What moved a unit. ``limits``: points by the rule's own bounds; Σ causes + limits = ``change``."""

    change: Decimal
    causes: list[Told]
    limits: Decimal
    places: PlaceCauses | None


def moved(now: RankingRow, before: RankingRow | None, *, rows: bool) -> Moved | None:
    """Compare a row with the one of the period before; None where one of them has no score.

    ``rows``: also name the sites or indicators behind a change of conformity, for those who may open them.
    """
    if before is None or now.score is None or before.score is None:
        return None
    parts, earlier = shown_components(now), shown_components(before)
    found = [cause for cause in causes(parts, earlier) if cause.points]
    conformity = {part.key: part for part in parts if part.figure == "conformity"} if rows else {}
    told = [
        Told(cause, _cells(cause, now, before, conformity[cause.key], earlier))
        if cause.why == Why.VALUE and cause.key in conformity
        else Told(cause)
        for cause in found
    ]
    limits = limit_of(now, parts) - limit_of(before, earlier)
    return Moved(now.score - before.score, told, limits, _places(now, before))


def _places(now: RankingRow, before: RankingRow) -> PlaceCauses | None:
    found = place_causes(_scores(before.ranking), _scores(now.ranking), now.unit.code)
    if found is None or now.rank is None or before.rank is None:
        return None
    return found if found.own + found.others == before.rank - now.rank else None


def _scores(ranking: Ranking) -> dict[str, Decimal]:
    rows = ranking.rows.filter(rank__isnull=False).values_list("unit__code", "score")
    return {code: score for code, score in rows if score is not None}


def _cells(cause: Cause, now: RankingRow, before: RankingRow, part: Shown, earlier: list[Shown]) -> list[Cell]:
    other = next((one for one in earlier if one.key == part.key and one.mean == part.mean), None)
    if other is None:
        return []
    sides = _brought(now, part), _brought(before, other)
    if None in sides:
        return []
    parts = shared(cause.points, *sides)  # type: ignore[arg-type]
    cells = [Cell(name, points) for name, points in list(parts.items())[:NAMED]]
    rest = sum(list(parts.values())[NAMED:], Decimal(0))
    return cells + ([Cell("", rest)] if rest else [])


def _brought(row: RankingRow, part: Shown) -> Mapping[str, Fraction] | None:
    """What each site or indicator brought to the value, in shares of it; None where the facts have changed since."""
    found = behind(row.ranking, row.unit, part, misses=True, after=0)
    if found.total is None or part.numerator is None or part.denominator is None:
        return None
    numerator, denominator = found.total
    if (round(numerator, 8), denominator) != (round(part.numerator, 8), part.denominator):
        return None
    if found.kind == "indicators":
        return {one["text"]: Fraction(one["mean"]) / Fraction(denominator) for one in found.rows}
    if part.mean == "by_site":
        return {
            one["site_name"]: Fraction(one["mean"]) / Fraction(denominator)
            for one in found.rows
            if one["mean"] is not None
        }
    return {one["site_name"]: Fraction(one["earned"]) / Fraction(denominator) for one in found.rows}
