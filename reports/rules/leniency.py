"""How strict inspectors are: the effect of the person in a two-way model of site and inspector, as a range.

The score of a visit is taken as site + inspector + chance. An inspector who is sent to bad sites is not strict for
that; only sites that several people saw tell them apart. It is an estimate for the office and takes no part in a score.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

#: The 97.5 % point of the normal distribution.
Z = 1.959964
#: With fewer degrees of freedom, or fewer visits of a person to shared sites, nothing is said.
LEAST_FREEDOM, LEAST_VISITS = 20, 5


@dataclass(frozen=True, slots=True)
class Visits:
    """The visits of one inspector to one site: how many, the sum of their scores and of the squares."""

    site: int
    inspector: int
    n: int
    total: float
    squares: float


@dataclass(frozen=True, slots=True)
class Effect:
    """Points that a person gives above (+) or below (−) the colleagues at the same sites, with its standard error.

    ``shared`` counts the visits to sites that a colleague saw as well.
    """

    points: float
    error: float
    shared: int

    @property
    def low(self) -> float:
        return self.points - Z * self.error

    @property
    def high(self) -> float:
        return self.points + Z * self.error

    @property
    def differs(self) -> bool:
        """Whether the range leaves zero out."""
        return self.low > 0 or self.high < 0


def effects(
    visits: Iterable[Visits], *, least_freedom: int = LEAST_FREEDOM, least_visits: int = LEAST_VISITS
) -> dict[int, Effect]:
    """The effect of every inspector with enough visits to shared sites, by id; empty where there is too little to tell.

    Least squares with the sites swept out: L α = b, L_ij = δ_ij n_i − Σ_s n_si n_sj ÷ n_s and b_i = y_i − Σ_s n_si ȳ_s.
    The pseudo-inverse of L sets the mean of everybody who is linked by sites to zero; σ² L⁺ is the covariance.
    """
    rows = list(visits)
    people = {person: at for at, person in enumerate(sorted({row.inspector for row in rows}))}
    sites = {site: at for at, site in enumerate(sorted({row.site for row in rows}))}
    count, total = np.zeros((len(sites), len(people))), np.zeros((len(sites), len(people)))
    for row in rows:
        count[sites[row.site], people[row.inspector]] += row.n
        total[sites[row.site], people[row.inspector]] += row.total
    if not rows:
        return {}
    of_site, sum_of_site = count.sum(axis=1), total.sum(axis=1)
    laplacian = np.diag(count.sum(axis=0)) - count.T @ (count / of_site[:, None])
    right = total.sum(axis=0) - count.T @ (sum_of_site / of_site)
    inverse = np.linalg.pinv(laplacian, rcond=1e-9, hermitian=True)
    points = inverse @ right
    rank = int(np.linalg.matrix_rank(laplacian, tol=1e-9))
    freedom = int(of_site.sum()) - len(sites) - rank
    if freedom < least_freedom:
        return {}
    left = sum(row.squares for row in rows) - float((sum_of_site**2 / of_site).sum()) - float(right @ points)
    variance = max(left, 0.0) / freedom
    shared = np.where((count > 0).sum(axis=1)[:, None] > 1, count, 0).sum(axis=0)
    return {
        person: Effect(float(points[at]), float((variance * inverse[at, at]) ** 0.5), int(shared[at]))
        for person, at in people.items()
        if shared[at] >= least_visits
    }
