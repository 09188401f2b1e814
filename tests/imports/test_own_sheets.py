"""Our own sheets: what goes out comes in unchanged, what is wrong is located, what follows from a row is worked out."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection

from campaign.models import CheckItem, FactChange, Standard, User
from campaign.resources.sheet import Options
from inspections.models import Answer, Inspection, InspectionUnit, Problem, Step
from tests.city import MONDAY, at
from tests.imports.sheets import export, load, take
from units.models import PeerGroup, Site, TaskDuty, Unit

pytestmark = pytest.mark.django_db

VISITS = """
inspection | site | seen_at | inspector | kind | item | outcome | count | deduction | note
A1 | D1 | 2026-11-20 09:30 | inspector | 日常检查 | M1 | 符合 | | | =好
A1 | D1 | 2026-11-20 09:30 | inspector | 日常检查 | M2 | 不符合 | 1 | | 两处
A2 | 西街农贸市场 | 2026/11/21 | inspector | 暗访 | M3 | not_met | 3 | |
"""
PROBLEMS = """
编号|点位|责任单位|问题|严重程度|来源|发现时间|交办时间|签收时间|整改期限|提交时间|销号时间|退回次数
P1|D1||占道经营|一般|12345热线|2026-11-02 9:00|2026-11-02 10:00|2026-11-02 11:00||2026-11-04 10:00|2026-11-05 9:00|1
P2||S2|垃圾未清|严重|随手拍|2026-11-20 09:00||||||
P3|D2||乱贴广告|||2026-11-18 09:00|2026-11-18 10:00||2026-11-25 10:00|||
"""


@pytest.fixture
def filled(city):
    """A city with something of every kind."""
    assert not take("inspections", VISITS).faults
    assert not take("problems", PROBLEMS).faults
    assert not take("tasks", "code|title|lead|support|due_on\nT1|宣传|S1|all;?未知局|2026-12-01").faults
    Site.objects.get(code="D1").other_units.add(city.west)
    return city


@pytest.mark.parametrize("format", ["xlsx", "csv"])
@pytest.mark.parametrize(
    "kind", ["units", "standard", "check_items", "sites", "users", "tasks", "inspections", "problems"]
)
def test_what_goes_out_comes_in_unchanged(filled, tmp_path, kind, format):
    check = load(kind, export(kind, tmp_path, format))

    assert check.faults == []
    assert check.counts["unchanged"] == len(check.table) > 0


def test_everything_goes_from_one_system_into_an_empty_one(filled, tmp_path):
    files = {kind: export(kind, tmp_path) for kind in ("units", "sites", "inspections", "problems")}
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("TRUNCATE inspections_inspection, inspections_problem CASCADE")
    counted = load("inspections", files["inspections"]).counts, load("problems", files["problems"]).counts

    assert [counts["new"] for counts in counted] == [3, 3]
    assert load("problems", files["problems"]).counts["unchanged"] == 3


def test_points_are_those_of_an_inspection_entered_by_hand(filled):
    first = Inspection.objects.get(code="A1")

    assert (first.earned, first.available, first.score) == (Decimal("2.5"), Decimal(3), Decimal("83.33"))
    assert Answer.objects.get(inspection__code="A2").earned == Decimal("0.6")


def test_an_inspection_counts_for_the_superiors_of_its_day(filled):
    counts = InspectionUnit.objects.filter(inspection__code="A1").values_list("unit__code", "direct")

    assert set(counts) == {("S1", True), ("C1", False)}


def test_the_days_of_inspections_are_stale(filled):
    stale = set(FactChange.objects.values_list("day", flat=True))

    assert {MONDAY - timedelta(days=3), MONDAY - timedelta(days=2)} <= stale


def test_a_stored_inspection_never_changes(filled):
    check = take("inspections", VISITS.replace("两处", "三处"))

    assert [fault.row for fault in check.faults] == [2]
    assert Answer.objects.filter(note="三处").count() == 0


def test_a_past_problem_brings_its_history(filled):
    steps = Step.objects.filter(problem__code="P1").values_list("move", flat=True)

    assert list(steps) == ["note", "hand_over", "receive", "submit", "send_back", "submit", "close"]
    assert Problem.objects.get(code="P1").state == "closed"


def test_deadlines_that_are_not_given_come_from_the_work_calendar(filled):
    problem = Problem.objects.get(code="P1")

    assert problem.due_at == at(MONDAY - timedelta(days=18), 10)
    assert problem.receive_due_at == at(MONDAY - timedelta(days=21), 16)


def test_a_deadline_beyond_the_calendar_is_asked_for(city):
    check = take("problems", "code|unit|text|noted_at|handed_over_at\nX|S1|某事|2019-05-01 08:00|2019-05-02 08:00")

    assert [fault.column for fault in check.faults] == ["整改期限"]


def test_units_may_name_superiors_further_down(city):
    take("units", "code|name|kind|superiors\nA|甲|村|B\nB|乙|镇|C1")

    above = Unit.objects.get(code="A").links_up.filter(valid_to=None)
    assert set(above.values_list("ancestor__code", "depth")) == {("A", 0), ("B", 1), ("C1", 2)}


def test_units_in_a_circle_are_located(city):
    check = take("units", "code|name|superiors\nA|甲|B\nB|乙|A")

    assert [(fault.row, fault.column) for fault in check.faults] == [(2, "superiors")]
    assert not Unit.objects.filter(code="A").exists()


def test_a_superior_changes_from_today_on(city):
    take("units", "code|name|superiors\nS1-1|东一社区|S2")

    old = city.community.links_up.get(ancestor=city.east)
    assert old.valid_to == MONDAY


def test_a_group_that_is_not_there_is_made(city):
    take("units", "code|name|group\nA|甲|医院组")

    assert PeerGroup.objects.get(name="医院组").code == "yyz"


def test_columns_that_a_sheet_lacks_stay_as_they_are(city):
    take("units", "code|name\nS1|东大街")

    east = Unit.objects.get(code="S1")
    assert (east.name, east.kind, east.group, east.initials) == ("东大街", "street", city.group, "ddj")


def test_a_site_names_its_units_in_any_way(city):
    take("sites", "编码|名称|类型|责任单位|其他责任单位|纬度|经度\nX|某市场|农贸市场|东街|S2、某县|36.5853211|109.49")

    site = Site.objects.get(code="X")
    assert (site.unit, site.lat, site.initials) == (city.east, Decimal("36.585321"), "msc")
    assert set(site.other_units.all()) == {city.west, city.county}


def test_a_published_edition_stays_and_changes_go_into_a_draft(city):
    take("check_items", "code|site_type|indicator|text|scoring|points\nM1|农贸市场|1-1|公平秤|graded:0,1,3|2")

    draft = Standard.objects.get(state="draft")
    item = CheckItem.objects.get(standard=draft, code="M1")
    assert draft.replaces == city.standard
    assert item.parameters == {"thresholds": [0, 1, 3]}
    assert item.indicator.parent.code == "1"


def test_an_empty_system_takes_check_items(db):
    check = take("check_items", "条目编码|点位类型|指标|内容|计分方式\nA|公园|环境|干净|按处扣分:0.25")

    item = CheckItem.objects.get()
    assert check.faults == []
    assert (item.site_type.name, item.indicator.text, item.parameters) == ("公园", "环境", {"step": "0.25"})


def test_rules_of_a_task_are_kept_and_expanded(filled):
    rules = dict(TaskDuty.objects.values_list("unit__code", "rule__who"))

    assert rules == {"S1": None, "S2": "all", "C1": "all", "S1-1": "all"}


def test_roles_are_not_given_by_the_system_administrator(city):
    text = "username|name|role|units\nnew|新人|督查员|S1"

    check = take("users", text, by=city.people["system_admin"])

    assert [fault.column for fault in check.faults] == ["role"]
    assert not User.objects.filter(username="new").exists()


def test_an_account_from_a_sheet_cannot_sign_in_yet(city):
    take("users", "username|name|units|leads\nnew|新人|S1|S2", by=city.people["system_admin"])

    user = User.objects.get(username="new")
    assert not user.has_usable_password()
    assert set(user.memberships.values_list("unit__code", "position")) == {("S1", "staff"), ("S2", "leader")}


def test_what_an_import_makes_on_the_way_is_undone_with_it(city):
    text = """
    inspection | site | site_type | units | seen_at | inspector | item | outcome
    A9 | 新点 | 公园 | 园林局 | 2026-11-20 | inspector | 绿化1 | 符合
    """
    options = Options(create=frozenset({"units", "sites", "types", "items"}), standard=("X", "X"))

    check = take("inspections", text, options=options, dry_run=True)

    assert check.counts["new"] == 1
    assert not Unit.objects.filter(name="园林局").exists()
    assert not take("inspections", text, options=options).faults
    assert Unit.objects.filter(name="园林局").exists()


def test_new_groups_stand_in_the_order_of_the_sheet(db):
    assert not take("units", "code|name|group\nA|甲|街道组\nB|乙|部门组\nC|丙|街道组").faults

    assert list(PeerGroup.objects.values_list("name", flat=True)) == ["街道组", "部门组"]
