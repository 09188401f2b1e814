"""Spreadsheets out: rows to xlsx or csv, where text stays text.

In xlsx every string is written as a string: what starts with ``= + - @`` is shown as typed and never computed. In csv,
which has no types, such text gets a leading apostrophe (and loses it again when our reader reads it).
"""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any
from zoneinfo import ZoneInfo

import xlsxwriter
from django.utils.translation import gettext as _

SHANGHAI = ZoneInfo("Asia/Shanghai")

LONGEST = 32_767  # characters of a cell in xlsx
ROWS = 1_048_575  # rows of a sheet below its heads
NOTES = 1_000
#: What XML 1.0 cannot hold: control characters, halves of surrogate pairs, two non-characters.
ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
#: Beginnings that a spreadsheet program may take for a formula when it opens a csv file.
FORMULA = re.compile(r"[ ;]*[=+\-@\t\r＝＋－＠]")
TOO_WIDE = 60

Cell = str | int | Decimal | date | datetime | None


def safe_text(text: str) -> tuple[str, str]:
    """Text that a cell can hold, and a sentence about what was changed ("" for nothing)."""
    kept = ILLEGAL.sub("", text)
    said = _("characters that a sheet cannot hold were removed") if kept != text else ""
    if len(kept) > LONGEST:
        return kept[:LONGEST], _("cut to %(count)s characters") % {"count": LONGEST}
    return kept, said


class XlsxTable:
    """Writes one table row by row in little memory; continues on another sheet where one is full."""

    def __init__(self, file: IO[bytes], *, name: str, heads: Sequence[str], widths: Sequence[int] = ()) -> None:
        options = {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        }
        self.book = xlsxwriter.Workbook(file, options)
        self.name, self.heads = name, list(heads)
        self.widths = list(widths) or [min(max(len(head) * 2 + 4, 12), TOO_WIDE) for head in heads]
        self.head_look = self.book.add_format({"bold": True, "bg_color": "#F2F2F2", "bottom": 1, "valign": "vcenter"})
        self.day_look = self.book.add_format({"num_format": "yyyy-mm-dd"})
        self.time_look = self.book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self.notes: list[tuple[str, int, str, str]] = []
        self.count = self.sheets = 0
        self._next_sheet()

    def _next_sheet(self) -> None:
        self.sheets += 1
        self.title = self.name[:31] if self.sheets == 1 else f"{self.name[:27]} {self.sheets}"
        self.sheet = self.book.add_worksheet(self.title)
        self.row = 0
        self.sheet.freeze_panes(1, 0)
        self.sheet.repeat_rows(0)
        self.sheet.set_landscape()
        self.sheet.set_paper(9)
        self.sheet.fit_to_pages(1, 0)
        for column, (head, width) in enumerate(zip(self.heads, self.widths, strict=True)):
            self.sheet.set_column(column, column, width)
            self.sheet.write_string(0, column, head, self.head_look)

    def add(self, cells: Iterable[Cell]) -> None:
        """Write the next row."""
        if self.row == ROWS:
            self._next_sheet()
        self.row += 1
        self.count += 1
        for column, cell in enumerate(cells):
            self._write(column, cell)

    def _write(self, column: int, cell: Cell) -> None:
        if isinstance(cell, str):
            text, said = safe_text(cell)
            if said and len(self.notes) < NOTES:
                self.notes.append((self.title, self.row + 1, self.heads[column], said))
            if text:
                self.sheet.write_string(self.row, column, text)
        elif isinstance(cell, datetime):
            self.sheet.write_datetime(self.row, column, cell.astimezone(SHANGHAI).replace(tzinfo=None), self.time_look)
        elif isinstance(cell, date):
            self.sheet.write_datetime(self.row, column, datetime(cell.year, cell.month, cell.day), self.day_look)  # noqa: DTZ001
        elif cell is not None:
            self.sheet.write_number(self.row, column, cell)

    def close(self) -> None:
        """Finish the file; what had to be changed is listed on a last sheet."""
        if self.notes:
            sheet = self.book.add_worksheet(_("Notes"))
            for column, head in enumerate((_("Sheet"), _("Row"), _("Column"), _("Note"))):
                sheet.write_string(0, column, head, self.head_look)
            for row, note in enumerate(self.notes, 1):
                for column, cell in enumerate(note):
                    (sheet.write_string if isinstance(cell, str) else sheet.write_number)(row, column, cell)
        self.book.close()


class _Line:
    """A file for the csv writer that hands back what was written."""

    def write(self, line: str) -> str:
        return line


def csv_lines(heads: Sequence[str], rows: Iterable[Iterable[Cell]]) -> Iterator[bytes]:
    """A csv file line by line: UTF-8 with a mark (so that office programs read Chinese), every text quoted."""
    writer = csv.writer(_Line(), quoting=csv.QUOTE_NONNUMERIC)
    yield b"\xef\xbb\xbf" + writer.writerow(heads).encode()
    for row in rows:
        yield writer.writerow([csv_cell(cell) for cell in row]).encode()


def csv_cell(cell: Cell) -> Any:
    """A cell for the csv writer; text that could be taken for a formula gets an apostrophe."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, str):
        text = ILLEGAL.sub("", cell)
        return f"'{text}" if FORMULA.match(text) else text
    return cell
