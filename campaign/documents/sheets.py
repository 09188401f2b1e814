"""Spreadsheets in: xlsx, xls and csv files to tables of text, with a sentence for everything that is not taken."""

import json
import subprocess
import sys
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

LARGEST = 30 * 1024**2  # bytes of a file
SECONDS = 60  # of waiting for the reader
HEAD_WITHIN = 20  # rows in which the heads are looked for
OPENER = Path(__file__).with_name("opening.py")

REASONS: dict[str, str | Promise] = {
    "empty": _("The file is empty."),
    "large": _("The file is larger than 30 MB. Split it."),
    "size": _("The file unpacks to far more than a table should hold. It was not opened."),
    "encrypted": _("The file is protected by a password. Remove the password and send it again."),
    "macros": _("The file contains macros. Save it as .xlsx without macros and send it again."),
    "doctype": _("The file contains declarations that a workbook never has. It was not opened."),
    "damaged": _("The file is damaged or not a complete spreadsheet. Open it, save it as .xlsx and send it again."),
    "wrong_type": _("This is not a spreadsheet. Send an .xlsx, .xls or .csv file."),
    "sheets": _("The workbook has %(detail)s sheets; at most 50 are read."),
    "rows": _("The sheet has content down to row %(detail)s; at most 200,000 rows are read."),
    "columns": _("The sheet has content as far as column %(detail)s; at most 256 columns are read."),
    "cells": _("The sheet spans %(detail)s cells, most of them empty. Copy the table into a new sheet."),
    "time": _("The file took too long to open. Copy the table into a new sheet and send it again."),
    "no_table": _("No table was found: a row of column heads with rows below it."),
}


class UnreadableSheet(ValueError):
    """The file is not taken; ``str()`` is the sentence for the person, ``reason`` its key in ``REASONS``."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(str(REASONS[reason]) % {"detail": detail})
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of a file: rows of text as they stand, row 1 first."""

    name: str
    rows: list[list[str]]


@dataclass(slots=True)
class Table:
    """A table of a sheet by columns. ``numbers[i]`` is the sheet's row number of entry ``i`` of every column.

    ``heads`` are what the file calls the columns; ``columns`` are found by position. Where a mapping has renamed
    columns, ``origins`` keeps the file's own head for the error list.
    """

    sheet: str
    heads: list[str]
    columns: list[list[str]]
    numbers: list[int]
    origins: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.numbers)

    def column(self, head: str) -> list[str] | None:
        """The entries under a head, or None."""
        return self.columns[self.heads.index(head)] if head in self.heads else None


def read(path: Path) -> list[Sheet]:
    """Read every sheet of a file in a bounded process. Raises UnreadableSheet with a sentence."""
    size = path.stat().st_size
    if not size or size > LARGEST:
        raise UnreadableSheet("large" if size else "empty")
    command = [sys.executable, "-I", str(OPENER), str(path)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired as error:
        raise UnreadableSheet("time") from error
    if done.returncode:
        # Killed by its limits, or the reader broke: whatever it was, it is not a table that we can take.
        raise UnreadableSheet("size" if done.returncode < 0 else "damaged")
    answer = json.loads(done.stdout)
    if "refused" in answer:
        raise UnreadableSheet(answer["refused"], answer["detail"])
    return [Sheet(name, rows) for name, rows in answer["sheets"]]


def plain(head: str) -> str:
    """A head for comparing: full-width forms folded, no blanks, stars or colons, lower case."""
    folded = unicodedata.normalize("NFKC", head)
    return "".join(letter for letter in folded.lower() if not letter.isspace() and letter not in "*:")


def table_of(sheets: Sequence[Sheet], *, known: Collection[str] = (), name: str = "") -> Table:
    """The table of a file: of the sheet ``name``, else of the sheet with the most ``known`` heads (``plain`` forms).

    Raises UnreadableSheet where there is none.
    """
    candidates = [sheet for sheet in sheets if not name or sheet.name == name]
    best = max(candidates, key=lambda sheet: _score(sheet, known), default=None)
    if best is None or not any(any(row) for row in best.rows):
        raise UnreadableSheet("no_table")
    head = head_row(best.rows, known)
    width = max((n + 1 for n, cell in enumerate(best.rows[head]) if cell), default=0)
    heads = [" ".join(cell.split()) for cell in best.rows[head][:width]]
    numbered = [(n, row) for n, row in enumerate(best.rows[head + 1 :], head + 2) if any(row[:width])]
    if not heads or not numbered:
        raise UnreadableSheet("no_table")
    padded = (row[:width] + [""] * (width - len(row)) for _, row in numbered)
    columns = [list(column) for column in zip(*padded, strict=True)]
    return Table(best.name or gettext("Table"), heads, columns, [n for n, _ in numbered])


def _score(sheet: Sheet, known: Collection[str]) -> int:
    return max((_hits(row, known) for row in sheet.rows[:HEAD_WITHIN]), default=0)


def _hits(row: Iterable[str], known: Collection[str]) -> int:
    return len({plain(cell) for cell in row if cell} & set(known))


def head_row(rows: Sequence[Sequence[str]], known: Collection[str] = ()) -> int:
    """The position of the row of heads: that with the most known names, else the first that is nearly as wide as the
    widest of the first rows (titles above a table fill one or two cells)."""
    first = list(rows[:HEAD_WITHIN])
    hits = [_hits(row, known) for row in first]
    if known and max(hits, default=0) >= min(2, len(known)):
        return hits.index(max(hits))
    filled = [sum(bool(cell) for cell in row) for row in first]
    return next((n for n, count in enumerate(filled) if count and count * 2 > max(filled)), 0)
