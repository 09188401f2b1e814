"""The first page of each role."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from campaign.permissions import Role
from inspections.models import Problem
from tests.city import at, make_user
from units.models import Membership, Task, TaskDuty

from . import ranked as made
from .facts import WEEK, visit

WORDS = {
    Role.OFFICE: "待交办",
    Role.UNIT: "是怎么来的",
    Role.SUPERVISOR: "全市得分",
    Role.INSPECTOR: "检查录入",
    Role.MONITOR: "我反映的问题办得怎样",
    Role.SYSTEM_ADMIN: "管理账号",
    Role.SECURITY_ADMIN: "授予角色",
    Role.AUDIT_ADMIN: "查询审计日志",
    "": "您的账号还没有角色",
}


def of_role(city, role: str):
    return city.leader if role == Role.UNIT else city.people.get(role) or make_user("nobody")


@pytest.mark.parametrize("role", WORDS)
def test_each_role_has_its_page(ranked, signed_in, role):
    assert WORDS[role] in signed_in(of_role(ranked, role)).get("/").content.decode()


@pytest.mark.parametrize("role", WORDS)
def test_each_page_stands_before_anything_was_entered(city, signed_in, role):
    assert signed_in(of_role(city, role)).get("/").status_code == 200


def test_a_new_office_is_shown_its_first_steps_until_there_is_a_ranking(db, signed_in):
    office = make_user("new", role=Role.OFFICE)

    page = signed_in(office).get("/")

    assert [step["taken"] for step in page.context["steps"]] == [False] * 7
    assert page.context["next"]["url"] == "/calendar/"
    assert "第一步做什么" in page.content.decode()


def test_first_steps_are_ticked_off(city, signed_in):
    steps = {step["url"]: step["taken"] for step in signed_in(city.office).get("/").context["steps"]}

    assert steps["/imports/?kind=sites"]
    assert not steps["/inspections/new/"]


def test_an_office_with_a_ranking_sees_no_first_steps(ranked, signed_in):
    assert signed_in(ranked.office).get("/").context["steps"] == []


def test_a_stranger_is_sent_to_sign_in(client, db):
    assert client.get("/").url == f"{reverse('login')}?next=/"


def test_the_office_sees_what_is_overdue_and_for_how_long(ranked, signed_in):
    for days in (1, 5, 9):
        made.problem(ranked, f"D-{days}", due_at=timezone.now() - timedelta(days=days))

    counts = signed_in(ranked.office).get("/").context["problems"]

    assert (counts["overdue"], counts["late_days"], counts["late_week"], counts["late_more"]) == (4, 1, 2, 1)


def test_the_office_sees_rankings_to_close_and_to_publish(today, signed_in):
    made.closed(today)

    assert "待督查室审批" in signed_in(today.office).get("/").content.decode()


def test_a_supervisor_sees_what_waits_for_approval(today, signed_in):
    made.closed(today)

    assert "有 1 个排名等您审批" in signed_in(today.supervisor).get("/").content.decode()


def test_a_unit_sees_its_place_and_what_it_lost(ranked, signed_in):
    page = signed_in(ranked.leader).get("/")

    assert page.context["why"]["total"]["value"] == 71.0
    assert [step["value"] for step in page.context["why"]["steps"]] == [-9.0, -20.0]
    assert "黑榜" not in page.content.decode()


def test_a_unit_learns_what_would_lift_it(ranked, signed_in):
    visit(ranked, site=ranked.west_market, seen_at=at(made.MONDAY), earned=10)
    made.problem(ranked, "W-1", due_at=timezone.now() + timedelta(days=2), unit=ranked.west)

    page = signed_in(ranked.neighbour).get("/")
    lift = page.context["standing"].lift

    (lever,) = lift.levers
    assert (lift.place, lift.missing, lift.reached) == (1, Decimal(21), False)
    assert (lever.kind, lever.count, lever.gain, lever.enough) == ("problems", 1, Decimal(20), None)
    assert "+20.00" in page.content.decode()


def test_a_unit_has_its_problems_by_due_date_and_the_move_to_make(ranked, signed_in):
    made.problem(ranked, "A-2", due_at=timezone.now() + timedelta(days=2), state="handed_over")
    page = signed_in(ranked.leader).get("/")

    assert [line["problem"].code for line in page.context["problems"]] == ["WT-2", "A-2"]
    assert "报整改" in page.content.decode()
    assert "超期 7 天" in page.content.decode()


def test_a_unit_has_its_duties_and_no_neighbours(ranked, signed_in):
    task = Task.objects.create(code="RW1", title="清理小广告")
    for unit in (ranked.east, ranked.west):
        TaskDuty.objects.create(task=task, unit=unit, part="lead", due_on=made.MONDAY)

    duties = signed_in(ranked.leader).get("/").context["duties"]

    assert [duty.unit for duty in duties] == [ranked.east]


def test_a_person_without_a_unit_is_told_whom_to_ask(city, signed_in):
    Membership.objects.all().delete()

    assert "您还没有加入单位" in signed_in(city.leader).get("/").content.decode()


def test_the_heat_table_sums_over_the_units_of_a_group(ranked, signed_in):
    page = signed_in(ranked.supervisor).get("/")

    assert [name for name, _title in page.context["columns"]] == ["conformity", "on_time"]
    assert [str(value) for value in page.context["heat"][0][2]] == ["73.3", "50.0"]


def test_a_monitor_follows_what_they_reported_and_no_more(ranked, signed_in):
    monitor = ranked.people[Role.MONITOR]
    made.problem(ranked, "M-1", due_at=timezone.now(), noted_by=monitor)

    assert [problem.code for problem in signed_in(monitor).get("/").context["problems"]] == ["M-1"]


def test_an_inspector_repeats_a_visit_with_one_press(ranked, signed_in):
    assert "/inspections/new/?site=D1" in signed_in(ranked.inspector).get("/").content.decode()


@pytest.mark.parametrize("role", [Role.OFFICE, Role.UNIT, Role.SUPERVISOR])
def test_200_problems_cost_as_many_queries_as_2(ranked, signed_in, role):
    client = signed_in(of_role(ranked, role))

    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert client.get("/").status_code == 200
        return len(seen)

    client.get("/")
    few = queries()
    made.crowd(ranked, 20)
    for number in range(200):
        made.problem(ranked, f"Q-{number}", due_at=timezone.now() + timedelta(hours=number - 100))

    assert Problem.objects.count() == 202
    assert queries() == few <= 15


def test_the_last_week_is_the_one_that_is_over(ranked, signed_in):
    assert signed_in(ranked.supervisor).get("/").context["week"].code == WEEK
