"""Row X7: a large sheet with faults of twelve kinds: nothing is written, each is located; a good one goes in once."""

import random
from datetime import datetime, timedelta

import pytest

from inspections.models import Answer, Inspection
from tests.imports.sheets import load, write_xlsx
from units.models import Site

HEADS = ["inspection", "site", "seen_at", "inspector", "kind", "item", "outcome", "count", "deduction", "note"]
ITEMS = ("M1", "M2", "M3")
#: Column → a value that is wrong there; rows are spoilt with these in turn.
FAULTS = [
    ("inspection", ""), ("inspection", "a/b"), ("site", "没有这里"), ("seen_at", "前天"), ("seen_at", "2027-05-01"),
    ("inspector", "无名氏"), ("kind", "视察"), ("item", "M99"), ("outcome", "马马虎虎"), ("count", "-3"),
    ("deduction", "1.5"), ("note", "长" * 501),
]  # fmt: skip
WRONG = 137


def good_rows(count: int) -> list[list[str]]:
    start, rows = datetime(2026, 10, 1, 9), []  # noqa: DTZ001 - as a sheet has it
    for number in range(count):
        visit, item = divmod(number, len(ITEMS))
        seen = f"{start + timedelta(minutes=visit):%Y-%m-%d %H:%M}"
        outcome = ("符合", "不符合", "部分符合", "不适用")[number % 4]
        rows.append(
            [f"JC{visit}", f"X{visit % 500}", seen, "inspector", "日常检查", ITEMS[item], outcome, "", "", "好"]
        )
    return rows


def spoil(rows: list[list[str]]) -> dict[int, str]:
    """Spoil 137 rows, no two of one inspection; returns the sheet's row numbers → the column that is wrong."""
    chosen = random.Random(7).sample(range(len(rows) // len(ITEMS)), WRONG)  # noqa: S311 - the same ones each time
    found = {}
    for number, visit in enumerate(chosen):
        column, value = FAULTS[number % len(FAULTS)]
        row = visit * len(ITEMS)
        rows[row][HEADS.index(column)] = value
        found[row + 2] = column
    return found


@pytest.fixture
def sites(city):
    Site.objects.bulk_create(
        Site(code=f"X{n}", name=f"点{n}", type=city.market_type, unit=city.east) for n in range(500)
    )


SIZES = [5_000, pytest.param(50_000, marks=pytest.mark.slow)]


@pytest.mark.parametrize("size", SIZES)
def test_one_hundred_thirty_seven_faults_are_located_and_nothing_is_written(sites, tmp_path, size):
    rows = good_rows(size)
    spoilt = spoil(rows)

    check = load("inspections", write_xlsx(tmp_path / "a.xlsx", HEADS, rows))

    assert {fault.row: fault.column for fault in check.faults} == spoilt
    assert check.fault_count == check.counts["wrong"] == WRONG
    assert all(fault.reason and fault.sheet == "Sheet1" for fault in check.faults)
    assert Inspection.objects.count() == Answer.objects.count() == 0


@pytest.mark.parametrize("size", SIZES)
def test_a_good_sheet_goes_in_once(sites, tmp_path, size):
    path = write_xlsx(tmp_path / "a.xlsx", HEADS, good_rows(size))

    first, second = load("inspections", path), load("inspections", path)

    assert (first.counts["new"], second.counts["unchanged"]) == (size, size)
    assert Answer.objects.count() == size


def test_what_breaks_off_leaves_nothing(sites, tmp_path, monkeypatch):
    path = write_xlsx(tmp_path / "a.xlsx", HEADS, good_rows(300))
    monkeypatch.setattr("inspections.services.bulk.facts_changed", lambda days: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        load("inspections", path)

    assert Inspection.objects.count() == Answer.objects.count() == 0
