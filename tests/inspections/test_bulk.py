"""One act on many problems: asked, done a few at a time, told row by row."""

from datetime import date, timedelta
from io import BytesIO

import openpyxl
import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from campaign.models import Event, Notice
from inspections.models import BulkItem, BulkRun, Problem, Step
from inspections.rules import Move
from inspections.services import bulk_runs
from inspections.services.bulk_runs import forgotten_runs, start_run, work_on
from inspections.services.ledger import move_problem
from inspections.tasks import sweep_bulk
from tests.city import MONDAY, at
from tests.inspections.ledger import TEN, advance, make_problem, make_problems

ASK = "/problems/bulk/"
REPAIR = (Move.HAND_OVER, Move.RECEIVE, Move.SUBMIT)


@pytest.fixture
def office(city) -> Client:
    client = Client()
    client.force_login(city.office)
    return client


def submitted(city, count: int) -> list[Problem]:
    return [advance(problem, *REPAIR, city=city) for problem in make_problems(city, count)]


def ticks(*problems: Problem) -> list[str]:
    return [f"{problem.code}.{problem.version}" for problem in problems]


def run_for(city, act: str, problems, **given) -> BulkRun:
    found = Problem.objects.filter(pk__in=[problem.pk for problem in problems])
    return start_run(act=act, problems=found, by=city.office, at=TEN, **given)


def finish(run: BulkRun) -> BulkRun:
    while work_on(pk=run.pk, at=TEN):
        pass
    run.refresh_from_db()
    return run


def results(run: BulkRun) -> list[str]:
    return list(run.items.values_list("result", flat=True))


def test_each_is_closed_and_told(city):
    run = finish(run_for(city, Move.CLOSE, submitted(city, 3)))

    assert results(run) == ["done"] * 3
    assert Problem.objects.filter(state="closed").count() == 3
    assert Event.objects.get(action="bulk.done").after == {"act": "close", "done": 3, "left": 0}


def test_one_reason_goes_back_with_each(city):
    finish(run_for(city, Move.SEND_BACK, submitted(city, 2), note="照片看不清"))

    assert list(Step.objects.filter(move=Move.SEND_BACK).values_list("note", flat=True)) == ["照片看不清"] * 2


def test_many_go_to_another_unit_with_their_deadlines(city):
    problem = advance(make_problem(city), Move.HAND_OVER, city=city)

    finish(run_for(city, Move.TRANSFER, [problem], note="划转", unit=city.west))

    now = Problem.objects.get()
    assert (now.unit, now.due_at) == (city.west, problem.due_at)


def test_what_somebody_moved_meanwhile_is_left_and_said(city):
    first, second = submitted(city, 2)
    run = run_for(city, Move.CLOSE, [first, second])
    advance(first, Move.SEND_BACK, city=city)

    finish(run)

    assert results(run) == ["left", "done"]
    assert "已退回" in run.items.first().reason


def test_what_does_not_stand_there_says_where_it_stands(city):
    run = finish(run_for(city, Move.CLOSE, [make_problem(city)]))

    assert run.items.get().reason == "“待交办”的问题不能这样办理。"


def test_handing_over_costs_the_same_for_2_and_40(city):
    counts = []
    for number, count in ((0, 2), (100, 40)):
        run = run_for(city, Move.HAND_OVER, [make_problem(city, f"WT-{number + n}") for n in range(count)])
        with CaptureQueriesContext(connection) as queries:
            finish(run)
        counts.append(len(queries))
        assert set(results(run)) == {"done"}

    assert counts[0] == counts[1]


def test_a_missing_year_is_the_reason_of_each(city):
    run = finish(run_for(city, Move.HAND_OVER, [make_problem(city, limit="90d")]))

    assert "2027" in run.items.get().reason


def test_a_killed_worker_goes_on_and_does_none_twice(city, monkeypatch):
    monkeypatch.setattr(bulk_runs, "AT_A_TIME", 2)
    run = run_for(city, Move.CLOSE, submitted(city, 5))
    assert work_on(pk=run.pk, at=TEN)
    with monkeypatch.context() as broken:
        broken.setattr(BulkItem.objects, "bulk_update", lambda *args: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            work_on(pk=run.pk, at=TEN)

    assert results(run).count("waiting") == Problem.objects.filter(state="submitted").count() == 3
    finish(run)
    assert Step.objects.filter(move=Move.CLOSE).count() == 5
    assert results(run) == ["done"] * 5


def test_a_finished_run_is_not_done_again(city):
    run = finish(run_for(city, Move.CLOSE, submitted(city, 1)))

    assert not work_on(pk=run.pk, at=TEN)
    assert Step.objects.filter(move=Move.CLOSE).count() == 1


def test_the_sweep_takes_up_what_nobody_works_on(city):
    run = run_for(city, Move.CLOSE, submitted(city, 1))
    assert forgotten_runs(at=TEN + timedelta(seconds=3)) == []

    sweep_bulk()

    run.refresh_from_db()
    assert run.finished_at
    assert forgotten_runs(at=TEN + timedelta(days=1)) == []


def test_nobody_is_reminded_twice_however_many_the_problems(city):
    held = [advance(problem, Move.HAND_OVER, city=city) for problem in make_problems(city, 3)]

    run = finish(run_for(city, BulkRun.REMIND, [*held, make_problem(city, "WT-9")]))

    notice = Notice.objects.exclude(key__startswith="hand_over:").get()
    assert (notice.person, notice.values) == (city.leader, {"count": 3})
    assert results(run) == ["done"] * 3 + ["left"]


def told() -> list[tuple[str, str]]:
    """Who was told what, but for the hand-overs one by one."""
    notices = Notice.objects.exclude(key__startswith="hand_over:WT").select_related("person")
    return [(notice.person.username, notice.text) for notice in notices]


def test_a_run_tells_each_unit_once_however_many_steps_it_takes(city, monkeypatch):
    monkeypatch.setattr(bulk_runs, "AT_A_TIME", 2)
    west = make_problem(city, "WT-9", unit=city.west, text="井盖缺失")

    finish(run_for(city, Move.HAND_OVER, [*make_problems(city, 5), west]))

    assert sorted(told()) == [
        ("leader", "5 件问题已交办东街，请及时签收。"),
        ("neighbour", "WT-9 已交办你单位：井盖缺失"),
    ]


@pytest.mark.parametrize(
    ("act", "before", "words"),
    [
        ("transfer", [Move.HAND_OVER], ("neighbour", "3 件问题已交办西街，请及时签收。")),
        ("send_back", REPAIR, ("leader", "东街有 3 件问题整改未通过，已退回。")),
        ("grant_time", [Move.HAND_OVER, Move.ASK_TIME], ("leader", "东街有 3 件问题已同意延期。")),
        ("refuse_time", [Move.HAND_OVER, Move.ASK_TIME], ("leader", "东街有 3 件问题未同意延期，期限不变。")),
    ],
)
def test_other_acts_tell_once_as_well(city, act, before, words):
    until = {"until": date(2026, 12, 4)} if "ask_time" in before else {}
    problems = [advance(problem, *before, city=city, **until) for problem in make_problems(city, 3)]
    Notice.objects.all().delete()

    finish(run_for(city, act, problems, note="说明", unit=city.west if act == "transfer" else None))

    assert told() == [words]


def test_what_was_left_is_not_told(city):
    first, second = make_problems(city, 2)
    run = run_for(city, Move.HAND_OVER, [first, second])
    advance(first, Move.CANCEL, city=city)

    finish(run)

    assert told() == [("leader", f"{second.code} 已交办你单位：门口垃圾未清理")]


def test_units_that_help_hear_of_it(city):
    problem = advance(make_problem(city), Move.HAND_OVER, city=city, supporting=[city.west])
    sent = advance(problem, Move.RECEIVE, Move.SUBMIT, city=city)
    Notice.objects.all().delete()

    finish(run_for(city, Move.SEND_BACK, [sent], note="照片不清"))

    assert {person for person, _text in told()} == {"leader", "neighbour"}


@pytest.mark.parametrize("act", [Move.HAND_OVER, Move.CLOSE, BulkRun.REMIND])
def test_units_do_not_do_what_is_the_offices(city, act):
    problem = advance(make_problem(city), Move.HAND_OVER, city=city)

    with pytest.raises(PermissionDenied):
        start_run(act=act, problems=Problem.objects.filter(pk=problem.pk), by=city.leader, at=TEN)


def test_nothing_and_too_much_are_refused(city, monkeypatch):
    monkeypatch.setattr(bulk_runs, "MOST", 1)
    with pytest.raises(ValidationError):
        run_for(city, Move.CLOSE, [])
    with pytest.raises(ValidationError):
        run_for(city, Move.CLOSE, make_problems(city, 2))


# The pages


def test_ticked_problems_are_handed_over_at_once(office, city):
    first, second = make_problems(city, 2)
    advance(second, Move.CANCEL, city=city)

    response = office.post(ASK, {"now": "hand_over", "problem": ticks(first, second)}, follow=True)

    assert [item.result for item in response.context["page"]] == ["left", "done"]
    assert Problem.objects.get(pk=first.pk).state == "handed_over"


def test_an_act_is_asked_for_with_its_consequence_before_it_is_done(office, city):
    problems = submitted(city, 2)

    asked = office.post(ASK, {"act": "close", "problem": ticks(*problems)})
    done = office.post(ASK, {"act": "close", "problem": ticks(*problems), "confirmed": "1"})

    assert "销号：2 件" in asked.content.decode()
    assert done.status_code == 302
    assert Problem.objects.filter(state="closed").count() == 2


def test_a_missing_reason_is_explained_and_the_choice_kept(office, city):
    (problem,) = submitted(city, 1)

    response = office.post(ASK, {"act": "send_back", "problem": ticks(problem), "confirmed": "1", "note": " "})

    assert response.status_code == 422
    assert ticks(problem)[0] in response.content.decode()
    assert not BulkRun.objects.exists()


@pytest.mark.parametrize("given", [{"unit": "没有", "limit": ""}, {"unit": "S2", "limit": "soon"}])
def test_a_wrong_unit_or_limit_is_explained(office, city, given):
    problem = advance(make_problem(city), Move.HAND_OVER, city=city)
    data = {"act": "transfer", "problem": ticks(problem), "confirmed": "1", "note": "划转"} | given

    assert office.post(ASK, data).status_code == 422


def test_all_that_match_are_those_of_the_filters(office, city):
    make_problem(city, "WT-1", severity="serious")
    make_problem(city, "WT-2")

    office.post(ASK, {"now": "hand_over", "every": "1", "query": "severity=serious&state=noted"})

    assert list(Problem.objects.filter(state="handed_over").values_list("code", flat=True)) == ["WT-1"]


def test_many_wait_for_the_queue_and_the_page_shows_how_far(office, city, monkeypatch):
    monkeypatch.setattr("inspections.views.bulk.AT_ONCE", 1)
    monkeypatch.setattr(bulk_runs, "AT_A_TIME", 2)
    response = office.post(ASK, {"now": "hand_over", "problem": ticks(*make_problems(city, 3))}, follow=True)

    assert '<progress aria-label="办理中" value="0" max="3">' in response.content.decode()
    run = BulkRun.objects.get()
    work_on(pk=run.pk, at=TEN)
    part = office.get(run.get_absolute_url(), headers={"HX-Request": "true"}).content.decode()
    assert part.strip().startswith('<div id="run"')
    assert "2 / 3" in part
    assert "<progress" not in office.get(finish(run).get_absolute_url()).content.decode()


@pytest.mark.parametrize(
    "data", [{}, {"act": "close"}, {"act": "explode", "problem": ["WT-1.0"]}, {"act": "close", "problem": ["x"]}]
)
def test_nothing_usable_is_explained(office, data):
    assert office.post(ASK, data).status_code == 422


def test_results_come_as_a_workbook(office, city):
    run = finish(run_for(city, Move.CLOSE, [*submitted(city, 1), make_problem(city, "WT-9")]))

    file = office.get(f"{run.get_absolute_url()}results.xlsx").content

    rows = list(openpyxl.load_workbook(BytesIO(file)).active.values)
    assert [row[4] for row in rows[1:]] == ["已办", "未改动"]


def test_another_person_finds_no_run(client, city):
    run = finish(run_for(city, Move.CLOSE, submitted(city, 1)))
    client.force_login(city.leader)

    assert client.get(run.get_absolute_url()).status_code == 404
    assert client.get(f"{run.get_absolute_url()}results.xlsx").status_code == 404
    assert run.get_absolute_url() not in client.get(ASK).content.decode()


def test_units_receive_many_of_theirs_and_no_others(client, city):
    mine = advance(make_problem(city, "WT-1"), Move.HAND_OVER, city=city)
    other = advance(make_problem(city, "WT-2", unit=city.west), Move.HAND_OVER, city=city)
    client.force_login(city.leader)

    client.post(ASK, {"now": "receive", "problem": ticks(mine, other)})

    assert dict(Problem.objects.values_list("code", "state")) == {"WT-1": "received", "WT-2": "handed_over"}
    assert client.post(ASK, {"act": "close", "problem": ticks(mine)}).status_code == 403


@pytest.mark.parametrize("count", [2, 40])
def test_the_page_of_a_run_costs_the_same_for_2_and_40(office, city, count):
    run = finish(run_for(city, Move.HAND_OVER, make_problems(city, count)))

    with CaptureQueriesContext(connection) as queries:
        office.get(run.get_absolute_url())

    assert len(queries) <= 11, [query["sql"] for query in queries]


def test_the_list_offers_what_the_tab_allows(office, client, city):
    advance(make_problem(city), *REPAIR, city=city, when=at(MONDAY, 9))

    acts = {one["act"] for one in office.get("/problems/", {"state": "submitted"}).context["acts"]}
    client.force_login(city.supervisor)

    assert acts == {"close", "send_back", "grant_time", "refuse_time"}
    assert client.get("/problems/").context["acts"] == []


def asking(city, code: str, reason: str, until: date) -> Problem:
    problem = advance(make_problem(city, code), Move.HAND_OVER, Move.RECEIVE, city=city)
    proofs = [ContentFile(b"%PDF-1.4", name="计划.pdf")]
    return move_problem(
        problem=problem, move=Move.ASK_SUSPEND, version=problem.version, by=city.leader, at=TEN, note=reason,
        until=until, proofs=proofs,
    )  # fmt: skip


def test_each_is_suspended_as_its_unit_asked(city):
    first = asking(city, "WT-1", "管网改造", date(2026, 12, 20))
    second = asking(city, "WT-2", "司法拍卖", date(2027, 1, 31))
    third = advance(make_problem(city, "WT-3"), Move.HAND_OVER, Move.RECEIVE, city=city)

    run = finish(run_for(city, Move.SUSPEND, [first, second, third]))

    assert list(run.items.values_list("result", "reason")) == [
        ("done", ""), ("done", ""), ("left", "该问题没有待审的挂账申请。"),
    ]  # fmt: skip
    suspended = Problem.objects.filter(state="suspended").order_by("code")
    assert [(one.code, one.suspended_until) for one in suspended] == [
        ("WT-1", date(2026, 12, 20)), ("WT-2", date(2027, 1, 31)),
    ]  # fmt: skip
    assert list(Step.objects.filter(move="suspend").values_list("note", flat=True)) == ["管网改造", "司法拍卖"]


def test_a_suspension_whose_day_has_passed_is_left_and_said(city):
    problem = asking(city, "WT-1", "管网改造", date(2026, 11, 24))
    run = run_for(city, Move.SUSPEND, [problem])

    work_on(pk=run.pk, at=at(date(2026, 11, 25), 9))

    assert (run.items.get().result, "今天以后" in run.items.get().reason) == ("left", True)


def test_suspensions_are_refused_with_one_reason(office, city):
    first = asking(city, "WT-1", "管网改造", date(2026, 12, 20))
    second = advance(make_problem(city, "WT-2"), Move.HAND_OVER, Move.RECEIVE, city=city)
    asked = {"act": "refuse_susp", "problem": ticks(first, second), "confirmed": "1"}
    assert "请写明理由" in office.post(ASK, asked).text

    office.post(ASK, asked | {"note": "可以先清理"})

    assert results(BulkRun.objects.get()) == ["done", "left"]
    assert Step.objects.get(move="refuse_susp").note == "可以先清理"
    assert not Problem.objects.filter(state="suspended").exists()


@pytest.mark.parametrize("act", [Move.SUSPEND, Move.REFUSE_SUSPENSION])
def test_a_unit_decides_on_no_suspension(client, city, act):
    problem = asking(city, "WT-1", "管网改造", date(2026, 12, 20))
    client.force_login(city.leader)

    assert client.post(ASK, {"act": act, "problem": ticks(problem), "confirmed": "1"}).status_code == 403
