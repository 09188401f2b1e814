"""Books as Excel files that look official: A4 landscape, repeated heads, page numbers, figures as numbers.

Cells are written row by row in constant memory, so 5,000 units or a million problems cost no more room than a few.
Text is always written as text (a leading ``=`` stays a character) and links are never made.
"""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from itertools import chain, groupby, islice
from math import ceil
from typing import IO, Any

import xlsxwriter
from django.utils.translation import gettext as _
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from .tables import Book, Cell, Column, Line, Sheet
from .text import Cleaner, sheet_names

A4 = 9
#: Data rows of one sheet; what is more goes on in another one. Excel ends at 1,048,576 rows.
ROWS_PER_SHEET = 1_000_000
TONES = {"": {}, "red": {"bg_color": "#FDECEC"}, "black": {"bg_color": "#E7E9ED"}}
LOOKS: dict[str, dict[str, Any]] = {
    "text": {"num_format": "@", "align": "left", "text_wrap": True},
    "centre": {"num_format": "@", "align": "center", "text_wrap": True},
    "whole": {"num_format": "0", "align": "center"},
    "score": {"num_format": "0.00", "align": "right"},
    "rate": {"num_format": "0.00", "align": "right"},
    "quantity": {"num_format": "#,##0", "align": "right"},
    "fraction": {"num_format": "#,##0.00", "align": "right"},
    "signed": {"num_format": '"+"0;"−"0;"—"', "align": "center"},
    "day": {"num_format": "yyyy-mm-dd", "align": "center"},
}
#: Scores and rates are printed in the places that their rule rounds them to, none to four.
LOOKS |= {f"{count} places": {"num_format": f"{0:.{count}f}", "align": "right"} for count in range(5)}
BODY = {"font_name": "仿宋", "font_size": 11, "valign": "vcenter"}
HEAD = {"font_name": "黑体", "font_size": 11, "align": "center", "valign": "vcenter", "text_wrap": True, "border": 1}
TITLE = {"font_name": "黑体", "font_size": 18, "align": "center", "valign": "vcenter"}
NOTE = {**BODY, "font_size": 10, "text_wrap": True, "valign": "top", "num_format": "@"}
OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": False,
}


def write(book: Book, target: IO[bytes], *, made_at: datetime) -> None:
    """Write a book into a binary file. The same book made at the same moment is the same bytes."""
    with xlsxwriter.Workbook(target, OPTIONS) as workbook:
        cleaner = Cleaner()
        workbook.set_properties(
            {"title": cleaner.cell(book.title), **book.properties, "created": made_at.replace(tzinfo=None)}
        )
        sheets = list(book.sheets)
        for sheet, name in zip(sheets, sheet_names([sheet.name for sheet in sheets]), strict=True):
            _Writer(workbook, sheet, name, book.mark, cleaner).write()


class _Writer:
    """Writes one sheet from its first to its last row: in constant memory a row that was left is gone."""

    def __init__(self, workbook: xlsxwriter.Workbook, sheet: Sheet, name: str, mark: str, cleaner: Cleaner) -> None:
        self.workbook, self.sheet, self.name, self.mark, self.cleaner = workbook, sheet, name, mark, cleaner
        self.last = len(sheet.columns) - 1
        self.formats = {
            (kind, tone): workbook.add_format({**BODY, **look, **tint, "border": 1})
            for kind, look in LOOKS.items()
            for tone, tint in TONES.items()
        }
        self.head, self.title, self.note = (workbook.add_format(look) for look in (HEAD, TITLE, NOTE))

    def write(self) -> None:
        lines = iter(self.sheet.lines)
        part, first = 1, next(lines, None)
        while part == 1 or first is not None:
            rest = islice(lines, ROWS_PER_SHEET - 1)
            self._one(self.name if part == 1 else f"{self.name[:24]} ({part})", chain([first] if first else [], rest))
            part, first = part + 1, next(lines, None)

    def _one(self, name: str, lines: Iterator[Line]) -> None:
        page = self.workbook.add_worksheet(name)
        table = self._top(page)
        row = table + self._head(page, table)
        self._page_setup(page, table, row)
        for line in lines:
            self._line(page, row, line)
            row += 1
        self._below(page, row)
        self._merge_heads(page, table)

    def _top(self, page: Worksheet) -> int:
        """Title and lead; returns the row on which the table begins."""
        page.set_row(0, 36)
        self._across(page, 0, self.sheet.title, self.title)
        if not self.sheet.lead:
            return 1
        page.set_row(1, 20)
        self._across(page, 1, self.sheet.lead, self.note)
        return 2

    def _across(self, page: Worksheet, row: int, text: str, look: Format) -> None:
        page.write_string(row, 0, self.cleaner.cell(text), look)
        if self.last:
            page.merge_range(row, 0, row, self.last, self.cleaner.cell(text), look)

    @property
    def _banded(self) -> bool:
        return any(column.band for column in self.sheet.columns)

    def _head(self, page: Worksheet, table: int) -> int:
        """The head's cells, row by row; returns how many rows it takes."""
        columns = self.sheet.columns
        rows = [self._bands()] if self._banded else []
        rows.append([column.title if column.band or not self._banded else "" for column in columns])
        for offset, titles in enumerate(rows):
            page.set_row(table + offset, 32)
            for place, title in enumerate(titles):
                page.write_string(table + offset, place, self.cleaner.cell(title), self.head)
        return len(rows)

    def _bands(self) -> list[str]:
        """The upper row of the head: each band's words once, the titles of columns that stand alone."""
        before = ("", *(column.band for column in self.sheet.columns))
        return [
            column.title if not column.band else "" if column.band == last else column.band
            for column, last in zip(self.sheet.columns, before, strict=False)
        ]

    def _merge_heads(self, page: Worksheet, table: int) -> None:
        """Mark the head's merges. Their cells are written; in constant memory ``merge_range`` cannot span two rows."""
        if not self._banded:
            return
        for band, group in groupby(enumerate(self.sheet.columns), lambda pair: pair[1].band):
            places = [place for place, _column in group]
            if band and len(places) > 1:
                page.merge.append([table, places[0], table, places[-1]])
            elif not band:
                page.merge.extend([table, place, table + 1, place] for place in places)

    def _page_setup(self, page: Worksheet, table: int, row: int) -> None:
        for place, column in enumerate(self.sheet.columns):
            page.set_column(place, place, column.width)
        page.set_default_row(20)
        page.set_landscape()
        page.set_paper(A4)
        page.set_margins(left=0.5, right=0.5, top=0.7, bottom=0.7)
        page.center_horizontally()
        page.fit_to_pages(1, 0)
        page.repeat_rows(table, row - 1)
        page.freeze_panes(row, 0)
        pages = _("Page %(page)s of %(pages)s") % {"page": "&P", "pages": "&N"}
        page.set_footer(f'&L&"仿宋"&9 {self.mark.replace("&", "&&")}&C&"仿宋"&10 {pages}')

    def _line(self, page: Worksheet, row: int, line: Line) -> None:
        for place, (column, cell) in enumerate(zip(self.sheet.columns, line.cells, strict=True)):
            self._cell(page, row, place, column, cell, line.tone)

    def _cell(self, page: Worksheet, row: int, place: int, column: Column, cell: Cell, tone: str) -> None:
        look = self.formats[column.kind, tone]
        match cell:
            case None:
                page.write_string(row, place, "—", self.formats["centre", tone])
            case str():
                page.write_string(row, place, self.cleaner.cell(cell), look)
            case date():
                page.write_datetime(row, place, datetime(cell.year, cell.month, cell.day), look)  # noqa: DTZ001
            case int() | Decimal():
                page.write_number(row, place, float(cell), self.formats[_look(column, cell), tone])

    def _below(self, page: Worksheet, row: int) -> None:
        """Notes, what had to be changed in texts, and the places to sign."""
        for note in (*self.sheet.notes, *self._changes()):
            page.set_row(row, 15 * self._printed_lines(note))
            self._across(page, row, note, self.note)
            row += 1
        if self.sheet.signatures:
            page.set_row(row + 1, 28)
            self._across(page, row + 1, "　　　　　　　　　".join(self.sheet.signatures), self.note)

    def _printed_lines(self, text: str) -> int:
        """How many lines a text takes across the table: merged cells do not grow by themselves."""
        room = sum(column.width for column in self.sheet.columns)
        return ceil(sum(1 if letter.isascii() else 2 for letter in text) / room) or 1

    def _changes(self) -> Iterator[str]:
        if self.cleaner.removed:
            yield _("Characters that a spreadsheet cannot hold were left out of %(cells)s cells.") % {
                "cells": self.cleaner.removed
            }
        if self.cleaner.cut:
            yield _("%(cells)s texts were longer than a cell holds and end with “……”.") % {"cells": self.cleaner.cut}
        self.cleaner.removed = self.cleaner.cut = 0


def _look(column: Column, cell: int | Decimal) -> str:
    """How a number is printed in a column: a name of ``LOOKS``."""
    if column.kind == "quantity" and cell % 1:
        return "fraction"
    if column.kind in {"score", "rate"} and isinstance(cell, Decimal):
        return f"{min(max(-int(cell.as_tuple().exponent), 0), 4)} places"
    return column.kind
