"""Published tables: read as they come, computed again, every difference explained."""

import json
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from reports.rules.published import Unreadable, check_table, read_grid, rule_for


def grid(text: str) -> list[list[str]]:
    return [line.split("|") for line in text.strip().splitlines()]


def checked(text: str, rule=None):
    table = read_grid(grid(text))
    return check_table(table, rule_for(table, rule))


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


FIELD = """
第三季度测评成绩||||
序号|单位|实地考察（85％）|问卷调查(15%)|总分|名次
一、主城区|||||
1|东街|９３.４１|88.20 |92.63|1
2|西街|93.41%|88.2|92.63|2
3|南街|90.00|—|90.00|3
平均||92.3|88.2||
"""


def test_heads_weights_groups_and_missing_values_are_read():
    table = read_grid(grid(FIELD))

    assert [table.columns[at] for at in table.components] == ["实地考察(85%)", "问卷调查(15%)"]
    assert [(row.unit, row.group) for row in table.rows] == [
        ("东街", "一、主城区"),
        ("西街", "一、主城区"),
        ("南街", "一、主城区"),
    ]
    assert [table.rows[2].values[at] for at in table.components] == [Decimal("90.00"), None]


def test_totals_come_out_by_the_weights_of_the_heads_and_a_tie_in_two_places_is_explained():
    found = checked(FIELD)

    assert [str(row.score) for row in found.rows] == ["92.63", "92.63", "90.00"]
    assert [row.rank for row in found.rows] == [1, 1, 3]
    assert "并列" in found.rows[1].why[0]
    assert found.agreeing == 2


def test_two_blocks_side_by_side_are_one_table():
    found = checked("名次|街道|得分|名次|街道|得分\n1|东街|95.5|3|北街|90\n2|西街|92|4|南街|88.25")

    ranks = {row.published.unit: row.rank for row in found.rows}
    assert ranks == {"东街": 1, "西街": 2, "北街": 3, "南街": 4}
    assert found.agreeing == 4


def test_heads_of_two_rows_are_joined():
    table = read_grid(grid("单位|现场||问卷|总分\n|主干道|小巷||\n东街|90|80|70|80"))

    assert [table.columns[at] for at in table.components] == ["现场/主干道", "现场/小巷", "问卷"]


WEIGHTS = {"weights": {"实地": "70", "问卷": "30"}}


@pytest.mark.parametrize(
    ("total", "words"),
    [
        ("86.13", ""), ("86.12", "rounded downwards"), ("86.1", "1 decimal places"), ("86.125", "3 decimal places"),
        ("173.55", "adds the components up"), ("88.00", "Arithmetic"),
    ],
)  # fmt: skip
def test_a_total_that_differs_is_explained(total, words):
    text = f"单位|实地|问卷|总分\n东街|85.15|88.40|{total}"  # 0.7 × 85.15 + 0.3 × 88.4 = 86.125

    row = checked(text, WEIGHTS | {"places": 2}).rows[0]

    assert (words in " ".join(row.why)) if words else not row.why


@pytest.mark.parametrize(("total", "words"), [("63.00", "as 0"), ("90.00", "")])
def test_what_they_did_with_a_missing_component_is_found(total, words):
    row = checked(f"单位|实地|问卷|总分\n东街|90|/|{total}\n西街|80|70|77.00", WEIGHTS | {"places": 2}).rows[0]

    assert (words in " ".join(row.why)) if words else not row.why


def test_dense_places_and_places_that_follow_from_nothing_are_told_apart():
    found = checked("单位|得分|名次\n甲街|90|1\n乙街|90|1\n丙街|80|2\n丁街|70|1")

    assert "without gaps" in found.rows[2].why[0]
    assert "does not follow" in found.rows[3].why[0]


def test_each_group_is_ranked_on_its_own_where_places_begin_anew():
    found = checked("组别|单位|得分|名次\n城区|甲街|90|1\n|乙街|80|2\n乡镇|丙镇|70|1\n|丁镇|60|2")

    assert [row.rank for row in found.rows] == [1, 2, 1, 2]


def test_bands_go_by_the_rounded_score():
    rule = WEIGHTS | {"places": 0, "bands": [{"name": "优秀", "least": "90"}, {"name": "良好", "least": "80"}]}

    found = checked("单位|实地|问卷|总分|等次\n东街|89.5|89.5|90|优秀\n西街|89.4|89.4|89|优秀", rule)

    assert [row.agrees for row in found.rows] == [True, False]


def test_shares_beside_points_are_percentages():
    found = checked("单位|实地|问卷|总分\n东街|0.9341|0.882|91.85", WEIGHTS)

    assert found.agreeing == 1


def test_a_rule_of_tables_and_a_geometric_mean_find_their_columns():
    rule = {
        "total": "geometric",
        "components": [
            {
                "kind": "table", "figure": "a", "weight": "1",
                "parts": [{"kind": "sheet", "figure": name, "weight": "1"} for name in ("实地", "资料")],
            },
            {"kind": "sheet", "figure": "问卷", "weight": "1"},
        ],
    }  # fmt: skip

    assert checked("单位|实地|资料|问卷|总分\n东街|80|100|40|60.00", rule | {"places": 2}).agreeing == 1


@pytest.mark.parametrize("text", ["甲|乙\n1|2", "单位|备注\n东街|好", ""])
def test_what_is_no_table_says_so(text):
    with pytest.raises(Unreadable):
        read_grid(grid(text) if text else [])


def test_the_command_prints_ours_beside_theirs(tmp_path):
    file, rule, out = tmp_path / "t.csv", tmp_path / "r.json", StringIO()
    file.write_text("单位,实地,问卷,总分,名次\n东街,90,80,87,1\n西街,80,80,81,2\n", "gb18030")
    rule.write_text('{"weights": {"实地": 70, "问卷": 30.0}, "places": 0}')

    call_command("recompute_table", str(file), rule=str(rule), json=True, stdout=out)

    rows = json.loads(out.getvalue())["rows"]
    assert [(row["ours"]["total"], row["difference"]) for row in rows] == [("87", None), ("80", "-1")]


def test_the_command_explains_a_rule_that_does_not_suit(tmp_path):
    file, rule = tmp_path / "t.csv", tmp_path / "r.json"
    file.write_text("单位,实地,总分\n东街,90,90\n")
    rule.write_text('{"weights": {"问卷": "1"}}')

    with pytest.raises(CommandError, match="问卷"):
        call_command("recompute_table", str(file), rule=str(rule))


def test_the_page_shows_the_differences(city, client, tmp_path):
    client.force_login(city.office)
    file = tmp_path / "t.csv"
    file.write_text("单位,实地(70%),问卷(30%),总分\n东街,90,80,88\n")

    with file.open("rb") as sent:
        response = client.post("/tables/", {"file": sent})

    assert response.status_code == 200
    assert "87" in response.content.decode()


def test_a_file_that_is_no_table_explains_itself(city, client, tmp_path):
    client.force_login(city.office)
    file = tmp_path / "t.csv"
    file.write_text("a,b\n1,2\n")

    with file.open("rb") as sent:
        assert client.post("/tables/", {"file": sent, "written": ""}).status_code == 422


def test_others_may_not_use_it(city, client):
    client.force_login(city.leader)

    assert client.get("/tables/").status_code == 403
