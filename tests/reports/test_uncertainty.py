"""How sure a score is: resampling against what can be worked out by hand."""

import numpy as np
import pytest

from reports.rules.uncertainty import Look, intervals, resampled


def look(inspection, earned, site=1, indicator=1, available=1.0):
    return Look(inspection, site, indicator, earned, available)


def test_the_same_everywhere_has_no_spread():
    values = resampled([look(n, 0.8) for n in range(6)], "pooled", [1])

    assert values == pytest.approx(80)


def test_the_spread_is_that_of_a_mean():
    """Ten looks, half met: a mean of ten draws has the standard deviation 50 / √10 = 15.8 %."""
    values = resampled([look(n, float(n % 2)) for n in range(10)], "pooled", [1], times=20_000)

    assert values.mean() == pytest.approx(50, abs=0.5)
    assert values.std() == pytest.approx(15.81, abs=0.3)


def test_resamples_repeat_with_their_seed():
    looks = [look(n, n % 3 / 2) for n in range(9)]

    assert (resampled(looks, "pooled", [7, 1]) == resampled(looks, "pooled", [7, 1])).all()
    assert (resampled(looks, "pooled", [7, 1]) != resampled(looks, "pooled", [7, 2])).any()


def test_sites_weigh_alike_in_the_mean_of_the_sites():
    """A site seen nine times and one seen once: whenever both are drawn, the mean lies half way."""
    looks = [look(n, 1.0, site=1) for n in range(9)] + [look(9, 0.0, site=2)]
    values = resampled(looks, "by_site", [1])

    assert set(np.unique(values)) == {0.0, 50.0, 100.0} or set(np.unique(values)) == {50.0, 100.0}
    assert (values == 50).mean() == pytest.approx(1 - 0.9**10, abs=0.05)


def test_an_indicator_is_the_mean_of_its_sites():
    looks = [look(1, 1.0, site=1, indicator=1), look(1, 0.0, site=1, indicator=2), look(1, 0.0, site=1, indicator=3)]

    assert resampled(looks, "by_indicator", [1]) == pytest.approx(100 / 3)


def test_what_was_not_available_is_in_no_mean():
    looks = [look(n, 1.0) for n in range(5)] + [look(5, 0.0, site=2, available=0.0)]

    assert resampled(looks, "by_site", [1]) == pytest.approx(100)


def spread(middle, width):
    return np.random.default_rng([middle, width]).normal(middle, width, 1000)


def test_units_that_overlap_share_a_band_and_the_next_begins_where_they_differ():
    found = intervals([1, 2, 3], {1: spread(90, 2), 2: spread(89, 2), 3: spread(60, 2)}, {1: 30, 2: 30, 3: 30})

    assert [found[unit].band for unit in (1, 2, 3)] == [1, 1, 2]
    assert found[1].low < 90 < found[1].high


def test_with_few_inspections_nothing_is_said():
    found = intervals([1, 2], {1: spread(90, 2)}, {1: 30, 2: 3})

    assert (found[2].inspections, found[2].low, found[2].band, found[2].surely) == (3, None, None, False)
