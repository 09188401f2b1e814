"""How sure a score is: a bootstrap over a unit's inspections, and units that cannot be told apart.

An inspection is one look at one site on one day; other looks would have given another score. Resampling a unit's
inspections with replacement (Efron 1979) shows by how much. It tells the office how far to trust a difference of two
places; places themselves follow the rule alone, so binary floating point is good enough here and nowhere else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
#: Resamples of a unit's inspections.
TIMES = 1_000
#: Confidence of the interval and of the comparison of two units.
LEVEL = 0.90
#: With fewer inspections than this, resampling says nothing.
LEAST_INSPECTIONS = 5


class Look(NamedTuple):
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
    in_order = sorted(looks, key=partial(_cell, mean=mean))
    keys = [_cell(look, mean) for look in in_order]
    cells = _starts(keys)
    indicators = _starts([keys[at][0] for at in cells])
    inspections = {key: at for at, key in enumerate(dict.fromkeys(look.inspection for look in looks))}
    drawn = _drawn(len(inspections), seed, times)[[inspections[look.inspection] for look in in_order]]
    earned = _added(drawn * np.array([[look.earned] for look in in_order]), cells)
    available = _added(drawn * np.array([[look.available] for look in in_order]), cells)
    shares, there = _ratio(earned, available), (available > 0).astype(np.float64)
    sites = _added(there, indicators)
    means = _ratio(_added(shares, indicators), sites)
    result: Floats = 100 * means.sum(axis=0) / (sites > 0).sum(axis=0)
    return result


def _cell(look: Look, mean: str) -> tuple[int, int]:
    if mean == "by_indicator":
        return look.indicator, look.site
    return 0, look.site if mean == "by_site" else 0


def _starts(keys: Sequence[object]) -> list[int]:
    """Where in a sorted sequence a new key begins."""
    return [at for at, key in enumerate(keys) if not at or key != keys[at - 1]]


def _drawn(count: int, seed: Sequence[int], times: int) -> Floats:
    """How often each of ``count`` things is in each of ``times`` resamples: count × times."""
    drawn = np.random.default_rng(seed).integers(0, count, (times, count))
    drawn *= times
    drawn += np.arange(times)[:, None]
    return np.bincount(drawn.ravel(), minlength=times * count).reshape(count, times).astype(np.float64)


def _added(rows: Floats, starts: Sequence[int]) -> Floats:
    """The rows added up from each start to the next: whole rows at a time, the second of each group, the third …"""
    if len(starts) == len(rows):
        return rows
    groups = list(zip(starts, [*starts[1:], len(rows)], strict=True))
    added = rows[list(starts)]
    for nth in range(1, max(end - start for start, end in groups)):
        longer = [at for at, (start, end) in enumerate(groups) if end - start > nth]
        added[longer] += rows[[starts[at] + nth for at in longer]]
    return added


def _ratio(above: Floats, below: Floats) -> Floats:
    """Above ÷ below, nothing where nothing was drawn."""
    return np.divide(above, below, out=np.zeros_like(above), where=below > 0)


def intervals(
    order: Sequence[int], scores: Mapping[int, Floats], inspections: Mapping[int, int]
) -> dict[int, Interval]:
    """Intervals and bands of ranked units; ``order`` from the best place, ``scores`` of those with inspections enough.

    A band begins with the best unit that is in none yet and takes in those after it as long as the 90 % interval of
    the difference to its first unit holds zero.
    """
    edge = (1 - LEVEL) / 2
    sure = [unit for unit in order if unit in scores]
    bounds = np.quantile([scores[unit] for unit in sure], [edge, 1 - edge], axis=1).T.tolist() if sure else []
    between = dict(zip(sure, bounds, strict=True))
    found = {}
    band, first = 0, None
    for unit in order:
        mine = scores.get(unit)
        if mine is None:
            found[unit] = Interval(inspections.get(unit, 0))
            continue
        if first is None or np.quantile(first - mine, edge) > 0:
            band, first = band + 1, mine
        low, high = between[unit]
        found[unit] = Interval(inspections[unit], low, high, band)
    return found
