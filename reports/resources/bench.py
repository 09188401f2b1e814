"""How long a sheet takes, against the least it could take: reading it and copying the same rows into the same table."""

import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

from django.db import transaction
from django.utils import timezone
from python_calamine import CalamineWorkbook

from campaign.bulk import copy_lines
from campaign.documents.tables import XlsxTable
from campaign.models import CheckItem, User
from campaign.permissions import Role
from campaign.rules import day_of
from inspections.models import Answer
from inspections.services.bulk import ANSWER_COLUMNS, importer
from units.models import Site

from .kinds import KINDS, import_file

PER_VISIT = 10


def bench_import(rows: int = 50_000) -> dict[str, float]:
    """Import ``rows`` answers into the database at hand and leave it as it was.

    Returns seconds of ``import`` (the whole way of ``import_sheet``), ``read`` (calamine alone) and ``copy``
    (COPY of the same answers), and the ``ratio`` import ÷ (read + copy). Needs sites with check items.
    """
    with tempfile.TemporaryDirectory() as folder, transaction.atomic():
        path = Path(folder) / "answers.xlsx"
        write_sheet(path, rows)
        start = time.perf_counter()
        CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
        read_in = time.perf_counter() - start
        start = time.perf_counter()
        check = import_file(kind="inspections", path=path, rules={}, by=None, on=day_of(timezone.now()))
        imported_in = time.perf_counter() - start
        if check.faults:
            raise AssertionError(check.faults[0])
        copied_in = copy_again(rows)
        transaction.set_rollback(True)
    ratio = imported_in / (read_in + copied_in)
    return {"rows": rows, "read": read_in, "copy": copied_in, "import": imported_in, "ratio": ratio}


def write_sheet(path: Path, rows: int) -> None:
    """A sheet of ``rows`` answers, ten to an inspection, at sites that exist."""
    with path.open("wb") as file:
        table = XlsxTable(file, name="answers", heads=list(KINDS["inspections"].own_columns()))
        for cells in sheet_rows(rows):
            table.add(cells)
        table.close()


def sheet_rows(rows: int) -> Iterator[Sequence[str | int | None]]:
    """The rows of ``write_sheet``."""
    items: dict[int, list[str]] = {}
    for site_type, code in CheckItem.objects.in_force().values_list("site_type", "code"):
        items.setdefault(site_type, []).append(code)
    sites = [(code, items[kind]) for code, kind in Site.objects.values_list("code", "type") if kind in items]
    who = User.objects.filter(role=Role.INSPECTOR).first() or importer()
    left: list[str] = []
    now, visit = timezone.now(), 0
    for row in range(rows):
        if not left:
            visit += 1
            site, codes = sites[visit % len(sites)]
            left = codes[:PER_VISIT]
            seen = (now - timedelta(minutes=visit)).strftime("%Y-%m-%d %H:%M")
        outcome = "不符合" if row % 7 == 0 else "符合"
        count = row % 3 + 1 if row % 7 == 0 else None
        yield f"BENCH-{visit}", site, seen, who.username, "日常检查", left.pop(), outcome, count, None, f"第{row}行"


def copy_again(rows: int) -> float:
    """Seconds that COPY takes for the answers just written, into their own table again."""
    fields = [column for column in ANSWER_COLUMNS if column != "inspection_id"]
    answers = Answer.objects.filter(inspection__code__startswith="BENCH-").order_by("-pk")[:rows]
    found = list(answers.values_list("inspection_id", *fields))
    answers.model.objects.filter(inspection__code__startswith="BENCH-").delete()
    start = time.perf_counter()
    lines = ["\t".join("\\N" if cell is None else str(cell) for cell in row) + "\n" for row in found]
    copy_lines(Answer._meta.db_table, ANSWER_COLUMNS, lines)
    return time.perf_counter() - start
