"""From figures to scores and places. Whole numbers inside (units of the last printed place), decimals outside.

- A component's value is printed in % at the rule's ``component_places``; the score is computed from the printed
  values, so that anyone can recompute it by hand: Σ weight × value ÷ Σ weight over the components present.
- A component with nothing to assess is left out, the others carry its weight; with none present there is no score.
- Competition ranking on the rounded score: 1, 1, 3; tied units stand in code order.
- ``points`` say what each component brings. They are rounded down at the score's places and the units still missing
  go to the largest remainders (first component first), so that they sum to the score exactly.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from .figures import printed
from .spec import RuleSpec

Number = Decimal | int
#: Numerator and denominator of a figure.
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
    ratios: list[Ratio | None]
    scored: Scored
    rank: int | None = None
    footnote: str = ""


def share_out(parts: Sequence[int], divisor: int, total: int) -> list[int]:
    """Whole numbers near ``parts`` ÷ ``divisor`` that sum to ``total``, by largest remainder, first part first."""
    floors = [part // divisor for part in parts]
    missing = total - sum(floors)
    if missing:
        order = sorted(range(len(parts)), key=lambda at: -(parts[at] % divisor))
        for at in order[:missing]:
            floors[at] += 1
    return floors


class Scorer:
    """Scores units by one rule."""

    def __init__(self, spec: RuleSpec) -> None:
        self.spec = spec
        #: Weights as whole numbers in 0.001.
        self.weights = [int(component.weight * 1000) for component in spec.components]
        self.inverts = [component.invert for component in spec.components]
        self.full = 100 * 10**spec.component_places

    def score(self, ratios: Sequence[Ratio | None]) -> Scored:
        """Score one unit by the ratios of its components, in the rule's order."""
        places, full = self.spec.component_places, self.full
        values = [printed(*ratio, places) if ratio and ratio[1] else None for ratio in ratios]
        counted = [
            None if value is None else full - value if invert else value
            for value, invert in zip(values, self.inverts, strict=True)
        ]
        return self.combine(values, counted)

    def combine(self, values: list[int | None], counted: list[int | None]) -> Scored:
        """Weigh the counted values together."""
        present = [at for at, value in enumerate(counted) if value is not None]
        if not present:
            return Scored(values, counted, [None] * len(values), None)
        parts, divisor = self.parts([(self.weights[at], counted[at] or 0) for at in present])
        score = (2 * sum(parts) + divisor) // (2 * divisor)
        points: list[int | None] = [None] * len(values)
        for at, share in zip(present, share_out(parts, divisor, score), strict=True):
            points[at] = share
        return Scored(values, counted, points, score)

    def parts(self, weighed: Iterable[tuple[int, int]]) -> tuple[list[int], int]:
        """What each (weight, value) brings, and the divisor that makes it units of the score's last place."""
        pairs = list(weighed)
        scale = 10**self.spec.places
        divisor = sum(weight for weight, _ in pairs) * 10**self.spec.component_places
        return [weight * value * scale for weight, value in pairs], divisor

    def lost(self, scored: Scored) -> list[int | None]:
        """What each component costs, in units of the score's last place; they sum to 100 − score exactly."""
        present = [at for at, value in enumerate(scored.counted) if value is not None]
        found: list[int | None] = [None] * len(scored.counted)
        if scored.score is None:
            return found
        parts, divisor = self.parts([(self.weights[at], self.full - (scored.counted[at] or 0)) for at in present])
        total = 100 * 10**self.spec.places - scored.score
        for at, share in zip(present, share_out(parts, divisor, total), strict=True):
            found[at] = share
        return found


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
    scorer = Scorer(spec)
    rows = []
    for unit, code in table.in_code_order:
        ratios = [figure.get(unit) for figure in table.figures]
        row = Placed(unit, code, ratios, scorer.score(ratios))
        row.footnote = footnote(spec, row.scored, table.inspections.get(unit, 0))
        rows.append(row)
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
