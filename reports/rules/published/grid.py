"""From the cells of a sheet to units with their component values, published totals, places and bands.

Read tolerantly: heads in one to three rows, percent signs, full-width digits, thousands and decimal commas, a dash or a
slash for what is missing, groups as rows of their own or as a merged column, rows of weights or full marks, blocks side
by side, tables one below the other, and units across.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from django.utils.translation import gettext as _

from . import heads as meaning
from .blocks import Block, Blocks
from .heads import places, plain
from .joining import united
from .layout import Grid, cleaned, head_row, heads_of, spans, stretches, turned
from .lines import Lines
from .tables import PublishedRow, PublishedTable, Unreadable


def read_grid(cells: Sequence[Sequence[str | None]], named: Mapping[str, str] | None = None) -> PublishedTable:
    """Read a sheet; ``named`` says of some roles which head they have.

    Raises Unreadable where no head names the units or no column holds figures.
    """
    grid = cleaned(cells)
    wanted = {role: plain(head) for role, head in (named or {}).items()}
    at = head_row(grid, wanted)
    if across := turned(grid, at):
        grid, at, wanted = [*grid[:at], *across], at, {**wanted, "unit": plain(across[0][0])}
    found: list[PublishedTable] = []
    parts = stretches(grid, at)
    for start, end in parts:
        found += _stretch(grid, start, end, wanted, titled=len(parts) > 1)
    if not found:
        raise Unreadable(_("No column of the sheet holds figures."))
    table = united(found)
    if not table.rows:
        raise Unreadable(_("No row of the sheet holds figures."))
    table.remarks[:0] = [cell for row in grid[:at] for cell in row if cell]
    _total_by_places(table)
    _as_percent(table)
    return table


def _stretch(grid: Grid, start: int, end: int, wanted: Mapping[str, str], *, titled: bool) -> list[PublishedTable]:
    """The tables side by side under one row of heads; ``titled``: what stands above it names a group."""
    heads, first = heads_of(grid, start)
    reader = Blocks(grid[:end], heads, first, wanted)
    found = []
    for span in spans(heads):
        if block := reader.of(span):
            table = _empty(block)
            lines = Lines(block, table, group=_title(grid, start) if titled else "")
            lines.read(grid[:end], first)
            found.append(table)
    return found


def _title(grid: Grid, start: int) -> str:
    """The one text in the row above the heads."""
    above = next((row for row in reversed(grid[:start]) if any(row)), [])
    texts = [cell for cell in above if cell]
    return texts[0] if len(texts) == 1 and not meaning.REMARK.match(texts[0]) else ""


def _empty(block: Block) -> PublishedTable:
    table = PublishedTable(
        [block.heads[column] for column in block.columns], [], block.heads.get(block.roles.get("total", -1), "")
    )
    table.aside = {at for at, column in enumerate(block.columns) if column in block.aside}
    table.heads = [head for head in block.heads.values() if head]
    table.roles = {role: block.heads[column] for role, column in block.roles.items()}
    return table


def _total_by_places(table: PublishedTable) -> None:
    """Where places but no totals are named: the column by which the units stand in the order of their places."""
    if table.total or all(row.rank is None for row in table.rows) or len(table.components) < 2:
        return
    for at in sorted(table.components, key=lambda at: (not meaning.RATE.search(table.columns[at]), at)):
        if _in_order([row for row in table.rows if row.rank is not None], at):
            table.total, table.by_places = table.columns[at], True
            table.roles["total"] = table.total
            table.aside.add(at)
            for row in table.rows:
                row.total = row.values[at]
            return


def _in_order(rows: Sequence[PublishedRow], at: int) -> bool:
    """Whether a column falls, or rises, from place to place within each group."""
    known = sorted((row.group, row.rank or 0, -(row.values[at] or 0)) for row in rows if row.values[at] is not None)
    steps = [two[2] - one[2] for one, two in pairwise(known) if one[0] == two[0]]
    return len(known) == len(rows) and any(steps) and (min(steps) >= 0 or max(steps) <= 0)


def _as_percent(table: PublishedTable) -> None:
    """Columns of shares (0.9331) beside totals in points are percentages that the file keeps as fractions."""
    totals = [row.total for row in table.rows if row.total is not None]
    if not totals or max(totals) <= 1:
        return
    for at in table.components:
        given = [row.values[at] for row in table.rows if row.values[at] is not None]
        shares = [value for value in given if value is not None and 0 <= value <= 1]
        if given and len(shares) == len(given) and any(places(value) > 1 for value in shares):
            for row in table.rows:
                value = row.values[at]
                row.values[at] = None if value is None else value * 100
            table.notes.append(_("%(head)s was read as percentages.") % {"head": table.columns[at]})
