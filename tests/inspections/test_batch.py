"""Many problems handed over at once."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaign.models import Event
from inspections.models import Problem, Step
from inspections.rules import Move
from inspections.services.ledger import Result, hand_over_many
from tests.city import MONDAY, at
from tests.inspections.ledger import TEN, advance, make_problem, make_problems


def test_each_is_handed_over_with_its_own_limit(city):
    make_problem(city, "WT-1", limit="4h")
    make_problem(city, "WT-2", limit="1d")

    hand_over_many(versions={"WT-1": 0, "WT-2": 0}, by=city.office, at=TEN)

    due = dict(Problem.objects.values_list("code", "due_at"))
    assert due == {"WT-1": at(MONDAY, 16), "WT-2": at(MONDAY.replace(day=24), 10)}
    assert Step.objects.filter(move=Move.HAND_OVER).count() == 2
    assert Event.objects.filter(action="problem.handed_over").count() == 2


def test_what_somebody_moved_meanwhile_is_left_and_said(city):
    first, second = make_problems(city, 2)
    advance(first, Move.CANCEL, city=city)

    rows = hand_over_many(versions={first.code: 0, second.code: 0}, by=city.office, at=TEN)

    assert [row.result for row in rows] == [Result.MOVED, Result.HANDED_OVER]
    assert Problem.objects.get(pk=first.pk).state == "cancelled"


@pytest.mark.parametrize("count", [2, 60])
def test_the_number_of_statements_does_not_grow(city, count):
    problems = make_problems(city, count)

    with CaptureQueriesContext(
        connection,
    ) as queries:
        hand_over_many(versions={problem.code: 0 for problem in problems}, by=city.office, at=TEN)

    assert len(queries) == 11


def test_a_missing_year_hands_over_nothing(city):
    make_problem(city, "WT-1")
    make_problem(city, "WT-2", limit="90d")

    with pytest.raises(ValidationError):
        hand_over_many(versions={"WT-1": 0, "WT-2": 0}, by=city.office, at=TEN)

    assert not Problem.objects.filter(state="handed_over").exists()


def test_a_unit_that_ended_is_said(city):
    problem = make_problem(city)
    city.east.valid_to = MONDAY
    city.east.save()

    rows = hand_over_many(versions={problem.code: 0}, by=city.office, at=TEN)

    assert [row.result for row in rows] == [Result.UNIT_ENDED]


def test_only_the_office_may(city):
    with pytest.raises(PermissionDenied):
        hand_over_many(versions={make_problem(city).code: 0}, by=city.leader, at=TEN)
