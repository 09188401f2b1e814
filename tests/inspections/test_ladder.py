"""The ladder: each rung once per deadline, in office hours, by data."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaign.models import Event
from inspections.models import LedgerSettings, Problem, Supervision
from inspections.rules import Move
from inspections.services.ladder import climb
from tests.city import MONDAY, at
from tests.inspections.ledger import TEN, advance, make_problem

TUESDAY, THURSDAY, FRIDAY = (MONDAY + timedelta(days=n) for n in (1, 3, 4))
pytestmark = pytest.mark.django_db


@pytest.fixture
def problem(city) -> Problem:
    """Handed over on Monday at ten, due on Thursday at ten."""
    return advance(make_problem(city), Move.HAND_OVER, city=city)


def rungs(problem: Problem) -> list[str]:
    return list(problem.climbs.values_list("rung", flat=True))


@pytest.mark.parametrize(
    ("moment", "climbed"),
    [
        (at(THURSDAY - timedelta(days=1), 9, 59), []),
        (at(THURSDAY - timedelta(days=1), 10), ["due_soon"]),
        (at(THURSDAY, 9, 59), ["due_soon"]),
        (at(THURSDAY, 10, 0), ["overdue"]),
        (at(date(2026, 12, 1), 9, 59), ["overdue"]),
        (at(date(2026, 12, 1), 10), ["overdue", "supervision"]),
        (at(date(2026, 12, 3), 10), ["overdue", "supervision", "supervisor"]),
    ],
)
def test_a_problem_climbs_as_far_as_it_has_come(problem, moment, climbed):
    climb(now=moment)

    assert rungs(problem) == climbed


def test_each_rung_is_climbed_once(problem):
    assert climb(now=at(THURSDAY, 11)) == 1
    assert climb(now=at(THURSDAY, 11, 5)) == 0
    assert Event.objects.filter(action="problem.climbed_overdue").count() == 1


@pytest.mark.parametrize("moment", [at(THURSDAY, 12, 30), at(THURSDAY, 22), at(FRIDAY + timedelta(days=1), 10)])
def test_nothing_climbs_outside_office_hours(problem, moment):
    assert climb(now=moment) == 0


def test_another_deadline_is_climbed_anew(problem, city):
    climb(now=at(THURSDAY, 11))
    advance(problem, Move.ASK_TIME, Move.GRANT_TIME, city=city, when=at(THURSDAY, 12), until=date(2026, 11, 30))
    climb(now=at(date(2026, 12, 1), 10))

    assert rungs(problem) == ["overdue", "overdue"]


def test_suspended_problems_do_not_climb(problem, city):
    problem = advance(problem, Move.RECEIVE, city=city)
    advance(problem, Move.SUSPEND, city=city, until=date(2026, 12, 20))

    assert climb(now=at(date(2026, 12, 10))) == 0


def test_what_waits_for_the_office_does_not_climb(problem, city):
    advance(problem, Move.RECEIVE, Move.SUBMIT, city=city)

    assert climb(now=at(date(2026, 12, 10))) == 0


def test_the_distances_are_the_offices(problem):
    LedgerSettings.objects.create(remind_before="", leader_after="4h", supervision_after="", supervisor_after="")

    assert climb(now=at(THURSDAY, 15, 59)) == 0
    assert climb(now=at(THURSDAY, 16)) == 1


def test_long_overdue_ones_find_their_notice_drafted(problem):
    climb(now=at(date(2026, 12, 1), 10))
    draft = Supervision.objects.get()

    assert (draft.code, draft.state, draft.unit, draft.due_at) == (
        "DB-2612-0001",
        "draft",
        problem.unit,
        problem.due_at,
    )
    assert Event.objects.filter(action="supervision.drafted", reference=draft.code).exists()


def test_nothing_is_closed_by_time(problem):
    climb(now=at(date(2026, 12, 30), 10))
    problem.refresh_from_db()

    assert (problem.state, problem.closed_at) == ("handed_over", None)


def test_two_hundred_cost_as_many_statements_as_two(city):
    def statements(count: int, moment) -> int:
        make_some(city, count)
        with CaptureQueriesContext(connection) as captured:
            assert climb(now=moment) == 3 * count
        return len(captured)

    assert statements(2, at(date(2026, 12, 4), 10)) == statements(200, at(date(2026, 12, 4), 11))


def make_some(city, count: int) -> None:
    Problem.objects.bulk_create(
        Problem(
            code=f"P-{count}-{number}", unit=city.east, text="垃圾", state="handed_over", noted_by=city.inspector,
            noted_at=TEN, handed_over_at=TEN, due_at=TEN, receive_due_at=TEN,
        )
        for number in range(count)
    )  # fmt: skip


def test_the_problem_shows_the_rungs_it_climbed(client, city, problem):
    climb(now=at(THURSDAY, 11))
    client.force_login(city.leader)

    assert "超期：提醒单位负责人" in client.get(problem.get_absolute_url()).text
