"""κ and leniency against figures worked out by hand."""

from decimal import Decimal

import pytest

from reports.rules.agreement import agreement, wilson
from reports.rules.leniency import Visits, effects

D = Decimal


def test_kappa_of_the_textbook():
    """Cohen's example of 50 grant proposals: p₀ = 35/50, pₑ = 0.5·0.6 + 0.5·0.4 = 0.5, κ = 0.4."""
    found = agreement({("yes", "yes"): 20, ("yes", "no"): 5, ("no", "yes"): 10, ("no", "no"): 15})

    assert (found.n, found.same, found.kappa) == (50, 35, D("0.40"))
    # Wilson of 35 ÷ 50 is 0.5625 … 0.8090; with pₑ = 0.5 that is 0.12 … 0.62.
    assert (found.low, found.high) == (D("0.12"), D("0.62"))


def test_kappa_below_chance_is_negative():
    """p₀ = 0, pₑ = 2·0.5·0.5 = 0.5, κ = −1."""
    assert agreement({("met", "not_met"): 5, ("not_met", "met"): 5}).kappa == D("-1.00")


def test_three_answers():
    """p₀ = 6/9, firsts 3/3/3, seconds 4/2/3: pₑ = (12 + 6 + 9) ÷ 81 = 1/3, κ = 0.5."""
    pairs = {("a", "a"): 3, ("b", "a"): 1, ("b", "b"): 1, ("b", "c"): 1, ("c", "c"): 2, ("c", "b"): 1}

    assert agreement(pairs).kappa == D("0.50")


def test_everything_the_same_way_is_not_defined():
    found = agreement({("met", "met"): 30})

    assert (found.n, found.same, found.kappa, found.low) == (30, 30, None, None)


def test_whole_agreement_keeps_a_width():
    """p₀ = 1, pₑ = 0.5; Wilson of 10 ÷ 10 begins at 0.7225."""
    found = agreement({("met", "met"): 5, ("not_met", "not_met"): 5})

    assert (found.kappa, found.low, found.high) == (D("1.00"), D("0.44"), D("1.00"))


def test_nothing_compared_says_nothing():
    assert agreement({}).kappa is None
    assert agreement({}).n == 0


@pytest.mark.parametrize(("count", "low", "high"), [(0, "0.0000", "0.2775"), (5, "0.2366", "0.7634")])
def test_wilson_of_ten(count, low, high):
    found = tuple(value.quantize(D("0.0001")) for value in wilson(count, 10))

    assert found == (D(low), D(high))


def visits(*rows):
    """Visits of (site, inspector, scores)."""
    return [Visits(site, who, len(s), sum(s), sum(x * x for x in s)) for site, who, s in rows]


def test_two_inspectors_at_two_sites():
    """Differences of 4 and 2 points: +1.5 and −1.5; residuals ±0.5, σ² = 1, variance of each effect ¼."""
    found = effects(visits((1, 1, [90]), (1, 2, [86]), (2, 1, [80]), (2, 2, [78])), least_freedom=1, least_visits=1)

    assert [round(found[who].points, 9) for who in (1, 2)] == [1.5, -1.5]
    assert round(found[1].error, 9) == 0.5
    assert found[1].shared == 2


def test_who_is_sent_to_bad_sites_is_not_strict_for_it():
    rows = [(site, who, [50 if site < 5 else 95]) for site in range(10) for who in (1, 2)]
    rows += [(site, 3, [50]) for site in range(5)] + [(9, 3, [95])]

    assert all(abs(effect.points) < 1e-9 for effect in effects(visits(*rows), least_freedom=1, least_visits=1).values())


def test_who_shares_no_site_is_not_compared():
    found = effects(visits((1, 1, [90, 91]), (1, 2, [80, 82]), (2, 3, [10, 11])), least_freedom=1, least_visits=1)

    assert set(found) == {1, 2}


def test_islands_are_compared_within_themselves():
    found = effects(
        visits((1, 1, [90, 92]), (1, 2, [80, 82]), (2, 3, [20, 22]), (2, 4, [10, 12])), least_freedom=1, least_visits=1
    )

    assert [round(found[who].points, 9) for who in (1, 2, 3, 4)] == [5, -5, 5, -5]


def test_too_little_says_nothing():
    assert effects([]) == {}
    assert effects(visits((1, 1, [90]), (1, 2, [80]))) == {}


def test_one_shared_visit_is_too_little_to_speak_of_a_person():
    rows = visits(*[(site, who, [80 + who]) for site in range(30) for who in (1, 2)], (0, 3, [50]))

    assert set(effects(rows)) == {1, 2}


def test_the_interval_ends_where_kappa_does():
    """p₀ = 14/15 and pₑ = 210/225 are equal: κ = 0, and the interval would begin at −3.5."""
    found = agreement({("met", "met"): 14, ("not_met", "met"): 1})

    assert (found.kappa, found.low) == (D("0.00"), D("-1.00"))
