"""Making sheets for tests."""

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from campaign.documents.sheets import Table
from campaign.documents.tables import XlsxTable, csv_lines
from campaign.resources.sheet import Check
from reports.resources.kinds import KINDS, import_file, table_of_file

TODAY = date(2026, 11, 23)


def table(text: str) -> Table:
    """A table written as lines with ``|`` between cells, heads first."""
    rows = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    columns = [list(column) for column in zip(*rows[1:], strict=True)]
    return Table("表格", rows[0], columns, list(range(2, len(rows) + 1)))


def take(kind: str, text: str, *, by=None, dry_run: bool = False, options=None) -> Check:
    """Import a table written as in ``table``."""
    return KINDS[kind]().import_data(table(text), by=by, on=TODAY, options=options, dry_run=dry_run)


def write_xlsx(path: Path, heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> Path:
    with path.open("wb") as file:
        sheet = XlsxTable(file, name="Sheet1", heads=heads)
        for row in rows:
            sheet.add(row)
        sheet.close()
    return path


def export(kind: str, folder: Path, format: str = "xlsx") -> Path:
    """All rows of a kind as a file, as the page hands it out."""
    resource, path = KINDS[kind](), folder / f"{kind}.{format}"
    if format == "csv":
        path.write_bytes(b"".join(csv_lines(resource.headings(), resource.rows(None, {}))))
        return path
    return write_xlsx(path, resource.headings(), resource.rows(None, {}))


def load(kind: str, path: Path, **rules: Any) -> Check:
    """Import a file."""
    return import_file(kind=kind, path=path, rules=rules, by=None, on=TODAY)


__all__ = ["TODAY", "export", "load", "table", "table_of_file", "take", "write_xlsx"]
