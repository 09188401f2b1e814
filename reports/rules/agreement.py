"""How far two people who saw the same agree beyond chance: Cohen's κ (1960) with a 95 % interval.

For the office only, and never a ranking of persons: a low κ says that an item reads two ways, or that two people look
at it differently, not who is right.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

#: The 97.5 % point of the normal distribution.
Z = Decimal("1.959964")
PLACES = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Agreement:
    """``n`` answers compared, of which ``same`` were the same; κ and its interval with two places, half-up.

    κ is None where it is not defined: nothing was compared, or both gave one and the same answer throughout.
    """

    n: int
    same: int
    kappa: Decimal | None
    low: Decimal | None
    high: Decimal | None


def agreement(pairs: Mapping[tuple[str, str], int]) -> Agreement:
    """Cohen's κ of pairs of answers (first, second) → how often.

    κ = (p₀ − pₑ) ÷ (1 − pₑ), p₀ the share of equal answers, pₑ the share that chance would make equal with each
    person's own frequencies. The interval carries Wilson's interval of p₀ over, with pₑ held fixed: unlike κ ± 1.96 SE
    it does not shrink to a point where all answers agree.
    """
    n = sum(pairs.values())
    same = sum(count for (one, other), count in pairs.items() if one == other)
    if not n:
        return Agreement(0, 0, None, None, None)
    kinds = {kind for pair in pairs for kind in pair}
    firsts = {kind: sum(count for (one, _), count in pairs.items() if one == kind) for kind in kinds}
    seconds = {kind: sum(count for (_, other), count in pairs.items() if other == kind) for kind in kinds}
    by_chance = Decimal(sum(firsts[kind] * seconds[kind] for kind in kinds)) / (n * n)
    if by_chance == 1:
        return Agreement(n, same, None, None, None)

    def beyond_chance(share: Decimal) -> Decimal:
        kappa = (share - by_chance) / (1 - by_chance)
        return max(kappa, Decimal(-1)).quantize(PLACES, ROUND_HALF_UP)

    low, high = wilson(same, n)
    return Agreement(n, same, beyond_chance(Decimal(same) / n), beyond_chance(low), beyond_chance(high))


def wilson(count: int, n: int) -> tuple[Decimal, Decimal]:
    """Wilson's 95 % interval (1927) of the share ``count`` ÷ ``n``, n > 0."""
    share, z2 = Decimal(count) / n, Z * Z
    middle = share + z2 / (2 * n)
    half = Z * (share * (1 - share) / n + z2 / (4 * n * n)).sqrt()
    low, high = ((middle + sign * half) / (1 + z2 / n) for sign in (-1, 1))
    return max(low, Decimal(0)), min(high, Decimal(1))
