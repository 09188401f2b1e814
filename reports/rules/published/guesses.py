"""Rules of totals that no weights give: rates of two counts, means without extremes, the weakest part, and others."""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import permutations
from typing import Any

from django.utils.translation import gettext as _

from . import heads as meaning
from .formulas import Evaluated, parsed
from .joining import core
from .tables import PublishedTable

#: Most columns of which all pairs are tried, and how much of the totals a guess must give.
MOST_COLUMNS, ENOUGH = 14, Fraction(3, 4)

Proposal = tuple[str, dict[str, Any]]


def guesses(table: PublishedTable) -> Iterator[Proposal]:
    """Formulas that give most of the totals, the simplest first."""
    rows = [at for at, row in enumerate(table.rows) if row.total is not None]
    if len(rows) < 2:
        return
    for words, formula in [*_same_heads(table), *_rates(table), *_functions(table)]:
        if _gives(table, formula, rows):
            yield words, {"formula": formula}


def quoted(head: str) -> str:
    """A head as a formula names it."""
    return '"' + head.replace('"', "").replace("“", "").replace("”", "")[:60] + '"'


def _same_heads(table: PublishedTable) -> Iterator[tuple[str, str]]:
    """Sums of columns that are called the same: 折算分 beside the points that they were made from."""
    called: dict[str, list[str]] = {}
    for at in table.components:
        head = table.columns[at]
        called.setdefault(core(re.sub(r" \(\d+\)$", "", head.rpartition("/")[2])), []).append(head)
    for name, heads in called.items():
        if 2 <= len(heads) < len(table.components):
            yield _("the sum of the columns “%(head)s”") % {"head": name}, f"sum({', '.join(map(quoted, heads))})"


def _rates(table: PublishedTable) -> Iterator[tuple[str, str]]:
    heads = [table.columns[at] for at in table.components]
    if not 2 <= len(heads) <= MOST_COLUMNS:
        return
    for above, below in permutations(heads, 2):
        words = _("%(above)s ÷ %(below)s") % {"above": above, "below": below}
        yield words + " × 100", f"{quoted(above)} / {quoted(below)} * 100"
        yield words, f"{quoted(above)} / {quoted(below)}"
        without = _("(%(below)s − %(above)s) ÷ %(below)s × 100") % {"above": above, "below": below}
        yield without, f"({quoted(below)} - {quoted(above)}) / {quoted(below)} * 100"


def _functions(table: PublishedTable) -> Iterator[tuple[str, str]]:
    heads = [table.columns[at] for at in table.components]
    heads = [head for head in heads if not meaning.FACTOR.search(head)]
    if not 2 <= len(heads) <= 99:
        return
    listed = ", ".join(map(quoted, heads))
    yield _("the least of the columns"), f"min({listed})"
    yield _("the greatest of the columns"), f"max({listed})"
    yield _("the harmonic mean of the columns"), f"harmonic({listed})"
    if len(heads) > 2:
        yield _("the mean of the columns without the highest and the lowest"), f"mean_without(1, 1, {listed})"
        yield _("the mean of the columns without the lowest"), f"mean_without(1, 0, {listed})"
        yield _("the mean of the columns without the highest"), f"mean_without(0, 1, {listed})"
        yield _("the median of the columns"), f"median({listed})"


def _gives(table: PublishedTable, formula: str, rows: Sequence[int]) -> bool:
    """Whether a formula gives most totals, but for a unit of their last place."""

    def read(row: int, column: int) -> tuple[Fraction, Fraction] | None:
        value = table.rows[row].values[column]
        return None if value is None else (Fraction(value), Fraction(value))

    found = Evaluated(parsed(formula, lambda head: _column(table, head)), len(table.rows), read)
    unit, missed, allowed = Fraction(1, 10 ** table.places_of()), 0, (1 - ENOUGH) * len(rows)
    for row in rows:
        ours = found.of(row)
        missed += ours is None or abs(ours[0] - Fraction(table.rows[row].total or Decimal(0))) > unit
        if missed > allowed:
            return False
    return True


def _column(table: PublishedTable, head: str) -> int:
    return next(at for at, one in enumerate(table.columns) if quoted(one).strip('"') == head)
