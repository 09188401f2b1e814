"""What waits for a person, and the ledger now and last month."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from inspections.models import Problem
from inspections.queries.compare import Week, compare
from inspections.rules import Move
from tests.city import MONDAY, NOON, at
from tests.inspections.ledger import TEN, advance, make_problem, make_problems

MINE, COMPARE = "/problems/mine/", "/problems/compare/"
FRIDAY = MONDAY + timedelta(days=4)
MONTH_AGO = at(MONDAY - timedelta(days=28), 9)


def parts(client, person) -> dict[str, list[str]]:
    client.force_login(person)
    found = client.get(MINE).context["parts"]
    return {one["part"].name: [row.code for row in one["part"].rows] for one in found}


def test_a_unit_finds_what_it_has_to_do_by_due_date(client, city):
    advance(make_problem(city, "WT-1"), Move.HAND_OVER, city=city)
    advance(make_problem(city, "WT-2", limit="1d"), Move.HAND_OVER, city=city)
    advance(make_problem(city, "WT-3"), Move.HAND_OVER, Move.RECEIVE, city=city)
    advance(make_problem(city, "WT-4"), Move.HAND_OVER, Move.RECEIVE, Move.SUBMIT, Move.SEND_BACK, city=city)
    advance(make_problem(city, "WT-5", unit=city.west), Move.HAND_OVER, city=city)

    assert parts(client, city.leader) == {"receive": ["WT-2", "WT-1"], "redo": ["WT-4"], "repair": ["WT-3"]}


def test_the_office_finds_what_waits_for_it(client, city):
    make_problem(city, "WT-1")
    advance(make_problem(city, "WT-2"), Move.HAND_OVER, Move.RECEIVE, Move.SUBMIT, city=city)
    asked = advance(make_problem(city, "WT-3"), Move.HAND_OVER, city=city)
    advance(asked, Move.ASK_TIME, city=city, until=FRIDAY)

    found = parts(client, city.office)

    assert found == {"hand_over": ["WT-1"], "check": ["WT-2"], "requests": ["WT-3"], "handled": ["WT-2", "WT-3"]}


def test_each_part_opens_the_list_of_all(client, city):
    make_problems(city, 7)
    client.force_login(city.office)

    one = client.get(MINE).context["parts"][0]

    assert (one["part"].count, len(one["part"].rows)) == (7, 5)
    assert len(client.get(one["url"]).context["rows"]) == 7


def test_an_inspector_follows_what_they_noted(client, city):
    make_problem(city)

    assert parts(client, city.inspector) == {"to_check": [], "noted": ["WT-2611-0001"]}


def test_the_office_sees_what_the_units_hold_and_units_do_not(client, city):
    advance(make_problem(city), Move.HAND_OVER, city=city, when=MONTH_AGO)
    client.force_login(city.office)
    (line,) = client.get(MINE).context["units"]
    client.force_login(city.leader)

    assert (line["unit_label"], line["count"], line["late"], line["unreceived"]) == ("东街", 1, 1, 1)
    assert client.get(MINE).context["units"] == []


@pytest.mark.parametrize("path", [MINE, COMPARE])
@pytest.mark.parametrize("count", [2, 60])
def test_these_pages_cost_the_same_for_2_and_60(client, city, path, count):
    for problem in make_problems(city, count):
        advance(problem, Move.HAND_OVER, city=city)
    client.force_login(city.office)

    with CaptureQueriesContext(connection) as queries:
        client.get(path)

    assert len(queries) <= 14, [query["sql"] for query in queries]


# Now and the same week last month


def test_both_weeks_are_counted_alike(city):
    then = MONTH_AGO
    repaired = (Move.HAND_OVER, Move.RECEIVE, Move.SUBMIT)
    old = advance(make_problem(city, "WT-1", noted_at=then), *repaired, city=city, when=then)
    advance(old, Move.CLOSE, city=city, when=then + timedelta(hours=2))
    advance(make_problem(city, "WT-2"), Move.HAND_OVER, city=city, when=TEN)
    advance(make_problem(city, "WT-3", noted_at=then), Move.HAND_OVER, city=city, when=then)

    (line,) = compare(Problem.objects.all(), at=NOON)

    assert line.now == Week(open=2, overdue=1, handed_over=1, closed=0, in_time=0, hours=None)
    assert line.then == Week(open=1, overdue=0, handed_over=2, closed=1, in_time=1, hours=Decimal("2.0"))


def test_what_is_cancelled_counts_in_neither(city):
    advance(make_problem(city), Move.CANCEL, city=city)

    (line,) = compare(Problem.objects.all(), at=NOON)

    assert line.now.open == line.then.open == 0


def test_what_was_merged_or_split_is_not_open_for_ever(client, city):
    original, copy, whole = (make_problem(city, f"WT-{n}") for n in range(1, 4))
    Problem.objects.filter(pk=copy.pk).update(state="merged", merged_into=original)
    Problem.objects.filter(pk=whole.pk).update(state="split")
    client.force_login(city.office)

    (line,) = compare(Problem.objects.all(), at=NOON)

    assert line.now.open == client.get("/problems/").context["every"] == 1


def test_lines_by_unit_add_up_to_all(city):
    advance(make_problem(city, "WT-1"), Move.HAND_OVER, city=city)
    advance(make_problem(city, "WT-2", unit=city.west, site=city.west_market), Move.HAND_OVER, city=city)

    lines = compare(Problem.objects.all(), at=NOON, by="unit")
    kinds = compare(Problem.objects.all(), at=NOON, by="type")

    assert {line.label: line.now.open for line in lines} == {"东街": 1, "西街": 1}
    assert [(line.label, line.now.open) for line in kinds] == [("农贸市场", 2)]


def test_the_head_of_the_ledger_is_one_line(client, city):
    make_problem(city)
    client.force_login(city.office)

    head = client.get(COMPARE, headers={"HX-Request": "true"}).content.decode()

    assert head.strip().startswith("<a")
    assert "上月" in head


def test_a_unit_compares_its_own_only(client, city):
    advance(make_problem(city, unit=city.west), Move.HAND_OVER, city=city)
    client.force_login(city.leader)

    assert client.get(COMPARE, {"by": "nonsense"}).context["lines"] == []
