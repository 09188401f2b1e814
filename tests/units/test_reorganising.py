"""A unit ends: merged into another one or split, from tomorrow on (row T11)."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from campaign.models import Event
from inspections.models import BulkRun, Inspection, Problem
from inspections.rules import Move
from inspections.services.bulk_runs import work_on
from inspections.services.reorganising import reorganise
from tests.city import MONDAY, NOON, make_unit
from tests.inspections.ledger import advance, make_problem
from tests.reports.facts import visit
from units.models import Site, Task, TaskDuty, Unit, UnitLink
from units.services import relabel
from units.services.reorganising import end_unit

TOMORROW = MONDAY + timedelta(days=1)


def merge(city, **given):
    return end_unit(**{"unit": city.east, "into": [city.west], "sites": {}, "by": city.office, "at": NOON} | given)


def test_a_merged_unit_ends_tomorrow_and_names_its_successor(city):
    merge(city)

    city.east.refresh_from_db()
    assert (city.east.valid_to, city.east.succeeded_by) == (TOMORROW, city.west)
    assert Event.objects.get(action="unit.merged").after == {"into": ["S2"], "from": "2026-11-24"}


def test_sites_and_the_units_under_it_pass_on_the_tree_of_today_stays(city):
    city.west_market.other_units.add(city.east)

    merge(city)

    assert set(Site.objects.values_list("unit__code", flat=True)) == {"S2"}
    assert not city.west_market.other_units.exists(), "who answers alone needs not answer beside itself"
    above = UnitLink.objects.filter(descendant=city.community, depth=1).order_by("valid_from")
    assert list(above.values_list("ancestor__code", "valid_to")) == [("S1", TOMORROW), ("S2", None)]


def test_duties_still_to_come_pass_on_and_those_due_stay(city):
    task = Task.objects.create(code="RW1", title="任务")
    for part, due in (("lead", MONDAY), ("support", TOMORROW)):
        TaskDuty.objects.create(task=task, unit=city.east, part=part, due_on=due)

    merge(city)

    assert dict(TaskDuty.objects.values_list("part", "unit__code")) == {"lead": "S1", "support": "S2"}


def test_of_a_split_each_site_goes_where_it_was_said(city):
    south = make_unit("S3", "南街")
    other = Site.objects.create(code="D3", name="南门", type=city.market_type, unit=city.east)

    merge(city, into=[city.west, south], sites={"D3": south})

    other.refresh_from_db()
    city.east.refresh_from_db()
    assert (other.unit, Site.objects.get(code="D1").unit) == (south, city.west)
    assert city.east.succeeded_by is None


def test_a_unit_merged_into_one_under_it(city):
    merge(city, into=[city.community])

    above = UnitLink.objects.filter(descendant=city.community, depth=1, valid_to=None)
    assert [link.ancestor for link in above] == [city.county]


@pytest.mark.parametrize("into", ["itself", "nobody", "ended", "again"])
def test_what_cannot_be_is_refused_and_nothing_changes(city, into):
    ended = make_unit("S9", "旧街", valid_to=MONDAY)
    if into == "again":
        Unit.objects.filter(pk=city.east.pk).update(valid_to=MONDAY)
    wanted = {"itself": [city.east], "nobody": [], "ended": [ended], "again": [city.west]}[into]

    with pytest.raises(ValidationError):
        merge(city, into=wanted)

    assert Site.objects.get(code="D1").unit == city.east


def test_open_problems_are_transferred_with_their_deadline_and_closed_ones_stay(city):
    held = advance(make_problem(city), Move.HAND_OVER, Move.RECEIVE, city=city)
    closed = advance(make_problem(city, "WT2"), Move.HAND_OVER, Move.RECEIVE, Move.SUBMIT, Move.CLOSE, city=city)

    (run,) = reorganise(unit=city.east, into=[city.west], sites={}, by=city.office, at=NOON)
    while work_on(pk=run.pk, at=NOON):
        pass

    now = Problem.objects.get(pk=held.pk)
    assert (now.unit, now.due_at, now.state) == (city.west, held.due_at, "handed_over")
    assert Problem.objects.get(pk=closed.pk).unit == city.east


def test_membership_in_the_next_unit_opens_nothing_of_the_past(city):
    past = visit(city, site=city.market, seen_at=NOON, earned=9)

    merge(city)

    assert past not in Inspection.objects.visible_to(city.neighbour)
    assert past in Inspection.objects.visible_to(city.leader)
    assert city.east not in Unit.objects.visible_to(city.neighbour)


def test_the_page_shows_what_passes_and_does_it(client, city, settings):
    relabel()
    advance(make_problem(city), Move.HAND_OVER, city=city)
    client.force_login(city.office)

    shown = client.get("/units/S1/end/?into=S2")
    done = client.post("/units/S1/end/", {"into": "S2"})

    assert [shown.context[name] for name in ("sites", "problems", "below")] == [1, 1, 1]
    assert (done.status_code, BulkRun.objects.get().unit) == (302, city.west)


def test_a_split_asks_for_each_site(client, city):
    make_unit("S3", "南街")
    client.force_login(city.office)

    page = client.get("/units/S1/end/?into=S2 S3").text
    client.post("/units/S1/end/", {"into": "S2 S3", "site-D1": "S3"})

    assert 'name="site-D1"' in page
    assert Site.objects.get(code="D1").unit.code == "S3"


@pytest.mark.parametrize("into", ["", "NOPE", "S1"])
def test_a_bad_next_unit_is_explained_beside_its_field(client, city, into):
    client.force_login(city.office)

    answer = client.post("/units/S1/end/", {"into": into})

    assert answer.status_code == 422
    assert answer.context["form"].errors["into"]
