"""Published tables that belong together: parts of a sheet, groups on sheets of their own, weights on another sheet."""

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

from . import heads as meaning
from .heads import clean, is_number, number, plain
from .tables import PublishedRow, PublishedTable

#: A sheet of this name holds the totals of the others.
WHOLE = re.compile(r"总表|总分|总成绩|汇总|综合|summary|overall|total", re.IGNORECASE)


def core(head: str) -> str:
    """A head for comparing without what stands in brackets: weights and full marks."""
    return plain(re.sub(r"[(（\[【].*?[)）\]】]|\d+(?:\.\d+)?\s*%", "", head)) or plain(head)


def united(tables: Sequence[PublishedTable]) -> PublishedTable:
    """Tables under each other as one: columns of the same head are one column. What shares none is left aside."""
    whole = tables[0]
    for table in tables[1:]:
        names = [core(head) for head in whole.columns]
        if not set(names) & {core(head) for head in table.columns}:
            whole.notes.append(
                _("A block with other heads was left aside: %(heads)s.") % {"heads": ", ".join(table.columns)}
            )
            continue
        _append(whole, table)
    return whole


def _append(whole: PublishedTable, table: PublishedTable) -> None:
    """The rows of a table below those of another; columns that are new come last."""
    names = [core(head) for head in whole.columns]
    where = []
    for at, head in enumerate(table.columns):
        if core(head) not in names:
            names.append(core(head))
            whole.columns.append(head)
            whole.aside |= {len(names) - 1} if at in table.aside else set()
            for row in whole.rows:
                row.values.append(None)
        where.append(names.index(core(head)))
    for row in table.rows:
        values: list[Decimal | None] = [None] * len(names)
        for at, value in zip(where, row.values, strict=True):
            values[at] = value
        row.values = values
        whole.rows.append(row)
    whole.total = whole.total or table.total
    whole.notes += table.notes
    whole.remarks += table.remarks


def book(tables: Sequence[tuple[str, PublishedTable]]) -> PublishedTable:
    """The tables of a workbook as one: groups that stand on sheets of their own, and sheets with parts of the totals.

    Sheets of the same heads and other units are groups; columns of sheets about the same units may be named in a rule
    as ``sheet/head``. Of several the one whose name says so holds the totals, else the first.
    """
    main = next((one for one in tables if WHOLE.search(one[0])), tables[0])
    name, whole = main
    units = {row.unit for row in whole.rows}
    for other, table in tables:
        if table is whole:
            continue
        theirs = {row.unit for row in table.rows}
        if [core(head) for head in table.columns] == [core(head) for head in whole.columns] and not units & theirs:
            _grouped(whole, name)
            _grouped(table, other)
            _append(whole, table)
            units |= theirs
            whole.notes.append(_("Sheet “%(name)s” was read as a group.") % {"name": other})
        elif 2 * len(units & theirs) > len(units):
            _beside(whole, table, other)
    return whole


def _grouped(table: PublishedTable, name: str) -> None:
    for row in table.rows:
        row.group = row.group or name


def _beside(whole: PublishedTable, table: PublishedTable, name: str) -> None:
    """The columns of a sheet about the same units, which a rule may name."""
    rows: dict[str, PublishedRow] = {row.unit: row for row in reversed(table.rows)}
    for at, head in enumerate(table.columns):
        whole.aside.add(len(whole.columns))
        whole.columns.append(f"{name}/{head}")
        for row in whole.rows:
            row.values.append(rows[row.unit].values[at] if row.unit in rows else None)


def weights_on(cells: Iterable[Sequence[str | None]], table: PublishedTable) -> bool:
    """Take the weights and full marks of a sheet that lists them by head; whether it was such a sheet."""
    grid = [[clean(cell) for cell in row] for row in cells]
    found: dict[int, dict[int, Decimal]] = {}
    kinds: dict[int, str] = {}
    names = {core(head): at for at, head in enumerate(table.columns)}
    for row in grid:
        said = {column: kind for column, cell in enumerate(row) if cell and (kind := _kind(cell))}
        if said and not any(is_number(cell) for cell in row):
            kinds = kinds or said
            continue
        at = next((names[core(cell)] for cell in row if cell and core(cell) in names), None)
        for column in kinds:
            value = number(row[column]) if column < len(row) else None
            if at is not None and value is not None:
                found.setdefault(column, {})[at] = value
    for column, values in found.items():
        (table.weights if kinds[column] == "weights" else table.marks).update(values)
    return bool(found)


def _kind(cell: str) -> str:
    """What a head of a list of components says: weights or full marks."""
    if meaning.WEIGHTS.fullmatch(cell):
        return "weights"
    return "marks" if meaning.MARKS.fullmatch(cell) else ""
