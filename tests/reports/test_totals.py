"""Totals of any parts: what is brought and lost sums exactly, scale and order do not matter, more is never less."""

from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from reports.rules.parts import Points, Sheet, SubTable
from reports.rules.totals import Total, quotient, share_out

weights = st.decimals("0.001", "1000", places=3)
fulls = st.sampled_from([Decimal(100), Decimal(50), Decimal(20), Decimal("12.5")])
values = st.none() | st.integers(0, 10_000)
rows = st.lists(st.tuples(weights, fulls, values), min_size=1, max_size=6)
modes = st.sampled_from(["mean", "sum", "geometric"])
roundings = st.sampled_from(["half_up", "down", "up"])


def total(parts, mode, rounding="half_up", into=2, times=1, bounds=(None, None)) -> Total:
    made = [
        Sheet(figure=f"s{at}", weight=weight * times, points=full) for at, (weight, full, _value) in enumerate(parts)
    ]
    return Total(made, mode, 2, into, rounding, bounds)


def within(parts) -> list[int | None]:
    """The values, none above its full marks."""
    return [None if value is None else min(value, int(full * 100)) for _weight, full, value in parts]


@given(rows, modes, roundings, st.integers(0, 3))
def test_what_parts_bring_and_the_bounds_sum_to_the_total(parts, mode, rounding, into):
    summed = total(parts, mode, rounding, into, bounds=(Decimal(10), Decimal(90))).of(within(parts))

    if summed.total is not None:
        assert sum(point for point in summed.points if point is not None) + summed.limit == summed.total


@given(rows, st.sampled_from(["mean", "geometric"]))
def test_what_parts_bring_and_cost_sums_to_full_marks(parts, mode):
    made, counted = total(parts, mode), within(parts)
    summed = made.of(counted)

    if summed.total is not None:
        lost = made.lost(counted, summed)
        assert sum(loss for loss in lost if loss is not None) + summed.total == 100 * 100
        assert all(loss >= 0 for loss in lost if loss is not None)


@given(rows, st.sampled_from(["mean", "geometric"]), st.sampled_from([2, 5, 10]))
def test_the_scale_of_the_weights_does_not_matter(parts, mode, times):
    assert total(parts, mode).of(within(parts)).total == total(parts, mode, times=times).of(within(parts)).total


@given(rows, modes, st.randoms(use_true_random=False))
def test_the_order_of_the_parts_does_not_matter(parts, mode, chance):
    shuffled = [*parts]
    chance.shuffle(shuffled)

    assert total(parts, mode).of(within(parts)).total == total(shuffled, mode).of(within(shuffled)).total


@given(rows, modes, roundings, st.integers(1, 500))
def test_a_better_value_never_lowers_a_total(parts, mode, rounding, more):
    counted, made = within(parts), total(parts, mode, rounding)
    better = [None if value is None else value + more for value in counted]

    before, after = made.of(counted).total, made.of(better).total

    assert before is None or after >= before


@given(rows, roundings)
def test_the_mean_is_exact_before_it_is_rounded(parts, rounding):
    counted = within(parts)
    pairs = [
        (Fraction(w), Fraction(v, 100) / Fraction(f))
        for (w, f, _), v in zip(parts, counted, strict=True)
        if v is not None
    ]
    if pairs:
        exact = sum(weight * share for weight, share in pairs) / sum(weight for weight, _share in pairs) * 10_000
        assert total(parts, "mean", rounding).of(counted).total == quotient(
            exact.numerator, exact.denominator, rounding
        )


@given(st.integers(0, 10_000), st.integers(1, 9), roundings)
def test_the_geometric_mean_of_equal_values_is_the_value(value, count, rounding):
    parts = [(Decimal(1), Decimal(100), value)] * count

    assert total(parts, "geometric", rounding).of([value] * count).total == value


def test_a_geometric_mean_on_the_edge_of_two_values_is_decided_exactly():
    parts = [(Decimal(1), Decimal(100), 0)] * 2

    assert total(parts, "geometric", into=1).of([2025, 2025]).total == 203  # 20.25 → 20.3
    assert total(parts, "geometric", "down", into=0).of([2500, 3600]).total == 30
    assert total(parts, "geometric", "up", into=0).of([2500, 3600]).total == 30


def test_full_marks_may_have_more_places_than_values():
    parts = [
        Sheet(figure=name, weight=Decimal(full), points=Decimal(full)) for name, full in (("a", "33.333"), ("b", "40"))
    ]
    inner = SubTable(figure="t", weight=Decimal(15), total="sum", parts=tuple(parts))
    rate = Sheet(figure="r", weight=Decimal(40), points=Decimal(50))

    # (39 / 50) ^ (40 / 55) × (40 / 73.333) ^ (15 / 55), and not 40 / 73
    assert Total([rate, inner], "geometric", 0, 2).of([39, 40]).total == 7075


def test_bonus_points_stay_as_they_are_when_others_carry_a_missing_weight():
    parts = [Sheet(figure=name, weight=Decimal(50), points=Decimal(50)) for name in ("a", "b")]
    bonus = Points(figure="c", weight=Decimal(5), base=Decimal(0), most=Decimal(5))

    assert Total([*parts, bonus], "sum", 2, 2).of([4000, None, 300]).total == 8300


@given(st.lists(st.integers(-1000, 1000), min_size=1, max_size=6), st.integers(1, 50), st.integers(-300, 300))
def test_shares_always_sum_to_what_is_shared(parts, divisor, whole):
    assert sum(share_out(parts, divisor, whole)) == whole
