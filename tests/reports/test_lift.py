"""What would lift a unit by one place: by hand, and the fewest against trying them all."""

from dataclasses import dataclass
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from reports.rules.lift import Work, fewest, lift, next_place, rescored
from reports.rules.spec import RuleSpec


@dataclass
class Held:
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    lines: tuple = ()
    parts: tuple = ()


RULE = RuleSpec.parse({"components": [{"figure": "conformity", "weight": "60"}, {"figure": "on_time", "weight": "40"}]})
#: 90 % conformity and 2 of 4 on time: 54 + 20 = 74.
ROW = [Held(Decimal(90), Decimal(100)), Held(Decimal(2), Decimal(4))]


def closing(count):
    return Work("problems", count, lambda one: {"on_time": (one, one)})


def test_the_next_place_is_the_nearest_better_score():
    others = [(1, Decimal(90)), (2, Decimal(80)), (3, Decimal(74))]

    assert next_place(Decimal(74), others) == (2, Decimal(6))
    assert next_place(Decimal(90), others) is None


def test_a_row_scores_itself_again():
    assert rescored(RULE, ROW, {}) == 74


def test_the_fewest_problems_that_reach_the_place():
    """Two more in time: 4 of 6, 40 × 66.67 % = 26.67, so 80.67; one gives 3 of 5 = 78."""
    found = lift(RULE, ROW, Decimal(74), [(1, Decimal(80))], [closing(5)])

    (lever,) = found.levers
    assert (lever.enough, lever.gain) == (2, Decimal("11.11"))
    assert found.reached


def test_what_is_not_enough_says_what_is_missing():
    found = lift(RULE, ROW, Decimal(74), [(1, Decimal(99))], [closing(1)])

    assert (found.missing, found.gain, found.reached) == (25, 4, False)


def test_work_that_brings_nothing_is_no_lever():
    duties = Work("duties", 3, lambda one: {"tasks": (one, one)})

    assert lift(RULE, ROW, Decimal(74), [(1, Decimal(80))], [duties]).levers == ()


def test_a_threshold_counts_as_the_rule_says():
    """Full 50 points from 70 % on: a third closed of three would do."""
    rule = RuleSpec.parse(
        {
            "total": "sum",
            "components": [
                {"kind": "below", "figure": "on_time", "weight": "50", "points": "50", "threshold": "70", "step": "1"}
            ],
        }
    )
    found = lift(rule, [ROW[1]], Decimal(30), [(1, Decimal(50))], [closing(5)])

    assert (found.levers[0].enough, found.levers[0].gain) == (3, 20)


def test_points_by_event_stay_as_they_were():
    rule = RuleSpec.parse(
        {
            "components": [
                {"kind": "points", "figure": "events", "weight": "50", "lines": [{"event": "noted", "each": "-2"}]},
                {"figure": "on_time", "weight": "50"},
            ]
        }
    )
    row = [Held(lines=((0, 5, Decimal(-10)),)), ROW[1]]

    assert rescored(rule, row, {}) == 70
    assert rescored(rule, row, {"on_time": (4, 4)}) == Decimal("82.5")


def test_a_row_that_cannot_be_scored_from_itself_has_no_levers():
    assert lift(RULE, ROW, Decimal(75), [(1, Decimal(80))], [closing(5)]).levers == ()


@given(st.integers(1, 200), st.integers(0, 220))
def test_the_fewest_are_found(most, needed):
    expected = max(needed, 1) if needed <= most else None

    assert fewest(most, lambda count: count >= needed) == expected
