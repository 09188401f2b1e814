"""The rule of a published table: the one given, or one found from its heads, its rows of weights and its totals."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _

from ..spec import SpecError
from .again import Again
from .guesses import guesses
from .proposals import alike, told
from .rule import TableRule, table_rule
from .solutions import solutions
from .tables import PublishedTable
from .ties import tie_breakers

#: How much of the totals a found rule must reproduce, and from how many rows it is sought.
ENOUGH, SAMPLE = Fraction(9, 10), 240


@dataclass(frozen=True)
class Fit:
    """A rule that a table suggests, with what is to be said of it."""

    table: PublishedTable
    words: str
    data: dict[str, Any]

    @cached_property
    def again(self) -> Again:
        """The table under this rule."""
        return Again(self.table, table_rule(self.table, self.data))

    def with_(self, key: str, value: Any, words: str) -> "Fit":
        """The same rule with one more setting."""
        said = _("%(found)s; %(more)s") % {"found": self.words, "more": words}
        return Fit(self.table, said, self.data | {key: value})

    def better_than(self, other: "Fit | None") -> bool:
        """Whether more totals are near the published ones; of as many, clearly more must be the same."""
        if other is None or self.again.near > other.again.near:
            return True
        return self.again.near == other.again.near and 4 * self.again.hits > 5 * other.again.hits


def rule_for(table: PublishedTable, data: Mapping[str, Any] | None) -> TableRule:
    """The rule that is given, or the one that fits best. Raises SpecError as ``table_rule`` does.

    What a given rule leaves open is settled by the totals: which way places run, and whether an index has 0 to 1.
    """
    given = dict(data or {})
    if {"weights", "components", "plus", "minus", "formula"} & set(given):
        rule = _of_one(table, table_rule(table, given), given)
    else:
        rule = _found(table, given)
    if "order" in given:
        return rule
    ascending = _ascending(table)
    return replace(rule, ascending=ascending, data={**rule.data, "order": "ascending"} if ascending else rule.data)


def _of_one(table: PublishedTable, rule: TableRule, data: Mapping[str, Any]) -> TableRule:
    """The rule with totals from 0 to 1 where the published ones are so."""
    greatest = max((row.total for row in table.rows if row.total is not None), default=Decimal(100))
    if "total_full" in data or "best_total" in data or greatest > Decimal("1.5"):
        return rule
    again = Again(table, rule)
    of_one = replace(table_rule(table, {**data, "total_full": "1"}), found=_("Totals are from 0 to 1."))
    return of_one if Again(table, of_one).apart < again.apart else rule


def _ascending(table: PublishedTable) -> bool:
    """Whether the published places run from the least total to the greatest."""
    steps = []
    for numbers in table.ranked_together():
        rows = [table.rows[number] for number in numbers]
        placed = sorted((row.rank, row.total) for row in rows if row.rank is not None and row.total is not None)
        steps += [(two[1] > one[1]) - (two[1] < one[1]) for one, two in pairwise(placed) if one[0] != two[0]]
    return sum(steps) > 0


def _found(table: PublishedTable, data: Mapping[str, Any]) -> TableRule:
    """The rule that is found in some of the rows, for all of them."""
    fit = _settled(_fitting(_sample(table), data), data)
    rule = replace(table_rule(table, fit.data), found=fit.words)
    ties = [] if "tie_by" in data else tie_breakers(Again(table, rule))
    if not ties:
        return rule
    names = [("-" if sign < 0 else "") + table.columns[at] for at, sign in ties]
    words = _("%(found)s; equal totals are parted by %(names)s") % {
        "found": rule.found, "names": ", ".join(table.columns[at] for at, _sign in ties)
    }  # fmt: skip
    return replace(rule, tie_by=tuple(ties), found=words, data={**rule.data, "tie_by": names})


def _sample(table: PublishedTable) -> PublishedTable:
    """Some of the rows, spread over the table, with the one that has most."""
    rows = table.rows
    if len(rows) <= SAMPLE:
        return table
    kept = {at * len(rows) // SAMPLE for at in range(SAMPLE)}
    kept.add(max(range(len(rows)), key=lambda at: rows[at].total or Decimal(0)))
    return replace(table, rows=[rows[at] for at in sorted(kept)])


def _fitting(table: PublishedTable, data: Mapping[str, Any]) -> Fit:
    """Of the rules that the table suggests, the one whose totals agree with the most published ones.

    Weights that the table tells are taken where half of the totals follow from them: what else would fit a few rows
    with a misprint better is no rule.
    """
    known = sum(row.total is not None for row in table.rows)
    best: Fit | None = None
    for proposals, enough in (
        (told(table), Fraction(1, 2)), (alike(table), ENOUGH), (guesses(table), ENOUGH), (solutions(table), ENOUGH),
    ):  # fmt: skip
        for words, proposed in proposals:
            for fit in _tried(Fit(table, words, proposed | dict(data)), data):
                best = fit if fit.better_than(best) else best
            if best and best.again.hits == known:
                return best
        if best and best.again.near >= enough * known:
            return best
    if best is None and not table.total:
        raise SpecError([_("No rule could be found; give one.")])
    return best if best and 2 * best.again.near >= known else _of_totals(table, data)


def _tried(fit: Fit, data: Mapping[str, Any]) -> Iterator[Fit]:
    """A proposed rule, and where something is missing the same with nothing for it."""
    yield fit
    width = len(fit.table.columns)
    columns = [at for at in fit.again.rule.columns if at is not None and at < width]
    if "missing" not in data and any(row.values[at] is None for row in fit.table.rows for at in columns):
        yield fit.with_("missing", "zero", _("what is missing counts as 0"))


def _of_totals(table: PublishedTable, data: Mapping[str, Any]) -> Fit:
    """Where nothing gives the totals, they are taken as they stand: places and bands can still be checked."""
    words = _("The totals do not follow from these columns by any rule that was tried; places go by the totals.")
    if table.by_places:
        words = _("Places go by %(head)s") % {"head": table.total}
    whole = {"weights": {table.total: "1"}, "full": {table.total: "1"}, "total": "sum"}
    return Fit(table, words, whole | dict(data))


def _settled(fit: Fit, data: Mapping[str, Any]) -> Fit:
    """A found rule with what the totals say of missing components and of rounding."""
    while better := _better(fit, data):
        fit = better
    return fit


def _better(fit: Fit, data: Mapping[str, Any]) -> Fit | None:
    """The rule with the one change that brings most totals to the published ones; None where none does."""
    tried: list[tuple[str, Any, str, int]] = [
        ("missing", "zero", _("what is missing counts as 0"), 1),
        ("rounding", "down", _("rounded downwards"), 1),
        ("missing", "others", _("the mean of the others for what is missing"), 1),
        ("rounding", "up", _("rounded upwards"), 1),
        ("part_places", fit.again.rule.spec.places, _("each part rounded before they are added up"), 2),
        ("rounding", "half_even", _("halves rounded to the even digit"), 2),
    ]
    found, least = None, len(fit.table.rows) // 2
    for key, value, words, more in tried:
        if key in data or fit.data.get(key) == value:
            continue
        other = fit.with_(key, value, words)
        hits = other.again.hits
        if hits >= fit.again.hits + more and hits > max(least, found.again.hits if found else 0):
            found = other
    return found
