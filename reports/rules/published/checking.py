"""A published table beside its recomputation: every total, place and band, and why one differs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import ROUND_DOWN, ROUND_HALF_UP, ROUND_UP, Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from ..columns import Measured
from ..parts import leaves
from ..scoring import Placed, Table, decimal, place
from ..spec import RuleSpec
from .grid import PublishedRow, PublishedTable, places
from .rule import TableRule


@dataclass(slots=True)
class CheckedRow:
    """A unit: ours beside theirs; ``why`` explains each difference."""

    published: PublishedRow
    score: Decimal | None
    rank: int | None
    shared: bool
    band: str
    footnote: str
    difference: Decimal | None = None
    why: list[str] = field(default_factory=list)

    @property
    def agrees(self) -> bool:
        """Whether total, place and band are as published."""
        return not self.why


@dataclass(frozen=True, slots=True)
class Checked:
    """A table with every row computed again."""

    table: PublishedTable
    spec: RuleSpec
    found: str
    rows: list[CheckedRow]

    @property
    def agreeing(self) -> int:
        """Rows without a difference."""
        return sum(row.agrees for row in self.rows)


class Recomputed:
    """A table under a rule and under rules that differ in one thing, each computed once."""

    def __init__(self, table: PublishedTable, rule: TableRule) -> None:
        self.table, self.rule = table, rule

    @cached_property
    def exact(self) -> list[Fraction | None]:
        """Our totals before they are rounded."""
        rule = replace(self.rule, spec=replace(self.rule.spec, rank_on="exact"))
        rows = _placed(self.table, rule, range(len(self.table.rows)))
        found = [rows[number].scored.exact for number in range(len(rows))]
        return [None if exact is None else Fraction(exact) / 10**self.rule.spec.places for exact in found]

    @cached_property
    def variants(self) -> list[tuple[str, bool, list[Decimal | None]]]:
        """What it would mean, whether it is about missing components, and the totals, for each rule that differs."""
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
        specs = [(words, True, replace(self.rule.spec, missing=name)) for name, words in missing.items()]
        specs += [(words, False, replace(self.rule.spec, total=name)) for name, words in totals.items()]
        as_they_stand = tuple(replace(part, weight=part.full) for part in self.rule.spec.components)
        specs.append((totals["sum"], False, replace(self.rule.spec, total="sum", components=as_they_stand)))
        return [
            (words, about, scores_of(self.table, replace(self.rule, spec=spec)))
            for words, about, spec in specs
            if spec != self.rule.spec
        ]


def check_table(table: PublishedTable, rule: TableRule) -> Checked:
    """Compute a published table again and explain every difference."""
    again = Recomputed(table, rule)
    split = _by_group(table)
    rows: dict[int, CheckedRow] = {}
    for numbers in split:
        placed = _placed(table, rule, numbers)
        for row in placed.values():
            rows[row.unit] = _checked(again, row, placed)
        _explain_places(rule.spec, [rows[number] for number in numbers])
    return Checked(table, rule.spec, rule.found, [rows[number] for number in range(len(table.rows))])


def scores_of(table: PublishedTable, rule: TableRule) -> list[Decimal | None]:
    """Our total of every row."""
    rows = _placed(table, rule, range(len(table.rows)))
    return [_score(rule.spec, rows[number]) for number in range(len(table.rows))]


def _by_group(table: PublishedTable) -> list[list[int]]:
    """The rows that are ranked together: each group on its own where places begin anew in it, else all."""
    groups = {name: [n for n, row in enumerate(table.rows) if row.group == name] for name in table.groups}
    firsts = [numbers for numbers in groups.values() if any(table.rows[number].rank == 1 for number in numbers)]
    if len(groups) > 1 and len(firsts) == len(groups):
        return list(groups.values())
    return [list(range(len(table.rows)))]


def _placed(table: PublishedTable, rule: TableRule, numbers: Iterable[int]) -> dict[int, Placed]:
    """Our rows of some of the table's, by number; the order of the table decides among equals."""
    numbers = list(numbers)
    figures = [_measured(table, rule, at, numbers) for at in range(len(rule.columns))]
    units = [(number, f"{number:06}") for number in numbers]
    spec = replace(rule.spec, least_inspections=0)
    return {row.unit: row for row in place(spec, Table(units, figures, {}))}


def _measured(table: PublishedTable, rule: TableRule, at: int, numbers: Sequence[int]) -> Measured:
    full = list(leaves(rule.spec.components))[at].full
    found: dict[int, Any] = {}
    for number in numbers:
        value = table.rows[number].values[rule.columns[at]]
        if value is not None:
            found[number] = (full - value if rule.inverted[at] else value, 1)
    return found


def _score(spec: RuleSpec, row: Placed) -> Decimal | None:
    return None if row.scored.score is None or row.rank is None else decimal(row.scored.score, spec.places)


def _checked(again: Recomputed, row: Placed, group: dict[int, Placed]) -> CheckedRow:
    table, rule = again.table, again.rule
    published, score = table.rows[row.unit], _score(rule.spec, row)
    shared = sum(other.rank == row.rank for other in group.values()) > 1 if row.rank else False
    found = CheckedRow(published, score, row.rank, shared, rule.spec.band(score), row.footnote)
    if published.total is not None and score is not None and published.total != score:
        found.difference = score - published.total
        found.why.append(_why_total(again, row.unit, published.total))
    if published.total is not None and score is None:
        found.why.append(_("We find nothing to add up."))
    if published.band and found.band and published.band != found.band:
        found.why.append(_("Band: %(ours)s by the rule, published %(theirs)s.") % {
            "ours": found.band, "theirs": published.band
        })  # fmt: skip
    return found


#: Half to even equals one of these at every half.
ROUNDINGS = {"half up": ROUND_HALF_UP, "down": ROUND_DOWN, "up": ROUND_UP}


def _why_total(again: Recomputed, number: int, theirs: Decimal) -> str:
    """Why a published total is not ours: rounding, what is missing, another total, or arithmetic."""
    table, rule, exact = again.table, again.rule, again.exact[number]
    if exact is not None:
        for name, rounding in ROUNDINGS.items():
            for digits in {places(theirs), rule.spec.places}:
                if _rounded(exact, digits, rounding) == theirs:
                    return _rounding_words(name, digits, rule.spec)
    lacks = any(table.rows[number].values[column] is None for column in rule.columns)
    for words, about_missing, scores in again.variants:
        if scores[number] == theirs and (lacks or not about_missing):
            return words
    if exact is not None and abs(exact - Fraction(theirs)) <= _slack(table, rule, theirs):
        return _("Within what the rounding of the published components allows.")
    return _("Arithmetic of theirs: by this rule the components give %(exact)s.") % {
        "exact": "—" if exact is None else _rounded(exact, rule.spec.places + 2, ROUND_HALF_UP)
    }


def _rounding_words(name: str, digits: int, spec: RuleSpec) -> str:
    if name == "half up" and digits != spec.places:
        return _("Published with %(places)s decimal places.") % {"places": digits}
    words = {"down": _("downwards"), "up": _("upwards"), "half up": _("half up")}
    return _("Rounding: theirs is rounded %(how)s.") % {"how": words[name]}


def _rounded(exact: Fraction, digits: int, rounding: str) -> Decimal:
    """A fraction at some places; 30 more decide which way."""
    precise = Decimal(exact.numerator * 10 ** (digits + 30) // exact.denominator).scaleb(-digits - 30)
    return precise.quantize(Decimal(1).scaleb(-digits), rounding)


def _slack(table: PublishedTable, rule: TableRule, theirs: Decimal) -> Fraction:
    """How far rounding the components before publication can move a total, and the rounding of the total itself."""
    parts = list(leaves(rule.spec.components))
    weights = sum((Fraction(part.weight) for part in parts), Fraction(0))
    half = Fraction(1, 2)
    moved = Fraction(0)
    for part, column in zip(parts, rule.columns, strict=True):
        step = half / 10 ** table.places_of(column)
        share = Fraction(part.weight) / Fraction(part.full)
        moved += step * (share if rule.spec.total == "sum" else share * 100 / weights)
    return moved + half / 10 ** places(theirs)


def _explain_places(spec: RuleSpec, rows: list[CheckedRow]) -> None:
    """Say why a published place is not ours."""
    by_theirs = _ranks([row.published.total for row in rows], spec.ties)
    dense = _ranks([row.score for row in rows], "dense")
    for row, follows, packed in zip(rows, by_theirs, dense, strict=True):
        theirs = row.published.rank
        if theirs is None or row.rank is None or theirs == row.rank:
            continue
        row.why.append(_why_place(row, follows, packed, rows))


def _why_place(row: CheckedRow, follows: int | None, packed: int | None, rows: list[CheckedRow]) -> str:
    theirs = row.published.rank or 0
    tied = sorted(other.published.rank or 0 for other in rows if other.rank == row.rank)
    if row.shared and row.rank is not None and row.rank <= theirs < row.rank + len(tied) and theirs in tied:
        return _("Equal scores: ours share place %(place)s (并列), theirs stand one after the other.") % {
            "place": row.rank
        }
    if packed == theirs:
        return _("Theirs counts places without gaps after equal scores (1, 1, 2).")
    if follows == theirs:
        return _("Their place follows from their totals.")
    return _("Their place %(theirs)s does not follow from their totals; ours is %(ours)s.") % {
        "theirs": theirs, "ours": row.rank,
    }  # fmt: skip


def _ranks(scores: Sequence[Decimal | None], ties: str) -> list[int | None]:
    """Places by scores, shared 1, 1, 3 or dense."""
    given = sorted((score for score in scores if score is not None), reverse=True)
    ordered = list(dict.fromkeys(given)) if ties == "dense" else given
    first: dict[Decimal, int] = {}
    for position, score in enumerate(ordered, 1):
        first.setdefault(score, position)
    return [None if score is None else first[score] for score in scores]
