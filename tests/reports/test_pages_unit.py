"""All about one unit."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campaign.permissions import Role
from tests.city import make_unit
from units.models import Site
from units.services import relabel

from . import ranked as made


def test_place_sites_problems_and_people_stand_on_one_page(ranked, signed_in):
    text = signed_in(ranked.leader).get("/units/S1/").content.decode()

    for words in ("东街", "东街农贸市场", "垃圾 WT-2", "71.00", "leader"):
        assert words in text


def test_a_site_shows_its_last_result_and_leads_to_it(ranked, signed_in):
    text = signed_in(ranked.office).get("/units/S1/").content.decode()

    assert "/inspections/V1/" in text
    assert "/inspections/V0/" not in text


def test_a_neighbour_finds_nothing(ranked, signed_in):
    assert signed_in(ranked.neighbour).get("/units/S1/").status_code == 404


@pytest.mark.parametrize("role", [Role.MONITOR, Role.SYSTEM_ADMIN, Role.AUDIT_ADMIN])
def test_who_has_nothing_to_do_with_units_is_refused(ranked, signed_in, role):
    assert signed_in(ranked.people[role]).get("/units/S1/").status_code == 403


def test_units_of_one_name_are_told_apart(ranked, signed_in):
    twin = make_unit("S3", "东街", group=ranked.group)
    relabel()
    twin.refresh_from_db()

    assert twin.label in signed_in(ranked.office).get("/units/S3/").content.decode()
    assert twin.label != "东街"


def test_an_unpublished_place_is_not_shown_to_the_unit(today, signed_in):
    made.draft(today)

    assert "66.00" not in signed_in(today.leader).get("/units/S1/").content.decode()
    assert signed_in(today.leader).get("/units/S1/").context["rows"] == []
    assert len(signed_in(today.office).get("/units/S1/").context["rows"]) == 1


def test_an_inspector_sees_the_unit_and_only_their_own_results(ranked, signed_in):
    text = signed_in(ranked.inspector).get("/units/S1/").content.decode()

    assert "东街农贸市场" in text
    assert "垃圾 WT-2" in text  # they noted it


def test_200_sites_cost_as_many_queries_as_2(ranked, signed_in):
    client = signed_in(ranked.office)

    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert client.get("/units/S1/").status_code == 200
        return len(seen)

    client.get("/units/S1/")
    few = queries()
    for number in range(200):
        Site.objects.create(code=f"E{number}", name=f"点位{number}", type=ranked.market_type, unit=ranked.east)
        made.problem(ranked, f"Q-{number}", due_at=timezone.now() + timedelta(hours=number))

    assert queries() == few <= 15
