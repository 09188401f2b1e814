"""A reporter who says "not fixed" puts the problem back to be checked."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from campaign.models import Event, Notice
from inspections.models import CitizenReport, Problem
from inspections.rules import Move
from inspections.services.citizen_desk import join_report
from inspections.services.citizens import answer_repair
from inspections.services.ledger import move_problem
from reports.queries import measure
from reports.rules.parts import Need
from reports.rules.periods import parse
from tests.city import NOON
from tests.inspections.citizens import PHONE, sent
from tests.inspections.ledger import advance, make_problem

pytestmark = pytest.mark.django_db
A_DAY = timedelta(days=1)
TO_CLOSED = (Move.HAND_OVER, Move.RECEIVE, Move.SUBMIT, Move.CLOSE)


@pytest.fixture
def report(city) -> CitizenReport:
    """A report of a problem that was closed on Monday at ten."""
    found, _code = sent(contact=PHONE, at=NOON - A_DAY)
    problem = make_problem(city)
    join_report(report=found, problem=problem, by=city.office, at=NOON - A_DAY)
    advance(problem, *TO_CLOSED, city=city)
    found.refresh_from_db()
    return found


def doubt(report: CitizenReport, at=NOON + A_DAY) -> None:
    report.refresh_from_db()
    answer_repair(report=report, fixed=False, rating=1, at=at)
    report.refresh_from_db()
    report.problem.refresh_from_db()


def test_not_fixed_goes_back_to_be_checked(report):
    doubt(report)

    step = report.problem.steps.last()
    assert (report.problem.state, report.problem.closed_at) == ("submitted", None)
    assert (step.move, step.by.username, step.note) == ("doubt", "citizen", "上报人反映未整改到位。")
    assert report.stage == "checking"


@pytest.mark.parametrize(
    ("rating", "said"),
    [(5, "satisfied"), (4, "satisfied"), (3, "fair"), (2, "unsatisfied"), (1, "unsatisfied"), (None, "")],
)
def test_the_mark_is_the_satisfaction_with_the_repair(report, rating, said):
    answer_repair(report=report, fixed=True, rating=rating, at=NOON + A_DAY)

    report.problem.refresh_from_db()
    assert (report.problem.callback, report.problem.called_back_at) == (said, NOON + A_DAY if said else None)


def test_the_last_mark_counts_once_and_on_its_day(report, city):
    doubt(report)
    advance(report.problem, Move.SEND_BACK, Move.SUBMIT, Move.CLOSE, city=city, when=NOON + 2 * A_DAY)
    report.refresh_from_db()
    answer_repair(report=report, fixed=True, rating=5, at=NOON + 3 * A_DAY)

    week = parse("2026-W48").window(NOON + 7 * A_DAY)
    assert measure(Need("satisfaction"), week)[city.east.pk] == (1, 1)


def test_the_mark_of_a_copy_is_the_originals(report, city):
    original = make_problem(city, "WT-2611-0009")
    advance(original, Move.HAND_OVER, city=city)
    Problem.objects.filter(pk=report.problem_id).update(merged_into=original, handed_over_at=None, due_at=None)
    report = CitizenReport.objects.get(pk=report.pk)

    answer_repair(report=report, fixed=True, rating=4, at=NOON + A_DAY)

    original.refresh_from_db()
    assert original.callback == "satisfied"


def test_however_long_ago_it_was_closed(report):
    doubt(report, at=NOON + 200 * A_DAY)

    assert report.problem.state == "submitted"


def test_the_office_is_told_once_and_the_trail_knows(report, city):
    doubt(report)

    assert list(Notice.objects.filter(key__startswith="doubted:").values_list("person__username", flat=True)) == [
        "office"
    ]
    assert Event.objects.filter(action="problem.doubted").count() == 1


def test_fixed_leaves_it_closed(report):
    answer_repair(report=report, fixed=True, rating=5, at=NOON + A_DAY)

    report.problem.refresh_from_db()
    assert report.problem.state == "closed"


def test_an_unfounded_doubt_makes_nothing_late(report, city):
    before = report.problem.closed_at
    doubt(report, at=NOON + 30 * A_DAY)

    problem = advance(report.problem, Move.CLOSE, city=city, when=NOON + 31 * A_DAY)

    assert (problem.state, problem.closed_at) == ("closed", before)
    report.refresh_from_db()
    assert (report.doubted, report.may_answer, report.stage) == (False, False, "repaired")


def test_a_founded_doubt_is_rework_and_closes_anew(report, city):
    doubt(report)
    problem = advance(report.problem, Move.SEND_BACK, Move.SUBMIT, Move.CLOSE, city=city, when=NOON + 2 * A_DAY)

    report.refresh_from_db()
    assert (problem.sent_back, problem.closed_at) == (1, NOON + 2 * A_DAY)
    assert (report.doubted, report.may_answer) == (False, True)


def test_somebody_else_who_reported_it_cannot_doubt_it_twice(report, city):
    other, _code = sent(contact="", address="192.0.2.9", text="也看到了", at=NOON - A_DAY)
    join_report(report=other, problem=report.problem, by=city.office, at=NOON)
    doubt(report)

    with pytest.raises(ValidationError):
        answer_repair(report=CitizenReport.objects.get(pk=other.pk), fixed=False, rating=None, at=NOON + 2 * A_DAY)

    assert report.problem.steps.filter(move="doubt").count() == 1


def test_nobody_makes_this_move_by_hand(report, city, client):
    client.force_login(city.office)

    assert client.post(f"{report.problem.get_absolute_url()}doubt/", {"version": 9}).status_code == 404
    with pytest.raises((KeyError, ValueError)):
        move_problem(problem=report.problem, move="doubt", version=4, by=city.office, at=NOON)


@pytest.mark.parametrize(("person", "sees_code"), [("office", True), ("leader", False)])
def test_the_problem_shows_what_was_said_and_not_who(report, city, client, person, sees_code):
    doubt(report)
    client.force_login(getattr(city, person))

    page = client.get(report.problem.get_absolute_url()).text

    assert "未整改" in page
    assert (report.code in page) is sees_code
    assert PHONE not in page


def test_the_list_begins_with_what_is_doubted(report, city, client):
    sent(address="192.0.2.5", text="别的事")
    doubt(report)
    client.force_login(city.office)

    page = client.get("/citizen-reports/")

    assert [row.code for row in page.context["page"].rows] == [report.code]
