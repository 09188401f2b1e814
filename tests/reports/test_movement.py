"""Movement told by its causes: they sum exactly, by hand and by hypothesis."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from reports.rules.movement import PlaceCauses, Why, causes, place_causes, shared


@dataclass
class Part:
    key: str
    points: Decimal | None
    share: Decimal | None = Decimal(50)
    counted: Decimal | None = Decimal(0)

    @property
    def title(self):
        return self.key


def part(key, points, share="50", counted="0"):
    return Part(key, Decimal(points) if points else None, Decimal(share), Decimal(counted))


def test_with_the_same_weights_only_values_moved():
    found = causes([part("a", "45.00"), part("b", "40.00")], [part("a", "44.00"), part("b", "42.50")])

    assert [(cause.key, cause.why, cause.points) for cause in found] == [
        ("a", Why.VALUE, Decimal("1.00")),
        ("b", Why.VALUE, Decimal("-2.50")),
    ]


def test_a_weight_that_changed_is_told_apart():
    """90 % at 50 of 100 was 45 points; 80 % at 60 of 100 is 48: −5 by the value, +8 by the weight."""
    found = causes([part("a", "48.00", "60", "80")], [part("a", "45.00", "50", "90")])

    assert [(cause.why, cause.points) for cause in found] == [
        (Why.VALUE, Decimal("-5.00")),
        (Why.WEIGHT, Decimal("8.00")),
    ]


def test_components_that_came_and_went_bring_and_take_their_points():
    found = causes(
        [part("a", "40.00"), part("new", "10.00"), part("idle", "")],
        [part("a", "40.00"), part("old", "9.00"), part("idle", "3.00")],
    )

    assert [(cause.key, cause.why, cause.points) for cause in found if cause.points] == [
        ("new", Why.ADDED, Decimal("10.00")),
        ("idle", Why.DROPPED, Decimal("-3.00")),
        ("old", Why.DROPPED, Decimal("-9.00")),
    ]


PARTS = st.dictionaries(
    st.sampled_from("abcd"),
    st.tuples(st.decimals(0, 100, places=2) | st.none(), st.integers(1, 99), st.decimals(0, 100, places=2)),
)


@given(PARTS, PARTS)
def test_causes_sum_to_the_difference_of_the_scores(now, before):
    sides = [
        [Part(key, points, Decimal(share), counted) for key, (points, share, counted) in side.items()]
        for side in (now, before)
    ]
    scores = [sum((one.points or Decimal(0) for one in side), Decimal(0)) for side in sides]

    assert sum((cause.points for cause in causes(*sides)), Decimal(0)) == scores[0] - scores[1]


def test_a_change_is_shared_among_its_sites():
    """Three sites of a mean: one fell by 30 points, one rose by 15, so 5 of the mean and 2.5 of the score."""
    now = {"A": Fraction(60, 3), "B": Fraction(95, 3), "C": Fraction(80, 3)}
    before = {"A": Fraction(90, 3), "B": Fraction(80, 3), "C": Fraction(80, 3)}

    assert shared(Decimal("-2.50"), now, before) == {"A": Decimal("-5.00"), "B": Decimal("2.50")}


CELLS = st.dictionaries(st.sampled_from("ABCDE"), st.fractions(0, 100, max_denominator=30))


@given(CELLS, CELLS, st.decimals(-20, 20, places=2))
def test_shares_sum_to_the_change(now, before, change):
    parts = shared(change, now, before)

    assert not parts or sum(parts.values()) == change


def scores(**values):
    return {code: Decimal(value) for code, value in values.items()}


def test_a_place_lost_to_others_is_not_ones_own():
    """B kept its score and two passed it."""
    found = place_causes(scores(A=90, B=80, C=70, D=60), scores(A=90, B=80, C=85, D=82), "B")

    assert found == PlaceCauses(own=0, others=-2)


def test_a_place_won_by_ones_own_score():
    assert place_causes(scores(A=90, B=80, C=70), scores(A=90, B=80, C=95), "C") == PlaceCauses(own=2, others=0)


def test_a_tie_shares_the_place():
    assert place_causes(scores(A=90, B=80), scores(A=90, B=90), "B") == PlaceCauses(own=1, others=0)


def test_who_was_not_ranked_has_not_moved():
    assert place_causes(scores(A=90), scores(A=90, B=80), "B") is None
