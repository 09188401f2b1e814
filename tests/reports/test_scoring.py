"""Scores: decimals, rounding, ties, missing components, contributions (row T12)."""

import ast
import random
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.rules import scoring
from reports.rules.figures import percent, printed
from reports.rules.scoring import Scorer, Table, place
from reports.rules.spec import RuleSpec, SpecError

TWO = {"components": [{"figure": "conformity", "weight": "60"}, {"figure": "on_time", "weight": "40"}]}
counts = st.integers(0, 10**6)
present = st.tuples(counts, st.integers(1, 10**6)).map(lambda pair: (min(pair), pair[1]))
ratios = st.none() | present
weights = st.decimals("0.001", "1000", places=3)


def spec(*weights, **others) -> RuleSpec:
    figures = ["conformity", "on_time", "rectified", "tasks", "prompt_receipt", "rework"]
    components = [{"figure": name, "weight": str(weight)} for name, weight in zip(figures, weights, strict=False)]
    return RuleSpec.parse({"components": components} | others)


def table(*columns, inspections=None) -> Table:
    """Units U0, U1, … with one column of ratios per component."""
    units = [(n, f"U{n}") for n in range(len(columns[0]))]
    figures = [{n: ratio for n, ratio in enumerate(column) if ratio} for column in columns]
    return Table(units, figures, inspections or {})


def test_a_half_is_rounded_up_and_not_to_even():
    assert percent(Decimal("0.86125"), Decimal(1)) == Decimal("86.13")
    assert percent(Decimal(1), Decimal(8), places=0) == Decimal(13)


def test_nothing_of_nothing_has_no_value():
    assert percent(Decimal(0), Decimal(0)) is None


@given(counts, st.integers(1, 10**6), st.integers(0, 4))
def test_printed_values_are_exact_half_up(numerator, denominator, places):
    exact = Fraction(numerator * 100 * 10**places, denominator)

    assert printed(numerator, denominator, places) == (2 * exact + 1) // 2
    assert printed(Decimal(numerator) / 100, Decimal(denominator) / 100, places) == (2 * exact + 1) // 2


def test_the_score_is_computed_from_the_printed_values():
    row = place(spec(60, 40), table([(2, 3)], [(1, 3)]))[0]

    by_hand = (Decimal("66.67") * 60 + Decimal("33.33") * 40) / 100
    assert Decimal(row.scored.score).scaleb(-2) == by_hand.quantize(Decimal("0.01"), ROUND_HALF_UP)


def test_a_missing_component_leaves_its_weight_to_the_others():
    row = place(spec(60, 40), table([(9, 10)], [None]))[0]

    assert (row.scored.score, row.scored.points, row.footnote) == (9000, [9000, None], "reweighted")


def test_a_unit_with_nothing_to_assess_has_no_place():
    rows = place(spec(60, 40), table([None, (0, 10)], [None, (0, 10)]))

    assert [(row.code, row.rank, row.footnote) for row in rows] == [("U1", 1, ""), ("U0", None, "nothing_to_assess")]


def test_too_few_inspections_leave_a_unit_unranked():
    rows = place(spec(1, least_inspections=3), table([(1, 1), (1, 2)], inspections={0: 2, 1: 3}))

    assert [(row.code, row.rank, row.footnote) for row in rows] == [("U1", 1, ""), ("U0", None, "few_inspections")]


def test_places_are_1_1_3_on_the_rounded_score_and_ties_stand_in_code_order():
    rows = place(spec(1), table([(1, 2), (90001, 100000), (9, 10), (9, 10)]))

    assert [(row.code, row.rank) for row in rows] == [("U1", 1), ("U2", 1), ("U3", 1), ("U0", 4)]


def test_all_equal_share_the_first_place():
    rows = place(spec(1), table([(1, 1)] * 5))

    assert {row.rank for row in rows} == {1}


def test_a_figure_where_less_is_better_counts_the_other_way_round():
    rule = RuleSpec.parse({"components": [{"figure": "rework", "weight": "1", "invert": True}]})

    row = place(rule, table([(12, 100)]))[0]

    assert (row.scored.values, row.scored.counted, row.scored.score) == ((1200,), (8800,), 8800)


@pytest.mark.parametrize(("invert", "counted"), [(True, 0), (False, 10000)])
def test_more_sent_back_than_submitted_never_makes_a_score_below_0_or_above_100(invert, counted):
    rule = RuleSpec.parse({"components": [{"figure": "rework", "weight": "1", "invert": invert}]})

    row = place(rule, table([(3, 2)]))[0]

    assert (row.scored.values, row.scored.score) == ((15000,), counted)


@given(st.lists(st.tuples(weights, ratios), min_size=1, max_size=6), st.integers(0, 4), st.integers(0, 4))
def test_contributions_sum_to_the_score_and_losses_to_what_is_missing(parts, component_places, places):
    rule = spec(*(weight for weight, _ in parts), component_places=component_places, places=places)
    scorer = Scorer(rule)

    scored = scorer.score([ratio for _, ratio in parts])

    if scored.score is not None:
        assert sum(point for point in scored.points if point is not None) == scored.score
        lost = scorer.lost(scored.counted, scored.score)
        assert sum(loss for loss in lost if loss is not None) == 100 * 10**places - scored.score
        assert all(loss >= 0 for loss in lost if loss is not None)


@given(st.lists(st.tuples(weights, ratios), min_size=1, max_size=6), st.integers(0, 4), st.integers(0, 4))
def test_the_score_is_the_exact_weighted_mean_rounded_half_up(parts, component_places, places):
    rule = spec(*(weight for weight, _ in parts), component_places=component_places, places=places)

    scored = Scorer(rule).score([ratio for _, ratio in parts])

    pairs = [(Fraction(w), v) for (w, _), v in zip(parts, scored.values, strict=True) if v is not None]
    if not pairs:
        assert scored.score is None
        return
    mean = sum(w * v for w, v in pairs) / sum(w for w, _ in pairs) / 10**component_places
    assert scored.score == (2 * mean * 10**places + 1) // 2


@given(st.lists(ratios, min_size=2, max_size=12), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(column, chance):
    whole = table(column)
    shuffled = list(whole.units)
    chance.shuffle(shuffled)

    assert place(spec(1), Table(shuffled, whole.figures, {})) == place(spec(1), whole)


@given(st.lists(present, min_size=2, max_size=8), st.integers(1, 1000))
def test_a_better_numerator_never_lowers_a_score(column, more):
    numerator, denominator = column[0]
    better = [(min(numerator + more, denominator), denominator), *column[1:]]

    before, after = ({row.unit: row for row in place(spec(1), table(one))}[0] for one in (column, better))

    assert after.scored.score >= before.scored.score
    assert after.rank <= before.rank


def test_the_order_is_the_same_in_a_thousand_shuffles():
    chance = random.Random(1)  # noqa: S311
    whole = table([(n % 7, 7) for n in range(40)])
    expected = place(spec(1), whole)
    for _ in range(1000):
        units = list(whole.units)
        chance.shuffle(units)
        assert place(spec(1), Table(units, whole.figures, {})) == expected


@pytest.mark.parametrize(
    ("faulty", "words"),
    [
        ([], "object"), ({}, "component"), ({"components": []}, "component"), ({"components": [1]}, "component"),
        ({"components": [{"figure": "luck", "weight": "1"}]}, "luck"),
        ({"components": [{"figure": "tasks", "weight": "0"}]}, "weight"),
        ({"components": [{"figure": "tasks", "weight": "a"}]}, "weight"),
        ({"components": [{"figure": "tasks", "weight": "NaN"}]}, "weight"),
        ({"components": [{"figure": "tasks", "weight": 0.5}]}, "weight"),
        ({"components": [{"figure": "tasks", "weight": "1", "mean": "by_site"}]}, "mean"),
        ({"components": [{"figure": "tasks", "weight": "1", "scope": "all"}]}, "scope"),
        ({"components": [{"figure": "tasks", "weight": "1", "invert": "no"}]}, "invert"),
        ({"components": [{"figure": "tasks", "weight": "1"}] * 2}, "twice"),
        (TWO | {"places": 9}, "places"), (TWO | {"places": "2"}, "places"), (TWO | {"colour": 1}, "colour"),
        (TWO | {"red": {"best": 0}}, "best"), (TWO | {"red": [1]}, "list rule"),
        (TWO | {"black": {"below": "301"}}, "bound"),
    ],
)  # fmt: skip
def test_a_faulty_rule_says_what_is_wrong(faulty, words, settings):
    settings.LANGUAGE_CODE = "en"
    with pytest.raises(SpecError) as error:
        RuleSpec.parse(faulty)

    assert words in " ".join(error.value.sentences)


def test_all_faults_are_told_at_once():
    with pytest.raises(SpecError) as error:
        RuleSpec.parse({"components": [{"figure": "luck", "weight": "0"}], "places": 9})

    assert len(error.value.sentences) == 3


def test_a_rule_survives_being_written_and_read():
    rule = RuleSpec.parse(TWO | {"red": {"best": 3, "least_score": "90"}, "black": {"below": "80"}, "places": 1})

    assert RuleSpec.parse(rule.as_json()) == rule


#: They say how far a ranking carries and how people see, and change no place.
UNSURE = {Path(scoring.__file__).with_name(name) for name in ("analysis.py", "leniency.py", "uncertainty.py")}


def test_no_float_takes_part_in_scoring():
    for path in set(Path(scoring.__file__).parent.glob("*.py")) - UNSURE:
        for node in ast.walk(ast.parse(path.read_text())):
            assert not (isinstance(node, ast.Constant) and isinstance(node.value, float)), f"{path.name}:{node.lineno}"
            assert getattr(node, "id", "") != "float", f"{path.name}:{node.lineno}"
