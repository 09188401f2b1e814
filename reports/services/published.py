"""Published tables of scores: read from a file and computed again."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from campaign.documents.sheets import UnreadableSheet, read

from ..rules.published import (
    Checked,
    PublishedTable,
    Unreadable,
    book,
    check_table,
    named_columns,
    read_grid,
    rule_for,
    weights_on,
)
from ..rules.spec import SpecError

Sheets = Mapping[str, Sequence[Sequence[str]]]


def recompute_table(*, path: Path, rule: Mapping[str, Any] | None, sheet: str = "") -> Checked:
    """Compute the table of scores of a file (or of the sheet named) again, under a rule or the one that fits.

    Raises ValidationError where the file is none, has no such table, or the rule does not suit it.
    """
    return recompute_sheets(sheets=sheets_of(path), rule=rule, sheet=sheet)


def sheets_of(path: Path) -> Sheets:
    """The cells of a file's sheets. Raises ValidationError where it is none."""
    try:
        return {sheet.name: sheet.rows for sheet in read(path)}
    except UnreadableSheet as error:
        raise ValidationError(str(error)) from error


def recompute_sheets(*, sheets: Sheets, rule: Mapping[str, Any] | None, sheet: str = "") -> Checked:
    """Compute the table on these sheets again. Raises ValidationError as ``recompute_table`` does."""
    try:
        table = table_of(sheets, sheet, named_columns(rule))
        return check_table(table, rule_for(table, rule))
    except SpecError as error:
        raise ValidationError(error.sentences) from error


def table_of(sheets: Sheets, wanted: str, named: Mapping[str, str]) -> PublishedTable:
    """The table of a workbook's sheets, or of the one that is wanted. Raises ValidationError where there is none."""
    if wanted and wanted not in sheets:
        raise ValidationError(_("The file has no sheet of that name."))
    found, faults, others = [], [], []
    for name, rows in sheets.items():
        try:
            if not wanted or name == wanted:
                found.append((name, read_grid(rows, named)))
        except Unreadable as error:
            faults.append(str(error))
        others.append(rows)
    if not found:
        raise ValidationError(faults[:1])
    table = book(found)
    for rows in others:
        weights_on(rows, table)
    return table
