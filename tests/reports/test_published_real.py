"""Tables as they were really published (a few rows of each), and what is needed to compute them again."""

from decimal import Decimal

import pytest

from reports.rules.published import check_table, named_columns, read_grid, rule_for


def checked(text: str, rule=None):
    grid = [line.split("|") for line in text.strip().splitlines()]
    table = read_grid(grid, named_columns(rule))
    return check_table(table, rule_for(table, rule))


def verdicts(found):
    return found.agreeing, found.explained, found.unexplained


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


# Human Development Index 2014: goalposts, a logarithm, caps, a table within a geometric mean; letters are notes.
HDI = """
HDI rank|Country|HDI value|Life expectancy|Expected years|Mean years|GNI per capita|GNI rank minus HDI rank
VERY HIGH HUMAN DEVELOPMENT
1|Norway|0.944|81.6|17.5|12.6b|64,992|5
2|Australia|0.935|82.4|20.2c|13.0|42,261|17
3|Switzerland|0.930|83.0|15.8|12.8|56,431|6
11|Singapore|0.912|83.0|15.4f|10.6e|76,628g|-7
13|Liechtenstein|0.908|80.0h|15.0|11.8i|79,851g,j|-10
22|France|0.888|82.2|16.0|11.1|38,056|4
"""
HDI_RULE = {
    "total": "geometric",
    "components": [
        {"kind": "sheet", "figure": "life", "title": "Life expectancy", "weight": "1"},
        {
            "kind": "table", "figure": "education", "weight": "1",
            "parts": [
                {"kind": "sheet", "figure": "expected", "title": "Expected years", "weight": "1"},
                {"kind": "sheet", "figure": "mean", "title": "Mean years", "weight": "1"},
            ],
        },
        {"kind": "sheet", "figure": "income", "title": "GNI per capita", "weight": "1"},
    ],
    "scale": {
        "life": {"from": "20", "to": "85"},
        "expected": {"from": "0", "to": "18", "cap": True},
        "mean": {"from": "0", "to": "15", "cap": True},
        "income": {"from": "100", "to": "75000", "log": True, "cap": True},
    },
}  # fmt: skip


def test_the_human_development_index_comes_out_but_for_the_rounding_of_its_components():
    found = checked(HDI, HDI_RULE)

    assert [str(row.score) for row in found.rows] == ["0.944", "0.935", "0.929", "0.911", "0.908", "0.888"]
    assert not found.unexplained
    assert "0.92809 to 0.93077" in found.rows[2].why[0]


# Academic Ranking of World Universities 2025: the best has 100.
ARWU = """
Rank|Institution|Code|Alu|Awd|HiCi|N&S|PUB|PCP|Total
1|Harvard University|US|100.0|96.2|100.0|100.0|96.8|84.5|100.0
2|Stanford University|US|44.4|86.3|75.6|88.3|71.5|57.4|76.8
3|Massachusetts Institute of Technology|US|73.0|84.4|57.4|73.6|56.9|73.9|71.2
14|University College London|GB|30.6|30.8|51.4|44.5|76.5|34.1|48.5
14|University of Pennsylvania|US|31.4|38.8|47.4|46.6|66.2|40.8|48.5
"""


def test_totals_may_be_rescaled_to_the_best():
    weights = {"Alu": "10%", "Awd": "20%", "HiCi": "20%", "N&S": "20%", "PUB": "20%", "PCP": "10%"}

    found = checked(ARWU, {"weights": weights, "best_total": 100})

    assert [str(row.score) for row in found.rows] == ["100.0", "76.8", "71.3", "48.5", "48.4"]
    assert not found.unexplained


# World University Rankings 2024 (Times Higher Education): 29.5, 29, 30, 4 and 7.5 % stand nowhere in the table.
THE = """
rank|name|scores_overall|scores_teaching|scores_research|scores_citations|scores_industry_income|scores_international_outlook
1|Oxford|98.5|96.6|100|99|98.7|97.5
2|Stanford|98|99|97.8|99.6|100|87
3|MIT|97.9|98.6|96.2|99.7|100|93.8
4|Harvard|97.8|97.7|99.9|99.4|84.2|90.8
5|Cambridge|97.5|95.8|100|98|87.9|97.4
6|Princeton|96.9|96.3|97.9|98.8|95.1|89.1
7|Caltech|96.5|96.6|98|95.9|100|90.6
12|Tsinghua|92.4|95.3|98.1|93.2|99.9|51.7
30|Edinburgh|82.5|70.7|77.5|96.9|71.1|97
30|TU Munich|82.5|69.8|85.1|90|100|83.1
46|LSE|76.8|59.5|73.5|95.4|55.9|94.1
95|Moscow|67|87.5|75.2|33.9|91.1|73.8
201–250|Aalto|55.9–58.6|42|43.1|79.7|87.2|81.8
"""


def test_weights_that_stand_nowhere_are_solved_from_the_totals():
    found = checked(THE)

    assert "scores teaching 29.5 %, scores research 29 %, scores citations 30 %" in found.found
    assert verdicts(found)[2] == 0


def test_a_part_of_a_table_has_its_places_in_our_order():
    row = checked(THE).rows[8]

    assert (row.rank, row.published.rank) == (9, 30)
    assert "left out" in row.why[0]


# Premier League 2015/16: 3 points and 1 point; goal difference parts equal ones.
LEAGUE = """
Pos|Team|W|D|L|GF|GA|GD|Pts
1|Leicester City|23|12|3|68|36|+32|81
2|Arsenal|20|11|7|65|36|+29|71
3|Tottenham Hotspur|19|13|6|69|35|+34|70
4|Manchester City|19|9|10|71|41|+30|66
5|Manchester United|19|9|10|49|35|+14|66
11|Everton|11|14|13|59|55|+4|47
12|Swansea City|12|11|15|42|52|−10|47
15|Crystal Palace|11|9|18|39|51|−12|42
16|Bournemouth|11|9|18|45|67|−22|42
"""


def test_what_parts_equal_totals_is_found():
    found = checked(LEAGUE)

    assert "W 3, D 1" in found.found
    assert "parted by GD" in found.found
    assert [row.rank for row in found.rows] == [1, 2, 3, 4, 5, 6, 7, 8, 9]


MEDALS = "NOC|Gold|Silver|Bronze|Rank\n日本|12|8|21|1\n澳大利亚|8|11|10|2\n荷兰|8|7|4|3\n匈牙利|8|3|4|4"


def test_a_medal_table_goes_by_gold_then_silver():
    rule = {
        "weights": {"Gold": 1},
        "full": {"Gold": 1},
        "total": "sum",
        "tie_by": ["Silver"],
        "columns": {"total": "Gold"},
    }

    assert verdicts(checked(MEDALS, rule)) == (4, 0, 0)


# Air quality index of a city: concentrations as shares of their limits, added up; less is better.
AIR = """
城市|SO2|NO2|PM10|CO|O3|PM2.5|综合指数|排名
甲市|6|10|20|0.6|90|12|1.69|1
乙市|6|20|35|0.8|120|21|2.65|2
丙市|12|40|70|2.0|160|35|4.70|3
"""


def test_an_index_where_less_is_better_is_ranked_upwards():
    limits = {"SO2": 60, "NO2": 40, "PM10": 70, "CO": 4, "O3": 160, "PM2.5": 35}

    found = checked(AIR, {"weights": dict.fromkeys(limits, 1), "full": limits, "total": "sum"})

    assert [(str(row.score), row.rank) for row in found.rows] == [("1.69", 1), ("2.65", 2), ("4.70", 3)]
    assert verdicts(found) == (3, 0, 0)


QUARTER = """
2023年第三季度市容环境考核成绩汇总表
序号|街道|日常检查|暗访|数字城管|市民满意度|加分|扣分|综合得分|名次|等次
权重||40%|20%|30%|10%|||||
1|东街街道|92.30|88.50|95.12|90.00|1.0|0|93.16|1|优秀
2|南街街道|90.00|85.00|93.00|88.00|0|0.5|89.20|2|良好
3|西街街道|85.00|80.00|90.00|86.00|0|0|85.60|3|良好
4|北街街道|78.00|75.00|不参评|80.00|0|1|76.43|4|合格
注:各项满分100分。
"""


def test_a_row_of_weights_bonus_penalty_and_bands_are_read():
    found = checked(QUARTER)

    assert verdicts(found) == (4, 0, 0)
    assert [row.band for row in found.rows] == ["优秀", "良好", "良好", "合格"]
    assert "优秀 from 90, 良好 from 80" in found.notes[0]


def test_a_penalty_that_was_forgotten_is_named():
    found = checked(QUARTER.replace("|89.20|", "|89.70|"))

    assert "leaves out “扣分”" in found.rows[1].why[0]


EXAM = """
岗位代码|姓名|笔试成绩|面试成绩|综合成绩|岗位排名
0101|甲|72.50|84.60|77.34|1
0101|乙|71.00|83.20|75.88|2
0101|丙|70.50|缺考|42.30|3
0102|丁|68.00|81.00|73.20|1
0102|戊|66.50|80.25|72.00|2
"""


def test_who_was_absent_has_nothing_and_each_post_is_ranked_apart():
    found = checked(EXAM)

    assert "笔试成绩 60 %, 面试成绩 40 %; what is missing counts as 0" in found.found
    assert verdicts(found) == (5, 0, 0)


def test_where_no_rule_gives_the_totals_places_go_by_them():
    found = checked("单位|甲项|乙项|总分|排名\n东街|1|2|93|1\n西街|7|1|80|3\n南街|2|9|88|2\n北街|4|4|10|4")

    assert "do not follow" in found.found
    assert verdicts(found) == (4, 0, 0)


@pytest.mark.parametrize(
    ("scale", "scores"),
    [
        ({"by": "best"}, ["50.0", "100.0"]), ({"by": "least"}, ["100.0", "50.0"]), ({}, ["0.0", "100.0"]),
        ({"from": "50", "to": "0"}, ["60.0", "20.0"]), ({"by": "z"}, ["-1.0", "1.0"]),
    ],
)  # fmt: skip
def test_columns_are_brought_to_a_scale(scale, scores):
    found = checked("单位|价格\n东街|20\n西街|40", {"weights": {"价格": 1}, "scale": {"价格": scale}, "places": 1})

    assert [str(row.score) for row in found.rows] == scores


def test_weights_may_be_fractions():
    found = checked("单位|甲|乙|总分\n东街|90|60|80", {"weights": {"甲": "2/3", "乙": "1/3"}, "places": 2})

    assert found.rows[0].score == Decimal("80.00")
