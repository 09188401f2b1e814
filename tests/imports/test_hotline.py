"""Sheets of the hotline and of 数字城管 become problems, each by the mapping that comes with the product."""

from datetime import date

import pytest

from inspections.models import Exemption, Problem
from inspections.rules import Move
from reports.queries import measure
from reports.resources.kinds import mapping_named
from reports.rules.parts import Need
from reports.rules.periods import parse
from tests.city import at
from tests.imports.sheets import load, write_xlsx
from tests.inspections.ledger import advance
from units.models import Unit

pytestmark = pytest.mark.django_db
HOTLINE = [
    "序号", "工单编号", "来电时间", "诉求地点", "诉求内容", "承办单位", "派单时间", "办结时限",
    "办结时间", "办理结果", "满意度", "紧急程度",
]  # fmt: skip
CALL = [
    "1", "GD20261101001", "2026-11-02 09:10", "东街12号", "夜间施工噪声扰民", "东街", "2026-11-02 10:00",
    "2026-11-06 18:00", "2026-11-05 16:00", "已办结", "满意", "紧急",
]  # fmt: skip
CASES = [
    "案卷号",
    "问题来源",
    "大类",
    "小类",
    "地址",
    "问题描述",
    "处置部门",
    "上报时间",
    "派遣时间",
    "处置截止时间",
    "结案时间",
]
CASE = ["AJ001", "公众举报", "市容环境", "暴露垃圾", "西街路口", "垃圾未清理", "西街", "2026-11-02 09:00",
        "2026-11-02 09:30", "2026-11-03 09:30", ""]  # fmt: skip


def take(tmp_path, mapping, heads, *rows):
    return load("problems", write_xlsx(tmp_path / "a.xlsx", heads, rows), **mapping_named("problems", mapping))


def test_a_call_becomes_a_problem_of_the_hotline(city, tmp_path):
    check = take(tmp_path, "hotline-12345", HOTLINE, CALL)

    assert not check.faults
    problem = Problem.objects.get(code="GD20261101001")
    assert (problem.source, problem.severity, problem.state) == ("hotline", "serious", "closed")
    assert (problem.text, problem.unit) == ("东街12号 夜间施工噪声扰民", city.east)


def test_a_row_without_a_unit_is_told_in_our_word_for_the_missing_column(city, tmp_path):
    heads = [head for head in HOTLINE if head != "承办单位"]
    check = take(tmp_path, "hotline-12345", heads, [cell for cell in CALL if cell != "东街"])

    assert [fault.column for fault in check.faults] == ["责任单位"]


def test_what_the_caller_says_stays_with_the_problem_and_is_its_units_satisfaction(city, tmp_path):
    other = ["2", "GD2", *CALL[2:10], "未接通", ""]
    third = ["3", "GD3", *CALL[2:10], "不满意", ""]

    take(tmp_path, "hotline-12345", HOTLINE, CALL, other, third)

    told = dict(Problem.objects.values_list("code", "callback"))
    assert told == {CALL[1]: "satisfied", "GD2": "silent", "GD3": "unsatisfied"}
    november = parse("2026-11").window(at(date(2026, 12, 1)))
    assert measure(Need("satisfaction"), november)[city.east.pk] == (1, 2)


def test_an_answer_that_came_since_is_added_and_nothing_else_changes(city, tmp_path):
    take(tmp_path, "hotline-12345", HOTLINE, [*CALL[:10], "", ""])
    before = Problem.objects.values().get()

    check = take(tmp_path, "hotline-12345", HOTLINE, [*CALL[:10], "基本满意", ""])

    after = Problem.objects.values().get()
    assert {name for name in after if after[name] != before[name]} == {"callback", "called_back_at"}
    assert (check.counts["changed"], after["callback"], after["called_back_at"]) == (1, "mostly", after["closed_at"])
    assert take(tmp_path, "hotline-12345", HOTLINE, [*CALL[:10], "基本满意", ""]).changes is False
    assert take(tmp_path, "hotline-12345", HOTLINE, [*CALL[:10], "", ""]).changes is False


def test_an_answer_without_a_day_is_a_fault(city, tmp_path):
    check = take(tmp_path, "hotline-12345", HOTLINE, [*CALL[:8], "", *CALL[9:]])

    assert [(fault.row, fault.column, fault.value) for fault in check.faults] == [(2, "满意度", "满意")]


def test_the_day_of_the_call_counts_before_that_of_the_closing(city, tmp_path):
    take(tmp_path, "hotline-12345", [*HOTLINE, "回访时间"], [*CALL, "2026-11-09 15:00"])

    assert Problem.objects.get().called_back_at == at(date(2026, 11, 9), 15)


def test_a_unit_is_found_by_its_alias(city, tmp_path):
    Unit.objects.filter(pk=city.west.pk).update(aliases="西街街道办、西街办")
    call = [*CALL[:5], "西街街道办", *CALL[6:]]

    take(tmp_path, "hotline-12345", HOTLINE, call)

    assert Problem.objects.get().unit == city.west


def test_a_case_of_the_digital_city_keeps_its_source(city, tmp_path):
    take(tmp_path, "digital-city", CASES, CASE, ["AJ002", "监督员上报", *CASE[2:]])

    told = dict(Problem.objects.values_list("code", "source"))
    assert told == {"AJ001": "citizen", "AJ002": "inspection"}
    assert Problem.objects.get(code="AJ001").text == "西街路口 垃圾未清理"


def test_a_call_that_waits_for_its_hand_over_keeps_its_own_limit(city, tmp_path):
    take(tmp_path, "hotline-12345", HOTLINE, [*CALL[:6], "", "2026-11-10 18:00", "", "未派", "", ""])

    problem = Problem.objects.get()
    assert (problem.state, problem.limit, problem.due_at) == ("noted", "6d", None)


def test_what_is_wrong_with_a_cell_that_two_columns_read_is_said_once(city, tmp_path):
    heads = ["立案时间" if head == "上报时间" else head for head in CASES if head != "派遣时间"]
    check = take(tmp_path, "digital-city", heads, [*CASE[:7], "昨天", *CASE[9:]])

    assert [(fault.column, fault.value) for fault in check.faults] == [("立案时间", "昨天")]
    assert check.fault_count == 1


def test_the_usual_heads_stand_for_one_another(city, tmp_path):
    heads = ["工单号", "受理时间", "投诉内容", "责任单位"]

    check = take(tmp_path, "hotline-12345", heads, ["G1", "2026-11-02 09:10", "路灯不亮", "东街"])

    assert not check.faults
    assert Problem.objects.get().handed_over_at is not None


def test_the_same_sheet_again_changes_nothing(city, tmp_path):
    take(tmp_path, "hotline-12345", HOTLINE, CALL)

    again = take(tmp_path, "hotline-12345", HOTLINE, CALL)

    assert (again.counts["unchanged"], again.changes, Problem.objects.count()) == (1, False, 1)


def test_what_went_on_in_the_ledger_stays(city, tmp_path):
    call = [*CALL[:8], "", "办理中", "", ""]
    take(tmp_path, "hotline-12345", HOTLINE, call)
    advance(Problem.objects.get(), Move.RECEIVE, city=city)

    again = take(tmp_path, "hotline-12345", HOTLINE, call)

    assert (again.faults, again.changes) == ([], False)
    assert any("GD20261101001" in note for note in again.notes)
    assert Problem.objects.get().state == "received"


def test_faults_are_located(city, tmp_path):
    check = take(tmp_path, "hotline-12345", HOTLINE, [*CALL[:5], "无此局", *CALL[6:]], ["2", "G2", "昨天", *CALL[3:]])

    told = [(fault.row, fault.column, fault.value) for fault in check.faults]
    assert told == [(2, "承办单位", "无此局"), (3, "来电时间", "昨天")]
    assert not Problem.objects.exists()


def test_what_is_exempt_comes_in_with_a_note(city, tmp_path):
    Exemption.objects.create(
        code="MZ-1",
        reason="早市",
        approved_by="市创建办",
        unit=city.east,
        valid_from=date(2026, 1, 1),
        made_by=city.office,
    )

    check = take(tmp_path, "hotline-12345", HOTLINE, CALL)

    assert (Problem.objects.count(), any("早市" in note for note in check.notes)) == (1, True)


def test_a_long_call_is_shortened(city, tmp_path):
    take(tmp_path, "hotline-12345", HOTLINE, [*CALL[:4], "噪声" * 400, *CALL[5:]])

    assert Problem.objects.get().text.endswith("…")


def test_the_list_is_narrowed_by_source(city, tmp_path, client):
    take(tmp_path, "hotline-12345", HOTLINE, CALL)
    client.force_login(city.office)

    for source, count in (("hotline", 1), ("snapshot", 0)):
        assert len(client.get("/problems/", {"state": "all", "source": source}).context["rows"]) == count
        assert len(client.get("/api/v1/problems/", {"state": "all", "source": source}).json()["results"]) == count
