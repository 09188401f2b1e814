"""How sure a score is: a bootstrap over a unit's inspections, and units that cannot be told apart.

An inspection is one look at one site on one day; other looks would have given another score. Resampling a unit's
inspections with replacement (Efron 1979) shows by how much. It tells the office how far to trust a difference of two
places; places themselves follow the rule alone, so binary floating point is good enough here and nowhere else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
#: Resamples of a unit's inspections.
TIMES = 1_000
#: Confidence of the interval and of the comparison of two units.
LEVEL = 0.90
#: With fewer inspections than this, resampling says nothing.
LEAST_INSPECTIONS = 5


@dataclass(frozen=True, slots=True)
class Look:
    """What one inspection brought to one cell of the mean: a site, or an indicator at a site."""

    inspection: int
    site: int
    indicator: int
    earned: float
    available: float


@dataclass(frozen=True, slots=True)
class Interval:
    """A score between ``low`` and ``high`` (points) with 90 % confidence, from so many inspections.

    ``band`` counts the groups of units that cannot be told apart, from 1 for the best; ``surely`` is false where a unit
    has too few inspections to say anything: then it has neither bounds nor a band.
    """

    inspections: int
    low: float | None = None
    high: float | None = None
    band: int | None = None

    @property
    def surely(self) -> bool:
        """Whether there were enough inspections."""
        return self.low is not None


def resampled(looks: Sequence[Look], mean: str, seed: Sequence[int], times: int = TIMES) -> Floats:
    """Conformity in % of ``times`` resamples of a unit's inspections; the mean is the rule's.

    A site or an indicator that a resample misses is not in its mean, as one that was not inspected is not.
    """
    inspections = {key: at for at, key in enumerate(dict.fromkeys(look.inspection for look in looks))}
    cells = {key: at for at, key in enumerate(dict.fromkeys(_cell(look, mean) for look in looks))}
    count = len(inspections)
    drawn = np.random.default_rng(seed).integers(0, count, (times, count))
    drawn += np.arange(times)[:, None] * count
    weights = np.bincount(drawn.ravel(), minlength=times * count).reshape(times, count).astype(np.float64)
    earned, available = np.zeros((count, len(cells))), np.zeros((count, len(cells)))
    for look in looks:
        at = inspections[look.inspection], cells[_cell(look, mean)]
        earned[at] += look.earned
        available[at] += look.available
    shares = _ratio(weights @ earned, weights @ available)
    return 100 * _mean_of_means(shares, [indicator for indicator, _site in cells])


def _cell(look: Look, mean: str) -> tuple[int, int]:
    if mean == "by_indicator":
        return look.indicator, look.site
    return 0, look.site if mean == "by_site" else 0


def _ratio(above: Floats, below: Floats) -> Floats:
    """Above ÷ below, NaN where nothing was drawn."""
    return np.divide(above, below, out=np.full_like(above, np.nan), where=below > 0)


def _mean_of_means(shares: Floats, indicators: list[int]) -> Floats:
    """Per resample: the mean over indicators of the mean over the sites that were drawn."""
    means = np.empty((len(shares), len(set(indicators))))
    of = np.array(indicators)
    for at, indicator in enumerate(dict.fromkeys(indicators)):
        means[:, at] = _mean(shares[:, of == indicator])
    return _mean(means)


def _mean(values: Floats) -> Floats:
    """The mean of each row over what is there."""
    there = ~np.isnan(values)
    return _ratio(np.where(there, values, 0.0).sum(axis=1), there.sum(axis=1).astype(np.float64))


def intervals(
    order: Sequence[int], scores: Mapping[int, Floats], inspections: Mapping[int, int]
) -> dict[int, Interval]:
    """Intervals and bands of ranked units; ``order`` from the best place, ``scores`` of those with inspections enough.

    A band begins with the best unit that is in none yet and takes in those after it as long as the 90 % interval of
    the difference to its first unit holds zero.
    """
    edge = (1 - LEVEL) / 2
    found = {}
    band, first = 0, None
    for unit in order:
        mine = scores.get(unit)
        if mine is None:
            found[unit] = Interval(inspections.get(unit, 0))
            continue
        if first is None or np.quantile(first - mine, edge) > 0:
            band, first = band + 1, mine
        low, high = np.quantile(mine, [edge, 1 - edge])
        found[unit] = Interval(inspections[unit], float(low), float(high), band)
    return found
