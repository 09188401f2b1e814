"""What answers earn: always a share from 0 to 1, less for more faults, summed without loss."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from inspections.rules import ANSWERED, Earned, Outcome, earn, earned_share, site_score, total

KINDS = ["binary", "graded", "per_occurrence", "deduction", "all_or_nothing", "proportional"]
COUNTS = st.none() | st.integers(0, 9999)
SHARES = st.decimals(0, 1, places=3)
POINTS = st.decimals(Decimal("0.001"), 1000, places=3)
PARAMETERS = st.fixed_dictionaries(
    {},
    optional={
        "step": SHARES.map(str),
        "target": st.integers(1, 500).map(str),
        "thresholds": st.lists(st.integers(0, 50), min_size=3, max_size=3).map(sorted),
    },
)


@given(
    st.sampled_from(KINDS),
    PARAMETERS,
    st.sampled_from(sorted(Outcome)),
    COUNTS,
    st.none() | st.decimals(-5, 5, places=3),
)
def test_share_lies_between_nothing_and_the_whole(kind, parameters, outcome, count, deduction):
    share = earned_share(kind, parameters, outcome, count, deduction)

    assert (share is None) == (outcome not in ANSWERED)
    assert share is None or 0 <= share <= 1


@given(st.sampled_from(KINDS), PARAMETERS, COUNTS, st.none() | SHARES)
def test_met_earns_the_whole_whatever_else_was_entered(kind, parameters, count, deduction):
    assert earned_share(kind, parameters, Outcome.MET, count, deduction) == 1


@given(st.sampled_from(["graded", "per_occurrence"]), PARAMETERS, st.integers(0, 200), st.integers(0, 200))
def test_more_faults_never_earn_more(kind, parameters, few, many):
    few, many = sorted((few, many))

    assert earned_share(kind, parameters, Outcome.NOT_MET, many) <= earned_share(kind, parameters, Outcome.NOT_MET, few)


@given(PARAMETERS, st.integers(0, 600), st.integers(0, 600))
def test_more_of_what_is_asked_for_never_earns_less(parameters, few, many):
    few, many = sorted((few, many))
    less, more = (earned_share("proportional", parameters, Outcome.NOT_MET, count) for count in (few, many))

    assert less <= more


@given(SHARES, SHARES)
def test_a_larger_deduction_never_earns_more(small, large):
    small, large = sorted((small, large))
    more, less = (earned_share("deduction", {}, Outcome.NOT_MET, None, share) for share in (small, large))

    assert less <= more
    assert less == 1 - large


@given(st.lists(st.tuples(POINTS, st.none() | SHARES), max_size=40))
def test_sums_are_exact_and_the_score_is_their_ratio_half_up(answers):
    rows = [earn(points, share) for points, share in answers]

    result = total(rows)

    assert result.earned == sum(row.earned for row in rows)
    assert result.available == sum(points for points, share in answers if share is not None)
    assert 0 <= result.earned <= result.available
    if not result.available:
        assert site_score(result) is None
        return
    exact = Fraction(result.earned) / Fraction(result.available) * 100
    assert abs(Fraction(site_score(result)) - exact) <= Fraction(1, 200)


def test_half_is_rounded_up():
    assert site_score(Earned(Decimal("86.125"), Decimal(100))) == Decimal("86.13")
    assert Decimal("86.125").quantize(Decimal("0.01"), ROUND_HALF_UP) == Decimal("86.13")


def test_grades_follow_the_thresholds():
    shares = [earned_share("graded", {"thresholds": [0, 2, 4]}, Outcome.NOT_MET, count) for count in range(6)]

    assert shares == [1, Decimal("0.66"), Decimal("0.66"), Decimal("0.33"), Decimal("0.33"), 0]
