"""The rule of a published table: the one given, or one found from its heads, its rows of weights and its totals."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import islice, pairwise
from typing import Any

from django.utils.translation import gettext as _

from . import heads as meaning
from .again import Again
from .grid import PublishedTable
from .rule import TableRule, table_rule
from .solving import rounder, solved

#: A weight in a head: 实地考察(85%), 问卷 15 %, 权重0.4, 满分20分.
PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*%")
SHARE = re.compile(r"(?:权重|占比|×|\*)\s*[:：]?\s*(0?\.\d+)")
MARKS = re.compile(r"[(（](?:满分|共|计)?\s*(\d+(?:\.\d+)?)\s*分?[)）]")
#: Rows from which weights are solved, digits of logarithms, and how much of the totals a found rule must reproduce.
SAMPLE, DIGITS, ENOUGH = 400, 30, Fraction(9, 10)
LARGEST, MOST_TIES = Fraction(1000), 3

Proposal = tuple[str, dict[str, Any]]


def rule_for(table: PublishedTable, data: Mapping[str, Any] | None) -> TableRule:
    """The rule that is given, or the one that fits best. Raises SpecError or LookupError as ``table_rule`` does.

    What a given rule leaves open is settled by the totals: which way places run, and whether an index has 0 to 1.
    """
    given = data or {}
    if {"weights", "components", "plus", "minus"} & set(given):
        rule = _of_one(table, table_rule(table, given), given)
    else:
        rule = _settled(table, fitting_rule(table, given), given)
    return replace(rule, ascending=_ascending(table)) if "order" not in given else rule


def _of_one(table: PublishedTable, rule: TableRule, data: Mapping[str, Any]) -> TableRule:
    """The rule with totals from 0 to 1 where the published ones are so."""
    greatest = max((row.total for row in table.rows if row.total is not None), default=Decimal(100))
    if "total_full" in data or "best_total" in data or greatest > Decimal("1.5"):
        return rule
    again = Again(table, rule)
    of_one = replace(rule, factor=Fraction(1, 100), found=_("Totals are from 0 to 1."))
    return of_one if Again(table, of_one).apart < again.apart else rule


def _ascending(table: PublishedTable) -> bool:
    """Whether the published places run from the least total to the greatest."""
    placed = [(row.group, row.rank, row.total) for row in table.rows if row.rank is not None and row.total is not None]
    pairs = list(pairwise(sorted(placed)))
    steps = [(two[2] > one[2]) - (two[2] < one[2]) for one, two in pairs if one[0] == two[0]]
    return sum(steps) > 0


def fitting_rule(table: PublishedTable, data: Mapping[str, Any]) -> TableRule:
    """Of the rules that the table suggests, the one whose totals agree with the most published ones."""
    known = sum(row.total is not None for row in table.rows)
    best: Again | None = None
    for proposals in (_proposals(table), _solutions(table)):
        for words, proposed in proposals:
            again = Again(table, replace(table_rule(table, proposed | dict(data)), found=words))
            if best is None or again.near > best.near or (again.near == best.near and 4 * again.hits > 5 * best.hits):
                best = again
            if best.hits == known:
                return best.rule
        if best and best.near >= ENOUGH * known:
            return best.rule
    if best is None:
        raise LookupError(_("No rule could be found; give one."))
    return best.rule if 2 * best.near >= known else _of_totals(table, data)


def _of_totals(table: PublishedTable, data: Mapping[str, Any]) -> TableRule:
    """Where nothing gives the totals, they are taken as they stand: places and bands can still be checked."""
    rule = table_rule(table, {"weights": {table.total: "1"}, "full": {table.total: "1"}, "total": "sum"} | dict(data))
    words = _("The totals do not follow from these columns by any rule that was tried; places go by the totals.")
    return replace(rule, found=words)


def _settled(table: PublishedTable, rule: TableRule, data: Mapping[str, Any]) -> TableRule:
    """A found rule with what the totals say of missing components and of rounding."""
    best = Again(table, rule)
    tried = [("missing", "zero", _("what is missing counts as 0")), ("rounding", "down", _("rounded downwards"))]
    tried += [
        ("missing", "others", _("the mean of the others for what is missing")),
        ("rounding", "up", _("rounded upwards")),
    ]
    for key, value, words in tried:
        if key not in data:
            spec = best.rule.spec
            spec = replace(spec, missing=value) if key == "missing" else replace(spec, rounding=value)
            other = Again(table, replace(best.rule, spec=spec, found=f"{best.rule.found}; {words}"))
            best = other if other.hits > max(best.hits, len(table.rows) // 2) else best
    ties = [] if "tie_by" in data else tie_breakers(best)
    if not ties:
        return best.rule
    names = ", ".join(table.columns[at] for at, _sign in ties)
    words = _("%(found)s; equal totals are parted by %(names)s") % {"found": best.rule.found, "names": names}
    return replace(best.rule, tie_by=tuple(ties), found=words)


def tie_breakers(again: Again) -> list[tuple[int, int]]:
    """Columns that part equal totals as published, the first to decide first; none unless they explain two ties."""
    rows = again.table.rows
    pairs = [
        (one, two)
        for numbers in again.groups
        for one, two in pairwise(sorted(numbers, key=lambda number: rows[number].rank or 0))
        if rows[one].rank is not None and again.scores[one] is not None and again.scores[one] == again.scores[two]
        and (rows[one].rank or 0) < (rows[two].rank or 0)
    ]  # fmt: skip
    count, found = len(pairs), list[tuple[int, int]]()
    while pairs and count > 1 and len(found) < MOST_TIES:
        parted = [(len(open_), at, sign, open_) for at, sign, open_ in _parted(again, pairs)]
        if not parted:
            return []
        _count, at, sign, pairs = min(parted, key=lambda one: (one[0], -one[2], one[1]))
        found.append((at, sign))
    return [] if pairs else found


def _parted(again: Again, pairs: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int, list[tuple[int, int]]]]:
    """Columns by which no pair stands the wrong way round, and the pairs that they leave open."""
    rows = again.table.rows
    for at in range(len(again.table.columns)):
        gaps = [(rows[one].values[at] or Decimal(0)) - (rows[two].values[at] or Decimal(0)) for one, two in pairs]
        for sign in (1, -1):
            if any(gaps) and all(sign * gap >= 0 for gap in gaps):
                yield at, sign, [pair for pair, gap in zip(pairs, gaps, strict=True) if not gap]


def _proposals(table: PublishedTable) -> Iterator[Proposal]:
    """Weights in a row or in the heads; else the mean, the sum and the geometric mean of the columns."""
    heads = [table.columns[at] for at in table.components]
    plus = [head for head in heads if meaning.PLUS.search(head)]
    minus = [head for head in heads if meaning.MINUS.search(head)]
    main = [head for head in heads if head not in plus and head not in minus]
    bonus: dict[str, Any] = {"plus": plus, "minus": minus} if plus or minus else {}
    for words, shares in (
        (_("weights as in the table's row of weights"), _row(table, table.weights)),
        (_("weights as in the heads"), {head: _head_weight(head) for head in main}),
    ):
        if main and all(shares.get(head) for head in main):
            weights = {head: str(shares[head]) for head in main}
            full = _row(table, table.marks)
            marks = (
                {"full": {head: str(full[head]) for head in main}}
                if full and all(full.get(head) for head in main)
                else {}
            )
            yield words, {"weights": weights} | bonus | marks
            yield _("%(words)s, added up") % {"words": words}, {"weights": weights, "total": "sum"} | bonus
    if main:
        yield _("the mean of the columns"), {"weights": dict.fromkeys(main, "1")} | bonus
        ones = {"weights": dict.fromkeys(main, "1"), "full": dict.fromkeys(main, "1"), "total": "sum"}
        yield _("the sum of the columns"), ones | bonus
        if bonus:
            yield _("what is added and taken off, from 100"), {"weights": {}, "base": "100"} | bonus
            yield _("the sum of the columns"), ones | {"plus": plus}
        yield (
            _("the geometric mean of the columns"),
            {"weights": dict.fromkeys(main, "1"), "total": "geometric"} | bonus,
        )


def _row(table: PublishedTable, values: Mapping[int, Decimal]) -> dict[str, Decimal]:
    return {table.columns[at]: value for at, value in values.items()}


def _head_weight(head: str) -> Decimal | None:
    for pattern, factor in ((PERCENT, 1), (SHARE, 100), (MARKS, 1)):
        found = pattern.search(head)
        if found and Decimal(found[1]) > 0:
            return Decimal(found[1]) * factor
    return None


# --- weights that stand nowhere --------------------------------------------------------------------------------------


def _solutions(table: PublishedTable) -> Iterator[Proposal]:
    """Rules with weights solved from the totals: of a sum, of a sum with a constant, and of a geometric mean."""
    columns = table.components
    known = [
        ([row.values[at] for at in columns], row.total)
        for row in table.rows
        if row.total is not None and all(row.values[at] is not None for at in columns)
    ]
    rows = [[Fraction(value or 0) for value in values] for values, _total in islice(known, SAMPLE)]
    totals = [Fraction(total or 0) for _values, total in islice(known, SAMPLE)]
    if len(rows) <= len(columns):
        return
    slack = Fraction(3, 2 * 10 ** table.places_of())
    heads = [table.columns[at] for at in columns]
    if (found := solved(rows, totals, slack)) is not None:
        kept = [at for at, share in enumerate(found) if _reach(rows, at) * abs(share) > 2 * slack]
        fewer = solved([[row[at] for at in kept] for row in rows], totals, slack) if kept else None
        if fewer is not None and len(kept) < len(found):
            yield from _linear([heads[at] for at in kept], fewer)
        yield from _linear(heads, found)
    if (found := solved([[*row, Fraction(1)] for row in rows], totals, slack)) is not None:
        yield from _linear(heads, found[:-1], found[-1])
    if all(value > 0 for row in rows for value in row) and all(total > 0 for total in totals):
        logs = [[_log(value) for value in row] for row in rows]
        if (found := solved(logs, [_log(total) for total in totals], Fraction(1, 10**4))) is not None:
            yield from _geometric(heads, found)


def _reach(rows: Sequence[Sequence[Fraction]], at: int) -> Fraction:
    """How far the values of a column are apart."""
    values = [row[at] for row in rows]
    return max(values) - min(values)


def _linear(heads: Sequence[str], found: Sequence[Fraction], base: Fraction = Fraction(0)) -> Iterator[Proposal]:
    constant = round(base) if abs(base - round(base)) < Fraction(1, 2) else base
    for shares in [*rounder(found), list(found)]:
        weights = {head: share for head, share in zip(heads, shares, strict=True) if round(abs(share) * 1000)}
        if not weights or max(map(abs, weights.values())) > LARGEST:
            continue
        if not base and min(weights.values()) > 0 and sum(weights.values()) == 1:
            percents = {head: share * 100 for head, share in weights.items()}
            yield _solved_words(percents, "%"), {"weights": {head: _text(share) for head, share in percents.items()}}
            continue
        finer = 1000 if max(map(abs, weights.values())) <= 1 else 1
        yield _solved_words(weights, "", Fraction(constant)), {
            "total": "sum", "full": dict.fromkeys(weights, str(finer)), "base": _text(Fraction(constant)),
            "weights": {head: _text(share * finer) for head, share in weights.items()},
        }  # fmt: skip


def _geometric(heads: Sequence[str], found: Sequence[Fraction]) -> Iterator[Proposal]:
    whole = sum(found, Fraction(0))
    if abs(whole - 1) > Fraction(1, 50) or min(found) <= 0:
        return
    for shares in rounder(found):
        if min(shares) > 0:
            percents = {head: share * 100 for head, share in zip(heads, shares, strict=True)}
            words = _("geometric mean; %(words)s") % {"words": _solved_words(percents, "%")}
            yield words, {"total": "geometric", "weights": {head: _text(share) for head, share in percents.items()}}


def _solved_words(weights: Mapping[str, Fraction], sign: str, base: Fraction = Fraction(0)) -> str:
    told = ", ".join(f"{head} {_text(share)}{sign and ' ' + sign}" for head, share in weights.items())
    words = _("No weights stand in the table; by least squares from its totals: %(weights)s") % {"weights": told}
    return words + (_(", from %(base)s on") % {"base": _text(base)} if base else "")


def _text(share: Fraction) -> str:
    """A coefficient with at most three places, which is what a rule can hold."""
    return f"{(Decimal(round(share * 1000)) / 1000).normalize():f}"


def _log(value: Fraction) -> Fraction:
    with localcontext() as context:
        context.prec = DIGITS
        return Fraction((Decimal(value.numerator) / Decimal(value.denominator)).ln())
