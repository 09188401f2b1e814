"""Red and black lists by the rule."""

from hypothesis import given
from hypothesis import strategies as st

from reports.rules.lists import BLACK, RED, listed
from reports.rules.scoring import Table, place
from reports.rules.spec import RuleSpec

scores = st.lists(st.integers(0, 20), min_size=0, max_size=15)
reds = st.sampled_from([{}, {"best": 2}, {"best": 3, "least_score": "50"}, {"least_score": "80"}])
blacks = st.sampled_from([{}, {"worst": 2}, {"worst": 3, "below": "60"}, {"below": "40"}])


def lists(percents, red=None, black=None):
    """Units scored with the given percentages → (their rows, unit → colour)."""
    rule = RuleSpec.parse({"components": [{"figure": "tasks", "weight": "1"}], "red": red, "black": black})
    units = [(n, f"U{n:02}") for n in range(len(percents))]
    rows = place(rule, Table(units, [{n: (value, 100) for n, value in enumerate(percents)}], {}))
    return rows, {row.unit: color for row, color in listed(rule, rows)}


def test_the_best_and_the_worst_are_listed():
    _rows, found = lists([95, 90, 85, 70, 60], {"best": 2}, {"worst": 1})

    assert found == {0: RED, 1: RED, 4: BLACK}


def test_the_least_score_keeps_a_unit_off_the_red_list():
    assert lists([95, 89, 70], {"best": 3, "least_score": "90"})[1] == {0: RED}


def test_a_worst_place_above_the_bound_is_not_black():
    assert lists([95, 92, 91], black={"worst": 2, "below": "92"})[1] == {2: BLACK}


def test_between_the_bounds_a_unit_is_on_neither_list():
    assert lists([95, 87, 80], {"least_score": "90"}, {"below": "85"})[1] == {0: RED, 2: BLACK}


def test_ties_at_the_edge_stand_together():
    assert lists([95, 90, 90, 60, 60], {"best": 2}, {"worst": 1})[1] == {0: RED, 1: RED, 2: RED, 3: BLACK, 4: BLACK}


def test_who_would_be_on_both_is_on_neither():
    assert lists([80, 80, 80], {"best": 1}, {"worst": 1})[1] == {}
    assert lists([90, 80, 70, 60], {"best": 3}, {"worst": 3})[1] == {0: RED, 3: BLACK}


def test_without_a_list_rule_there_is_no_list():
    assert lists([95, 10])[1] == {}


@given(scores, reds, blacks)
def test_units_with_one_score_are_on_one_list(percents, red, black):
    rows, found = lists([value * 5 for value in percents], red, black)

    by_score: dict[int, set] = {}
    for row in rows:
        by_score.setdefault(row.scored.score, set()).add(found.get(row.unit))
    assert all(len(colors) == 1 for colors in by_score.values())


@given(scores, reds, blacks)
def test_no_black_unit_stands_above_a_red_one(percents, red, black):
    rows, found = lists([value * 5 for value in percents], red, black)

    colors = [found[row.unit] for row in rows if row.unit in found]
    assert colors == sorted(colors, key=(RED, BLACK).index)
