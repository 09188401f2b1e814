"""Entered values by sheet."""

from decimal import Decimal

import pytest

from reports.models import Mark
from reports.services import open_period
from tests.city import at
from tests.reports.facts import WEEK, weekly_rule

from .sheets import TODAY, take

SPEC = {
    "components": [
        {"figure": "conformity", "weight": "85"},
        {"kind": "sheet", "figure": "survey", "title": "问卷调查", "points": "15", "weight": "15"},
    ]
}
SHEET = f"期次|名称|单位|得分\n{WEEK}|问卷调查|S1|13.5\n{WEEK}|survey|S2|12"


@pytest.fixture
def asked(city):
    weekly_rule(city, **SPEC)
    open_period(code=WEEK, now=at(TODAY))
    return city


def test_values_come_in_by_the_name_or_title_of_the_part(asked):
    check = take("marks", SHEET, by=asked.office)

    assert check.faults == []
    values = dict(Mark.objects.values_list("unit__code", "value"))
    assert values == {"S1": Decimal("13.5"), "S2": Decimal(12)}


def test_the_same_sheet_again_changes_nothing(asked):
    take("marks", SHEET, by=asked.office)

    assert take("marks", SHEET, by=asked.office).counts["unchanged"] == 2


def test_a_corrected_value_replaces_the_first(asked):
    take("marks", SHEET, by=asked.office)
    take("marks", f"period|name|unit|value\n{WEEK}|survey|S1|14", by=asked.office)

    assert Mark.objects.get(unit__code="S1").value == Decimal(14)


@pytest.mark.parametrize(
    ("row", "head"),
    [
        ("2030-W01|survey|S1|3", "period"), (f"{WEEK}|nothing|S1|3", "name"), (f"{WEEK}|survey|X|3", "unit"),
        (f"{WEEK}|survey|S1|15.01", "value"), (f"{WEEK}|survey|S1|much", "value"), (f"{WEEK}|survey|S1|", "value"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_located_and_nothing_is_written(asked, row, head):
    check = take("marks", f"period|name|unit|value\n{WEEK}|survey|S2|3\n{row}", by=asked.office)

    assert [(fault.row, fault.column) for fault in check.faults] == [(3, head)]
    assert not Mark.objects.exists()


def test_a_value_stands_once(asked):
    check = take("marks", f"period|name|unit|value\n{WEEK}|survey|S1|3\n{WEEK}|问卷调查|S1|4", by=asked.office)

    assert [fault.row for fault in check.faults] == [3]
