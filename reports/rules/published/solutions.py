"""Rules whose weights stand nowhere in a published table, solved from its totals."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import islice
from math import prod

from django.utils.translation import gettext as _

from . import heads as meaning
from .guesses import Proposal
from .solving import rounder, solved
from .tables import PublishedRow, PublishedTable

#: Rows from which weights are solved, digits of logarithms, greatest weight, and rows to spare for odd weights.
SAMPLE, DIGITS, LARGEST, SPARE = 400, 30, Fraction(1000), 3


#: The values of a row, its total, and what the values are multiplied by.
Known = tuple[list[Decimal | None], Decimal | None, Fraction]


def solutions(table: PublishedTable) -> Iterator[Proposal]:
    """Rules with weights solved from the totals: of a sum, of a sum with a constant, and of a geometric mean."""
    times = [at for at in table.components if meaning.FACTOR.search(table.columns[at])]
    columns = [at for at in table.components if at not in times]
    if table.by_places or not columns:
        return
    known: list[Known] = [
        (
            [row.values[at] for at in columns],
            row.total,
            prod((Fraction(row.values[at] or 1) for at in times), start=Fraction(1)),
        )
        for row in table.rows
        if row.total is not None and all(row.values[at] is not None for at in columns)
    ]
    for words, proposed in _solved(table, columns, list(islice(known, SAMPLE))):
        yield words, proposed | ({"times": [table.columns[at] for at in times]} if times else {})


def _factor(row: PublishedRow, times: Sequence[int]) -> Fraction:
    return prod((Fraction(row.values[at] or 1) for at in times), start=Fraction(1))


def _solved(
    table: PublishedTable,
    columns: Sequence[int],
    known: Sequence[Known],
) -> Iterator[Proposal]:
    """Rules with solved weights, from values, totals and what the values are multiplied by."""
    rows = [[Fraction(value or 0) * times for value in values] for values, _total, times in known]
    totals = [Fraction(total or 0) for _values, total, _times in known]
    if len(rows) <= len(columns):
        return
    slack = Fraction(3, 2 * 10 ** table.places_of())
    heads = [table.columns[at] for at in columns]
    if (found := solved(rows, totals, slack)) is not None:
        yield from _rescaled(heads, found, max(totals))
        kept = [at for at, share in enumerate(found) if _reach(rows, at) * abs(share) > 2 * slack]
        fewer = solved([[row[at] for at in kept] for row in rows], totals, slack) if kept else None
        if fewer is not None and len(kept) < len(found):
            yield from _linear([heads[at] for at in kept], fewer, spare=len(rows) - len(kept))
        yield from _linear(heads, found, spare=len(rows) - len(found))
    if (found := solved([[*row, Fraction(1)] for row in rows], totals, slack)) is not None:
        yield from _linear(heads, found[:-1], found[-1], spare=len(rows) - len(found))
    if all(value > 0 for row in rows for value in row) and all(total > 0 for total in totals):
        logs = [[_log(value) for value in row] for row in rows]
        if (found := solved(logs, [_log(total) for total in totals], Fraction(1, 10**4))) is not None:
            yield from _geometric(heads, found)


def _reach(rows: Sequence[Sequence[Fraction]], at: int) -> Fraction:
    """How far the values of a column are apart."""
    values = [row[at] for row in rows]
    return max(values) - min(values)


def _linear(
    heads: Sequence[str], found: Sequence[Fraction], base: Fraction = Fraction(0), *, spare: int
) -> Iterator[Proposal]:
    """Sums with weights near those that were found; only round ones where few rows are to ``spare`` for a proof."""
    constant = round(base) if abs(base - round(base)) < Fraction(1, 2) else base
    for shares in [*rounder(found), list(found)]:
        weights = {head: share for head, share in zip(heads, shares, strict=True) if round(abs(share) * 1000)}
        if not weights or max(map(abs, weights.values())) > LARGEST:
            continue
        if spare < SPARE and any((share * 100).denominator > 1 for share in weights.values()):
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


def _rescaled(heads: Sequence[str], found: Sequence[Fraction], best: Fraction) -> Iterator[Proposal]:
    """Weights of totals that were brought to 100 for the best."""
    whole = sum(found, Fraction(0))
    if best != 100 or whole <= 0 or min(found) < 0 or abs(whole - 1) < Fraction(1, 100):
        return
    for shares in rounder([share / whole for share in found]):
        percents = {head: share * 100 for head, share in zip(heads, shares, strict=True) if share > 0}
        if sum(percents.values()) == 100:
            words = _("%(words)s; the best is 100") % {"words": _solved_words(percents, "%")}
            yield words, {"best_total": "100", "weights": {head: _text(share) for head, share in percents.items()}}


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
