"""From an inspection up to the rankings it counts in, and down again."""

import pytest

from inspections.models import InspectionUnit
from tests.city import at, make_user

from . import ranked as made
from .facts import WEEK, visit

URL = "/inspections/V0/rankings/"


def test_an_inspection_leads_to_the_place_it_moved(ranked, signed_in):
    text = signed_in(ranked.office).get(URL).content.decode()

    assert f'href="/rankings/{WEEK}/streets/S1/conformity/?site=D1"' in text
    assert "71.00" in text
    assert "S2" not in text


def test_its_page_names_the_way_up(ranked, signed_in):
    assert URL in signed_in(ranked.office).get("/inspections/V0/").content.decode()


def test_what_came_after_closing_says_that_it_does_not_count(ranked, signed_in):
    late = visit(ranked, site=ranked.market, seen_at=at(made.TUESDAY), earned=1, recorded_at=made.NOW)

    text = signed_in(ranked.office).get(f"/inspections/{late.code}/rankings/").content.decode()

    assert "定稿后补录，未计入" in text


def test_a_draft_is_not_shown_to_the_unit(today, signed_in):
    made.draft(today)

    text = signed_in(today.leader).get(URL).content.decode()

    assert "没有计入您能查看的排名" in text


def test_a_voided_inspection_counts_in_none(ranked, signed_in):
    InspectionUnit.objects.filter(inspection__code="V0").delete()

    assert "没有计入" in signed_in(ranked.office).get(URL).content.decode()


@pytest.mark.parametrize(("role", "status"), [("unit", 404), ("monitor", 403)])
def test_strangers_are_kept_out(ranked, signed_in, role, status):
    assert signed_in(make_user("stranger", role)).get(URL).status_code == status
