"""From the cells of a sheet to units with their component values, published totals, places and bands.

Read tolerantly: heads in one row or two, percent signs, full-width digits, thousands commas, a dash or a slash for what
is missing, groups as rows of their own or as a merged column, rows of weights or full marks, and blocks side by side.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise

from django.utils.translation import gettext as _

from . import heads as meaning
from .heads import MISSING, NUMBER, clean, is_unit, number, place_of, places, plain

#: Rows below the top in which the heads are looked for, and most rows of a table.
SEARCHED, MOST_ROWS = 30, 20_000
#: What a reader may name by its head: {"columns": {"unit": "Institution", "total": "HDI"}}.
ROLES = ("unit", "total", "rank", "band", "group")


class Unreadable(ValueError):
    """The sheet is not a table of scores; the message says what is missing."""


@dataclass(slots=True)
class PublishedRow:
    """A unit as published; values by column, None where nothing was given. ``last_rank`` ends a range of places."""

    unit: str
    group: str
    values: list[Decimal | None]
    total: Decimal | None = None
    rank: int | None = None
    band: str = ""
    line: int = 0
    last_rank: int | None = None


@dataclass(slots=True)
class PublishedTable:
    """A published table: the heads of its columns of figures, its rows, and what was left aside while reading.

    ``aside``: columns that are no components unless a rule names them (numbers, years, places in single components);
    ``weights`` and ``marks``: what rows of weights and full marks say, by column.
    """

    columns: list[str]
    rows: list[PublishedRow]
    total: str = ""
    notes: list[str] = field(default_factory=list)
    aside: set[int] = field(default_factory=set)
    weights: dict[int, Decimal] = field(default_factory=dict)
    marks: dict[int, Decimal] = field(default_factory=dict)

    @property
    def groups(self) -> list[str]:
        """The groups in their order."""
        return list(dict.fromkeys(row.group for row in self.rows))

    @property
    def components(self) -> list[int]:
        """The columns that may be components, without being named."""
        return [at for at in range(len(self.columns)) if at not in self.aside]

    def places_of(self, column: int | None = None) -> int:
        """The most decimal places of a column, or of the published totals."""
        found = [row.total if column is None else row.values[column] for row in self.rows]
        return max((places(value) for value in found if value is not None), default=0)


@dataclass(slots=True)
class _Block:
    """One table on the sheet: the columns of its parts."""

    roles: dict[str, int]
    columns: list[int]
    aside: set[int]
    heads: dict[int, str]


def read_grid(cells: Sequence[Sequence[str | None]], named: Mapping[str, str] | None = None) -> PublishedTable:
    """Read a sheet; ``named`` says of some roles which head they have.

    Raises Unreadable where no head names the units or no column holds figures.
    """
    grid = [[clean(cell) for cell in row] for row in cells[:MOST_ROWS]]
    width = max((len(row) for row in grid), default=0)
    grid = [row + [""] * (width - len(row)) for row in grid]
    wanted = {role: plain(head) for role, head in (named or {}).items()}
    at = _head_row(grid, wanted)
    heads, first = _heads(grid, at)
    reader = _Blocks(grid, heads, first, wanted)
    blocks = [block for span in _spans(heads) if (block := reader.of(span))]
    if not blocks:
        raise Unreadable(_("No column of the sheet holds figures."))
    return _table(grid, blocks, first)


def _head_row(grid: list[list[str]], wanted: Mapping[str, str]) -> int:
    """The row of heads: the first that names units and has other texts; else the first of texts above figures."""
    texts = [[cell for cell in row if cell and not NUMBER.fullmatch(cell)] for row in grid[:SEARCHED]]
    for at, row in enumerate(texts):
        if len(set(row)) >= 2 and (
            any(is_unit(cell) for cell in row) or wanted.get("unit", "—") in [plain(cell) for cell in row]
        ):
            return at
    for at, row in enumerate(texts[:-1]):
        below = [cell for cell in grid[at + 1] if cell]
        if len(set(row)) >= 3 and sum(bool(NUMBER.fullmatch(cell.rstrip("%分"))) for cell in below) >= 2:
            return at
    raise Unreadable(_("No row of heads was found: one of them must name the units (单位, 街道, 部门 …)."))


def _heads(grid: list[list[str]], at: int) -> tuple[list[str], int]:
    """The heads of all columns, of two rows where the upper ones span several columns, and the first row below."""
    heads = list(grid[at])
    below = grid[at + 1] if at + 1 < len(grid) else []
    under = [cell for column, cell in enumerate(below) if cell and not heads[column]]
    two = bool(under) and not any(NUMBER.fullmatch(cell.rstrip("%分")) for cell in below if cell)
    if not two:
        return heads, at + 1
    upper = ""
    for column, head in enumerate(heads):
        upper = head or upper
        if below[column]:
            heads[column] = f"{upper}/{below[column]}" if upper and upper != below[column] else below[column]
    return heads, at + 2


def _spans(heads: list[str]) -> Iterator[range]:
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


class _Blocks:
    """Tells what the columns of a block are."""

    def __init__(self, grid: list[list[str]], heads: list[str], first: int, wanted: Mapping[str, str]) -> None:
        self.grid, self.heads, self.first, self.wanted = grid, heads, first, wanted

    def of(self, span: range) -> _Block | None:
        """A block's columns by what they are; None where nothing names units or holds figures."""
        named = [column for column in span if self.heads[column]]
        figures = [column for column in named if self._figures(column)]
        roles = {
            role: column for role, head in self.wanted.items() for column in named if plain(self.heads[column]) == head
        }
        texts = [column for column in named if column not in roles.values()]
        self._unit(roles, texts)
        self._others(roles, texts, figures)
        if "unit" not in roles:
            return None
        taken = set(roles.values())
        columns = [column for column in figures if column not in taken]
        aside = {column for column in columns if self._is_aside(column)}
        if "total" in roles:
            columns.append(roles["total"])
            aside |= {roles["total"]} if len(columns) > len(aside) + 1 else set()
        if len(columns) == len(aside):
            return None
        return _Block(roles, columns, aside, {column: self.heads[column] for column in span})

    def _cells(self, column: int) -> list[str]:
        return [row[column] for row in self.grid[self.first :]]

    def _figures(self, column: int) -> bool:
        """Whether a column holds figures: most of what is written in it."""
        written = [cell for cell in self._cells(column) if cell.lower() not in MISSING]
        return 2 * sum(NUMBER.match(cell) is not None for cell in written) > len(written) > 0

    def _unit(self, roles: dict[str, int], texts: list[int]) -> None:
        """The column of the units: by its head, of several the one with most different texts."""
        if "unit" in roles:
            return
        words = [column for column in texts if not self._figures(column)]
        words = [
            column for column in words if not self._is(meaning.RANK, column) and not self._is(meaning.BAND, column)
        ]
        found = [column for column in words if is_unit(self.heads[column])] or [
            column for column in words if not meaning.IGNORED.match(self.heads[column])
        ]
        if found:
            roles["unit"] = max(found, key=lambda column: (len({*self._cells(column)}), -column))

    def _is(self, words: object, column: int) -> bool:
        return bool(words.search(self.heads[column]))  # type: ignore[attr-defined]

    def _others(self, roles: dict[str, int], texts: list[int], figures: list[int]) -> None:
        """Totals, places, bands and groups by their heads."""
        unit = roles.get("unit", -1)
        plain_ones = [column for column in texts if column != unit and not meaning.IGNORED.match(self.heads[column])]
        ranks = [column for column in plain_ones if self._is(meaning.RANK, column)]
        bands = [column for column in plain_ones if self._is(meaning.BAND, column) and column not in figures]
        groups = [column for column in plain_ones if meaning.GROUP.match(self.heads[column])]
        last = {column: self.heads[column].rpartition("/")[2] for column in figures if column not in ranks}
        totals = [column for column, head in last.items() if meaning.TOTAL.fullmatch(head)]
        totals = totals or [column for column, head in last.items() if meaning.LIKE_TOTAL.fullmatch(head)][-1:]
        for role, found in (("total", totals), ("band", bands), ("group", groups)):
            if found:
                roles.setdefault(role, found[-1])
        if ranks:
            roles.setdefault("rank", self._best_rank(ranks, roles.get("total")))

    def _best_rank(self, ranks: list[int], total: int | None) -> int:
        """Of several columns of places the one that goes with the totals, else the one with the shortest head."""
        if total is None or len(ranks) == 1:
            return min(ranks, key=lambda column: len(self.heads[column]))
        totals = [number(cell) for cell in self._cells(total)]

        def agreeing(column: int) -> int:
            known = zip(self._cells(column), totals, strict=True)
            found = [(place_of(cell)[0], value) for cell, value in known if value is not None]
            placed = sorted((place, value) for place, value in found if place is not None)
            falls = sum(one[1] >= other[1] for one, other in pairwise(placed))
            return max(falls, len(placed) - 1 - falls)

        return max(ranks, key=lambda column: (agreeing(column), column))

    def _is_aside(self, column: int) -> bool:
        head = self.heads[column]
        return bool(meaning.IGNORED.match(head) or meaning.RANK.search(head) or meaning.TOTAL.fullmatch(head))


def _table(grid: list[list[str]], blocks: list[_Block], first: int) -> PublishedTable:
    """The rows of all blocks under the heads of the first; blocks of other heads are left aside with a note."""
    one = blocks[0]
    names = [one.heads[column] for column in one.columns]
    table = PublishedTable(names, [], one.heads.get(one.roles.get("total", -1), ""))
    table.aside = {at for at, column in enumerate(one.columns) if column in one.aside}
    for block in blocks:
        if [block.heads[column] for column in block.columns] != names:
            table.notes.append(_("A block with other heads was left aside: %(heads)s.") % {
                "heads": ", ".join(block.heads[column] for column in block.columns)
            })  # fmt: skip
            continue
        _Rows(block, table).read(grid, first)
    if not table.rows:
        raise Unreadable(_("No row of the sheet holds figures."))
    _as_percent(table)
    return table


class _Rows:
    """Reads the rows of a block into the table."""

    def __init__(self, block: _Block, table: PublishedTable) -> None:
        self.block, self.table, self.group = block, table, ""
        self.span = range(min(block.heads), max(block.heads) + 1)

    def read(self, grid: list[list[str]], first: int) -> None:
        """Every row below the heads."""
        for line, row in enumerate(grid[first:], first + 1):
            values = [number(row[column]) for column in self.block.columns]
            if not self._left_aside(row, values, line):
                self._unit(row, values, line)

    def _cell(self, row: list[str], role: str) -> str:
        column = self.block.roles.get(role)
        return "" if column is None else row[column]

    def _left_aside(self, row: list[str], values: list[Decimal | None], line: int) -> bool:
        """Whether a row begins a group, gives weights or marks, sums up, or remarks."""
        filled = [row[column] for column in self.span if row[column]]
        given = {at: value for at, value in enumerate(values) if value is not None}
        unit = self._cell(row, "unit")
        self.group = self._cell(row, "group") or self.group
        if len(filled) == 1 and not given and not NUMBER.fullmatch(filled[0].rstrip("%")):
            self.group = self.group if meaning.REMARK.match(filled[0]) else filled[0]
            return True
        lead = next((cell for cell in filled[:3] if not NUMBER.fullmatch(cell)), "")
        for words, found in ((meaning.WEIGHTS, self.table.weights), (meaning.MARKS, self.table.marks)):
            if given and words.fullmatch(lead):
                found.update(given)
                return True
        if unit and (meaning.SUMMARY.fullmatch(unit) or meaning.REMARK.match(unit)):
            if given:
                self.table.notes.append(_("Row %(row)s was left aside: %(unit)s.") % {"row": line, "unit": unit})
            return True
        return False

    def _unit(self, row: list[str], values: list[Decimal | None], line: int) -> None:
        unit, total = self._cell(row, "unit"), number(self._cell(row, "total"))
        says_missing = any(row[column] and row[column].lower() in MISSING for column in self.block.columns)
        if not unit or not (total is not None or says_missing or any(value is not None for value in values)):
            return
        rank, last = place_of(self._cell(row, "rank"))
        self.table.rows.append(PublishedRow(unit, self.group, values, total, rank, self._cell(row, "band"), line, last))


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
