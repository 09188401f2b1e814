"""From figures to scores and places. Whole numbers inside (units of the last printed place), decimals outside.

- A component's value is printed at the rule's ``component_places``; the score is computed from the printed values, so
  that anyone can recompute it by hand: Σ weight × value ÷ Σ weight over the components present.
- A component with nothing to assess is left out, the others carry its weight (a rule may say otherwise); with none
  present there is no score.
- Competition ranking on the rounded score: 1, 1, 3; tied units stand in code order.
- ``points`` say what each component brings; they sum to the score exactly (see ``totals``).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from operator import itemgetter

from .columns import Column, Columns, Measured, Ratio, Setting, bounded
from .figures import FIGURES, printed_all
from .parts import Component
from .spec import RuleSpec
from .totals import Summed, Total


@dataclass(slots=True)
class Scored:
    """A unit's result. ``values``, ``counted`` and ``points`` stand in the rule's order; None for nothing to assess.

    Whole numbers: values and counted in 10^-component_places %, points and score in 10^-places. ``limit``: what the
    rule's bounds took from the score or added to it; ``lost`` is kept where it cannot be told from the row alone.
    """

    values: Sequence[int | None]
    counted: Sequence[int | None]
    points: Sequence[int | None]
    score: int | None
    limit: int = 0
    lost: Sequence[int | None] | None = None
    exact: Fraction | Decimal | None = None


@dataclass(slots=True)
class Placed:
    """One row of a ranking, in the order of the page. ``score`` in 10^-places; ``ratios`` in the rule's order.

    ``columns`` and ``at`` find the details of a row.
    """

    unit: int
    code: str
    ratios: tuple[Ratio | None, ...]
    scored: Scored
    footnote: str
    rank: int | None = None
    columns: Sequence[Column] = field(default=(), compare=False, repr=False)
    at: int = 0


class Scorer:
    """Scores units by one rule; made once for thousands of units, so what does not change is computed here."""

    def __init__(self, spec: RuleSpec) -> None:
        self.places, self.keeps_exact, self.plain = spec.component_places, spec.rank_on == "exact", spec.plain
        #: 100 % in units of a component's last place.
        self.full = 100 * 10**spec.component_places
        self.total = Total(
            spec.components, spec.total, spec.component_places, spec.places, spec.rounding, (spec.least, spec.greatest)
        )
        #: Components whose printed value does not count as it is: turned round, or a rate that may pass 100 %.
        self.turned = [
            (at, component.invert)
            for at, component in enumerate(spec.components)
            if isinstance(component, Component) and (component.invert or FIGURES[component.figure].lower_is_better)
        ]

    def score(self, ratios: Sequence[Ratio | None]) -> Scored:
        """Score one unit by the ratios of its rates, in the rule's order."""
        return self.weigh(printed_all(ratios, self.places))

    def weigh(self, values: list[int | None]) -> Scored:
        """Score one unit by the printed values of its rates, in the rule's order."""
        counted = values
        if self.turned:
            counted = values.copy()
            for at, invert in self.turned:
                value = values[at]
                counted[at] = None if value is None else bounded(value, self.full, invert=invert)
        return self.add_up(values, counted)

    def add_up(self, values: Sequence[int | None], counted: Sequence[int | None]) -> Scored:
        """Score one unit by what its components count."""
        summed = self.total.of(counted)
        scored = Scored(values, counted, summed.points, summed.total, summed.limit)
        if not self.plain:
            scored.lost = self.total.lost(counted, summed)
        if self.keeps_exact and summed.total is not None:
            scored.exact = self.total.exact(counted)
        return scored

    def lost(self, counted: Sequence[int | None], score: int) -> Sequence[int | None]:
        """What each component costs, in units of the score's last place; they sum to 100 − score exactly."""
        return self.total.lost(counted, Summed([], score))


@dataclass(frozen=True)
class Table:
    """What a ranking is made from: units as (id, code), what each need of the rule measured, and their inspections."""

    units: Sequence[tuple[int, str]]
    figures: Sequence[Measured]
    inspections: Mapping[int, int]

    @cached_property
    def in_code_order(self) -> list[tuple[int, str]]:
        """The units by code."""
        return sorted(self.units, key=lambda unit: unit[1])


def place(spec: RuleSpec, table: Table) -> list[Placed]:
    """Rank the units of a table: the ranked by place, then the unranked, each in code order."""
    rows = _rows(spec, table)
    key = _order(spec)
    ranked = [(key(row), row) for row in rows if row.footnote in RANKED]
    ranked.sort(key=itemgetter(0))  # stable: ties stay in code order
    dense, places, before, rank = spec.ties == "dense", 0, None, 0
    for position, (stands, row) in enumerate(ranked, 1):
        if stands != before:
            places += 1
            rank, before = places if dense else position, stands
        row.rank = rank
    return [row for _key, row in ranked] + [row for row in rows if row.footnote not in RANKED]


def _order(spec: RuleSpec) -> Callable[[Placed], tuple[Fraction | Decimal | int, ...]]:
    """What a row is ranked by, the best first: its rounded or exact score, and the part that breaks ties."""
    tie = next((at for at, part in enumerate(spec.components) if part.figure == spec.tie_by), None)
    exact = spec.rank_on == "exact"

    def key(row: Placed) -> tuple[Fraction | Decimal | int, ...]:
        score = -((row.scored.exact if exact else row.scored.score) or 0)
        return (score,) if tie is None else (score, -(row.scored.counted[tie] or 0))

    def by_score(row: Placed) -> tuple[int]:
        return (-(row.scored.score or 0),)

    return key if exact or tie is not None else by_score


def _rows(spec: RuleSpec, table: Table) -> list[Placed]:
    """The rows in code order, made column by column: what a part lacks may come from the other units."""
    scorer, units = Scorer(spec), table.in_code_order
    setting = Setting(spec.component_places, spec.component_rounding, spec.missing)
    reader = Columns([unit for unit, _code in units], iter(table.figures), setting)
    columns = [reader.of(part) for part in spec.components]
    values, counted = (
        zip(*(one.values for one in columns), strict=True),
        zip(*(one.counted for one in columns), strict=True),
    )
    ratios = zip(*(one.ratios for one in columns), strict=True)
    inspections, least = table.inspections, spec.least_inspections
    rows = []
    for at, ((unit, code), own, counts, pairs) in enumerate(zip(units, values, counted, ratios, strict=True)):
        scored = scorer.add_up(own, counts)
        note = footnote(spec, scored, inspections.get(unit, 0)) if least or None in own else ""
        rows.append(Placed(unit, code, pairs, scored, note, None, columns, at))
    return rows


#: Footnotes under which a unit keeps its place.
RANKED = frozenset({"", "reweighted", "averaged", "counted_zero"})


def footnote(spec: RuleSpec, scored: Scored, inspections: int) -> str:
    """Why a unit has no place, or what its score leaves out; a code of ``figures.FOOTNOTES`` or nothing."""
    complete = None not in scored.values
    if scored.score is None or (not complete and all(value is None for value in scored.values)):
        return "nothing_to_assess"
    if inspections < spec.least_inspections:
        return "few_inspections"
    if complete:
        return ""
    policies = {
        part.missing or spec.missing
        for part, value in zip(spec.components, scored.values, strict=True)
        if value is None
    }
    if "leave_out" in policies:
        return "part_missing"
    if None in scored.counted:
        return "reweighted"
    return "averaged" if "others" in policies else "counted_zero"


def decimal(units: int, places: int) -> Decimal:
    """Units of the last place as a decimal: 9397 at two places → 93.97."""
    return Decimal(units).scaleb(-places)
