"""What is published looks the same for ever, wherever it is read: page, API, text, bundle and workbook (row T7)."""

import hashlib
import io
import json

import openpyxl
import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaign.queries import facts_changed
from inspections.models import Answer, Inspection, InspectionUnit, Problem
from reports.services import roll_up
from tests.city import at
from units.models import Unit, UnitLink

from . import ranked as made
from .facts import WEEK, visit, weekly_rule

CODES = f"{WEEK}/streets/"


def _digest(data: bytes | str) -> str:
    return hashlib.sha256(data if isinstance(data, bytes) else data.encode()).hexdigest()


def _table(page: str) -> str:
    """The table of a ranking page, without what is about the reader's session."""
    return page[page.index("<table") : page.index("</table>", page.index("<table"))]


def outwards(city, signed_in, folder) -> dict[str, str]:
    """Where a published week can be read → the SHA-256 of what stands there."""
    cache.clear()
    office, neighbour = signed_in(city.office), signed_in(city.neighbour)
    target = folder / "table.xlsx"
    call_command("export_table", "assessment", WEEK, str(target), stdout=io.StringIO())
    sheets = openpyxl.load_workbook(target)
    cells = {name: [list(row) for row in sheets[name].iter_rows(values_only=True)] for name in ("街道", "计算说明")}
    found = {
        "page": _table(neighbour.get(f"/rankings/{CODES}").text),
        "unit's page": _table(neighbour.get(f"/rankings/{CODES}S1/").text),
        "api": neighbour.get(f"/api/v1/rankings/?period={WEEK}&group=streets").content,
        "lists": neighbour.get(f"/api/v1/lists/?period={WEEK}").content,
        "text": neighbour.get(f"/rankings/json/{CODES}").content,
        "bundle": b"".join(office.get(f"/rankings/bundle/{CODES}").streaming_content),
        "workbook": json.dumps(cells, default=str),
    }
    return {name: _digest(data) for name, data in found.items()}


def _late(city):
    visit(city, site=city.market, seen_at=at(made.MONDAY), earned=3, recorded_at=made.NOW)


def _edited(city):
    Inspection.objects.filter(code="V0").update(earned=1, score=10)
    InspectionUnit.objects.filter(inspection__code="V0").update(earned=1)
    Answer.objects.update(earned=1, outcome="partly")


def _voided(city):
    InspectionUnit.objects.filter(inspection__code="V1").delete()


def _weights(city):
    weekly_rule(city, components=[{"figure": "on_time", "weight": "100"}], places=0)


def _closed(city):
    Problem.objects.filter(code="WT-2").update(state="closed", closed_at=at(made.TUESDAY, 11))


def _regrouped(city):
    Unit.objects.filter(pk=city.west.pk).update(group=None)


def _moved(city):
    UnitLink.objects.filter(descendant=city.community, depth=1).delete()


def _renamed(city):
    Unit.objects.filter(pk=city.east.pk).update(name="新东街", label="新东街")


CHANGES = [_late, _edited, _voided, _weights, _closed, _regrouped, _moved, _renamed]


@pytest.fixture
def week(ranked, signed_in, tmp_path):
    return ranked, signed_in, tmp_path


@pytest.mark.parametrize("change", CHANGES)
def test_no_single_change_reaches_what_was_published(week, change):
    before = outwards(*week)

    change(week[0])
    facts_changed([made.MONDAY, None])
    roll_up(now=made.NOW)

    assert outwards(*week) == before


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(CHANGES), min_size=2, max_size=6))
def test_no_run_of_changes_reaches_what_was_published(week, changes):
    with transaction.atomic():
        before = outwards(*week)
        for change in changes:
            change(week[0])
            facts_changed([made.MONDAY, None])
            roll_up(now=made.NOW)

        assert outwards(*week) == before
        transaction.set_rollback(True)
