"""The rows of a block of a published table, read into the table: units, groups, weights, marks, sums and remarks."""

from decimal import Decimal

from django.utils.translation import gettext as _

from . import heads as meaning
from .blocks import Block
from .heads import MISSING, NUMBER, number, place_of
from .tables import PublishedRow, PublishedTable


class Lines:
    """Reads the rows of a block into the table."""

    def __init__(self, block: Block, table: PublishedTable, group: str = "") -> None:
        self.block, self.table, self.group = block, table, group
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
            self.table.remarks.append(filled[0])
            self.group = self.group if meaning.REMARK.match(filled[0]) else filled[0]
            return True
        lead = next((cell for cell in filled[:3] if not NUMBER.fullmatch(cell)), "")
        for words, found in ((meaning.WEIGHTS, self.table.weights), (meaning.MARKS, self.table.marks)):
            if given and words.fullmatch(lead):
                found.update(given)
                return True
        if given and not unit and not self.table.rows and len(given) > 1:
            shares = sum(value for at, value in given.items() if at not in self.table.aside)
            (self.table.weights if shares in (1, 100) else self.table.marks).update(given)
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
