"""Rules of hand-over: which unit a problem goes to, by item, indicator and type of site."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from campaign.models import Event, Indicator
from inspections.models import HandOverRule, Problem
from inspections.rules import Move
from inspections.services.ledger import hand_over_many
from tests.inspections.ledger import TEN, advance, make_problem, make_problems

pytestmark = pytest.mark.django_db
PAGE = reverse("inspections:hand_over_rules")


def given(city, *problems):
    rows = hand_over_many(versions={one.code: one.version for one in problems}, by=city.office, at=TEN)
    return [(row.problem.unit.code, row.ruled) for row in rows]


def test_the_closest_rule_holds(city):
    HandOverRule.objects.create(site_type=city.market_type, unit=city.county)
    HandOverRule.objects.create(item=city.items[0], unit=city.west)
    by_type, by_item = make_problem(city, "WT-1"), make_problem(city, "WT-2", item=city.items[0])

    assert given(city, by_type, by_item) == [("C1", True), ("S2", True)]
    assert Problem.objects.get(code="WT-2").steps.last().unit == city.west
    trail = Event.objects.get(action="problem.handed_over", reference="WT-2")
    assert (trail.before["unit"], trail.after["unit"]) == ("S1", "S2")


def test_a_rule_for_an_indicator_takes_all_items_under_it(city):
    HandOverRule.objects.create(indicator=Indicator.objects.get(code="1"), unit=city.west)

    assert given(city, make_problem(city, item=city.items[1])) == [("S2", True)]


def test_a_unit_chosen_by_hand_stays(city):
    HandOverRule.objects.create(site_type=city.market_type, unit=city.west)

    assert given(city, make_problem(city, unit=city.community)) == [("S1-1", False)]


def test_a_unit_that_is_gone_takes_nothing(city):
    HandOverRule.objects.create(site_type=city.market_type, unit=city.west)
    city.west.valid_to = TEN.date()
    city.west.save()

    assert given(city, make_problem(city)) == [("S1", False)]


def test_a_rule_costs_the_same_for_2_and_60(city):
    HandOverRule.objects.create(indicator=city.indicator, unit=city.west)
    problems = make_problems(city, 62)
    Problem.objects.update(item=city.items[0])
    costs = []
    for some in (problems[:2], problems[2:]):
        with CaptureQueriesContext(connection) as made:
            assert {code for code, _ruled in given(city, *some)} == {"S2"}
        costs.append(len(made))

    assert costs[0] == costs[1]


def test_the_hand_over_form_proposes_the_unit_of_the_rule(client, city):
    HandOverRule.objects.create(site_type=city.market_type, unit=city.west)
    client.force_login(city.office)
    problem = make_problem(city)

    assert client.get(problem.get_absolute_url()).context["choices"][0].form.initial["unit"] == "西街"

    returned = advance(problem, Move.HAND_OVER, Move.RETURN, city=city)
    assert client.get(returned.get_absolute_url()).context["choices"][0].form.initial["unit"] == "东街"


def test_the_office_adds_and_removes_a_rule(client, city):
    client.force_login(city.office)

    assert client.post(PAGE, {"item": "M1", "unit": "S2"}).status_code == 302
    assert "M1" in client.get(PAGE).content.decode()
    assert client.post(PAGE, {"item": "M1", "unit": "S1"}).status_code == 422
    assert client.post(reverse("inspections:hand_over_rule_remove"), {"item": "M1"}).status_code == 302
    assert not HandOverRule.objects.exists()
    trail = Event.objects.filter(action__startswith="hand_over_rule").order_by("pk")
    assert [event.action for event in trail] == ["hand_over_rule.added", "hand_over_rule.removed"]


@pytest.mark.parametrize("sent", [{"unit": "S2"}, {"item": "M9", "unit": "S2"}, {"item": "M1", "unit": "没有"}])
def test_a_rule_that_says_nothing_explains_itself(client, city, sent):
    client.force_login(city.office)

    page = client.post(PAGE, sent)

    assert page.status_code == 422
    assert page.context["form"].errors


def test_inspectors_do_not_make_rules(client, city):
    client.force_login(city.inspector)

    assert client.get(PAGE).status_code == 403
