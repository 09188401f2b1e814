"""From the cells of a sheet to units with their component values, published totals, places and bands.

Read tolerantly: heads in one row or two, percent signs, full-width digits, thousands commas, a dash or a slash for what
is missing, groups as rows of their own or as a merged column, and blocks side by side.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext as _

UNIT = re.compile(
    r"(单位|名称|街道|社区|乡镇|镇街|街镇|部门|区县|县区|县市区|市区县|区市县|城区|区域|地区|城市|小区|点位|市场|村居|学校|医院|窗口"
    r"|测评对象|考核对象|被测|被考核|责任主体|unit|name)",
    re.IGNORECASE,
)
TOTAL = re.compile(
    r"(总分|总成绩|总得分|总评分?|总评成绩|总计|合计|总指数|综合|综合(?:得分|成绩|评分|分|指数|符合率|评价|总分)|最终(?:得分|成绩)|最后得分"
    r"|平均(?:得分|分|成绩)|得分合计|合计得分|total|total score|index|score)(?:[(%].*)?",
    re.IGNORECASE,
)
RANK = re.compile(r"(名次|排名|排序|位次|位序|rank|place)", re.IGNORECASE)
BAND = re.compile(r"(等次|等级|档次|评定|类别档|星级|band|grade)", re.IGNORECASE)
GROUP = re.compile(r"^(组别|分组|组|类别|类型|板块|片区|序列|group)$", re.IGNORECASE)
IGNORED = re.compile(r"^(序号|编号|备注|说明|代码|no\.?|#|note|code)$", re.IGNORECASE)
SUMMARY = re.compile(
    r"(?:全[市区县])?(?:合计|总计|小计|汇总|平均|平均分|平均值|均值|全[市区县]|average|mean|sum|total)[::]?",
    re.IGNORECASE,
)
MISSING = frozenset(
    {"", "-", "--", "—", "——", "/", "\\", "无", "空", "缺", "*", "n/a", "na", "不参评", "未测", "未涉及", "无此项", "…"}
)
NUMBER = re.compile(r"[-+−]?\d{1,3}(?:,\d{3})+(?:\.\d+)?|[-+−]?\d+(?:\.\d+)?|[-+−]?\.\d+")
#: Rows below the top in which the heads are looked for, and most rows of a table.
SEARCHED, MOST_ROWS = 30, 20_000
#: Decimal places beyond which a figure is what a spreadsheet's binary fractions left.
FINEST = 6


class Unreadable(ValueError):
    """The sheet is not a table of scores; the message says what is missing."""


@dataclass(slots=True)
class PublishedRow:
    """A unit as published; values by column, None where nothing was given."""

    unit: str
    group: str
    values: list[Decimal | None]
    total: Decimal | None = None
    rank: int | None = None
    band: str = ""
    line: int = 0


@dataclass(slots=True)
class PublishedTable:
    """A published table: the heads of its components, its rows, and what was left aside while reading."""

    columns: list[str]
    rows: list[PublishedRow]
    total: str = ""
    notes: list[str] = field(default_factory=list)

    @property
    def groups(self) -> list[str]:
        """The groups in their order."""
        return list(dict.fromkeys(row.group for row in self.rows))

    def places_of(self, column: int | None = None) -> int:
        """The most decimal places of a column, or of the published totals."""
        found = [row.total if column is None else row.values[column] for row in self.rows]
        return max((places(value) for value in found if value is not None), default=0)


def places(value: Decimal) -> int:
    """Decimal places as written: 93.40 has two."""
    return max(0, -int(value.as_tuple().exponent))


def clean(cell: str | None) -> str:
    """A cell without the spaces and wide forms that hinder reading."""
    text = unicodedata.normalize("NFKC", cell or "").replace("​", "")
    return re.sub(r"\s+", " ", text).strip()


def number(cell: str) -> Decimal | None:
    """The number of a cell: 93.31 %, 1,032, 93.3分; None where there is none."""
    if cell.lower() in MISSING:
        return None
    found = NUMBER.search(cell)
    if not found:
        return None
    value = Decimal(found[0].replace(",", "").replace("−", "-"))
    return (
        value if places(value) <= FINEST else value.quantize(Decimal(1).scaleb(-FINEST), ROUND_HALF_UP).normalize() + 0
    )


@dataclass(slots=True)
class _Block:
    """One table on the sheet: the columns of its parts."""

    unit: int
    columns: list[int]
    total: int | None
    rank: int | None
    band: int | None
    group: int | None
    heads: dict[int, str]


def read_grid(cells: Sequence[Sequence[str | None]]) -> PublishedTable:
    """Read a sheet. Raises Unreadable where no head names the units or no column holds figures."""
    grid = [[clean(cell) for cell in row] for row in cells[:MOST_ROWS]]
    width = max((len(row) for row in grid), default=0)
    grid = [row + [""] * (width - len(row)) for row in grid]
    at = _head_row(grid)
    heads, first = _heads(grid, at)
    blocks = [block for span in _spans(heads) if (block := _block(grid, heads, span, first))]
    if not blocks:
        raise Unreadable(_("No column of the sheet holds figures."))
    return _table(grid, blocks, first)


def _head_row(grid: list[list[str]]) -> int:
    """The row of heads: the first that names units and has other texts, and figures somewhere below."""
    for at, row in enumerate(grid[:SEARCHED]):
        texts = [cell for cell in row if cell and not NUMBER.fullmatch(cell)]
        if len(texts) >= 2 and any(_is_unit(cell) for cell in texts) and len(set(texts)) >= 2:
            return at
    raise Unreadable(_("No row of heads was found: one of them must name the units (单位, 街道, 部门 …)."))


def _is_unit(head: str) -> bool:
    return (
        bool(UNIT.search(head))
        and len(head) <= 12
        and not (TOTAL.fullmatch(head.rpartition("/")[2]) or RANK.search(head))
    )


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
    units = [column for column, head in named if _is_unit(head)]
    first = heads[units[0]]
    again = [column for column in units if heads[column] == first]
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


def _block(grid: list[list[str]], heads: list[str], span: range, first: int) -> _Block | None:
    """What the columns of a block are."""
    roles: dict[str, int] = {}
    figures = []
    for column in span:
        head = heads[column]
        cells = [grid[row][column] for row in range(first, len(grid))]
        numbers = sum(number(cell) is not None for cell in cells)
        role = _role(head, numbers, roles)
        if role:
            roles[role] = column
        elif head and numbers and not IGNORED.match(head):
            figures.append(column)
    if "unit" not in roles:
        return None
    if not figures and "total" in roles:
        figures = [roles["total"]]
    if not figures:
        return None
    named = {column: heads[column] for column in span}
    return _Block(
        roles["unit"], figures, roles.get("total"), roles.get("rank"), roles.get("band"), roles.get("group"), named
    )


def _role(head: str, numbers: int, roles: dict[str, int]) -> str:
    """What a column is besides a component; the last of several totals is the total."""
    if not head or IGNORED.match(head):
        return ""
    if RANK.search(head):
        return "rank"
    if BAND.search(head):
        return "band"
    if GROUP.match(head) and "unit" not in roles:
        return "group"
    if numbers and TOTAL.fullmatch(head.rpartition("/")[2]):
        return "total"
    return "unit" if "unit" not in roles and _is_unit(head) else ""


def _table(grid: list[list[str]], blocks: list[_Block], first: int) -> PublishedTable:
    """The rows of all blocks under the heads of the first; blocks of other heads are left aside with a note."""
    names = [blocks[0].heads[column] for column in blocks[0].columns]
    table = PublishedTable(names, [], blocks[0].heads.get(blocks[0].total or -1, ""))
    for block in blocks:
        if [block.heads[column] for column in block.columns] != names:
            table.notes.append(_("A block with other heads was left aside: %(heads)s.") % {
                "heads": ", ".join(block.heads[column] for column in block.columns)
            })  # fmt: skip
            continue
        _read_block(grid, block, first, table)
    if not table.rows:
        raise Unreadable(_("No row of the sheet holds figures."))
    _as_percent(table)
    return table


def _read_block(grid: list[list[str]], block: _Block, first: int, table: PublishedTable) -> None:
    group = ""
    span = range(min(block.heads), max(block.heads) + 1)
    for at in range(first, len(grid)):
        row = grid[at]
        filled = [column for column in span if row[column]]
        unit = row[block.unit]
        if block.group is not None and row[block.group]:
            group = row[block.group]
        values = [number(row[column]) for column in block.columns]
        total = None if block.total is None else number(row[block.total])
        if len(filled) == 1 and not any(value is not None for value in values) and not _digits(row[filled[0]]):
            group = row[filled[0]]
        elif unit and SUMMARY.fullmatch(unit):
            table.notes.append(_("Row %(row)s was left aside: %(unit)s.") % {"row": at + 1, "unit": unit})
        elif unit and (any(value is not None for value in values) or total is not None or _says_missing(row, block)):
            rank = None if block.rank is None else number(row[block.rank])
            band = "" if block.band is None else row[block.band]
            place = int(rank) if rank is not None and rank == int(rank) else None
            table.rows.append(PublishedRow(unit, group, values, total, place, band, at + 1))


def _digits(cell: str) -> bool:
    return bool(re.fullmatch(r"[\d.,%]+", cell))


def _says_missing(row: list[str], block: _Block) -> bool:
    """A unit of which the table says that it was not assessed."""
    return any(row[column] and row[column].lower() in MISSING for column in block.columns)


def _as_percent(table: PublishedTable) -> None:
    """Columns of shares (0.9331) beside totals in points are percentages that the file keeps as fractions."""
    totals = [row.total for row in table.rows if row.total is not None]
    if not totals or max(totals) <= 1:
        return
    for at, head in enumerate(table.columns):
        found = [row.values[at] for row in table.rows]
        given = [value for value in found if value is not None]
        if given and max(given) <= 1 and min(given) >= 0 and any(places(value) > 1 for value in given):
            for row in table.rows:
                value = row.values[at]
                row.values[at] = None if value is None else value * 100
            table.notes.append(_("%(head)s was read as percentages.") % {"head": head})
