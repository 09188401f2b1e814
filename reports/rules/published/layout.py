"""How a published table lies on its sheet: where its heads are, in how many rows, turned on its side, or begun anew."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from django.utils.translation import gettext as _

from . import heads as meaning
from .heads import NUMBER, clean, is_number, is_unit, plain
from .tables import Unreadable

#: Rows below the top in which the heads are looked for, most rows of heads, and most rows of a table.
SEARCHED, MOST_HEADS, MOST_ROWS = 30, 3, 20_000
COMMA = re.compile(r"[-+−]?(?:\d{1,3}(?:\.\d{3})+|\d+),(?:\d{1,2}|\d{4,})%?")
FIGURE = re.compile(r"[-+−\d.,%]+")
POINT = re.compile(r"\d\.\d{1,2}(?!\d)")

Grid = list[list[str]]


def cleaned(cells: Sequence[Sequence[str | None]]) -> Grid:
    """The cells as plain text in rows of equal length, with decimal points."""
    grid = [[clean(cell) for cell in row] for row in cells[:MOST_ROWS]]
    width = max((len(row) for row in grid), default=0)
    grid = [row + [""] * (width - len(row)) for row in grid]
    texts = [cell for row in grid for cell in row if cell]
    if any(COMMA.fullmatch(cell) for cell in texts) and not any(POINT.search(cell) for cell in texts):
        swapped = str.maketrans(",", ".", ".")
        grid = [
            [cell.translate(swapped) if re.fullmatch(r"[-+−\d.,%]+", cell) else cell for cell in row] for row in grid
        ]
    return grid


def head_row(grid: Grid, wanted: Mapping[str, str]) -> int:
    """The row of heads: the first that names units and has other texts; else the first of texts above figures.

    Raises Unreadable where there is none.
    """
    texts = [[cell for cell in row if cell and not NUMBER.fullmatch(cell)] for row in grid[:SEARCHED]]
    for at, row in enumerate(texts):
        if len(set(row)) >= 2 and (
            any(is_unit(cell) for cell in row) or (wanted.get("unit") or "—") in [plain(cell) for cell in row]
        ):
            return at
    for at, row in enumerate(texts[:-1]):
        below = [cell for cell in grid[at + 1] if cell]
        if len(set(row)) >= 3 and sum(is_number(cell) for cell in below) >= 2:
            return at
    raise Unreadable(_("No row of heads was found: one of them must name the units (单位, 街道, 部门 …)."))


def heads_of(grid: Grid, at: int) -> tuple[list[str], int]:
    """The heads of all columns, of up to three rows where the upper ones span several columns, and the row below."""
    levels = [grid[at]]
    while len(levels) < MOST_HEADS and _continues(grid, at, len(levels)):
        levels.append(grid[at + len(levels)])
    heads = []
    for column in range(len(grid[at])):
        deepest = max((level for level, row in enumerate(levels) if row[column]), default=0)
        names = [_spanning(levels, level, column) for level in range(deepest)] if deepest else []
        names.append(levels[deepest][column])
        heads.append("/".join(dict.fromkeys(filter(None, names))))
    return heads, at + len(levels)


def _spanning(levels: Sequence[Sequence[str]], level: int, column: int) -> str:
    """What stands over a column in a row of heads: its own cell, or the one to the left that spans it."""
    while column > 0 and not levels[level][column] and not any(levels[upper][column] for upper in range(level)):
        column -= 1
    return levels[level][column]


def _continues(grid: Grid, at: int, further: int) -> bool:
    """Whether a row below the heads says more of them: texts only, some where the heads are blank, no unit."""
    row = grid[at + further] if at + further < len(grid) else []
    texts = [cell for cell in row if cell]
    if not texts or any(is_number(cell) for cell in texts):
        return False
    units = [column for column, head in enumerate(grid[at]) if is_unit(head)]
    if any(row[column] and row[column] != grid[at][column] for column in units):
        return False
    if further == 1:
        return any(cell and not grid[at][column] for column, cell in enumerate(row))
    return len(texts) > 1 and any(cell and not grid[at + 1][column] for column, cell in enumerate(row))


def spans(heads: Sequence[str]) -> Iterator[range]:
    """The columns of each block: a new one begins where the heads begin anew."""
    named = [(column, head) for column, head in enumerate(heads) if head]
    units = [column for column, head in named if is_unit(head)]
    again = [column for column in units if heads[column] == heads[units[0]]]
    if len(again) < 2:
        yield range(len(heads))
        return
    lead = len([column for column, _head in named if column < again[0]])
    starts = []
    for column in again:
        before = [one for one, _head in named if one < column]
        starts.append(before[-lead] if lead and len(before) >= lead else column)
    starts[0] = 0
    yield from (range(start, end) for start, end in zip(starts, [*starts[1:], len(heads)], strict=True))


def stretches(grid: Grid, at: int) -> list[tuple[int, int]]:
    """From which row of heads to which row each table on the sheet reaches: a new one begins where units are named."""
    named = {(column, head) for column, head in enumerate(grid[at]) if is_unit(head)}
    starts = [at]
    for line in range(at + 2, len(grid)):
        texts = [cell for cell in grid[line] if cell]
        again = any(grid[line][column] == head for column, head in named)
        if again and len(set(texts)) > 1 and not any(is_number(cell) for cell in texts):
            starts.append(line)
    return [(one, two) for one, two in pairwise([*starts, len(grid)])]


def turned(grid: Grid, at: int) -> Grid | None:
    """The table with units in rows, where they stand across and the totals in a row; None where they do not."""
    head = grid[at]
    says = (meaning.TOTAL.fullmatch, meaning.RANK.search)
    if any(test(cell) for test in (*says, meaning.LIKE_TOTAL.fullmatch) for cell in head if cell):
        return None
    labels = next((column for column, cell in enumerate(head) if cell), 0)
    below = [row[labels] for row in grid[at + 1 :]]
    summing = [cell for cell in below if meaning.SUMMARY.fullmatch(cell)]
    if not any(test(cell) for test in says for cell in below if cell and cell not in summing):
        return None
    lines = [row[labels:] for row in grid[at:] if row[labels]]
    across = [list(column) for column in zip(*lines, strict=True)]
    across[0][0] = _("Unit")
    return across
