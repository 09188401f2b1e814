"""A published table computed again under a rule: exact totals, rounded scores, and places."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from itertools import groupby
from math import prod
from typing import Any

from django.utils.translation import gettext as _

from ..columns import Measured
from ..parts import leaves
from ..scoring import Placed, Table, place
from ..spec import RuleSpec
from ..totals import quotient
from .cells import Cells
from .rule import SCALED_PLACES, TableRule
from .scales import Scaled
from .tables import PublishedTable

Totals = Sequence[Fraction | None]
Rank = int | Decimal
HALF = Fraction(1, 2)


@dataclass(frozen=True, slots=True)
class Shift:
    """Half a unit of the last place more or less in each component, in the direction that moves the total so."""

    up: bool


class Again:
    """A table under a rule; what is asked for is computed once."""

    def __init__(self, table: PublishedTable, rule: TableRule, only: Collection[int] | None = None) -> None:
        self.table, self.rule = table, rule
        whole = rule.best_total is not None or "others" in {
            rule.spec.missing,
            *(p.missing for p in rule.spec.components),
        }
        #: The rows that are computed: all, unless others are of no account for the few that are asked for.
        self.only = range(len(table.rows)) if only is None or whole else only
        self.cells = Cells(table, [node for _name, node in rule.formulas])
        self.scaled = [
            Scaled(scale, self.cells.column(column)) if scale and column is not None else None
            for scale, column in zip(rule.scales, rule.columns, strict=True)
        ]

    @cached_property
    def groups(self) -> list[list[int]]:
        """The rows that are ranked together."""
        return self.table.ranked_together()

    @cached_property
    def placed(self) -> dict[int, Placed]:
        """The engine's rows by number."""
        return self._placed(self.rule.spec, None)

    @cached_property
    def totals(self) -> Totals:
        """Our totals before they are rounded."""
        raw = self._raw(self.placed)
        return self._rescaled(raw, raw)

    @cached_property
    def scores(self) -> list[Decimal | None]:
        """Our totals, rounded as the rule says."""
        places, how = self.rule.spec.places, self.rule.rounding
        return [None if total is None else rounded(total, places, how) for total in self.totals]

    @cached_property
    def hits(self) -> int:
        """How many published totals are ours."""
        pairs = zip(self.table.rows, self.scores, strict=True)
        return sum(row.total is not None and row.total == score for row, score in pairs)

    def rounded_so(self, rounding: str) -> bool:
        """Whether nine of ten published totals are ours, rounded in another way."""
        digits = self.rule.spec.places
        pairs = [(row.total, total) for row, total in zip(self.table.rows, self.totals, strict=True) if row.total]
        same = sum(total is not None and rounded(total, digits, rounding) == theirs for theirs, total in pairs)
        return 10 * same >= 9 * len(pairs)

    @cached_property
    def apart(self) -> Fraction:
        """How far published totals are from ours, together."""
        pairs = zip(self.table.rows, self.totals, strict=True)
        return sum(
            (abs(Fraction(row.total) - (total or 0)) for row, total in pairs if row.total is not None), Fraction(0)
        )

    @cached_property
    def near(self) -> int:
        """How many published totals are ours but for one unit of the last place."""
        unit = Fraction(1, 10 ** self.table.places_of())
        pairs = zip(self.table.rows, self.scores, strict=True)
        return sum(
            row.total is not None and score is not None and abs(row.total - score) <= unit for row, score in pairs
        )

    @cached_property
    def differing(self) -> frozenset[int]:
        """The rows whose published total is not ours."""
        pairs = enumerate(zip(self.table.rows, self.scores, strict=True))
        return frozenset(number for number, (row, score) in pairs if row.total is not None and row.total != score)

    @cached_property
    def focused(self) -> "Again":
        """The same for the rows that differ alone."""
        return Again(self.table, self.rule, self.differing)

    @cached_property
    def allowed(self) -> list[tuple[Fraction, Fraction] | None]:
        """The totals that the components as printed allow, each before its rounding."""
        fine = replace(self.rule.spec, component_places=self.rule.spec.component_places + 2)
        if any(scaled and scaled.scale.computed for scaled in self.scaled) or self.rule.formulas or self.rule.times:
            fine = replace(fine, component_places=SCALED_PLACES)
        low, high = (self._raw(self._placed(fine, Shift(up))) for up in (False, True))
        low, high = self._rescaled(low, high), self._rescaled(high, low)
        return [None if one is None or two is None else (one, two) for one, two in zip(low, high, strict=True)]

    @cached_property
    def ranks(self) -> list[Rank | None]:
        """Our places, by the rule's order and ties."""
        return self.ranks_on(self.rule.spec.rank_on)

    def ranks_on(self, basis: str) -> list[Rank | None]:
        """Places by the rounded or the exact totals."""
        found: list[Rank | None] = [None] * len(self.table.rows)
        for numbers in self.groups:
            keys = {number: self._key(number, basis) for number in numbers if self.scores[number] is not None}
            for number, rank in ranked(keys, self.rule.ties).items():
                found[number] = rank
        return found

    def _key(self, number: int, basis: str) -> tuple[Fraction | Decimal, ...]:
        sign = 1 if self.rule.ascending else -1
        score = (self.totals if basis == "exact" else self.scores)[number] or Decimal(0)
        ties = [-direction * (self.cells.value(number, column) or Decimal(0)) for column, direction in self.rule.tie_by]
        return (sign * score, *ties)

    def band(self, number: int) -> str:
        """The grade of a row by its rounded total, or by its place among those that are ranked with it."""
        rank, quotas = self.ranks[number], self.rule.quotas
        if not quotas or rank is None:
            return self.rule.spec.band(self.scores[number])
        count = sum(self.alike[number].values())
        for name, quota in quotas:
            if quota is None or rank <= (quota if quota >= 1 else int(quota * count)):
                return name
        return ""

    @cached_property
    def alike(self) -> dict[int, Counter[Rank]]:
        """For each row how many of those that it is ranked with have each place."""
        found: dict[int, Counter[Rank]] = {}
        for numbers in self.groups:
            counted = Counter(rank for number in numbers if (rank := self.ranks[number]) is not None)
            found |= dict.fromkeys(numbers, counted)
        return found

    def _raw(self, placed: Mapping[int, Placed]) -> Totals:
        """Totals before they are rescaled to the best and bounded."""
        rule = self.rule
        found: list[Fraction | None] = []
        for number in range(len(self.table.rows)):
            row = placed.get(number)
            if row is None or row.scored.exact is None or row.footnote == "part_missing":
                found.append(None)
            else:
                exact = Fraction(row.scored.exact) / 10**rule.spec.places
                exact = exact if rule.part_places is None else self._by_parts(row.scored.counted, rule.part_places)
                found.append(exact * rule.factor + Fraction(rule.base))
        return found

    def _by_parts(self, counted: Sequence[int | None], digits: int) -> Fraction:
        """The total of parts that were rounded each."""
        spec = self.rule.spec
        here = [(part, value) for part, value in zip(spec.components, counted, strict=True) if value is not None]
        whole = 100 / sum((Fraction(part.weight) for part, _value in here), Fraction(0)) if spec.total != "sum" else 1
        unit = 10**spec.component_places
        return sum(
            (
                Fraction(rounded(Fraction(value, unit) * Fraction(part.weight) / Fraction(part.full) * whole, digits))
                for part, value in here
            ),
            Fraction(0),
        )

    def _rescaled(self, totals: Totals, others: Totals) -> Totals:
        """Totals as shares of the best of others, where the rule says what the best has; then within their bounds."""
        best = max((total for total in others if total is not None), default=None)
        if self.rule.best_total is not None and best:
            totals = [None if one is None else one * Fraction(self.rule.best_total) / best for one in totals]
        return [None if total is None else self._bounded(total) for total in totals]

    def _bounded(self, total: Fraction) -> Fraction:
        least, greatest = self.rule.least, self.rule.greatest
        total = total if least is None else max(total, Fraction(least))
        return total if greatest is None else min(total, Fraction(greatest))

    def _placed(self, spec: RuleSpec, shift: Shift | None) -> dict[int, Placed]:
        """The engine's rows, group by group: what is missing may come from the others of a group."""
        spec = replace(spec, least_inspections=0, rank_on="exact", tie_by="")
        found: dict[int, Placed] = {}
        for numbers in ([number for number in group if number in self.only] for group in self.groups):
            figures = [self._measured(at, numbers, shift) for at in range(len(self.rule.columns))]
            units = [(number, f"{number:06}") for number in numbers]
            found |= {row.unit: row for row in place(spec, Table(units, figures, {}))}
        return found

    def _measured(self, at: int, numbers: Iterable[int], shift: Shift | None) -> Measured:
        column, scaled = self.rule.columns[at], self.scaled[at]
        found: dict[int, Any] = {}
        if column is None:
            return found
        read: Callable[[Decimal], Decimal] = scaled.of if scaled else Decimal
        multiplied = self.rule.times and at < len(self.rule.columns) - self.rule.added
        for number in numbers:
            value = self.cells.value(number, column)
            if value is None:
                continue
            ends = (shift and self.cells.ends(number, column)) or (value, value)
            both = [read(end) for end in ends]
            value = max(both) if shift and shift.up else min(both)
            found[number] = (value * self._factor(number) if multiplied else value, 1)
        return found

    def _factor(self, number: int) -> Decimal:
        """What a row's parts are multiplied by; a blank factor is 1."""
        factors = [self.cells.value(number, column) for column in self.rule.times]
        return prod((factor for factor in factors if factor is not None), start=Decimal(1))

    # --- rules that differ in one thing ------------------------------------------------------------------------------

    @cached_property
    def variants(self) -> list[tuple[str, bool, "Again"]]:
        """What it would mean, whether it is about missing components, and the table under a rule that differs so."""
        spec = self.rule.spec
        missing = {
            "zero": _("Theirs counts what is missing as 0."),
            "others": _("Theirs takes the mean of the others for what is missing."),
            "reweight": _("Theirs lets the other components carry the weight of what is missing."),
        }
        totals = {
            "sum": _("Theirs adds the components up."),
            "mean": _("Theirs is the weighted mean of the components."),
            "geometric": _("Theirs is the geometric mean of the components."),
        }
        specs: list[tuple[str, bool, Any]] = [
            (words, True, replace(spec, missing=name)) for name, words in missing.items()
        ]
        specs += [(words, False, replace(spec, total=name)) for name, words in totals.items()]
        as_they_stand = tuple(replace(part, weight=part.full) for part in spec.components)
        specs.append((totals["sum"], False, replace(spec, total="sum", components=as_they_stand)))
        by_parts = replace(self.rule, part_places=spec.places)
        return [
            (words, about, Again(self.table, replace(self.rule, spec=one), self.differing))
            for words, about, one in specs
            if one != spec
        ] + [
            (_("Theirs rounds each part before adding them up."), False, Again(self.table, by_parts, self.differing)),
            *self._without(),
        ]

    def _without(self) -> list[tuple[str, bool, "Again"]]:
        """The table without what is added or taken off."""
        spec, found = self.rule.spec, []
        parts = list(leaves(spec.components))
        for at, part in enumerate(parts):
            if part.missing == "zero" and len(parts) > 1:
                columns = tuple(None if one == at else column for one, column in enumerate(self.rule.columns))
                words = _("Theirs leaves out “%(part)s”.") % {"part": part.title}
                found.append((words, False, Again(self.table, replace(self.rule, columns=columns), self.differing)))
        return found


def ranked(keys: Mapping[int, Any], ties: str) -> dict[int, Rank]:
    """Places by keys, the least first: shared 1, 1, 3, dense 1, 1, 2, last 2, 2, 3, average 1.5, 1.5, 3, or ordered, in
    the order of the table, 1, 2, 3."""
    found: dict[int, Rank] = {}
    ordered = sorted(keys, key=lambda number: (keys[number], number))
    place = 0
    for dense, (_key, equal) in enumerate(groupby(ordered, key=lambda number: keys[number]), 1):
        numbers = [*equal]
        first, place = place + 1, place + len(numbers)
        shared: Rank = {"dense": dense, "last": place}.get(ties, first)
        if ties == "average" and len(numbers) > 1:
            middle = Decimal(first + place) / 2
            shared = middle if middle % 1 else int(middle)
        found |= {number: first + at if ties == "ordered" else shared for at, number in enumerate(numbers)}
    return found


def rounded(exact: Fraction, digits: int, rounding: str = "half_up") -> Decimal:
    """A fraction at some places: half_up, half_even, down or up."""
    if rounding == "half_even":
        return Decimal(f"{round(exact * 10**digits)}e-{digits}")
    units = quotient(exact.numerator * 10**digits, exact.denominator, rounding)
    return Decimal(f"{units}e-{digits}")


def within(theirs: Decimal, allowed: tuple[Fraction, Fraction], digits: int) -> bool:
    """Whether a published total, before its rounding to so many places, lies between what the components allow."""
    half = HALF / 10**digits
    return allowed[0] - half <= Fraction(theirs) <= allowed[1] + half
