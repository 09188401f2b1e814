"""Published tables of scores: read from a file and computed again."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from campaign.documents.sheets import UnreadableSheet, read

from ..rules.published import Checked, PublishedTable, Unreadable, check_table, named_columns, read_grid, rule_for
from ..rules.spec import SpecError


def recompute_table(*, path: Path, rule: Mapping[str, Any] | None, sheet: str = "") -> Checked:
    """Compute the first sheet that is a table of scores (or the one named) again, under a rule or the one that fits.

    Raises ValidationError where the file is none, has no such table, or the rule does not suit it.
    """
    try:
        table = _table(path, sheet, named_columns(rule))
        return check_table(table, rule_for(table, rule))
    except SpecError as error:
        raise ValidationError(error.sentences) from error
    except LookupError as error:
        raise ValidationError(str(error.args[0])) from error


def _table(path: Path, wanted: str, named: Mapping[str, str]) -> PublishedTable:
    try:
        sheets = read(path)
    except UnreadableSheet as error:
        raise ValidationError(str(error)) from error
    if wanted:
        sheets = [sheet for sheet in sheets if sheet.name == wanted]
    faults = []
    for sheet in sheets:
        try:
            return read_grid(sheet.rows, named)
        except Unreadable as error:
            faults.append(str(error))
    raise ValidationError(faults[:1] or [_("The file has no sheet of that name.")])
