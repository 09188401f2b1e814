"""One service makes every move of the ledger."""

import uuid
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from campaign.models import Event, FactChange, WorkDay
from inspections.models import Photo, Problem
from inspections.rules import Move
from inspections.services.ledger import Conflict, move_problem
from tests.city import MONDAY, at
from tests.inspections.ledger import TEN, advance, make_problem
from units.models import Membership, Unit


def make_photo(by, **fields) -> Photo:
    return Photo.objects.create(
        client_uuid=uuid.uuid4(), uploaded_by=by, width=4, height=3, sha256="0" * 64, file="a.jpg", thumb="b.jpg",
        **fields,
    )  # fmt: skip


def move(problem, what, by, **given) -> Problem:
    return move_problem(problem=problem, move=what, version=problem.version, by=by, at=TEN, **given)


def test_hand_over_sets_the_deadlines_by_the_work_clock(city):
    handed = advance(make_problem(city), Move.HAND_OVER, city=city)

    assert (handed.state, handed.version, handed.handed_over_at) == ("handed_over", 1, TEN)
    assert handed.due_at == at(date(2026, 11, 26), 10)
    assert handed.receive_due_at == at(MONDAY, 16)


def test_hand_over_may_correct_unit_limit_and_text(city):
    handed = move(make_problem(city), Move.HAND_OVER, city.office, unit=city.west, limit="4工作时", text="西门垃圾")

    assert (handed.unit, handed.limit, handed.text) == (city.west, "4h", "西门垃圾")
    assert handed.due_at == at(MONDAY, 16)


def test_the_whole_loop_with_one_repair_sent_back(city):
    done = advance(
        make_problem(city), Move.HAND_OVER, Move.RECEIVE, Move.SUBMIT, Move.SEND_BACK, Move.SUBMIT, Move.CLOSE,
        city=city,
    )  # fmt: skip

    assert (done.state, done.version, done.sent_back, done.closed_at) == ("closed", 6, 1, TEN)
    assert [step.state for step in done.steps.all()] == [
        "noted", "handed_over", "received", "submitted", "sent_back", "submitted", "closed",
    ]  # fmt: skip


def test_a_move_leaves_one_line_of_audit_and_marks_its_days(city):
    problem = advance(make_problem(city), Move.HAND_OVER, Move.RECEIVE, Move.SUBMIT, city=city)
    FactChange.objects.all().delete()

    tuesday = at(date(2026, 11, 24))
    move_problem(problem=problem, move=Move.CLOSE, version=problem.version, by=city.office, at=tuesday)

    event = Event.objects.filter(action="problem.closed").get()
    assert (event.actor, event.reference) == (city.office, problem.code)
    assert (event.before["state"], event.after["state"]) == ("submitted", "closed")
    assert {change.day for change in FactChange.objects.all()} == {MONDAY, tuesday.date()}


def test_the_second_of_two_is_told_who_was_first(city):
    problem = advance(make_problem(city), Move.HAND_OVER, Move.RECEIVE, Move.SUBMIT, city=city)
    move(problem, Move.CLOSE, city.office, note="已核查")

    with pytest.raises(Conflict) as conflict:
        move(problem, Move.SEND_BACK, city.office, note="仍有垃圾")

    assert (conflict.value.problem.state, conflict.value.step.by) == ("closed", city.office)
    assert problem.steps.count() == 5


def test_a_move_that_does_not_start_here_is_a_conflict(city):
    with pytest.raises(Conflict):
        move(make_problem(city), Move.CLOSE, city.office)


@pytest.mark.parametrize("role", ["inspector", "supervisor", "monitor", "system_admin"])
def test_only_the_office_hands_over(city, role):
    with pytest.raises(PermissionDenied):
        move(make_problem(city), Move.HAND_OVER, city.people[role])


def test_another_units_people_cannot_receive(city):
    problem = advance(make_problem(city), Move.HAND_OVER, city=city)

    with pytest.raises(PermissionDenied):
        move(problem, Move.RECEIVE, city.neighbour)


def test_people_of_the_unit_above_may_receive(city):
    problem = advance(make_problem(city, unit=city.community), Move.HAND_OVER, city=city)

    assert move(problem, Move.RECEIVE, city.leader).state == "received"


def test_whoever_left_the_unit_cannot_receive(city):
    problem = advance(make_problem(city), Move.HAND_OVER, city=city)
    Membership.objects.filter(user=city.leader).delete()

    with pytest.raises(PermissionDenied):
        move(problem, Move.RECEIVE, city.leader)


@pytest.mark.parametrize("reason", ["", "  "])
def test_sending_back_needs_a_reason(city, reason):
    problem = advance(make_problem(city), Move.HAND_OVER, Move.RECEIVE, Move.SUBMIT, city=city)

    with pytest.raises(ValidationError) as refused:
        move(problem, Move.SEND_BACK, city.office, note=reason)

    assert "note" in refused.value.message_dict


def test_a_repair_needs_a_note_or_a_photo(city):
    problem = advance(make_problem(city), Move.HAND_OVER, Move.RECEIVE, city=city)

    with pytest.raises(ValidationError) as refused:
        move(problem, Move.SUBMIT, city.leader)

    assert "note" in refused.value.message_dict


def test_photos_of_the_repair_are_attached(city):
    problem = advance(make_problem(city), Move.HAND_OVER, Move.RECEIVE, city=city)
    photo = make_photo(city.leader)

    move(problem, Move.SUBMIT, city.leader, photos=[photo.client_uuid])

    photo.refresh_from_db()
    assert (photo.problem, photo.role) == (problem, "after")


def test_an_item_that_asks_for_photos_gets_them(city):
    item = city.items[0]
    item.photos_required = 1  # a published item does not change in the database; this one is only asked
    problem = advance(make_problem(city), Move.HAND_OVER, Move.RECEIVE, city=city)
    problem.item = item

    with pytest.raises(ValidationError) as refused:
        move(problem, Move.SUBMIT, city.leader, note="已清理")

    assert "photos" in refused.value.message_dict


def test_another_persons_photo_is_not_taken(city):
    problem = advance(make_problem(city), Move.HAND_OVER, Move.RECEIVE, city=city)
    photo = make_photo(city.neighbour)

    with pytest.raises(ValidationError):
        move(problem, Move.SUBMIT, city.leader, note="已清理", photos=[photo.client_uuid])

    problem.refresh_from_db()
    assert problem.state == "received"


def test_a_missing_year_refuses_the_hand_over_in_words(city):
    problem = make_problem(city, limit="60d")

    with pytest.raises(ValidationError) as refused:
        move(problem, Move.HAND_OVER, city.office)

    assert "2027" in refused.value.message_dict["limit"][0]
    problem.refresh_from_db()
    assert problem.state == "noted"


def test_an_incomplete_year_is_a_missing_year(city):
    WorkDay.objects.filter(date=date(2026, 7, 1)).delete()

    with pytest.raises(ValidationError):
        move(make_problem(city), Move.HAND_OVER, city.office)


@pytest.mark.parametrize("limit", ["soon", "0d", "3 weeks", "9999d"])
def test_a_limit_that_is_none_is_refused(city, limit):
    with pytest.raises(ValidationError):
        move(make_problem(city), Move.HAND_OVER, city.office, limit=limit)


def test_a_unit_that_ended_gets_nothing(city):
    Unit.objects.filter(pk=city.east.pk).update(valid_to=MONDAY)

    with pytest.raises(ValidationError):
        move(make_problem(city), Move.HAND_OVER, city.office)


def test_a_note_longer_than_its_column_is_refused(city):
    with pytest.raises(ValidationError):
        move(make_problem(city), Move.CANCEL, city.office, note="长" * 501)
