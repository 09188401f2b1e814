"""What is exempt is stopped while it is entered; only the office may note it all the same, and says why."""

from datetime import date, time
from decimal import Decimal
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaign.models import Event
from inspections.models import Exemption, Problem
from inspections.models.exemption import Case
from inspections.queries.exemptions import exempt
from inspections.services.entry import Seen, record_inspection
from inspections.services.noting import note_problem
from inspections.services.pasting import Pasted, note_pasted
from tests.city import MONDAY, NOON, at
from units.models import Site

pytestmark = pytest.mark.django_db


def make_exemption(city, *, items=(), **fields) -> Exemption:
    values = {
        "code": f"MZ-{Exemption.objects.count()}", "reason": "早市", "approved_by": "市创建办", "site": city.market,
        "valid_from": date(2026, 11, 1), "made_by": city.office,
    } | fields  # fmt: skip
    made = Exemption.objects.create(**values)
    made.items.set(items)
    return made


def covers(city, **case) -> bool:
    values = {"at": NOON, "text": "占道经营", "site": city.market, "unit_id": city.east.pk} | case
    return exempt([Case(**values)])[0] is not None


def test_a_site_is_covered_and_another_is_not(city):
    make_exemption(city)

    assert covers(city)
    assert not covers(city, site=city.west_market)


def test_a_type_of_site_covers_all_of_it(city):
    make_exemption(city, site=None, site_type=city.market_type)

    assert covers(city, site=city.west_market)


def test_a_unit_covers_those_under_it(city):
    make_exemption(city, site=None, unit=city.east)

    assert covers(city, site=None, unit_id=city.community.pk)
    assert not covers(city, site=None, unit_id=city.west.pk)


@pytest.mark.parametrize(("metres", "inside"), [(150, True), (50, False)])
def test_a_circle_reaches_as_far_as_its_radius(city, metres, inside):
    make_exemption(city, site=None, lat=Decimal("36.6"), lon=Decimal("109.5"), radius=metres)
    Site.objects.filter(pk=city.market.pk).update(lat=Decimal("36.6009"), lon=Decimal("109.5"))  # 100 m north
    city.market.refresh_from_db()

    assert covers(city) is inside


def test_a_box_holds_what_lies_between_its_corners(city):
    box = {"lat": Decimal("36.7"), "lon": Decimal("109.4"), "lat_to": Decimal("36.5"), "lon_to": Decimal("109.6")}
    make_exemption(city, site=None, **box)
    city.market.lat, city.market.lon = Decimal("36.6"), Decimal("109.5")

    assert covers(city)
    assert not covers(city, site=city.west_market)  # without a point


@pytest.mark.parametrize(("hour", "minute", "inside"), [(4, 59, False), (5, 0, True), (7, 59, True), (8, 0, False)])
def test_daily_hours_end_before_their_end(city, hour, minute, inside):
    make_exemption(city, from_time=time(5), to_time=time(8))

    assert covers(city, at=at(MONDAY, hour, minute)) is inside


@pytest.mark.parametrize(("hour", "inside"), [(23, True), (5, True), (12, False)])
def test_hours_may_run_over_midnight(city, hour, inside):
    make_exemption(city, from_time=time(22), to_time=time(6))

    assert covers(city, at=at(MONDAY, hour)) is inside


@pytest.mark.parametrize(("day", "inside"), [(22, False), (23, True), (24, True), (25, False)])
def test_works_last_from_their_first_to_their_last_day(city, day, inside):
    make_exemption(city, valid_from=date(2026, 11, 23), valid_to=date(2026, 11, 24))

    assert covers(city, at=at(date(2026, 11, day), 23, 59)) is inside


def test_words_and_items_say_what_is_meant(city):
    make_exemption(city, words="占道、摊位", items=[city.items[0]])

    assert covers(city)
    assert covers(city, text="公平秤", item_id=city.items[0].pk)
    assert not covers(city, text="垃圾", item_id=city.items[1].pk)


def test_a_thousand_cases_cost_three_statements(city):
    make_exemption(city)

    with CaptureQueriesContext(connection) as made:
        exempt([Case(at=NOON, text="占道", site=city.market, unit_id=city.east.pk)] * 1000)

    assert len(made) == 3


def note(city, by=None, **given) -> Problem:
    values = {"text": "占道经营", "client_uuid": uuid4(), "noted_at": NOON, "site": city.market} | given
    return note_problem(by=by or city.inspector, **values)


def test_a_quick_problem_is_stopped_with_the_reason(city):
    make_exemption(city)

    with pytest.raises(ValidationError, match="早市"):
        note(city)

    assert not Problem.objects.exists()


def test_the_office_forces_it_with_a_reason_that_is_kept(city):
    row = make_exemption(city)

    problem = note(city, by=city.office, despite="堵塞消防通道")

    event = Event.objects.get(action="problem.exemption_overruled")
    assert (event.reference, event.after) == (problem.code, {"exemption": row.code, "reason": "堵塞消防通道"})


def test_nobody_else_forces_it(city):
    make_exemption(city)

    with pytest.raises(ValidationError) as refused:
        note(city, despite="我认为要登记")

    assert "despite" in refused.value.message_dict


def visit(city, outcome="not_met", **given):
    seen = [Seen(item=city.items[0], outcome=outcome), Seen(item=city.items[1], outcome="met")]
    values = {"client_uuid": uuid4(), "by": city.inspector} | given
    return record_inspection(site=city.market, seen_at=NOON, kind="daily", answers=seen, recorded_at=NOON, **values)


def test_a_failed_answer_is_stopped_beside_its_item(city):
    make_exemption(city, items=[city.items[0]])

    with pytest.raises(ValidationError) as refused:
        visit(city)

    assert list(refused.value.message_dict) == ["M1"]


def test_not_applicable_names_the_exemption(city):
    row = make_exemption(city, items=[city.items[0]])

    inspection = visit(city, outcome="not_applicable")

    assert row.code in inspection.answers.get(item=city.items[0]).note


def test_the_office_forces_an_answer(city):
    make_exemption(city, items=[city.items[0]])

    inspection = visit(city, by=city.office, despite="堵塞消防通道")

    assert inspection.problems.count() == 1
    assert Event.objects.filter(action="problem.exemption_overruled").count() == 1


def test_a_part_of_a_message_is_stopped_by_its_place(city):
    make_exemption(city)
    parts = [
        Pasted(text="占道", site=site, unit=city.east, severity="normal", limit="3d")
        for site in (city.west_market, city.market)
    ]

    with pytest.raises(ValidationError) as refused:
        note_pasted(rows=parts, source="inspection", client_uuid=uuid4(), by=city.office, noted_at=NOON)

    assert list(refused.value.message_dict) == ["row 1"]


FORM = {"reason": "早市", "approved_by": "市创建办", "at_site": "D1", "valid_from": "2026-11-01", "of_items": "M1、M2"}


def test_the_office_writes_one_down(city, client):
    client.force_login(city.office)

    client.post("/exemptions/new/", FORM | {"from_time": "05:00", "to_time": "08:00"})

    row = Exemption.objects.get()
    assert (row.site, row.items.count(), row.made_by) == (city.market, 2, city.office)
    assert "早市" in client.get("/exemptions/").text


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"at_site": ""}, "at_site"), ({"from_time": "05:00"}, "to_time"), ({"valid_to": "2026-10-01"}, "valid_to"),
        ({"of_items": "M9"}, "of_items"), ({"lat": "36.6", "lon": "109.5"}, "radius"), ({"lat": "36.6"}, "lon"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_beside_its_field(city, client, changed, field):
    client.force_login(city.office)

    response = client.post("/exemptions/new/", FORM | changed)

    assert (response.status_code, field in response.context["form"].errors) == (422, True)
    assert not Exemption.objects.exists()


def test_a_change_is_kept_in_the_trail(city, client):
    row = make_exemption(city)
    client.force_login(city.office)

    client.post(row.get_absolute_url(), FORM | {"reason": "夜市"})

    event = Event.objects.get(action="exemption.changed")
    assert (event.before["reason"], event.after["reason"]) == ("早市", "夜市")


def test_the_page_shows_the_reason_and_lets_the_office_force_it(city, client):
    make_exemption(city)
    client.force_login(city.office)
    form = {"client_uuid": str(uuid4()), "text": "占道经营", "unit": "S1", "limit": "3d", "severity": "normal"}

    stopped = client.post("/problems/new/?site=D1", form)
    forced = client.post("/problems/new/?site=D1", form | {"despite": "堵塞消防通道"})

    assert (stopped.status_code, "早市" in stopped.text, 'name="despite"' in stopped.text) == (422, True, True)
    assert (forced.status_code, Problem.objects.count()) == (302, 1)
