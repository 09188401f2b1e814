"""Appeals: the holder makes one with proof, a second person of the office decides, the figures follow."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction

from campaign.models import Event, FactChange, Notice
from inspections.models import Answer, Appeal, Inspection, InspectionUnit, Problem
from inspections.rules import Move, SubmissionConflict
from inspections.services.appeals import decide_appeal, make_appeal
from inspections.services.entry import Seen, record_inspection
from inspections.services.ledger import move_problem
from reports.queries import Need, measure
from reports.rules.periods import parse
from tests.city import MONDAY, at, make_user
from tests.inspections.ledger import TEN, advance, make_problem

WINDOW = parse("2026-W48").window(at(date(2026, 12, 20)))
ELEVEN = at(MONDAY, 11)


@pytest.fixture
def second(city):
    """Another person of the office; the city's first one hands problems over."""
    return make_user("second", "office", name="第二人")


@pytest.fixture
def held(city, second):
    return advance(make_problem(city), Move.HAND_OVER, Move.RECEIVE, city=city)


def appeal(city, problem, against="problem", **given) -> Appeal:
    values = {"text": "门口不属于我街道管辖", "by": city.leader, "at": ELEVEN} | given
    return make_appeal(problem=problem, against=against, **values)


def decide(made, by, *, upheld=True, answer="照片所示为划线内,不算问题", when=ELEVEN) -> Appeal:
    return decide_appeal(appeal=made, upheld=upheld, answer=answer, by=by, at=when)


def test_an_appeal_moves_nothing_and_tells_the_office(city, held, second):
    made = appeal(city, held, proofs=[ContentFile(b"%PDF-1.4", name="证明.pdf")])

    problem = Problem.objects.get()
    assert (problem.state, problem.version, problem.due_at) == (held.state, held.version, held.due_at)
    assert (made.code, made.proofs.get().name) == ("SS-2611-0001", "证明.pdf")
    assert problem.steps.last().move == "appeal"
    told = Notice.objects.filter(key=f"appeal:{made.code}")
    assert set(told.values_list("person__username", flat=True)) == {"office", "second"}


def test_upheld_an_open_problem_ends_and_counts_nowhere(city, held, second):
    assert measure(Need("rectified"), WINDOW)[city.east.pk] == (0, 1)

    decide(appeal(city, held), second)

    problem = Problem.objects.get()
    assert (problem.state, problem.voided_at) == ("cancelled", ELEVEN)
    assert [step.move for step in problem.steps.all()][-3:] == ["appeal", "uphold", "cancel"]
    assert measure(Need("rectified"), WINDOW) == measure(Need("on_time"), WINDOW) == {}
    assert Event.objects.filter(action="appeal.upheld").exists()


def test_upheld_a_closed_problem_stays_closed_and_counts_nowhere(city, held, second):
    closed = advance(held, Move.SUBMIT, Move.CLOSE, city=city)
    made = appeal(city, closed)
    FactChange.objects.all().delete()

    decide(made, second)

    problem = Problem.objects.get()
    assert (problem.state, problem.voided_at) == ("closed", ELEVEN)
    assert measure(Need("on_time"), WINDOW) == measure(Need("rework"), WINDOW) == {}
    assert FactChange.objects.filter(day=MONDAY).exists()


def test_the_winner_still_sees_it(city, held, second):
    decide(appeal(city, held), second)

    assert Problem.objects.visible_to(city.leader).get() == held
    assert not Problem.objects.visible_to(city.neighbour).exists()


def test_what_is_void_is_not_reopened(city, held, second):
    closed = advance(held, Move.SUBMIT, Move.CLOSE, city=city)
    decide(appeal(city, closed), second)
    void = Problem.objects.get()

    with pytest.raises(ValidationError):
        move_problem(problem=void, move=Move.REOPEN, version=void.version, by=city.office, at=TEN, note="说明")


def test_the_answer_it_came_from_counts_no_more(city, second):
    answers = [Seen(item=city.items[0], outcome="not_met"), Seen(item=city.items[1], outcome="met")]
    inspection = record_inspection(
        site=city.market, seen_at=at(MONDAY, 9), kind="daily", answers=answers, client_uuid=uuid4(),
        by=city.inspector, recorded_at=at(MONDAY, 9),
    )  # fmt: skip
    problem = advance(Problem.objects.get(), Move.HAND_OVER, city=city)
    before = measure(Need("conformity"), WINDOW)[city.county.pk]

    made = decide(appeal(city, problem), second)

    inspection.refresh_from_db()
    assert (before, measure(Need("conformity"), WINDOW)[city.county.pk]) == ((1, 3), (1, 1))
    assert (inspection.score, made.earned, made.available) == (Decimal(100), 0, 2)
    assert set(InspectionUnit.objects.values_list("earned", "available")) == {(1, 1)}
    assert Answer.objects.get(item=city.items[0]).available == 0


def test_upheld_severity_changes_it_and_nothing_else(city, second):
    serious = advance(make_problem(city, severity="serious"), Move.HAND_OVER, city=city)

    decide(appeal(city, serious, "severity", severity="minor"), second)

    problem = Problem.objects.get()
    assert (problem.severity, problem.voided_at, problem.state) == ("minor", None, "handed_over")
    assert Event.objects.get(action="appeal.upheld").before == {"severity": "serious"}


def test_refused_it_stands_and_the_unit_reads_why(city, held, second):
    made = decide(appeal(city, held), second, upheld=False, answer="照片清楚")

    assert (Problem.objects.get().state, made.state) == ("received", "refused")
    assert Notice.objects.filter(person=city.leader, key=f"appeal:{made.code}:refused").exists()


def test_who_handed_it_over_does_not_decide(city, held, second):
    made = appeal(city, held)

    with pytest.raises(ValidationError):
        decide(made, city.office)
    assert Appeal.objects.get().state == "open"


def test_an_office_of_one_decides_itself(city):
    held = advance(make_problem(city), Move.HAND_OVER, city=city)

    assert decide(appeal(city, held), city.office).state == "upheld"


def test_two_decisions_are_one(city, held, second):
    made = appeal(city, held)
    decide(made, second, upheld=False)

    with pytest.raises(SubmissionConflict):
        decide(made, second)


def test_one_appeal_is_open_at_a_time(city, held):
    made = appeal(city, held)

    with pytest.raises(SubmissionConflict):
        appeal(city, held)
    with pytest.raises(IntegrityError), transaction.atomic():
        Appeal.objects.create(
            code="X", problem=held, unit=city.east, against="problem", text="x", severity_before="normal",
            held_since=made.held_since, made_by=city.leader, made_at=TEN,
        )  # fmt: skip


def test_what_was_refused_is_not_appealed_again_but_its_severity_may_be(city, held, second):
    decide(appeal(city, held), second, upheld=False)

    with pytest.raises(SubmissionConflict):
        appeal(city, held)
    assert appeal(city, held, "severity", severity="minor").state == "open"


def test_the_time_to_appeal_ends(city, held):
    with pytest.raises(ValidationError, match="申诉期限"):
        appeal(city, held, at=TEN + timedelta(days=7, minutes=1))


@pytest.mark.parametrize("who", ["neighbour", "office", "inspector"])
def test_only_the_holder_appeals(city, held, who):
    with pytest.raises(PermissionDenied):
        appeal(city, held, by=getattr(city, who))


@pytest.mark.parametrize(
    "wrong", [{"text": " "}, {"text": "字" * 1001}, {"against": "severity", "severity": "serious"}]
)
def test_an_appeal_explains_itself(city, held, wrong):
    with pytest.raises(ValidationError):
        appeal(city, held, **wrong)


@pytest.mark.parametrize("move", [Move.RETURN, Move.TRANSFER, Move.CANCEL])
def test_an_appeal_lapses_with_the_holding(city, held, move):
    made = appeal(city, held)

    advance(held, move, city=city, unit=city.west)

    made.refresh_from_db()
    assert made.state == "lapsed"


def test_a_problem_is_void_only_when_it_has_ended(city, held):
    with pytest.raises(IntegrityError), transaction.atomic():
        Problem.objects.update(voided_at=TEN)


def test_an_inspection_that_loses_all_its_points_has_no_score(city, second):
    record_inspection(
        site=city.market, seen_at=at(MONDAY, 9), kind="daily", answers=[Seen(item=city.items[0], outcome="not_met")],
        client_uuid=uuid4(), by=city.inspector, recorded_at=at(MONDAY, 9),
    )  # fmt: skip

    decide(appeal(city, advance(Problem.objects.get(), Move.HAND_OVER, city=city)), second)

    assert Inspection.objects.get().score is None
