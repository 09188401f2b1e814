"""Supporting units, plans, pairs, checks on the spot, merging, splitting: what each move does and refuses."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from campaign.models import Event, Notice
from inspections.models import CheckVisit, LedgerSettings, Photo, Plan, Problem, Step
from inspections.queries.worklist import work_of
from inspections.rules import Move
from inspections.services.acts import Part
from inspections.services.ledger import Conflict, move_problem
from tests.inspections.ledger import TEN, advance, make_problem

pytestmark = pytest.mark.django_db
TO_CHECK = (Move.HAND_OVER, Move.RECEIVE, Move.SUBMIT)


def picture(by, **fields):
    return Photo.objects.create(client_uuid=uuid4(), width=1, height=1, uploaded_by=by, **fields)


def make(problem, move, by, **given):
    return move_problem(
        problem=problem, move=move, version=problem.version, by=by, at=TEN, **({"note": "说明"} | given)
    )


def sees(person, problem):
    return Problem.objects.visible_to(person).filter(pk=problem.pk).exists()


def test_a_unit_that_helps_sees_it_and_the_lead_alone_repairs(city):
    problem = make(make_problem(city), Move.HAND_OVER, city.office, supporting=[city.west])

    assert sees(city.neighbour, problem)
    with pytest.raises(PermissionDenied):
        make(problem, Move.RECEIVE, city.neighbour)
    assert make(problem, Move.RECEIVE, city.leader).state == "received"


def test_nobody_helps_any_more_with_what_was_returned(city):
    problem = make(make_problem(city), Move.HAND_OVER, city.office, supporting=[city.west])
    problem = make(make(problem, Move.RETURN, city.leader), Move.HAND_OVER, city.office)

    assert not sees(city.neighbour, problem)
    assert problem.supporting.get().until == TEN


def test_the_lead_does_not_help_itself(city):
    with pytest.raises(ValidationError, match="牵头"):
        make(make_problem(city), Move.HAND_OVER, city.office, supporting=[city.east])


def test_a_supporter_who_takes_it_over_helps_no_more(city):
    problem = make(make_problem(city), Move.HAND_OVER, city.office, supporting=[city.west])

    problem = make(problem, Move.TRANSFER, city.office, unit=city.west, keep_due=True)

    assert not problem.supporting.filter(until=None).exists()


def test_plans_are_kept_one_after_another(city):
    problem = advance(make_problem(city), Move.HAND_OVER, Move.RECEIVE, city=city)
    for measures in ("加密清扫", "更换垃圾桶"):
        problem = make(problem, Move.PLAN, city.leader, note=measures, responsible="王强", until=TEN.date())

    assert [plan.measures for plan in problem.plans.all()] == ["加密清扫", "更换垃圾桶"]
    with pytest.raises(IntegrityError), transaction.atomic():
        Plan.objects.update(measures="改写")


@pytest.mark.parametrize(("responsible", "days"), [("", 1), ("王强", -1), ("王强", 400)])
def test_a_plan_names_somebody_and_a_day_to_come(city, responsible, days):
    problem = advance(make_problem(city), Move.HAND_OVER, Move.RECEIVE, city=city)

    with pytest.raises(ValidationError):
        make(problem, Move.PLAN, city.leader, responsible=responsible, until=TEN.date() + timedelta(days=days))


@pytest.mark.parametrize(("asked", "severity", "free"), [("all", "minor", False), ("serious", "minor", True)])
def test_where_the_office_asks_for_a_plan_a_repair_waits_for_it(city, asked, severity, free):
    LedgerSettings.objects.create(plans=asked)
    problem = advance(make_problem(city, severity=severity), Move.HAND_OVER, Move.RECEIVE, city=city)
    if not free:
        with pytest.raises(ValidationError, match="方案"):
            make(problem, Move.SUBMIT, city.leader)
        problem = make(problem, Move.PLAN, city.leader, responsible="王强", until=date(2026, 12, 1))

    assert make(problem, Move.SUBMIT, city.leader).state == "submitted"


def test_each_photograph_from_before_asks_for_its_pair_or_a_reason(city):
    problem = advance(make_problem(city), Move.HAND_OVER, Move.RECEIVE, city=city)
    first, second = (picture(city.inspector, problem=problem) for _ in range(2))
    after = picture(city.leader)
    with pytest.raises(ValidationError, match="还有 1 张"):
        make(problem, Move.SUBMIT, city.leader, pairs={first.client_uuid: after.client_uuid})

    given = {"pairs": {first.client_uuid: after.client_uuid}, "unpaired": {second.client_uuid: "该处已拆除"}}
    make(problem, Move.SUBMIT, city.leader, **given)

    after.refresh_from_db()
    second.refresh_from_db()
    assert (after.pair, after.role, second.no_pair) == (first, "after", "该处已拆除")


def test_a_pair_is_of_one_problem(city):
    mine, other = make_problem(city), make_problem(city, "WT-2")
    before = picture(city.inspector, problem=other)

    with pytest.raises(IntegrityError, match="same problem"), transaction.atomic():
        picture(city.leader, problem=mine, role="after", pair=before)


def test_one_photograph_shows_one_place(city):
    problem = advance(make_problem(city), Move.HAND_OVER, Move.RECEIVE, city=city)
    befores = [picture(city.inspector, problem=problem) for _ in range(2)]
    after = picture(city.leader).client_uuid

    with pytest.raises(ValidationError, match="两处"):
        make(problem, Move.SUBMIT, city.leader, pairs={one.client_uuid: after for one in befores})


@pytest.mark.parametrize(
    ("move", "state", "fixed"), [(Move.CLOSE, "closed", True), (Move.SEND_BACK, "sent_back", False)]
)
def test_who_checks_on_the_spot_closes_or_sends_back(city, move, state, fixed):
    problem = make(
        advance(make_problem(city), *TO_CHECK, city=city), Move.ASSIGN_CHECK, city.office, inspector=city.inspector
    )
    shot = picture(city.inspector)

    problem = make(problem, move, city.inspector, photos=[shot.client_uuid])

    assert (problem.state, CheckVisit.objects.get().fixed) == (state, fixed)
    assert problem.photos.get().role == "check"
    assert problem.sent_back == (not fixed)


def test_an_inspector_without_the_check_decides_nothing(city):
    problem = advance(make_problem(city), *TO_CHECK, city=city)

    with pytest.raises(PermissionDenied):
        make(problem, Move.CLOSE, city.inspector)


def test_a_check_ends_when_the_office_decides_itself(city):
    problem = make(
        advance(make_problem(city), *TO_CHECK, city=city), Move.ASSIGN_CHECK, city.office, inspector=city.inspector
    )

    make(problem, Move.CLOSE, city.office)

    visit = CheckVisit.objects.get()
    assert (visit.fixed, visit.ended_at) == (None, TEN)


def test_nobody_without_inspections_is_sent_to_check(city):
    problem = advance(make_problem(city), *TO_CHECK, city=city)

    with pytest.raises(ValidationError, match="录入检查"):
        make(problem, Move.ASSIGN_CHECK, city.office, inspector=city.leader)


def test_fixed_on_the_spot_is_closed_in_time_with_its_steps(city):
    shot = picture(city.inspector)

    problem = make(make_problem(city), Move.FIX, city.inspector, photos=[shot.client_uuid])

    assert (problem.state, problem.fixed_on_spot, problem.closed_at) == ("closed", True, TEN)
    assert problem.receive_due_at is None
    assert problem.due_at > TEN
    assert list(problem.steps.values_list("move", flat=True)) == ["note", "fix"]
    assert make(problem, Move.REOPEN, city.office).fixed_on_spot is False


def test_fixed_on_the_spot_needs_a_photograph_and_the_same_day(city):
    with pytest.raises(ValidationError, match="照片"):
        make(make_problem(city), Move.FIX, city.inspector)
    late = make_problem(city, "WT-2", noted_at=TEN - timedelta(days=1))
    with pytest.raises(ValidationError, match="当天"):
        make(late, Move.FIX, city.inspector, photos=[picture(city.inspector).client_uuid])


def merged(city):
    original, copy = (advance(make_problem(city, code), *TO_CHECK, city=city) for code in ("WT-1", "WT-2"))
    return original, make(copy, Move.MERGE, city.office, original=original)


def test_a_copy_closes_and_reopens_with_its_original(city):
    original, copy = merged(city)
    assert (copy.state, copy.due_at, copy.merged_into) == ("merged", None, original)

    original = make(original, Move.CLOSE, city.office)
    copy.refresh_from_db()
    assert (copy.state, copy.closed_at) == ("closed", TEN)
    with pytest.raises(ValidationError, match="WT-1"):
        make(copy, Move.REOPEN, city.office)

    make(original, Move.REOPEN, city.office)
    copy.refresh_from_db()
    assert (copy.state, copy.closed_at) == ("merged", None)
    assert Event.objects.filter(reference="WT-2", action__in=["problem.closed", "problem.merged"]).count() == 3


def test_merging_goes_one_step_deep(city):
    original, copy = merged(city)
    newest = advance(make_problem(city, "WT-3"), Move.HAND_OVER, city=city)
    with pytest.raises(ValidationError, match="已合并"):
        make(newest, Move.MERGE, city.office, original=copy)
    with pytest.raises(ValidationError, match="本问题"):
        make(newest, Move.MERGE, city.office, original=newest)

    make(original, Move.MERGE, city.office, original=newest)

    copy.refresh_from_db()
    assert copy.merged_into == newest
    with pytest.raises(IntegrityError, match="no copy"), transaction.atomic():
        Problem.objects.filter(pk=newest.pk).update(state="merged", merged_into=copy)


def test_parts_have_units_limits_and_the_photographs(city):
    whole = advance(make_problem(city, "WT-9"), Move.HAND_OVER, city=city)
    shot = picture(city.inspector, problem=whole, file="photos/one.jpg")
    parts = [Part(city.east, "清运垃圾", "4h"), Part(city.west, "更换桶盖", "3d", photos=[])]

    whole = make(whole, Move.SPLIT, city.office, parts=parts, hand_over=True)

    first, second = whole.parts.order_by("pk")
    assert (whole.state, whole.due_at, first.state) == ("split", None, "handed_over")
    assert [(part.unit, part.text, part.limit) for part in (first, second)] == [
        (city.east, "清运垃圾", "4h"), (city.west, "更换桶盖", "3d"),
    ]  # fmt: skip
    assert [first.photos.get().file.name, second.photos.count()] == ["photos/one.jpg", 0]
    assert whole.photos.get() == shot
    assert sees(city.neighbour, second)
    assert not sees(city.neighbour, first)


def test_one_part_is_no_split(city):
    with pytest.raises(ValidationError, match="至少"):
        make(make_problem(city), Move.SPLIT, city.office, parts=[Part(city.east, "一", "3d")])


def test_a_late_split_makes_no_parts(city):
    seen = make_problem(city)
    make(seen, Move.HAND_OVER, city.office)

    with pytest.raises(Conflict):
        make(seen, Move.SPLIT, city.office, parts=[Part(city.east, "一", "3d"), Part(city.west, "二", "3d")])
    assert Problem.objects.count() == 1
    assert Step.objects.filter(move="split").count() == 0


def test_whoever_saw_it_again_follows_it(city):
    problem = make_problem(city, noted_by=city.office)
    shot = picture(city.inspector)
    assert not sees(city.inspector, problem)

    make(problem, Move.ADD, city.inspector, note="东门也有", photos=[shot.client_uuid])

    assert sees(city.inspector, problem)
    assert problem.photos.get().role == "before"


def test_the_inspector_is_told_and_finds_the_check_in_the_work_list(city):
    problem = advance(make_problem(city, noted_by=city.office), *TO_CHECK, city=city)
    make(problem, Move.ASSIGN_CHECK, city.office, inspector=city.inspector)

    part = next(part for part in work_of(city.inspector, at=TEN) if part.name == "to_check")

    assert [row.code for row in part.rows] == [problem.code]
    assert Notice.objects.get(person=city.inspector).url == problem.get_absolute_url()
