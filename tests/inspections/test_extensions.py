"""More time: asked for by the holder, granted or refused by the office, once."""

from datetime import date

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError

from campaign.models import Event
from inspections.models import Problem
from inspections.rules import Move
from inspections.services.ledger import Conflict, move_problem
from reports.queries import Need, measure
from reports.rules.periods import parse
from tests.city import at
from tests.inspections.ledger import TEN, advance, make_problem

TUESDAY = at(date(2026, 11, 24), 9)
UNTIL = date(2026, 12, 4)


@pytest.fixture
def held(city):
    return advance(make_problem(city), Move.HAND_OVER, Move.RECEIVE, city=city)


@pytest.fixture
def asked(city, held):
    return advance(held, Move.ASK_TIME, city=city, until=UNTIL)


def send(client, person, problem, move, **data):
    client.force_login(person)
    with time_machine.travel(TUESDAY, tick=False):
        return client.post(f"{problem.get_absolute_url()}{move}/", {"version": problem.version, "note": "说明"} | data)


def page_of(client, person, problem):
    client.force_login(person)
    with time_machine.travel(TUESDAY, tick=False):
        return client.get(problem.get_absolute_url())


def test_asking_moves_nothing_yet(held, asked):
    request = asked.extensions.get()

    assert (asked.state, asked.due_at, asked.version) == ("received", held.due_at, held.version + 1)
    assert (request.granted, request.until, request.due_before) == (None, at(UNTIL, 10), held.due_at)
    assert asked.steps.last().move == "ask_time"


def test_granted_the_deadline_moves_and_says_from_where(client, city, asked):
    send(client, city.office, asked, "grant_time", note="")

    asked.refresh_from_db()
    page = page_of(client, city.leader, asked)
    assert (asked.due_at, asked.extensions.get().granted) == (at(UNTIL, 10), True)
    assert page.context["way"].path[-1].ends == at(date(2026, 11, 26), 10)
    assert "已同意延期" in page.content.decode()
    assert Event.objects.get(action="problem.time_granted").after["due_at"].startswith("2026-12-04T02:00")


def test_refused_the_deadline_stays_and_the_holder_may_ask_again(city, held, asked):
    refused = advance(asked, Move.REFUSE_TIME, city=city)

    again = advance(refused, Move.ASK_TIME, city=city, until=UNTIL)

    assert again.due_at == held.due_at
    assert [one.granted for one in again.extensions.all()] == [False, None]


def test_nothing_is_granted_twice(city, asked):
    granted = advance(asked, Move.GRANT_TIME, city=city)

    with pytest.raises(ValidationError):
        advance(granted, Move.ASK_TIME, city=city, until=date(2026, 12, 20))


def test_an_act_that_leaves_the_state_says_what_was_done(client, city, asked):
    send(client, city.office, asked, "refuse_time")

    assert "不同意延期，状态仍为“整改中”" in page_of(client, city.office, asked).text


def test_the_next_holder_may_ask_for_its_own(client, city, asked):
    granted = advance(asked, Move.GRANT_TIME, city=city)
    moved = advance(granted, Move.TRANSFER, city=city, when=TUESDAY, unit=city.west)

    choices = page_of(client, city.neighbour, moved).context["choices"]

    assert "ask_time" in [choice.move for choice in choices]


def test_one_request_at_a_time(city, asked):
    with pytest.raises(ValidationError):
        advance(asked, Move.ASK_TIME, city=city, until=UNTIL)


@pytest.mark.parametrize("move", [Move.GRANT_TIME, Move.REFUSE_TIME])
def test_nothing_is_decided_that_was_not_asked(city, held, move):
    with pytest.raises(ValidationError):
        advance(held, move, city=city)


def test_of_two_who_decide_the_second_is_told(city, asked):
    advance(asked, Move.REFUSE_TIME, city=city)

    with pytest.raises(Conflict):
        advance(asked, Move.GRANT_TIME, city=city)
    assert Problem.objects.get().due_at == asked.due_at


@pytest.mark.parametrize("move", [Move.TRANSFER, Move.CANCEL])
def test_a_request_ends_with_the_holding(city, asked, move):
    done = advance(asked, move, city=city, unit=city.west)

    assert done.extensions.get().granted is False


@pytest.mark.parametrize("until", ["", "2026-11-24", "2026-11-26", "2028-01-01", "9999-12-31", "x"])
def test_a_day_that_will_not_do_explains_itself(client, city, held, until):
    response = send(client, city.leader, held, "ask_time", until=until)

    assert response.status_code == 422
    assert "until" in next(choice for choice in response.context["choices"] if choice.move == "ask_time").form.errors


def test_only_the_holder_asks_and_only_the_office_decides(city, held, asked):
    with pytest.raises(PermissionDenied):
        move_problem(problem=asked, move=Move.GRANT_TIME, version=asked.version, by=city.leader, at=TEN)
    with pytest.raises(PermissionDenied):
        move_problem(
            problem=asked, move=Move.ASK_TIME, version=asked.version, by=city.office, at=TEN, note="x", until=UNTIL
        )


def test_the_office_sees_who_asks(client, city, asked):
    make_problem(city, "WT-2")

    page = page_of(client, city.office, asked)
    rows = client.get("/problems/?asks=on").context["rows"]

    assert [choice.move for choice in page.context["choices"]][:2] == ["grant_time", "refuse_time"]
    assert "申请延期至" in page.content.decode()
    assert rows == [asked]


def test_what_is_due_later_is_not_overdue_before(city, asked):
    window = parse("2026-W48").window(at(date(2026, 12, 20)))
    before = measure(Need("on_time"), window)

    advance(asked, Move.GRANT_TIME, city=city)

    assert before[city.east.pk] == (0, 1)
    assert measure(Need("on_time"), window) == {}
