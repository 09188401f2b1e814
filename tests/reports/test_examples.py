"""The rules of real cities that ship with the system, each on a small city computed by hand to the last digit."""

from decimal import Decimal

import pytest

from reports.rules.examples import examples
from reports.rules.lists import entries_of
from reports.rules.parts import Points, leaves
from reports.rules.scoring import Table, decimal, place
from reports.rules.sentences import rule_sentences
from reports.rules.spec import RuleSpec


def rank(code: str, *units: dict):
    """The rows of an example for units given as part → value; points by event as ``part.line`` → (points, events).

    Rates are (numerator, denominator), values entered and earlier scores numbers. A part not named has nothing.
    """
    spec = RuleSpec.parse(next(one.spec for name, one in examples().items() if name.startswith(code)))
    keys = []
    for part in leaves(spec.components):
        keys += [f"{part.figure}.{at}" for at in range(len(part.lines))] if isinstance(part, Points) else [part.figure]
    figures = [{at: _ratio(unit[key]) for at, unit in enumerate(units) if unit.get(key) is not None} for key in keys]
    assert not {key for unit in units for key in unit} - set(keys)
    return spec, place(spec, Table([(at, f"U{at}") for at in range(len(units))], figures, {}))


def _ratio(value):
    return value if isinstance(value, tuple) else (Decimal(str(value)), 1)


def scores(code: str, *units: dict) -> list[str]:
    """The scores of an example in the order of the units."""
    spec, rows = rank(code, *units)
    found = {row.unit: str(decimal(row.scored.score, spec.places)) for row in rows}
    return [found[at] for at in range(len(units))]


def boards(code: str, *units: dict) -> dict[str, dict[int, str]]:
    """Board → unit → colour."""
    spec, rows = rank(code, *units)
    return {board.name: {e.row.unit: e.color for e in entries_of(spec, board, rows)} for board in spec.boards}


def points(value: str, count: int) -> tuple[Decimal, int]:
    return Decimal(value), count


def test_communities_begin_at_100_and_gain_and_lose_by_event():
    clean = {
        "score.0": points("5", 1),
        "score.2": points("12", 3),
        "score.4": points("-5", 3),
    }  # 100 + 5 + 3×2×2 − 2−2−1

    assert scores("01", clean, {}, {"score.5": points("-140", 140)}) == ["112.0", "100.0", "0.0"]


def test_a_bureau_loses_by_level_and_the_third_complaint_costs_more():
    unit = {"score.0": points("-0.9", 3), "score.1": points("-1", 1), "score.6": points("-1.6", 3)}  # 2 × 0.3 + 1

    assert scores("02", unit) == ["96.5"]


def test_each_item_of_the_own_table_is_used_up_at_most():
    unit = {"activities.0": points("-18", 6), "wardens.0": points("-5", 1), "materials": 60}

    assert scores("03", unit) == ["75.00"]  # 0 + 15 + 60


def test_field_counts_85_and_the_questionnaire_15():
    assert scores("04", {"conformity": (9341, 10000), "survey": 88.2}, {"conformity": (9, 10)}) == ["92.63", "90.00"]


def test_who_is_below_80_is_listed_besides_the_last_three():
    units = [{"conformity": (value, 100)} for value in (95, 90, 85, 79, 78)]

    found = boards("05", *units)

    assert found[""] == {2: "black", 3: "black", 4: "black"}
    assert found["扣减年度分值"] == {3: "black", 4: "black"}


@pytest.mark.parametrize(("got", "band"), [(29, "优秀"), (20, "良好"), (10, "合格"), (0, "合格")])
def test_weekly_points_make_a_band(got, band):
    spec, rows = rank("06", {"management": got, "conformity": (9, 10)})  # 70 × 0.9 = 63

    assert spec.band(decimal(rows[0].scored.score, 2)) == band
    assert rows[0].scored.score == 6300 + got * 100


def test_a_community_without_estates_gets_the_mean_of_the_others():
    units = [{"conformity": (9, 10), "estates": 80}, {"conformity": (8, 10), "estates": 85}, {"conformity": (7, 10)}]

    assert scores("07", *units) == ["86.00", "82.00", "75.00"]  # 0.6 × 70 + 0.4 × 82.5


def test_the_last_two_secretaries_are_called_in():
    spec, rows = rank("08", *({"third-party": value} for value in (95, 94, 93, 92, 91, 90)))

    assert {e.row.unit: spec.boards[0].step(1) for e in entries_of(spec, spec.boards[0], rows)} == {
        4: "约谈区委书记", 5: "约谈区委书记"
    }  # fmt: skip


def test_stations_are_70_and_30_with_at_most_10_for_improvement():
    station = {"field": 97.99, "satisfaction": 99.12}

    assert scores("09", station, station | {"improvement.0": points("12", 3)}) == ["98.33", "108.33"]


def test_a_rate_below_the_threshold_costs_a_point_for_each_percentage_point():
    # 50 − (70 − 66.67), 20 − (90 − 85), 10 − 0.5 × 10, 20 − 0.2 × 2 − 0.5 × 2 − 2
    unit = {
        "on_time": (2, 3), "rectified": (85, 100), "prompt_receipt": (9, 10), "quality.0": points("-1.4", 4),
        "quality.1": points("-2", 1),
    }  # fmt: skip

    assert scores("10", unit) == ["83.27"]  # 46.67 + 15 + 5 + 16.6


def test_a_sum_reaches_105():
    full = {"on_time": (1, 1), "rework": (0, 1), "hotline": 5, "special": 10, "basics": 10, "bonus.0": points("7", 2)}

    assert scores("11", full, full | {"rework": (1, 10), "bonus.0": None}) == ["105.00", "99.50"]


def test_nine_departments_are_weighed_and_graded():
    names = ("planning", "sanitation", "utilities", "roads", "traffic", "gardens", "building", "estates", "enforcement")
    unit = dict.fromkeys(names, 90) | {"sanitation": 75.5}

    spec, rows = rank("12", unit)

    assert decimal(rows[0].scored.score, 2) == Decimal("87.10")  # 90 − 14.5 × 0.2
    assert spec.band(Decimal("87.10")) == "良好"


def test_three_years_count_60_25_15():
    unit = {"conformity": (9, 10), "papers": 80, "survey": 70, "past": (Decimal(85 * 25 + 79 * 15), 40)}

    assert scores("13", unit) == ["82.30"]  # 0.6 × 82 + 0.4 × 82.75


def test_a_quarter_is_the_mean_of_its_months():
    assert scores("14", {"months": (Decimal("271.31"), 3)}) == ["90.44"]  # 90.4366…


def test_the_weekly_lists_go_by_the_rate_and_climb_step_by_step():
    spec, _rows = rank("15", {"rectified": (1, 1)})
    found = boards("15", *({"rectified": (value, 100)} for value in (99, 97, 95, 93, 91, 89, 86, 84, 80)), {})

    assert found[""] == {0: "red", 1: "red", 2: "red", 3: "red", 4: "red", 6: "black", 7: "black", 8: "black"}
    assert found["整改达标"] == {0: "red", 1: "red", 2: "red", 3: "red", 4: "red", 7: "black", 8: "black"}
    assert [spec.boards[0].step(count) for count in (1, 2, 3, 9)] == ["分管领导约谈", "组织部约谈", "问责", "问责"]


def test_a_flag_needs_the_first_place_and_90_points():
    assert boards("16", {"conformity": (89, 100)}, {"conformity": (80, 100)})[""] == {1: "black"}
    assert boards("16", {"conformity": (90, 100)}, {"conformity": (86, 100)})[""] == {0: "red"}


def test_an_index_below_85_deducts_and_the_first_six_are_rewarded():
    found = boards("17", *({"index": value} for value in (95, 94, 93, 92, 91, 90, 88, 84.99)))[""]

    assert found == {0: "red", 1: "red", 2: "red", 3: "red", 4: "red", 5: "red", 7: "black"}


def test_a_geometric_mean_punishes_the_weak_side():
    units = {"field": 90, "papers": 80, "survey": 70}, {"field": 90, "papers": 90, "survey": 0}

    assert scores("18", *units) == ["79.58", "0.00"]  # ∛504000 = 79.5811…


def test_fifteen_lists_have_periods_and_bounds_of_their_own_with_a_zone_on_neither():
    parts = [*(f"team{number}" for number in range(1, 10)), "roads", "streets", "market", "around", "homes", "minors"]
    spec, _rows = rank("19", {})
    values = (95, 92, 90, 86, 84, 80, 70, 60)

    found = boards("19", *(dict.fromkeys(parts, value) for value in values))

    assert [len(spec.boards_in(kind)) - 1 for kind in ("week", "month", "quarter")] == [2, 11, 2]
    assert found["第1检查组"] == {0: "red", 1: "red", 2: "red", 5: "black", 6: "black", 7: "black"}
    assert found["路长"] == {0: "red", 1: "red", 2: "red", 4: "black", 5: "black", 6: "black", 7: "black"}
    assert found["未成年人"] == {0: "red", 4: "black", 5: "black", 6: "black", 7: "black"}


def test_repeats_are_multiplied_and_two_black_listings_suspend_an_application():
    spec, _rows = rank("20", {})
    unit = {"score.0": points("-3.5", 3), "score.1": points("-6", 3), "score.2": points("-3", 1)}

    assert scores("20", unit, {"score.1": points("-28", 7)}, {}) == ["87.5", "80.0", "100.0"]
    assert spec.components[0].lines[1].by_number
    assert spec.boards[0].step(2) == "暂停文明单位申报"


@pytest.mark.parametrize("code", examples())
def test_every_example_is_a_rule_that_is_told_in_sentences(code):
    spec = RuleSpec.parse(examples()[code].spec)

    assert RuleSpec.parse(spec.as_json()) == spec
    assert all(sentence.strip() for sentence in rule_sentences(spec))
