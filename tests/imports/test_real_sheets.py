"""Sheets as cities keep them load as they are. The files lie beside the repository; without them these tests skip."""

import csv
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection

from campaign.documents.sheets import read, table_of
from campaign.models import CheckItem, Indicator, SiteType
from inspections.models import Answer, Inspection, InspectionUnit
from reports.queries import Need, city_figures, measure
from reports.rules.figures import percent
from reports.rules.periods import parse
from units.models import Site, Task, TaskDuty, TaskRule, Unit, UnitLink

DATA = Path(__file__).parents[3] / "shared" / "data"
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not DATA.exists(), reason="the cities' own sheets are not beside this repository"),
]


def load(kind: str, name: str, mapping: str, capsys=None) -> str:
    call_command("import_sheet", kind, DATA / name, mapping=mapping)
    return capsys.readouterr().out if capsys else ""


@pytest.fixture
def nankai(db):
    load("units", "nankai/units.csv", "nankai-units")


def test_nankai_units_load_in_their_categories(nankai):
    groups = dict.fromkeys(["委员单位", "成员单位", "街道", "各指挥部", "社区"], 0)
    for name in Unit.objects.filter(group__isnull=False).values_list("group__name", flat=True):
        groups[name] += 1

    assert Unit.objects.count() == 337
    assert groups == {"委员单位": 42, "成员单位": 37, "街道": 12, "各指挥部": 21, "社区": 171}
    assert Unit.objects.get(code="1").kind == "other"


def test_nankai_units_of_one_name_are_told_apart(nankai):
    labels = list(Unit.objects.filter(name="区体育局").values_list("label", flat=True))

    assert len(set(labels)) == len(labels) == 3
    assert all(label.startswith("区体育局(") for label in labels)


def test_nankai_units_stand_under_several_superiors(nankai):
    above = UnitLink.objects.filter(descendant__code="15", depth=1, valid_to=None)

    assert set(above.values_list("ancestor__code", flat=True)) == {"2", "337"}


def test_nankai_units_again_change_nothing(nankai, capsys):
    said = load("units", "nankai/units.csv", "nankai-units", capsys)

    assert "337" in said.splitlines()[-1]
    assert Unit.objects.count() == 337


@pytest.fixture
def nankai_standard(nankai):
    load("standard", "nankai/standard_items.csv", "nankai-standard")


def test_nankai_standard_becomes_a_tree(nankai_standard):
    leaves = Indicator.objects.filter(level=4)
    leaf = leaves.get(code="61")

    assert leaves.count() == 373
    assert leaf.parent.text == "Ⅲ-81宣传动员"
    assert leaf.parent.parent.parent.text == "Ⅰ-12长效常态的创建工作机制"
    assert leaves.get(code="443").parent.text == "未分类"


def test_nankai_site_types_come_out_of_the_items(nankai_standard):
    items = CheckItem.objects.filter(indicator__code="61").order_by("code")

    assert list(items.values_list("site_type__name", "text")) == [
        ("公共广场", "运用多种形式宣传展示精神文明创建内容。"),
        ("主干道", "运用多种形式宣传展示精神文明创建内容。"),
    ]
    assert CheckItem.objects.values("indicator").distinct().count() >= 60
    assert SiteType.objects.filter(name="集贸市场").exists()


def test_nankai_standard_again_changes_nothing(nankai_standard):
    load("standard", "nankai/standard_items.csv", "nankai-standard")

    assert Indicator.objects.filter(level=4).count() == 373


def test_nankai_duties_are_all_accounted_for(nankai_standard, capsys):
    said = load("tasks", "nankai/duties.csv", "nankai-duties", capsys)

    rules = TaskRule.objects.values_list("who", flat=True)
    named = TaskDuty.objects.filter(rule=None).count()
    doubled = said.count("只留一条")
    assert Task.objects.count() == 323
    assert named + rules.count() + doubled == 601
    assert sorted({*rules}) == ["all", "streets", "unknown"]


def test_nankai_rules_expand(nankai_standard):
    load("tasks", "nankai/duties.csv", "nankai-duties")
    rule = TaskRule.objects.filter(who="streets").first()
    everyone = TaskRule.objects.filter(who="all").first()

    assert rule.duties.count() == 12
    assert everyone.duties.count() > 300


@pytest.fixture
def soochow(db):
    load("inspections", "soochow/field_assessment_2016.xlsx", "soochow")


def test_soochow_rows_are_inspections(soochow):
    assert Inspection.objects.count() == Answer.objects.count() == 184
    assert CheckItem.objects.values("indicator").distinct().count() == 30
    assert Indicator.objects.filter(level=1).count() == 12
    first = InspectionUnit.objects.filter(inspection__code="吴江街道1", direct=True)
    assert set(first.values_list("unit__name", flat=True)) == {"吴江街道", "市容市政局"}


def test_soochow_items_come_out_as_published(soochow):
    with (DATA / "soochow/expected_items.csv").open(encoding="utf-8-sig") as file:
        published = {row["item"]: Decimal(row["score"]) for row in csv.DictReader(file)}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT top.text, sum(branch.mean) FROM (SELECT indicator_id, avg(earned / available) AS mean"
            " FROM inspections_answer GROUP BY indicator_id) branch"
            " JOIN campaign_indicator low ON low.id = branch.indicator_id"
            " JOIN campaign_indicator top ON top.id = low.parent_id GROUP BY top.text"
        )
        found = {item: score.quantize(Decimal("0.001")) for item, score in cursor.fetchall()}

    assert found == {item: score.quantize(Decimal("0.001")) for item, score in published.items()}
    assert sum(found.values()).quantize(Decimal("0.001")) == Decimal("28.473")


def test_soochow_sites_are_told_apart_by_area(soochow):
    sites = Site.objects.filter(name="公园景区")

    assert set(sites.values_list("code", flat=True)) == {"公园景区", "吴江街道-公园景区"}


def test_soochow_again_changes_nothing(soochow):
    load("inspections", "soochow/field_assessment_2016.xlsx", "soochow")

    assert Inspection.objects.count() == 184


def test_soochow_figures_are_those_the_assessors_published(soochow):
    december = parse("2016-12")
    city = city_figures(december, december.ends_at)["conformity_by_indicator"]

    assert city.value == Decimal("94.91")
    assert (city.numerator.quantize(Decimal("0.001")), city.denominator) == (Decimal("28.473"), Decimal(30))


def test_soochow_units_are_pooled_over_all_rows_that_name_them(soochow):
    december = parse("2016-12")
    found = measure(Need("conformity", "pooled", "direct"), december.window(december.ends_at))
    names = dict(Unit.objects.values_list("pk", "name"))
    shares = {names[pk]: percent(*parts) for pk, parts in found.items()}

    sheet = table_of(read(DATA / "soochow/field_assessment_2016.xlsx"))
    scores = [Decimal(cell) for cell in sheet.column("得分")]
    for name in shares:
        named = [
            score
            for row, score in enumerate(scores)
            if name in {sheet.column(head)[row] for head in ("区域", "责任单位2", "责任单位3")}
        ]
        assert shares[name] == percent(sum(named), Decimal(len(named)))
    assert len(shares) == 15
    assert sum(share == 100 for share in shares.values()) > 1
