"""The moves that take back: returned as another unit's, transferred, reopened, cancelled after the hand-over."""

from datetime import date

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError

from campaign.models import Event, FactChange
from inspections.models import Problem
from inspections.rules import Move
from inspections.services.ledger import Conflict, Result, hand_over_many, move_problem
from reports import queries
from reports.queries import Need, measure
from reports.rules.periods import parse
from tests.city import MONDAY, at
from tests.inspections.ledger import TEN, advance, make_problem

TUESDAY = at(date(2026, 11, 24), 10)
TO_CHECK = (Move.HAND_OVER, Move.RECEIVE, Move.SUBMIT)
WEEK = parse("2026-W48")


def send(client, person, problem, move, **data):
    client.force_login(person)
    with time_machine.travel(TUESDAY, tick=False):
        return client.post(f"{problem.get_absolute_url()}{move}/", {"version": problem.version, "note": "说明"} | data)


def test_a_wrong_unit_returns_it_with_a_proposal(city):
    problem = advance(make_problem(city), Move.HAND_OVER, Move.RECEIVE, city=city)

    back = advance(problem, Move.RETURN, city=city, when=TUESDAY, unit=city.west)

    step = back.steps.last()
    assert (back.state, back.returned_at, back.sent_back) == ("noted", TUESDAY, 0)
    assert (back.handed_over_at, back.received_at, back.due_at) == (None, None, None)
    assert (step.move, step.unit, step.proposed_unit, step.note) == ("return", city.east, city.west, "说明")
    assert Event.objects.get(action="problem.returned").after["proposed_unit"] == "S2"


def test_the_office_finds_the_proposal_in_its_form(client, city):
    problem = advance(advance(make_problem(city), Move.HAND_OVER, city=city), Move.RETURN, city=city, unit=city.west)
    client.force_login(city.office)

    with time_machine.travel(TUESDAY, tick=False):
        page = client.get(problem.get_absolute_url())
        rows = client.get("/problems/").content.decode()

    assert page.context["choices"][0].form["unit"].value() == "西街"
    assert "单位退回" in page.content.decode()
    assert "说明" in page.content.decode()
    assert "单位退回" in rows
    assert 'value="hand_over">' not in rows.split('class="menu up"')[0]


def test_a_batch_leaves_what_was_returned(city):
    problem = advance(make_problem(city), Move.HAND_OVER, Move.RETURN, city=city)

    rows = hand_over_many(versions={problem.code: problem.version}, by=city.office, at=TUESDAY)

    assert [row.result for row in rows] == [Result.RETURNED]


def test_handed_over_again_it_starts_anew(city):
    problem = advance(make_problem(city), Move.HAND_OVER, Move.RETURN, city=city)

    again = advance(problem, Move.HAND_OVER, city=city, when=TUESDAY, unit=city.west)

    assert (again.unit, again.handed_over_at, again.returned_at) == (city.west, TUESDAY, None)


def test_the_unit_that_returned_it_goes_back_to_its_list(client, city):
    problem = advance(make_problem(city), Move.HAND_OVER, city=city)

    response = send(client, city.leader, problem, "return", unit="西街")

    assert (response.status_code, response.headers["Location"]) == (302, "/problems/")


@pytest.mark.parametrize(("unit", "error"), [("东街", "单位"), ("没有", "单位")])
def test_a_return_to_itself_or_to_nobody_explains_itself(client, city, unit, error):
    problem = advance(make_problem(city), Move.HAND_OVER, city=city)

    response = send(client, city.leader, problem, "return", unit=unit)

    assert response.status_code == 422
    assert error in str(response.context["choices"][1].form.errors)


def test_only_the_holder_returns(city):
    problem = advance(make_problem(city), Move.HAND_OVER, city=city)

    with pytest.raises(PermissionDenied):
        move_problem(problem=problem, move=Move.RETURN, version=1, by=city.neighbour, at=TEN, note="不是我们的")


def test_a_transfer_starts_the_clocks_of_the_next_holder(city):
    problem = advance(make_problem(city), Move.HAND_OVER, Move.RECEIVE, city=city)

    moved = advance(problem, Move.TRANSFER, city=city, when=TUESDAY, unit=city.west)

    assert (moved.state, moved.unit, moved.received_at) == ("handed_over", city.west, None)
    assert (moved.handed_over_at, moved.due_at) == (TUESDAY, at(date(2026, 11, 27), 10))
    assert moved.receive_due_at == at(date(2026, 11, 24), 16)
    assert [step.unit for step in moved.steps.all()] == [city.east, city.east, city.east, city.west]


def test_a_transfer_may_leave_the_deadline(client, city):
    problem = advance(make_problem(city), Move.HAND_OVER, city=city)

    response = send(client, city.office, problem, "transfer", unit="西街", limit="")

    assert response.status_code == 302
    assert Problem.objects.get().due_at == problem.due_at


def test_a_transfer_with_its_own_limit(client, city):
    problem = advance(make_problem(city), Move.HAND_OVER, city=city)

    send(client, city.office, problem, "transfer", unit="西街", limit="1d")

    moved = Problem.objects.get()
    assert (moved.limit, moved.due_at) == ("1d", at(date(2026, 11, 25), 10))


def test_a_transfer_names_another_unit(city):
    problem = advance(make_problem(city), Move.HAND_OVER, city=city)

    for unit in (None, city.east):
        with pytest.raises(ValidationError) as refused:
            advance(problem, Move.TRANSFER, city=city, unit=unit)
        assert "unit" in refused.value.message_dict


def test_a_reopened_problem_is_open_with_the_deadline_it_had(city):
    problem = advance(make_problem(city), *TO_CHECK, Move.CLOSE, city=city)

    again = advance(problem, Move.REOPEN, city=city, when=TUESDAY)

    assert (again.state, again.closed_at, again.due_at, again.sent_back) == ("sent_back", None, problem.due_at, 0)


def test_a_reopened_problem_may_get_a_new_limit_and_explains_it(client, city):
    problem = advance(make_problem(city), *TO_CHECK, Move.CLOSE, city=city)

    send(client, city.office, problem, "reopen", limit="1d")

    problem.refresh_from_db()
    page = client.get(problem.get_absolute_url())
    assert problem.due_at == at(date(2026, 11, 25), 10)
    assert (page.context["way"].begun.move, len(page.context["way"].path)) == ("reopen", 1)


def test_reopening_marks_the_day_it_had_been_closed(city):
    problem = advance(make_problem(city), *TO_CHECK, Move.CLOSE, city=city)
    FactChange.objects.all().delete()

    advance(problem, Move.REOPEN, city=city, when=at(date(2026, 12, 9), 9))

    days = {change.day for change in FactChange.objects.all()}
    assert days >= {MONDAY, date(2026, 11, 30), date(2026, 12, 7), date(2026, 12, 9)}


@pytest.mark.parametrize("moves", [(), TO_CHECK[:1], TO_CHECK[:2], TO_CHECK, (*TO_CHECK, Move.SEND_BACK)])
def test_every_open_problem_can_be_cancelled(city, moves):
    problem = advance(make_problem(city), *moves, Move.CANCEL, city=city)

    assert (problem.state, problem.due_at) == ("cancelled", None)
    assert not Problem.objects.overdue(at=at(date(2027, 1, 1))).exists()


def test_what_ended_cannot_be_cancelled(city):
    with pytest.raises(Conflict):
        advance(make_problem(city), *TO_CHECK, Move.CLOSE, Move.CANCEL, city=city)


@pytest.mark.parametrize("figure", ["rectified", "on_time", "prompt_receipt", "rework"])
def test_a_cancelled_problem_counts_in_no_figure(city, figure):
    window = WEEK.window(at(date(2026, 12, 20)))
    kept = advance(make_problem(city, "WT-1"), *TO_CHECK, Move.SEND_BACK, city=city)
    one = measure(Need(figure), window)

    advance(make_problem(city, "WT-2"), *TO_CHECK, Move.SEND_BACK, Move.CANCEL, city=city)

    assert measure(Need(figure), window) == one
    rows = queries.steps_behind if figure == "rework" else lambda *given: queries.problems_behind(figure, *given)
    assert {getattr(row, "problem", row) for row in rows(city.east, window)} == {kept}


@pytest.mark.parametrize("figure", ["rectified", "on_time", "prompt_receipt"])
def test_what_was_transferred_counts_for_the_next_holder_alone(city, figure):
    advance(make_problem(city), Move.HAND_OVER, city=city)
    advance(Problem.objects.get(), Move.TRANSFER, city=city, unit=city.west)

    found = measure(Need(figure), WEEK.window(at(date(2026, 12, 20))))

    assert city.east.pk not in found
    assert found[city.west.pk][1] == 1
