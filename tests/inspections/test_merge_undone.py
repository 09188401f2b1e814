"""A merge that was wrong is undone: the copy is a problem again, whatever became of the original."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from campaign.models import Event, FactChange
from inspections.models import CitizenReport, Problem
from inspections.rules import Move
from inspections.services.acts import Part
from inspections.services.appeals import decide_appeal, make_appeal
from inspections.services.ledger import Conflict, move_problem
from tests.city import NOON
from tests.inspections.ledger import TEN, advance, make_problem

HELD = (Move.HAND_OVER, Move.RECEIVE)


@pytest.fixture
def original(city):
    return advance(make_problem(city, "WT-1"), *HELD, city=city)


@pytest.fixture
def copy(city, original):
    return merge(advance(make_problem(city, "WT-2"), *HELD, city=city), original, city)


def merge(problem, original, city) -> Problem:
    return advance(problem, Move.MERGE, city=city, original=original)


def undo(problem, city, **given) -> Problem:
    problem.refresh_from_db()
    return advance(problem, Move.UNMERGE, city=city, **given)


def test_it_waits_to_be_handed_over_and_says_out_of_what_it_came(city, original, copy):
    now = undo(copy, city)

    assert (now.state, now.merged_into, now.due_at, now.handed_over_at) == ("noted", None, None, None)
    merged, undone = now.steps.filter(move__in=["merge", "unmerge"])
    assert (merged.original, undone.original, undone.note) == (original, original, "说明")
    event = Event.objects.get(action="problem.merge_undone")
    assert (event.reference, event.after["taken_out_of"]) == ("WT-2", "WT-1")
    assert advance(now, *HELD, city=city).due_at is not None


@pytest.mark.parametrize(("moves", "state"), [([Move.SUBMIT, Move.CLOSE], "closed"), ([Move.CANCEL], "cancelled")])
def test_it_comes_back_from_an_original_that_has_ended(city, original, copy, moves, state):
    advance(original, *moves, city=city)

    now = undo(copy, city)

    original.refresh_from_db()
    assert (now.state, now.closed_at, original.state) == ("noted", None, state)


def test_what_had_been_merged_into_it_comes_along(city, original):
    first, second = (make_problem(city, code) for code in ("WT-2", "WT-3"))
    merge(second, first, city)
    merge(first, original, city)
    advance(original, Move.SUBMIT, Move.CLOSE, city=city)

    undo(first, city)

    second.refresh_from_db()
    assert (second.merged_into, second.state, second.closed_at) == (first, "merged", None)
    assert second.steps.last().move == "unmerge"


def test_what_was_merged_into_the_original_itself_stays(city, original, copy):
    other = merge(make_problem(city, "WT-3"), original, city)

    undo(copy, city)

    other.refresh_from_db()
    assert other.merged_into == original


def test_a_copy_comes_back_from_the_part_that_it_was_given_to(city, original, copy):
    parts = [Part(city.east, "一", "3d"), Part(city.west, "二", "3d")]
    advance(original, Move.SPLIT, city=city, parts=parts)

    now = undo(copy, city)

    assert (now.state, now.steps.last().original) == ("noted", original.parts.order_by("pk").first())


def test_the_weeks_before_count_it_again(city, original):
    noted_at = TEN - timedelta(days=15)
    copy = make_problem(city, "WT-2", noted_at=noted_at)
    handed = advance(copy, *HELD, Move.SUBMIT, Move.SEND_BACK, city=city, when=TEN - timedelta(days=10))
    copy = merge(handed, original, city)
    FactChange.objects.all().delete()

    undo(copy, city)

    weeks = {day.isocalendar()[:2] for day in FactChange.objects.values_list("day", flat=True)}
    assert weeks >= {(2026, 45), (2026, 46), (2026, 47), (2026, 48)}


def test_a_merge_is_told_to_the_week_in_which_it_was_noted(city, original):
    copy = make_problem(city, "WT-2", noted_at=TEN - timedelta(days=15))
    FactChange.objects.all().delete()

    merge(copy, original, city)

    assert (TEN - timedelta(days=15)).date() in set(FactChange.objects.values_list("day", flat=True))


def test_the_chain_of_repeats_is_whole_again(city):
    first = advance(make_problem(city, "WT-1"), *HELD, Move.SUBMIT, Move.CLOSE, city=city)
    second = make_problem(city, "WT-2", noted_at=TEN + timedelta(days=1), repeat_of=first, repeats=1)
    third = make_problem(city, "WT-3", noted_at=TEN + timedelta(days=2), repeat_of=second, repeats=2)
    merge(second, make_problem(city, "WT-4", site=None), city)
    third.refresh_from_db()
    assert (third.repeat_of, third.repeats) == (first, 1)

    undo(second, city)

    second.refresh_from_db()
    third.refresh_from_db()
    assert (second.repeat_of, second.repeats, third.repeat_of, third.repeats) == (first, 1, second, 2)


def test_its_reporter_follows_it_again(city, original, copy):
    report = CitizenReport.objects.create(code="SM-1", tracking="x", text="垃圾", state="accepted", problem=copy)
    assert report.stage == "handed_over"

    undo(copy, city)

    assert CitizenReport.objects.get(pk=report.pk).stage == "checking"


@pytest.mark.parametrize("name", ["WT-3", "WT-4"])
def test_what_is_no_copy_has_no_merge_to_undo(city, name):
    make_problem(city, "WT-4")
    closed = advance(make_problem(city, "WT-3"), *HELD, Move.SUBMIT, Move.CLOSE, city=city)
    wanted = {"WT-3": ValidationError, "WT-4": Conflict}[name]

    with pytest.raises(wanted):
        undo(Problem.objects.get(code=name), city)
    assert closed.state == "closed"


def test_copies_of_what_an_appeal_voided_stay(city, original, copy):
    appeal = make_appeal(problem=original, against="problem", text="不属实", by=city.leader, at=NOON)
    decide_appeal(appeal=appeal, upheld=True, answer="属实", by=city.office, at=NOON)

    with pytest.raises(ValidationError, match="申诉"):
        undo(copy, city)


@pytest.mark.parametrize("who", ["leader", "inspector", "supervisor"])
def test_only_the_office_undoes(city, copy, who):
    with pytest.raises(PermissionDenied):
        move_problem(problem=copy, move=Move.UNMERGE, version=copy.version, by=getattr(city, who), at=NOON, note="说明")


def test_the_page_of_a_copy_offers_it_and_asks_for_the_reason(client, city, copy):
    client.force_login(city.office)
    url = reverse("inspections:problem_move", args=["WT-2", "unmerge"])
    assert url in client.get(copy.get_absolute_url()).text

    asked = client.post(url, {"version": copy.version, "note": ""})
    assert (asked.status_code, "请写明理由" in asked.text) == (422, True)

    client.post(url, {"version": copy.version, "note": "不是同一处"})
    page = client.get(copy.get_absolute_url()).text
    assert "从 WT-1 中分出" in page


def test_the_page_of_what_is_no_copy_does_not_offer_it(client, city):
    closed = advance(make_problem(city, "WT-3"), *HELD, Move.SUBMIT, Move.CLOSE, city=city)
    client.force_login(city.office)

    assert "/unmerge/" not in client.get(closed.get_absolute_url()).text


def test_the_api_undoes_and_names_the_original(client, city, copy):
    client.force_login(city.office)

    answer = client.post(
        "/api/v1/problems/WT-2/moves/",
        {"move": "unmerge", "version": copy.version, "note": "不是同一处"},
        content_type="application/json",
    )

    told = answer.json()
    assert (answer.status_code, told["state"], told["merged_into"]) == (200, "noted", None)
    assert told["steps"][-1]["original"] == "WT-1"
