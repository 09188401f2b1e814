"""From figures to scores and places. Whole numbers inside (units of the last printed place), decimals outside.

- A component's value is printed in % at the rule's ``component_places``; the score is computed from the printed
  values, so that anyone can recompute it by hand: Σ weight × value ÷ Σ weight over the components present.
- A component with nothing to assess is left out, the others carry its weight; with none present there is no score.
- Competition ranking on the rounded score: 1, 1, 3; tied units stand in code order.
- ``points`` say what each component brings. They are rounded down at the score's places and the units still missing
  go to the largest remainders (first component first), so that they sum to the score exactly.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from operator import mul

from .figures import FIGURES, printed_all
from .spec import RuleSpec

Number = Decimal | int
#: Numerator and denominator of a figure; the denominator is never zero.
Ratio = tuple[Number, Number]


@dataclass(slots=True)
class Scored:
    """A unit's result. ``values``, ``counted`` and ``points`` stand in the rule's order; None for nothing to assess.

    Whole numbers: values and counted in 10^-component_places %, points and score in 10^-places.
    """

    values: list[int | None]
    counted: list[int | None]
    points: list[int | None]
    score: int | None


@dataclass(slots=True)
class Placed:
    """One row of a ranking, in the order of the page. ``score`` in 10^-places; ``ratios`` in the rule's order."""

    unit: int
    code: str
    ratios: tuple[Ratio | None, ...]
    scored: Scored
    footnote: str
    rank: int | None = None


def counts(value: int, full: int, *, invert: bool) -> int:
    """What a printed value counts: itself or 100 − value, between 0 and 100 (more can be sent back than submitted)."""
    return min(max(full - value if invert else value, 0), full)


def share_out(parts: list[int], divisor: int, total: int) -> list[int]:
    """Whole numbers near ``parts`` ÷ ``divisor`` that sum to ``total``, by largest remainder, first part first."""
    floors = [part // divisor for part in parts]
    missing = total - sum(floors)
    if missing:
        remainders = [part % divisor for part in parts]
        for _unit in range(missing):
            at = remainders.index(max(remainders))
            floors[at] += 1
            remainders[at] = -1
    return floors


class Scorer:
    """Scores units by one rule; made once for thousands of units, so what does not change is computed here."""

    def __init__(self, spec: RuleSpec) -> None:
        self.places = spec.component_places
        #: 100 % in units of a component's last place, and of the score's.
        self.full, self.whole = 100 * 10**spec.component_places, 100 * 10**spec.places
        #: What one unit of each component brings before it is divided: weights in 0.001, at the score's places.
        self.rates = [int(component.weight * 1000) * 10**spec.places for component in spec.components]
        #: Units of the score's last place in what the rates bring, per unit of rate.
        self.per_rate = 10**spec.component_places, 10**spec.places
        self.divisor = self._divisor(self.rates)
        #: Components whose printed value does not count as it is: turned round, or a rate that may pass 100 %.
        self.turned = [
            (at, component.invert)
            for at, component in enumerate(spec.components)
            if component.invert or FIGURES[component.figure].lower_is_better
        ]

    def _divisor(self, rates: list[int]) -> int:
        component, score = self.per_rate
        return sum(rates) * component // score

    def score(self, ratios: Sequence[Ratio | None]) -> Scored:
        """Score one unit by the ratios of its components, in the rule's order."""
        return self.weigh(printed_all(ratios, self.places))

    def weigh(self, values: list[int | None]) -> Scored:
        """Score one unit by the printed values of its components, in the rule's order."""
        counted = values
        if self.turned:
            counted = values.copy()
            for at, invert in self.turned:
                value = values[at]
                counted[at] = None if value is None else counts(value, self.full, invert=invert)
        if None in counted:
            return Scored(values, counted, *self._combine_present(counted))
        return Scored(values, counted, *self._combine(counted, self.rates, self.divisor))  # type: ignore[arg-type]

    def _combine(self, counted: list[int], rates: list[int], divisor: int) -> tuple[list[int | None], int]:
        parts = list(map(mul, rates, counted))
        score = (2 * sum(parts) + divisor) // (2 * divisor)
        return [*share_out(parts, divisor, score)], score

    def _combine_present(self, counted: list[int | None]) -> tuple[list[int | None], int | None]:
        pairs = [(rate, value) for rate, value in zip(self.rates, counted, strict=True) if value is not None]
        if not pairs:
            return [None] * len(counted), None
        rates, values = [rate for rate, _ in pairs], [value for _, value in pairs]
        points, score = self._combine(values, rates, self._divisor(rates))
        shares = iter(points)
        return [None if value is None else next(shares) for value in counted], score

    def lost(self, counted: Sequence[int | None], score: int) -> list[int | None]:
        """What each component costs, in units of the score's last place; they sum to 100 − score exactly."""
        pairs = [(rate, value) for rate, value in zip(self.rates, counted, strict=True) if value is not None]
        divisor = self._divisor([rate for rate, _ in pairs])
        parts = [rate * (self.full - value) for rate, value in pairs]
        shares = iter(share_out(parts, divisor, self.whole - score))
        return [None if value is None else next(shares) for value in counted]


@dataclass(frozen=True)
class Table:
    """What a ranking is made from: units as (id, code), per component the units' ratios, and their inspections."""

    units: Sequence[tuple[int, str]]
    figures: Sequence[Mapping[int, Ratio]]
    inspections: Mapping[int, int]

    @cached_property
    def in_code_order(self) -> list[tuple[int, str]]:
        """The units by code."""
        return sorted(self.units, key=lambda unit: unit[1])


def place(spec: RuleSpec, table: Table) -> list[Placed]:
    """Rank the units of a table: the ranked by place, then the unranked, each in code order."""
    weigh, units = Scorer(spec).weigh, table.in_code_order
    columns = [[figure.get(unit) for unit, _code in units] for figure in table.figures]
    printed = [printed_all(column, spec.component_places) for column in columns]
    rows = []
    for (unit, code), ratios, values in zip(units, zip(*columns, strict=True), zip(*printed, strict=True), strict=True):
        scored = weigh([*values])
        rows.append(Placed(unit, code, ratios, scored, footnote(spec, scored, table.inspections.get(unit, 0))))
    ranked = [row for row in rows if row.footnote in RANKED]
    ranked.sort(key=lambda row: -(row.scored.score or 0))  # stable: ties stay in code order
    before: Placed | None = None
    for position, row in enumerate(ranked, 1):
        tied = before is not None and before.scored.score == row.scored.score
        row.rank = before.rank if tied and before else position
        before = row
    return ranked + [row for row in rows if row.footnote not in RANKED]


#: Footnotes under which a unit keeps its place.
RANKED = frozenset({"", "reweighted"})


def footnote(spec: RuleSpec, scored: Scored, inspections: int) -> str:
    """Why a unit has no place, or what its score leaves out; a code of ``figures.FOOTNOTES`` or nothing."""
    if scored.score is None:
        return "nothing_to_assess"
    if inspections < spec.least_inspections:
        return "few_inspections"
    return "reweighted" if None in scored.counted else ""


def decimal(units: int, places: int) -> Decimal:
    """Units of the last place as a decimal: 9397 at two places → 93.97."""
    return Decimal(units).scaleb(-places)
