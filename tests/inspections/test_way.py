"""Every deadline explains itself, whatever has moved it since: suspension, more time, transfer, return, reopening."""

from datetime import date, datetime

import pytest
import time_machine

from campaign.queries import work_clock
from campaign.templatetags.work_time import counted
from inspections.models import Problem, Suspension
from inspections.queries.way import Way, way_to
from inspections.rules import Move
from tests.city import MONDAY, at
from tests.inspections.ledger import advance, make_problem

WORK = (Move.HAND_OVER, Move.RECEIVE)


def november(day: int, hour: int = 10) -> datetime:
    return at(date(2026, 11, day), hour)


def found(problem: Problem) -> Way | None:
    return way_to(problem, list(problem.steps.order_by("at", "pk")), work_clock())


def turns(way: Way | None) -> list[tuple[str, datetime | None, str]]:
    """What came after the clock began, the deadline from then on, and the time for which the clock stood."""
    assert way
    return [(one.turn, one.due, counted(one.stood) if one.stood else "") for one in way.later]


def extended(problem: Problem, city, *, day: int, until: date) -> Problem:
    asked = advance(problem, Move.ASK_TIME, city=city, when=november(day, 9), until=until)
    return advance(asked, Move.GRANT_TIME, city=city, when=november(day, 11))


def suspended(problem: Problem, city, *, day: int, until: int) -> Problem:
    return advance(problem, Move.SUSPEND, city=city, when=november(day, 15), until=date(2026, 11, until))


@pytest.fixture
def held(city) -> Problem:
    """Received on Monday at ten, due on Thursday at ten."""
    return advance(make_problem(city), *WORK, city=city)


def test_one_that_nothing_moved(held):
    way = found(held)

    assert (way.begun.move, way.path[-1].ends, way.later) == ("hand_over", november(26), [])


def test_while_it_is_suspended_it_shows_how_far_it_had_come(city, held):
    way = found(suspended(held, city, day=24, until=27))

    assert way.path[-1].ends == november(26)
    assert turns(way) == [("suspended", None, "")]


def test_suspended_and_resumed_in_working_days(city, held):
    resumed = advance(suspended(held, city, day=24, until=30), Move.RESUME, city=city, when=november(27, 9))

    assert turns(found(resumed)) == [("suspended", at(date(2026, 12, 1), 10), "3 个工作日")]


def test_suspended_and_resumed_in_working_hours(city):
    problem = advance(make_problem(city, limit="20h"), *WORK, city=city)
    resumed = advance(suspended(problem, city, day=24, until=30), Move.RESUME, city=city, when=november(25, 9))

    assert turns(found(resumed)) == [("suspended", november(26, 10), "4 个工作时")]


def test_more_time_then_a_suspension(city, held):
    problem = suspended(extended(held, city, day=24, until=date(2026, 12, 3)), city, day=25, until=30)
    resumed = advance(problem, Move.RESUME, city=city, when=november(27, 9))

    assert turns(found(resumed)) == [
        ("extended", at(date(2026, 12, 3), 10), ""),
        ("suspended", at(date(2026, 12, 7), 10), "2 个工作日"),
    ]


def test_a_suspension_then_more_time(city, held):
    resumed = advance(suspended(held, city, day=24, until=30), Move.RESUME, city=city, when=november(25, 9))
    problem = extended(resumed, city, day=26, until=date(2026, 12, 8))

    assert turns(found(problem)) == [
        ("suspended", november(27), "1 个工作日"),
        ("extended", at(date(2026, 12, 8), 10), ""),
    ]


def test_a_transfer_that_leaves_the_deadline_says_so(city, held):
    problem = extended(held, city, day=24, until=date(2026, 12, 3))
    moved = advance(problem, Move.TRANSFER, city=city, when=november(25), unit=city.west, keep_due=True)
    way = found(moved)

    assert way.begun.move == "hand_over"
    assert turns(way) == [
        ("extended", at(date(2026, 12, 3), 10), ""),
        ("kept", at(date(2026, 12, 3), 10), ""),
    ]


def test_a_transfer_with_a_limit_begins_anew(city, held):
    problem = extended(held, city, day=24, until=date(2026, 12, 3))
    way = found(advance(problem, Move.TRANSFER, city=city, when=november(25), unit=city.west, limit="1d"))

    assert (way.begun.move, way.path[-1].ends, way.later) == ("transfer", november(26), [])


def test_returned_it_has_no_deadline_and_begins_anew(city):
    returned = advance(make_problem(city), Move.HAND_OVER, Move.RETURN, city=city)
    assert found(returned) is None

    again = found(advance(returned, Move.HAND_OVER, city=city, when=november(24, 16), unit=city.west, limit="4h"))
    assert (again.begun.at, again.path[-1].ends, again.later) == (november(24, 16), november(25), [])


def test_reopened_it_keeps_its_deadline(city, held):
    closed = advance(held, Move.SUBMIT, Move.CLOSE, city=city, when=november(24))
    way = found(advance(closed, Move.REOPEN, city=city, when=november(25)))

    assert way.begun.move == "hand_over"
    assert turns(way) == [("kept", november(26), "")]


def test_reopened_with_a_limit_it_begins_anew(city, held):
    closed = advance(held, Move.SUBMIT, Move.CLOSE, city=city, when=november(24))
    way = found(advance(closed, Move.REOPEN, city=city, when=november(25), limit="2d"))

    assert (way.begun.move, way.path[-1].ends, way.later) == ("reopen", november(27), [])


def test_what_todays_calendar_does_not_lead_to_is_not_explained(city, held):
    resumed = advance(suspended(held, city, day=24, until=30), Move.RESUME, city=city, when=november(27, 9))
    Suspension.objects.update(resumed_at=november(26, 9))

    assert found(Problem.objects.get(pk=resumed.pk)) is None


def page(client, person, problem, when) -> str:
    client.force_login(person)
    with time_machine.travel(when, tick=False):
        return client.get(problem.get_absolute_url()).text


def test_the_page_shows_each_step(client, city, held):
    resumed = advance(suspended(held, city, day=24, until=30), Move.RESUME, city=city, when=november(25, 9))
    problem = extended(resumed, city, day=26, until=date(2026, 12, 8))
    kept = advance(problem, Move.TRANSFER, city=city, when=november(27), unit=city.community, keep_due=True)

    shown = page(client, city.office, kept, november(27, 11))

    steps = ["挂账，1 个工作日不计时", "顺延后的期限", "已同意延期", "延期后的期限", "改派，期限不变"]
    places = [shown.find(step) for step in steps]
    assert -1 not in places
    assert places == sorted(places)


def test_handed_over_on_a_sunday_the_day_off_comes_before_the_opening(client, city):
    problem = advance(make_problem(city), Move.HAND_OVER, city=city, when=november(29))

    shown = page(client, city.office, problem, november(29, 11))

    lines = ("<span>11月29日 周日 10:00", "<span>11月29日 周日<", "<span>11月30日 周一 08:00")
    places = [shown.find(line) for line in lines]
    assert -1 not in places
    assert places == sorted(places)


def test_the_limit_to_receive_explains_itself(client, city):
    problem = advance(make_problem(city), Move.HAND_OVER, city=city, when=at(date(2026, 11, 20), 16))

    shown = page(client, city.office, problem, at(MONDAY, 9))

    assert "11月20日 周五 16:00 → 4 个工作时 → 11月23日 周一 10:00" in shown


def test_a_limit_to_receive_that_has_changed_since_is_not_said(client, city):
    problem = advance(make_problem(city), Move.HAND_OVER, city=city)
    city.campaign.receive_limit = "8h"
    city.campaign.save()

    assert "→ 8 个工作时 →" not in page(client, city.office, problem, november(23, 11))
