"""What hangs on a problem goes where the problem goes: appeals, supervision notices, reports, answers of copies."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from campaign.models import Notice
from inspections.models import Answer, Appeal, CitizenReport, Photo, Problem, Supervision
from inspections.rules import Move, State
from inspections.services.acts import Part
from inspections.services.appeals import decide_appeal, make_appeal
from inspections.services.citizens import answer_repair
from inspections.services.entry import Seen, record_inspection
from inspections.services.ledger import move_problem
from tests.city import MONDAY, NOON, at
from tests.inspections.ledger import advance, make_problem


@pytest.fixture
def held(city):
    return advance(make_problem(city, "WT-1"), Move.HAND_OVER, Move.RECEIVE, city=city)


@pytest.fixture
def original(city):
    return advance(make_problem(city, "WT-2"), Move.HAND_OVER, Move.RECEIVE, city=city)


def merged(problem, original, city):
    return move_problem(
        problem=problem, move=Move.MERGE, version=problem.version, by=city.office, at=NOON, original=original
    )


def appeal(problem, city) -> Appeal:
    return make_appeal(problem=problem, against="problem", text="不属实", by=city.leader, at=NOON)


def draft(problem) -> Supervision:
    return Supervision.objects.create(
        code="DB-1", problem=problem, unit=problem.unit, due_at=problem.due_at, drafted_at=NOON
    )


def reported(problem, tracking="x") -> CitizenReport:
    return CitizenReport.objects.create(
        code=f"SM-{problem.code}", tracking=tracking, text="垃圾", state="accepted", problem=problem
    )


def test_a_unit_hears_that_its_appeal_lapsed(city, held, original):
    made = appeal(held, city)

    merged(held, original, city)

    made.refresh_from_db()
    assert made.state == Appeal.State.LAPSED
    assert Notice.objects.get(person=city.leader, key=f"appeal:{made.code}:lapsed").url == made.get_absolute_url()
    assert not Notice.objects.filter(person=city.neighbour).exists()


@pytest.mark.parametrize("move", [Move.CANCEL, Move.RETURN, Move.CLOSE, Move.MERGE])
def test_a_draft_about_nothing_drops_by_itself(city, held, original, move):
    waiting = draft(held)
    if move == Move.CLOSE:
        held = advance(held, Move.SUBMIT, city=city)

    advance(held, move, city=city, **({"original": original} if move == Move.MERGE else {}))

    waiting.refresh_from_db()
    assert (waiting.state, bool(waiting.reason)) == ("dropped", True)


@pytest.mark.parametrize("keep", [True, False])
def test_a_draft_goes_to_the_next_holder_with_the_deadline(city, held, keep):
    waiting = draft(held)

    advance(held, Move.TRANSFER, city=city, when=NOON, unit=city.west, keep_due=keep)

    waiting.refresh_from_db()
    assert (waiting.state, waiting.unit) == (("draft", city.west) if keep else ("dropped", city.east))


def test_what_was_issued_stays(city, held):
    waiting = draft(held)
    decided = {"decided_by": city.office, "decided_at": NOON, "deadline": date(2026, 12, 1)}
    Supervision.objects.filter(pk=waiting.pk).update(state="issued", **decided)

    advance(held, Move.CANCEL, city=city)

    waiting.refresh_from_db()
    assert waiting.state == "issued"


def test_copies_close_with_what_is_fixed_on_the_spot(city):
    original, copy = make_problem(city, "WT-1"), make_problem(city, "WT-2")
    merged(copy, original, city)
    photo = Photo.objects.create(client_uuid=uuid4(), width=1, height=1, uploaded_by=city.office)

    now = advance(original, Move.FIX, city=city, photos=[photo.client_uuid])

    copy.refresh_from_db()
    assert (now.state, copy.state) == (State.CLOSED, State.CLOSED)


def test_only_a_hand_over_names_who_helps(city, held):
    advance(held, Move.ADD, city=city, supporting=[city.west])

    assert not held.supporting.exists()


def test_the_reporter_of_a_copy_follows_the_original(city, held, original):
    report = reported(held, tracking="x")
    merged(held, original, city)
    report = CitizenReport.objects.select_related("problem__merged_into").get(pk=report.pk)
    assert report.stage == "handed_over"

    advance(original, Move.SUSPEND, city=city, until=date(2026, 12, 1))

    report = CitizenReport.objects.select_related("problem__merged_into").get(pk=report.pk)
    assert (report.stage, report.matter.suspended_until) == ("waiting", date(2026, 12, 1))


def test_a_doubt_told_of_a_copy_is_settled_with_the_original(city, held, original):
    report = reported(held)
    merged(held, original, city)
    original = advance(original, Move.SUBMIT, Move.CLOSE, city=city)
    answer_repair(report=report, fixed=False, rating=None, at=NOON)
    original.refresh_from_db()
    assert original.state == State.SUBMITTED

    advance(original, Move.CLOSE, city=city, when=NOON + timedelta(hours=1))

    report.refresh_from_db()
    assert not report.doubted


def test_the_reporter_of_a_split_problem_follows_its_first_part(city, held):
    report = reported(held)
    parts = [Part(city.east, "一", "3d"), Part(city.west, "二", "3d")]

    advance(held, Move.SPLIT, city=city, parts=parts, hand_over=True)

    report.refresh_from_db()
    assert (report.problem.text, report.stage) == ("一", "handed_over")


def test_a_cancelled_problem_is_told_its_reporter(city, held):
    report = reported(held)

    advance(held, Move.CANCEL, city=city)

    report = CitizenReport.objects.select_related("problem__merged_into").get(pk=report.pk)
    assert report.stage == "ended"


def noted(city) -> Problem:
    seen = [Seen(item=city.items[0], outcome="not_met")]
    return record_inspection(
        site=city.market, seen_at=at(MONDAY, 9), kind="daily", answers=seen, client_uuid=uuid4(), by=city.inspector,
        recorded_at=at(MONDAY, 9),
    ).problems.get()  # fmt: skip


def test_an_upheld_appeal_takes_the_answers_of_copies_along(city):
    original, copy = advance(noted(city), Move.HAND_OVER, city=city), noted(city)
    merged(copy, original, city)

    made = decide_appeal(appeal=appeal(original, city), upheld=True, answer="属实", by=city.office, at=NOON)

    assert (made.available, Answer.objects.filter(available__gt=0).count()) == (4, 0)
    assert set(Problem.objects.values_list("state", flat=True)) == {"cancelled"}


def told(person) -> list[str]:
    return list(Notice.objects.filter(person=person).values_list("key", flat=True))


def test_a_hand_over_is_told_the_holder_and_who_helps_and_nobody_else(city):
    advance(make_problem(city), Move.HAND_OVER, city=city, supporting=[city.west])

    assert told(city.leader) == told(city.neighbour) == ["hand_over:WT-2611-0001:1"]
    assert set(Notice.objects.values_list("person__username", flat=True)) == {"leader", "neighbour"}


@pytest.mark.parametrize("move", [Move.RETURN, Move.ASK_TIME, Move.ASK_SUSPEND])
def test_what_a_unit_asks_is_told_who_handed_it_over(city, held, move):
    Notice.objects.all().delete()

    advance(held, move, city=city, until=date(2026, 12, 20))

    assert set(Notice.objects.values_list("person__username", flat=True)) == {"office"}


def test_who_is_to_check_is_told(city, held):
    sent = advance(held, Move.SUBMIT, city=city)

    advance(sent, Move.ASSIGN_CHECK, city=city, inspector=city.inspector)

    assert len(told(city.inspector)) == 1
