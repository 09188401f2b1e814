"""A published table computed again under a rule: exact totals, rounded scores, and places."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from ..columns import Measured
from ..parts import leaves
from ..scoring import Placed, Table, place
from ..spec import RuleSpec
from ..totals import quotient
from .grid import PublishedTable
from .rule import SCALED_PLACES, TableRule
from .scales import Scaled

Totals = Sequence[Fraction | None]
HALF = Fraction(1, 2)


@dataclass(frozen=True, slots=True)
class Shift:
    """Half a unit of the last place more or less in each component, in the direction that moves the total so."""

    up: bool


class Again:
    """A table under a rule; what is asked for is computed once."""

    def __init__(self, table: PublishedTable, rule: TableRule) -> None:
        self.table, self.rule = table, rule
        self.scaled = [
            Scaled(scale, [row.values[column] for row in table.rows]) if scale and column is not None else None
            for scale, column in zip(rule.scales, rule.columns, strict=True)
        ]

    @cached_property
    def groups(self) -> list[list[int]]:
        """The rows that are ranked together: each group on its own where places begin anew in it, else all."""
        rows = self.table.rows
        named = {name: [at for at, row in enumerate(rows) if row.group == name] for name in self.table.groups}
        firsts = [numbers for numbers in named.values() if any(rows[number].rank == 1 for number in numbers)]
        return list(named.values()) if len(named) > 1 and len(firsts) == len(named) else [list(range(len(rows)))]

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
        spec = self.rule.spec
        return [None if total is None else rounded(total, spec.places, spec.rounding) for total in self.totals]

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
    def allowed(self) -> list[tuple[Fraction, Fraction] | None]:
        """The totals that the components as printed allow, each before its rounding."""
        fine = replace(self.rule.spec, component_places=self.rule.spec.component_places + 2)
        if any(scaled and scaled.scale.computed for scaled in self.scaled):
            fine = replace(fine, component_places=SCALED_PLACES)
        low, high = (self._raw(self._placed(fine, Shift(up))) for up in (False, True))
        low, high = self._rescaled(low, high), self._rescaled(high, low)
        return [None if one is None or two is None else (one, two) for one, two in zip(low, high, strict=True)]

    @cached_property
    def ranks(self) -> list[int | None]:
        """Our places, by the rule's order and ties."""
        found: list[int | None] = [None] * len(self.table.rows)
        for numbers in self.groups:
            keys = {number: self._key(number) for number in numbers if self.scores[number] is not None}
            for number, rank in ranked(keys, self.rule.spec.ties, ordered=self.rule.ordered).items():
                found[number] = rank
        return found

    def _key(self, number: int) -> tuple[Fraction | Decimal, ...]:
        sign = 1 if self.rule.ascending else -1
        exact = self.rule.spec.rank_on == "exact"
        score = (self.totals if exact else self.scores)[number] or Decimal(0)
        values = self.table.rows[number].values
        ties = [-direction * (values[column] or Decimal(0)) for column, direction in self.rule.tie_by]
        return (sign * score, *ties)

    def _raw(self, placed: Mapping[int, Placed]) -> Totals:
        """Totals before they are rescaled to the best."""
        rule = self.rule
        found: list[Fraction | None] = []
        for number in range(len(self.table.rows)):
            exact = placed[number].scored.exact
            if exact is None or placed[number].footnote == "part_missing":
                found.append(None)
            else:
                found.append(Fraction(exact) / 10**rule.spec.places * rule.factor + Fraction(rule.base))
        return found

    def _rescaled(self, totals: Totals, others: Totals) -> Totals:
        """Totals as shares of the best of others, where the rule says what the best has."""
        best = max((total for total in others if total is not None), default=None)
        if self.rule.best_total is None or not best:
            return totals
        return [None if total is None else total * Fraction(self.rule.best_total) / best for total in totals]

    def _placed(self, spec: RuleSpec, shift: Shift | None) -> dict[int, Placed]:
        """The engine's rows, group by group: what is missing may come from the others of a group."""
        spec = replace(spec, least_inspections=0, rank_on="exact", tie_by="")
        found: dict[int, Placed] = {}
        for numbers in self.groups:
            figures = [self._measured(at, numbers, shift) for at in range(len(self.rule.columns))]
            units = [(number, f"{number:06}") for number in numbers]
            found |= {row.unit: row for row in place(spec, Table(units, figures, {}))}
        return found

    def _measured(self, at: int, numbers: Iterable[int], shift: Shift | None) -> Measured:
        column, scaled = self.rule.columns[at], self.scaled[at]
        found: dict[int, Any] = {}
        read: Callable[[Decimal], Decimal] = scaled.of if scaled else Decimal
        step = (
            Decimal(5).scaleb(-1 - self.table.places_of(column)) if shift and self._has_places(column) else Decimal(0)
        )
        for number in numbers:
            value = None if column is None else self.table.rows[number].values[column]
            if value is None:
                continue
            ends = (read(value - step), read(value + step)) if step else (read(value),)
            found[number] = (max(ends) if shift and shift.up else min(ends), 1)
        return found

    def _has_places(self, column: int | None) -> bool:
        """Whether a column was rounded: whole numbers are counts and points."""
        return column is not None and self.table.places_of(column) > 0

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
        return [
            (words, about, Again(self.table, replace(self.rule, spec=one)))
            for words, about, one in specs
            if one != spec
        ] + self._without()

    def _without(self) -> list[tuple[str, bool, "Again"]]:
        """The table without what is added or taken off."""
        spec, found = self.rule.spec, []
        parts = list(leaves(spec.components))
        for at, part in enumerate(parts):
            if part.missing == "zero" and len(parts) > 1:
                columns = tuple(None if one == at else column for one, column in enumerate(self.rule.columns))
                words = _("Theirs leaves out “%(part)s”.") % {"part": part.title}
                found.append((words, False, Again(self.table, replace(self.rule, columns=columns))))
        return found


def ranked(keys: Mapping[int, Any], ties: str, *, ordered: bool = False) -> dict[int, int]:
    """Places by keys, the least first: shared 1, 1, 3, dense 1, 1, 2, or in the order of the table 1, 2, 3."""
    found: dict[int, int] = {}
    before, rank = None, 0
    for position, number in enumerate(sorted(keys, key=lambda number: (keys[number], number)), 1):
        if ordered or before is None or keys[number] != before:
            rank = rank + 1 if ties == "dense" else position
        before, found[number] = keys[number], rank
    return found


def rounded(exact: Fraction, digits: int, rounding: str = "half_up") -> Decimal:
    """A fraction at some places: half_up, down or up."""
    units = quotient(exact.numerator * 10**digits, exact.denominator, rounding)
    return Decimal(f"{units}e-{digits}")


def within(theirs: Decimal, allowed: tuple[Fraction, Fraction], digits: int) -> bool:
    """Whether a published total, before its rounding to so many places, lies between what the components allow."""
    half = HALF / 10**digits
    return allowed[0] - half <= Fraction(theirs) <= allowed[1] + half
