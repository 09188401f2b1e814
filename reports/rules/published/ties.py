"""What parts equal totals of a published table: the columns that decided, found from the published places."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise

from .again import Again

MOST_TIES = 3


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
    if again.table.by_places and count == 1:
        pairs = _by_the_next(again, pairs, found)
    while pairs and count > 1 and len(found) < MOST_TIES:
        parted = [(len(open_), at, sign, open_) for at, sign, open_ in _parted(again, pairs)]
        if not parted:
            return []
        _count, at, sign, pairs = min(parted, key=lambda one: (one[0], -one[2], one[1]))
        found.append((at, sign))
    return [] if pairs else found


def _by_the_next(again: Again, pairs: list[tuple[int, int]], found: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """One tie is parted by the column after the total, as medal tables are, if it does."""
    table = again.table
    at = table.columns.index(table.total) + 1
    (one, two), values = pairs[0], [row.values[at] if at < len(table.columns) else None for row in table.rows]
    if (values[one] or 0) <= (values[two] or 0):
        return pairs
    found.append((at, 1))
    return []


def _parted(again: Again, pairs: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int, list[tuple[int, int]]]]:
    """Columns by which no pair stands the wrong way round, and the pairs that they leave open."""
    rows = again.table.rows
    for at in range(len(again.table.columns)):
        gaps = [(rows[one].values[at] or Decimal(0)) - (rows[two].values[at] or Decimal(0)) for one, two in pairs]
        for sign in (1, -1):
            if any(gaps) and all(sign * gap >= 0 for gap in gaps):
                yield at, sign, [pair for pair, gap in zip(pairs, gaps, strict=True) if not gap]
