"""Limits as data: the most specific rule holds, from the next hand-over on."""

import pytest
from django.db import IntegrityError

from campaign.models import Event
from inspections.models import LimitRule, Problem
from inspections.queries.limits import terms_of
from inspections.rules import Move
from inspections.services.ledger import hand_over_many
from tests.city import MONDAY, at
from tests.inspections.ledger import TEN, advance, make_problem

PAGE = "/problems/limits/"
pytestmark = pytest.mark.django_db


def rule(receive: str = "", repair: str = "", **given) -> LimitRule:
    return LimitRule.objects.create(receive_limit=receive, repair_limit=repair, **given)


def terms(problem: Problem) -> tuple[str, str]:
    found = terms_of([problem])[problem.pk]
    return found.receive, found.repair


def test_without_rules_the_problems_own_and_the_campaigns_hold(city):
    assert terms(make_problem(city)) == ("", "3d")


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ([{"source": "hotline", "repair": "1d"}], ("", "1d")),
        ([{"source": "media", "repair": "1d"}], ("", "3d")),
        ([{"source": "hotline", "repair": "1d"}, {"severity": "serious", "repair": "4h"}], ("", "4h")),
        (
            [
                {"source": "hotline", "severity": "serious", "receive": "2h", "repair": "4h"},
                {"severity": "serious", "repair": "2d"},
            ],
            ("2h", "4h"),
        ),
        ([{"severity": "serious", "repair": "2d"}, {"source": "hotline", "receive": "1h"}], ("1h", "2d")),
        ([{"item": True, "repair": "6h"}, {"source": "hotline", "severity": "serious", "repair": "4h"}], ("", "6h")),
    ],
)
def test_the_most_specific_that_says_something_holds(city, rules, expected):
    for given in rules:
        rule(**given | ({"item": city.items[0]} if given.get("item") else {}))

    assert terms(make_problem(city, source="hotline", severity="serious", item=city.items[0])) == expected


def test_a_hand_over_follows_the_rule_and_keeps_its_deadline_ever_after(city):
    made = rule(receive="2h", repair="4h", source="hotline")
    problem = advance(make_problem(city, source="hotline"), Move.HAND_OVER, city=city)
    made.delete()
    problem.refresh_from_db()

    assert (problem.limit, problem.due_at, problem.receive_due_at) == ("4h", at(MONDAY, 16), at(MONDAY, 12))


def test_what_the_office_types_comes_before_every_rule(city):
    rule(repair="4h", source="hotline")
    problem = advance(make_problem(city, source="hotline"), Move.HAND_OVER, city=city, limit="1d")

    assert problem.limit == "1d"


def test_a_batch_follows_the_rules_at_one_cost(city, django_assert_max_num_queries):
    rule(receive="2h", repair="4h", source="hotline")
    kinds = ["hotline", "media"]
    for number in range(40):
        make_problem(city, f"WT-{number}", source=kinds[number % 2])
    with django_assert_max_num_queries(25):
        hand_over_many(versions={f"WT-{number}": 0 for number in range(40)}, by=city.office, at=TEN)

    found = Problem.objects.values_list("source", "limit", "due_at", "receive_due_at").distinct().order_by("source")
    assert list(found) == [
        ("hotline", "4h", at(MONDAY, 16), at(MONDAY, 12)),
        ("media", "3d", at(MONDAY.replace(day=26), 10), at(MONDAY, 16)),
    ]


def test_the_problem_says_which_rule_it_follows(client, city):
    rule(repair="4h", source="hotline", severity="serious")
    problem = advance(make_problem(city, source="hotline", severity="serious"), Move.HAND_OVER, city=city)
    client.force_login(city.office)

    assert "时限规则" in client.get(problem.get_absolute_url()).text


def test_the_office_adds_and_removes_one(client, city):
    client.force_login(city.office)
    given = {"source": "hotline", "severity": "", "item": "M1", "receive_limit": "2工作时", "repair_limit": "4h"}

    assert client.post(PAGE, given).status_code == 302
    assert "公平秤" in client.get(PAGE).text
    client.post(f"{PAGE}remove/", {"source": "hotline", "severity": "", "item": "M1"})
    assert not LimitRule.objects.exists()
    assert Event.objects.filter(action__startswith="limit_rule.", reference="hotline/M1").count() == 2


@pytest.mark.parametrize(
    "given",
    [
        {"repair_limit": "4h"},
        {"source": "hotline"},
        {"source": "hotline", "repair_limit": "soon"},
        {"source": "mars", "repair_limit": "4h"},
        {"item": "NOPE", "repair_limit": "4h"},
    ],
)
def test_a_rule_that_makes_no_sense_explains_itself(client, city, given):
    client.force_login(city.office)
    answer = client.post(PAGE, given)

    assert answer.status_code == 422
    assert answer.context["form"].errors
    assert not LimitRule.objects.exists()


def test_the_same_twice_is_refused(client, city):
    rule(repair="4h", source="hotline")
    client.force_login(city.office)

    assert client.post(PAGE, {"source": "hotline", "repair_limit": "1d"}).status_code == 422


def test_the_database_takes_one_rule_for_one_case(city):
    rule(repair="4h", source="hotline")
    with pytest.raises(IntegrityError):
        rule(repair="5h", source="hotline")


def test_removing_what_is_not_there(client, city):
    client.force_login(city.office)

    assert client.post(f"{PAGE}remove/", {"source": "media"}).status_code == 404
