"""Inspections after they were entered: who sees them, the list and its pages, voiding."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from inspections.models import Problem
from inspections.services.entry import Seen, record_inspection
from tests.city import MONDAY, NOON, at

LIST = reverse("inspections:inspections")


@pytest.fixture
def inspection(city):
    """One inspection of the market of 东街 with one item not met."""
    answers = [Seen(item=city.items[0], outcome="met"), Seen(item=city.items[1], outcome="not_met", note="占道经营")]
    return record_inspection(
        site=city.market, seen_at=at(MONDAY), kind="daily", answers=answers, client_uuid=uuid4(), by=city.inspector,
        recorded_at=NOON,
    )  # fmt: skip


def many(city, number):
    return [
        record_inspection(
            site=city.market, seen_at=at(MONDAY) - timedelta(hours=hours), kind="daily",
            answers=[Seen(item=city.items[0], outcome="met")], client_uuid=uuid4(), by=city.inspector, recorded_at=NOON,
        )
        for hours in range(number)
    ]  # fmt: skip


def void(client, inspection, reason="点位选错"):
    return client.post(reverse("inspections:void", args=[inspection.code]), {"reason": reason})


def codes(page):
    return [row.code for row in page.context["page"].rows]


@pytest.mark.parametrize("who", ["office", "supervisor", "inspector", "leader"])
def test_page_is_for_those_it_concerns(client, city, inspection, who):
    client.force_login(getattr(city, who))

    page = client.get(inspection.get_absolute_url()).content.decode()

    assert "占道经营" in page
    assert "83.33" in page


def test_neighbour_and_other_inspectors_do_not_find_it(client, city, inspection):
    client.force_login(city.neighbour)

    assert client.get(inspection.get_absolute_url()).status_code == 404


def test_monitor_may_not_read_inspections(client, city, inspection):
    client.force_login(city.people["monitor"])

    assert client.get(inspection.get_absolute_url()).status_code == 403


def test_unit_sees_neither_the_inspector_nor_what_is_not_handed_over(client, city, inspection):
    city.inspector.name = "暗访甲"
    city.inspector.save()
    client.force_login(city.leader)

    page = client.get(inspection.get_absolute_url()).content.decode()

    assert "暗访甲" not in page
    assert Problem.objects.get().code not in page


def test_page_costs_few_queries(client, city, inspection, django_assert_max_num_queries):
    client.force_login(city.office)

    with django_assert_max_num_queries(15):
        client.get(inspection.get_absolute_url())


def test_list_costs_the_same_queries_for_two_rows_and_fifty(client, city):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            client.get(LIST)
        return len(captured)

    client.force_login(city.office)
    many(city, 2)
    client.get(LIST)
    few = queries()
    many(city, 60)

    assert queries() == few <= 15


def test_pages_by_key_walk_the_whole_list_and_back(client, city):
    client.force_login(city.office)
    newest_first = [row.code for row in many(city, 120)]

    pages = [client.get(LIST)]
    while pages[-1].context["next"]:
        pages.append(client.get(LIST + pages[-1].context["next"]))

    assert [code for page in pages for code in codes(page)] == newest_first
    assert codes(client.get(LIST + pages[2].context["previous"])) == codes(pages[1])
    assert pages[0].context["previous"] == ""


@pytest.mark.parametrize(
    ("wanted", "number"),
    [
        ({"unit": "S1"}, 3), ({"unit": "C1"}, 3), ({"unit": "S2"}, 0), ({"site": "D1"}, 3), ({"site": "D2"}, 0),
        ({"inspector": "inspector"}, 3), ({"inspector": "office"}, 0), ({"kind": "daily"}, 3), ({"kind": "spot"}, 0),
        ({"first": "2026-11-23"}, 3), ({"first": "2026-11-24"}, 0), ({"last": "2026-11-22"}, 0),
    ],
)  # fmt: skip
def test_list_is_narrowed_by_its_filters(client, city, wanted, number):
    client.force_login(city.office)
    many(city, 3)

    assert len(codes(client.get(LIST, wanted))) == number


@pytest.mark.parametrize("wanted", [{"first": "x"}, {"kind": "x"}, {"first": "2026-02-01", "last": "2026-01-01"}])
def test_wrong_filters_explain_themselves(client, city, wanted):
    client.force_login(city.office)

    page = client.get(LIST, wanted)

    assert page.status_code == 422
    assert page.context["form"].errors


def test_office_voids_with_a_reason(client, city, inspection):
    client.force_login(city.office)

    assert void(client, inspection).status_code == 302

    inspection.refresh_from_db()
    assert (inspection.void_reason, inspection.voided_by) == ("点位选错", city.office)
    assert "点位选错" in client.get(inspection.get_absolute_url()).content.decode()


def test_voiding_without_a_reason_explains_itself(client, city, inspection):
    client.force_login(city.office)

    page = void(client, inspection, reason=" ")

    assert page.status_code == 422
    assert page.context["void_form"].errors["reason"]


def test_voiding_twice_is_a_conflict(client, city, inspection):
    client.force_login(city.office)
    void(client, inspection)

    assert void(client, inspection).status_code == 409


def test_inspector_may_not_void(client, city, inspection):
    client.force_login(city.inspector)

    assert void(client, inspection).status_code == 403


def test_a_unit_finds_no_link_to_a_unit_that_it_may_not_open(client, city, inspection):
    shared = inspection.units.get(direct=True)
    shared.pk, shared.unit = None, city.west
    shared.save()
    other = city.west.get_absolute_url()
    address = reverse("inspections:inspection", args=[inspection.code])

    client.force_login(city.leader)
    assert other not in client.get(address).content.decode()
    client.force_login(city.office)
    assert other in client.get(address).content.decode()
