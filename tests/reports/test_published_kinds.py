"""Kinds of published tables: each with totals worked out here, apart from the engine, or by hand."""

import random
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import pairwise
from statistics import harmonic_mean, median

import pytest

from reports.rules.published import book, check_table, named_columns, read_grid, rule_for, weights_on
from reports.rules.published.formulas import parsed
from reports.rules.spec import SpecError

D = Decimal
UNITS = [f"{side}{kind}" for side in "东西南北" for kind in ("街街道", "门街道", "湖镇")]


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


def checked(rows, rule=None):
    if isinstance(rows, str):
        rows = [line.split("|") for line in rows.strip().splitlines()]
    table = read_grid([[str(cell) for cell in row] for row in rows], named_columns(rule))
    return check_table(table, rule_for(table, rule))


def verdicts(found):
    return found.agreeing, found.explained, found.unexplained


def rounded(value, places=2, mode=ROUND_HALF_UP):
    value = D(value.numerator) / D(value.denominator) if isinstance(value, Fraction) else D(value)
    return value.quantize(D(1).scaleb(-places), mode)


def scores(columns, places=2, seed=1):
    dice = random.Random(seed)  # noqa: S311 - figures, not secrets
    return [[D(dice.randint(60 * 10**places, 100 * 10**places)).scaleb(-places) for _ in range(columns)] for _ in UNITS]


def table(heads, rows, totals):
    places = [1 + sum(other > total for other in totals) for total in totals]
    lines = [[unit, *row, total, place] for unit, row, total, place in zip(UNITS, rows, totals, places, strict=True)]
    return [["单位", *heads, "总分", "名次"], *lines]


def by(*weights):
    return lambda row: sum(value * D(weight) for value, weight in zip(row, weights, strict=True))


# What each city's rule does to a row, and what is found where nothing tells it.
FOUND = [
    (["实地(85%)", "问卷(15%)"], by("0.85", "0.15"), "weights as in the heads"),
    (["申报", "实地"], by("0.3", "0.7"), "申报 30 %, 实地 70 %"),
    (["2021年", "2022年", "2023年"], by("0.15", "0.25", "0.6"), "2021年 15 %, 2022年 25 %, 2023年 60 %"),
    (["日常", "暗访", "评议"], lambda row: sum(sorted(row)[1:]) / 2, "without the lowest"),
    (["评委1", "评委2", "评委3", "评委4"], lambda row: sum(sorted(row)[1:-1]) / 2, "the highest and the lowest"),
    (["甲", "乙", "丙"], min, "the least of the columns"),
    (["甲", "乙", "丙"], harmonic_mean, "the harmonic mean"),
    (["甲", "乙", "丙", "丁", "戊"], median, "the median"),
    (["甲", "乙"], lambda row: 100 * row[0] / row[1], "甲 ÷ 乙 × 100"),
    (["甲", "乙", "丙"], lambda row: row[0] * D("0.5") + row[1] * D("0.5") - 2 * row[2], "丙 -2"),
]


@pytest.mark.parametrize(("heads", "total", "words"), FOUND)
def test_the_rule_of_a_table_is_found(heads, total, words):
    rows = scores(len(heads))

    found = checked(table(heads, rows, [rounded(total(row)) for row in rows]))

    assert words in found.found
    assert verdicts(found) == (len(UNITS), 0, 0)


@pytest.mark.parametrize(("mode", "words"), [(ROUND_DOWN, "downwards"), (ROUND_HALF_EVEN, "even digit")])
def test_how_totals_were_rounded_is_found(mode, words):
    rows = scores(2, places=1)

    found = checked(table(["甲", "乙"], rows, [rounded(sum(row) / 2, 1, mode) for row in rows]))

    assert words in found.found
    assert verdicts(found) == (len(UNITS), 0, 0)


def test_parts_that_were_rounded_before_they_were_added_are_found():
    rows, weights = scores(3), [D("0.35"), D("0.35"), D("0.3")]
    totals = [sum(rounded(value * weight) for value, weight in zip(row, weights, strict=True)) for row in rows]

    found = checked(table(["甲(35%)", "乙(35%)", "丙(30%)"], rows, totals))

    assert "each part rounded" in found.found
    assert verdicts(found) == (len(UNITS), 0, 0)


def test_one_misprint_among_few_rows_is_no_other_rule():
    found = checked("单位|实地(70%)|问卷(30%)|总分\n东街|90|80|87\n西街|80|70|77\n南街|70|60|69")

    assert [row.word for row in found.rows] == ["agrees", "agrees", "does not add up"]


def test_a_factor_multiplies_the_rest_but_not_what_is_added():
    rows = (
        "单位|现场(60%)|资料(40%)|难度系数|加分|总分\n东街|90|80|1.05|1|91.3\n西街|80|70|0.95|0|72.2\n南街|70|70||2|72"
    )

    assert verdicts(checked(rows)) == (3, 0, 0)


def test_totals_brought_to_100_for_the_best_are_found():
    rows = scores(3, places=1)
    raw = [row[0] * D("0.3") + row[1] * D("0.3") + row[2] * D("0.4") for row in rows]

    found = checked(table(["甲", "乙", "丙"], rows, [rounded(total * 100 / max(raw), 1) for total in raw]))

    assert "the best is 100" in found.found
    assert not found.unexplained


def test_deductions_have_a_floor_below_their_base():
    rule = {
        "weights": {"市级": "-2", "区级": "-0.5"},
        "full": {"市级": 1, "区级": 1},
        "total": "sum",
        "base": 100,
        "least": 70,
    }

    found = checked("单位|市级|区级|得分\n东街|3|4|92\n西街|20|0|70", rule)

    assert verdicts(found) == (2, 0, 0)


# 金华: 50 from 70 % on, a point less for each percentage point below; 20 from 90 % on; rework −0.2 each.
DIGITAL = "50 - max(0, 70 - 按期结案率) + 20 - max(0, 90 - 结案率) + 10 - 0.2 * 返工数"


def test_a_formula_gives_what_no_weights_can():
    found = checked(
        "单位|按期结案率|结案率|返工数|得分\n甲|93.31%|95%|2|79.6\n乙|65.5%|88%|0|73.5", {"formula": DIGITAL}
    )

    assert verdicts(found) == (2, 0, 0)


# The inequality-adjusted index: each dimension less its loss, then the geometric mean.
IHDI = {
    "formulas": {name: f'"{name} index" * (100 - "{name} loss")' for name in ("Life", "Income")},
    "weights": {"Life": 1, "Income": 1}, "total": "geometric", "total_full": 1, "columns": {"total": "IHDI"},
}  # fmt: skip


def test_computed_columns_count_like_others():
    root = (D("0.9") * D("0.95") * D("0.8") * D("0.7")).sqrt()
    text = f"Country|Life index|Life loss|Income index|Income loss|IHDI\nA|0.900|5.0|0.800|30.0|{rounded(root, 3)}"

    assert verdicts(checked(text, IHDI)) == (1, 0, 0)


def test_the_figures_as_printed_bound_a_formula():
    found = checked("单位|甲|乙|得分\n东街|1.0|3.0|34", {"formula": "甲 / 乙 * 100", "places": 0})

    low, high = found.rows[0].allowed
    assert found.rows[0].score == 33
    assert low < 34 < high


@pytest.mark.parametrize(
    "text", ["", "1 +", "9^9^9", "(甲", "甲 乙", "min()", "if(甲)", "9" * 1001, "(" * 40 + "甲" + ")" * 40]
)
def test_a_formula_that_is_none_says_so(text):
    with pytest.raises(SpecError):
        parsed(text, lambda head: 0)


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("甲^2", 4), ("2^0.5*2^0.5", 2), ("round(甲/3, 2)", D("0.67")), ("down(7/4)", 1), ("if(甲>=2, 5, 1)", 5),
        ("or(乙, 8)", 8), ("mean(甲, 乙)", 2), ("甲 ÷ 4 × 100%", D("0.5")), ("exp(ln(甲))", 2), ("sqrt(16)", 4),
        ("abs(1-甲)", 1), ("-甲+3", 1), ("count(甲, 乙)", 1), ("column_max(甲)", 3), ("column_place(甲)", 2),
        ("((((甲+8)^6)^6)^6)^6", None), ("1/0", None), ("乙+1", None), ("ln(0)", None),
    ],
)  # fmt: skip
def test_what_a_formula_may_hold(formula, value):
    found = checked(
        "单位|甲|乙\n东街|2|—\n西街|3|—\n南街|1|1", {"formula": formula, "places": 4, "columns": {"total": ""}}
    )

    assert found.rows[0].score == (None if value is None else rounded(D(value), 4))


@pytest.mark.parametrize(
    ("ties", "places"),
    [
        ("shared", "1|2|2|4"), ("dense", "1|2|2|3"), ("last", "1|3|3|4"), ("average", "1|2.5|2.5|4"),
        ("ordered", "1|2|3|4"),
    ],
)  # fmt: skip
def test_equal_totals_are_placed_as_the_rule_says(ties, places):
    rows = [["单位", "甲", "总分", "名次"]]
    rows += [
        [unit, total, total, place]
        for unit, total, place in zip("子丑寅卯", (9, 8, 8, 7), places.split("|"), strict=True)
    ]

    assert verdicts(checked(rows, {"weights": {"甲": 1}, "ties": ties})) == (4, 0, 0)


def test_places_by_totals_before_rounding_are_told_from_a_tie():
    row = checked("单位|甲(50%)|乙(50%)|总分|名次\n东街|90.04|80|85.0|2\n西街|90.06|80|85.0|1").rows[0]

    assert "before they are rounded" in row.why[0]


def test_grades_may_go_by_place_or_share():
    rows = [["单位", "甲", "总分", "名次", "等次"]]
    rows += [
        [f"第{at}组", 100 - at, 100 - at, at, "优秀" if at <= 3 else "良好" if at <= 7 else "合格"]
        for at in range(1, 11)
    ]
    given = [{"name": "优秀", "best": "30%"}, {"name": "良好", "best": 7}, {"name": "合格"}]

    assert verdicts(checked(rows, {"weights": {"甲": 1}, "bands": given})) == (10, 0, 0)


def test_grades_by_place_are_found_in_each_group():
    rows = [["单位", "甲", "总分", "名次", "等次"]]
    rows += [
        [f"{at}{UNITS[at]}{low}", low - at, low - at, at + 1, "优秀" if at < 2 else "良好"]
        for low in (90, 70)
        for at in range(5)
    ]

    found = checked(rows)

    assert "优秀 to place 2" in found.notes[0]
    assert verdicts(found) == (10, 0, 0)


def test_a_medal_table_without_totals_goes_by_gold_then_silver():
    found = checked("排名|代表团|金牌|银牌|铜牌|奖牌总数\n1|美国|40|44|42|126\n2|中国|40|27|24|91\n3|日本|20|12|13|45")

    assert verdicts(found) == (3, 0, 0)


# --- how the table lies on its sheet ---------------------------------------------------------------------------------

LAID = {
    "three rows of heads": (
        "单位|测评成绩||||总分\n|实地||问卷||\n|主干道(30%)|小区(30%)|居民(20%)|商户(20%)|\n"
        "东街|90|80|70|60|77\n西街|80|80|80|60|76"
    ),
    "units across": (
        "指标|权重|东街街道|西街街道|南街街道\n现场|70%|90|80|70\n问卷|30%|80|70|75\n总分||87|77|71.5\n"
        "名次||1|2|3"
    ),
    "one table below the other": (
        "一、主城区\n单位|现场(60%)|问卷(40%)|总分|名次\n东街|90|80|86|1\n西街|80|70|76|2\n二、乡镇\n"
        "单位|现场|总分|名次\n北湖|88|88|1\n南湖|85|85|2"
    ),
    "weights under the heads": "单位|现场|问卷|总分\n|70%|30%|\n东街|90|80|87\n西街|80|70|77",
    "weights in a remark": "单位|现场|问卷|总分\n东街|90|80|87\n西街|80|70|77\n注：总分=现场×70%+问卷×30%",
    "weights in the title": "三季度成绩（现场占70%、问卷占30%）\n单位|现场|问卷|总分\n东街|90|80|87\n西街|80|70|77",
    "credits": "姓名|语文|数学|平均学分绩点\n学分|3|1|\n甲|90|80|87.50\n乙|80|60|75.00",
    "decimal commas": "Region|Field (60%)|Survey (40%)|Total\nNord|93,41|88,20|91,33\nOst|85,55|70,15|79,39",
    "thousands by blanks": "企业|一季度|二季度|合计\n甲|12 345.5|23 456.7|35 802.2\n乙|9,999|1|10,000",
    "marks of footnotes": "单位|现场(60%)|问卷(40%)|总分\n东街①|93.41|88.20²|91.33*\n西街|90.00|80.00|86.00",
    "rates with their counts": (
        "单位|整改率(60%)|满意率(40%)|总分\n东街|963/1,032=93.31%|88.20%|91.27\n西街|90.00%(9/10)|80%|86"
    ),
    "the month in the head": (
        "单位|现场(60%)|问卷(40%)|9月综合得分|8月综合得分|9月排名|8月排名\n东街|90|80|86|80|1|2\n"
        "西街|80|80|80|83|2|1"
    ),
    "who was absent": "姓名|笔试(60%)|面试(40%)|总成绩\n甲|70|80|74\n乙|75|缺考|45\n丙|50|弃权|30",
    "the same head twice": (
        "单位|现场|得分|问卷|得分|总分\n东街|90|63|80|24|87\n西街|80|56|70|21|77\n南街|60|42|90|27|69"
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LAID)
def test_tables_are_read_as_they_lie(name):
    found = checked(LAID[name])

    assert verdicts(found) == (len(found.rows), 0, 0)
    assert all(row.score is not None for row in found.rows)
    assert "do not follow" not in found.found


def sheet(text):
    return [line.split("|") for line in text.splitlines()]


def test_groups_on_sheets_of_their_own_are_one_table():
    first, second = (
        read_grid(sheet(f"单位|现场(60%)|问卷(40%)|总分|名次\n{rows}"))
        for rows in ("东街|90|80|86|1", "北湖|80|70|76|1")
    )

    whole = book([("主城区", first), ("乡镇", second)])

    assert [(row.group, row.unit) for row in whole.rows] == [("主城区", "东街"), ("乡镇", "北湖")]
    assert verdicts(check_table(whole, rule_for(whole, None))) == (2, 0, 0)


def test_a_rule_may_name_columns_of_other_sheets():
    parts, totals = (
        read_grid(sheet("单位|主干道|小区\n东街|90|80\n西街|70|60")),
        read_grid(sheet("单位|总分|名次\n东街|85|1\n西街|65|2")),
    )

    whole = book([("实地", parts), ("汇总", totals)])

    rule = rule_for(whole, {"weights": {"实地/主干道": 1, "实地/小区": 1}})
    assert verdicts(check_table(whole, rule)) == (2, 0, 0)


def test_weights_may_stand_on_a_sheet_of_their_own():
    whole = read_grid(sheet("单位|现场|问卷|总分\n东街|90|80|86.7\n西街|80|70|76.7"))

    assert weights_on(sheet("指标|权重|满分\n现场|67%|100\n问卷|33%|100"), whole)
    assert verdicts(check_table(whole, rule_for(whole, None))) == (2, 0, 0)


def test_a_rule_is_found_in_some_rows_of_a_long_table():
    rows = [[f"单位{at}", (at * 37) % 41 + 50, (at * 23) % 47 + 50] for at in range(1500)]
    long = [["单位", "甲", "乙", "总分"], *([*row, rounded(row[1] * D("0.65") + row[2] * D("0.35"))] for row in rows)]
    long[777][-1] = "1.00"

    found = checked(long)

    assert verdicts(found) == (1499, 0, 1)
    assert found.rule.data["weights"] == {"甲": "65", "乙": "35"}
    assert all(one.rank <= two.rank for one, two in pairwise(sorted(found.rows, key=lambda row: -row.score)))


def test_of_heads_that_could_all_be_the_total_the_one_that_gives_the_places_is():
    """The totals are sums of the other two, worked out by hand; each of the three heads ends in “index”."""
    found = checked("""
Rank|Country|Development index|Health index|Income index
1|A|1.70|0.80|0.90
2|B|1.65|0.90|0.75
3|C|1.60|0.70|0.90
""")

    assert verdicts(found) == (3, 0, 0)
    assert [row.score for row in found.rows] == [D("1.70"), D("1.65"), D("1.60")]
    assert found.heads == ["Health index", "Income index"]
