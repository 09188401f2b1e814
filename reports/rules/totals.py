"""From the values of parts to a total: weighted mean, sum of points, or weighted geometric mean. Whole numbers only.

A part with the value v on a scale of full marks f and the weight w brings w × v ÷ f. The sum adds this up; the mean
divides Σ w × v ÷ f × 100 by the weights present. What is brought and lost sums to the total exactly: shares are rounded
down at the total's places, and the units still missing go to the largest remainders, first part first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import cache, partial
from math import gcd, lcm
from operator import mul

from .parts import Part, Points

#: Digits in which a geometric mean is estimated, and those that must differ from a half to trust the estimate.
DIGITS, SURE = 60, Decimal("1e-30")
#: Few digits decide nearly every rounding, in a third of the time.
STAGES = ((20, Decimal("1e-9")), (DIGITS, SURE))
#: Weights and full marks have at most three places.
THOUSAND = 1000


def quotient(above: int, below: int, rounding: str = "half_up") -> int:
    """A whole quotient, half away from zero (half-up), down or up; ``below`` > 0."""
    if rounding == "down":
        return above // below
    if rounding == "up":
        return -(-above // below)
    return (2 * above + below) // (2 * below) if above >= 0 else -((below - 2 * above) // (2 * below))


def share_out(parts: list[int], divisor: int, total: int) -> list[int]:
    """Whole numbers near ``parts`` ÷ ``divisor`` that sum to ``total``, by largest remainder, first part first.

    Where the total was rounded down, up or bounded, so that more or less is missing than one unit for each part, all
    parts share what is over in equal steps.
    """
    floors = [part // divisor for part in parts]
    missing = total - sum(floors)
    if missing:
        remainders = [part % divisor for part in parts]
        if not 0 < missing < len(parts):
            each, missing = divmod(missing, len(parts))
            floors = [floor + each for floor in floors]
        for _unit in range(missing):
            at = remainders.index(max(remainders))
            floors[at] += 1
            remainders[at] = -1
    return floors


@dataclass(slots=True)
class Summed:
    """A total in units of its last place, what each part brings to it, and the part of the total that is bounded away.

    ``total`` = Σ ``points`` + ``limit``.
    """

    points: Sequence[int | None]
    total: int | None
    limit: int = 0


class Total:
    """Adds up parts in one way; made once for thousands of units. ``places`` of the values, ``into`` of the total."""

    def __init__(
        self,
        parts: Sequence[Part],
        mode: str,
        places: int,
        into: int,
        rounding: str = "half_up",
        bounds: tuple[Decimal | None, Decimal | None] = (None, None),
    ) -> None:
        self.mode, self.rounding, self.into = mode, rounding, into
        self.unit = 10**places
        self.weights = [int(part.weight * THOUSAND) for part in parts]
        #: Full marks have up to three places, which a value need not have: a table of weights 33.333 and 40.
        fulls = [int(part.full * THOUSAND) for part in parts]
        common = lcm(*fulls)
        above, below = 10**into * (1 if mode == "sum" else 100_000), common * 10**places
        shared = gcd(above, below)
        #: What one unit of each part's value brings, in 1 ÷ (below × weights present) of the total's last place.
        self.rates = [
            weight * (common // full) * above // shared for weight, full in zip(self.weights, fulls, strict=True)
        ]
        self.below = below // shared
        #: Full marks in 1 ÷ 1000 of a value's last place.
        self.fulls = [full * self.unit for full in fulls]
        self.starts = [int(part.start * self.unit) for part in parts]
        #: Bonus points are added as they are when others carry the weight of what is missing.
        self.carries = [not (isinstance(part, Points) and part.base == 0) for part in parts]
        least, greatest = bounds
        self.least = None if least is None else int(least * 10**into)
        self.greatest = None if greatest is None else int(greatest * 10**into)
        self.bounds = self.least is not None or self.greatest is not None
        self.divisor = self._divisor(self.weights)
        #: What all parts bring at their start, where none is left out, and the total it makes.
        self.begins = list(map(mul, self.rates, self.starts))
        self.begin = quotient(sum(self.begins), self.divisor)
        #: Weight × logarithm of a value ÷ full marks, each made once.
        self.logs = [cache(partial(_log, weight, full)) for weight, full in zip(self.weights, self.fulls, strict=True)]
        self.lacks = [
            cache(partial(_lack, weight, full)) for weight, full in zip(self.weights, self.fulls, strict=True)
        ]

    def _divisor(self, weights: list[int]) -> int:
        return self.below if self.mode == "sum" else self.below * sum(weights)

    def of(self, counted: Sequence[int | None]) -> Summed:
        """The total of one unit; None stands for parts that are left out, the others carry their weight."""
        if self.mode == "geometric":
            return self._geometric(counted)
        if None in counted:
            parts, divisor = self._present(counted)
        else:
            parts, divisor = list(map(mul, self.rates, counted)), self.divisor
        if not parts:
            return Summed([None] * len(counted), None)
        total = quotient(sum(parts), divisor, self.rounding)
        shares = share_out(parts, divisor, total)
        if not self.bounds and len(shares) == len(counted):
            return Summed(shares, total)
        return self._bounded(counted, shares, total)

    def _present(self, counted: Sequence[int | None]) -> tuple[list[int], int]:
        """The parts that are present and what divides them; of a sum, the bonus keeps its points."""
        here = [at for at, value in enumerate(counted) if value is not None]
        parts = [self.rates[at] * counted[at] for at in here]
        if self.mode != "sum":
            return parts, self._divisor([self.weights[at] for at in here])
        everything = sum(weight for weight, carries in zip(self.weights, self.carries, strict=True) if carries)
        present = sum(self.weights[at] for at in here if self.carries[at])
        if not present:
            return parts, self.below
        parts = [part * (everything if self.carries[at] else present) for at, part in zip(here, parts, strict=True)]
        return parts, self.below * present

    def _bounded(self, counted: Sequence[int | None], shares: list[int], total: int) -> Summed:
        bounded = total if self.least is None else max(total, self.least)
        bounded = bounded if self.greatest is None else min(bounded, self.greatest)
        if len(shares) < len(counted):
            each = iter(shares)
            return Summed([None if value is None else next(each) for value in counted], bounded, bounded - total)
        return Summed([*shares], bounded, bounded - total)

    def exact(self, counted: Sequence[int | None]) -> Fraction | Decimal:
        """The total before it is rounded, for ranking on it; of a geometric mean 30 places."""
        bounds = (-(10**9) if self.least is None else self.least, 10**9 if self.greatest is None else self.greatest)
        if self.mode == "geometric":
            here = [at for at, value in enumerate(counted) if value is not None]
            mean = self._estimate([(self.weights[at], counted[at] or 0) for at in here], here, DIGITS)
            with localcontext() as context:
                context.prec = DIGITS
                return min(max(mean.quantize(SURE), Decimal(bounds[0])), Decimal(bounds[1]))
        parts, divisor = self._present(counted)
        return min(max(Fraction(sum(parts), divisor), Fraction(bounds[0])), Fraction(bounds[1]))

    def lost(self, counted: Sequence[int | None], summed: Summed) -> Sequence[int | None]:
        """What each part costs, from what all would bring at their start: Σ lost = start − total before its bounds."""
        if summed.total is None:
            return [None] * len(counted)
        total = summed.total - summed.limit
        if self.mode == "geometric":
            shares = self._geometric_losses(counted, total)
        elif None not in counted:
            lost = [begin - rate * value for begin, rate, value in zip(self.begins, self.rates, counted, strict=True)]
            return share_out(lost, self.divisor, self.begin - total)
        else:
            starts: list[int | None] = [None if value is None else self.starts[at] for at, value in enumerate(counted)]
            (before, divisor), (after, _same) = self._present(starts), self._present(counted)
            start = quotient(sum(before), divisor)
            lost = [one - other for one, other in zip(before, after, strict=True)]
            shares = share_out(lost, divisor, start - total)
        each = iter(shares)
        return [None if value is None else next(each) for value in counted]

    # --- the geometric mean -----------------------------------------------------------------------------------------

    def _geometric(self, counted: Sequence[int | None]) -> Summed:
        here = [at for at, value in enumerate(counted) if value is not None]
        if not here:
            return Summed([None] * len(counted), None)
        pairs = [(self.weights[at], counted[at] or 0) for at in here]
        total = self._root(pairs, here)
        weights = [weight for weight, _value in pairs]
        return self._bounded(counted, share_out([weight * total for weight in weights], sum(weights), total), total)

    def _root(self, pairs: list[tuple[int, int]], here: list[int]) -> int:
        """The rounded mean: estimated, near an edge to more digits, and there in the end decided by whole numbers."""
        if any(value <= 0 for _weight, value in pairs):
            return 0
        edge = Decimal(0) if self.rounding in ("down", "up") else Decimal("0.5")
        for digits, sure in STAGES:
            estimate = self._estimate(pairs, here, digits)
            nearest = int((estimate - edge).to_integral_value())
            if abs(estimate - edge - nearest) > sure:
                below = int(estimate - edge) if estimate >= edge else -1
                return {"half_up": below + 1, "down": below, "up": below + 1}[self.rounding]
        compared = self._compare(pairs, here, Fraction(2 * nearest + int(2 * edge), 2))
        if self.rounding == "up":
            return nearest if compared <= 0 else nearest + 1
        return nearest + (1 if edge else 0) if compared >= 0 else nearest - (0 if edge else 1)

    def _estimate(self, pairs: list[tuple[int, int]], here: list[int], digits: int) -> Decimal:
        """The mean in units of the total's last place; nothing of it where a part has nothing."""
        if any(value <= 0 for _weight, value in pairs):
            return Decimal(0)
        with localcontext() as context:
            context.prec = digits
            logs = sum([self.logs[at](value) for at, (_weight, value) in zip(here, pairs, strict=True)], Decimal(0))
            return (logs / sum([weight for weight, _value in pairs])).exp() * 100 * 10**self.into

    def _compare(self, pairs: list[tuple[int, int]], here: list[int], edge: Fraction) -> int:
        """Whether the exact mean is below (−1), at (0) or above (1) an edge: both sides to the power of the weights."""
        shared = gcd(*(weight for weight, _value in pairs))
        ours, theirs = Fraction(1), Fraction(edge, 100 * 10**self.into)
        for (weight, value), at in zip(pairs, here, strict=True):
            ours *= Fraction(value * THOUSAND, self.fulls[at]) ** (weight // shared)
        theirs **= sum(weight for weight, _value in pairs) // shared
        return (ours > theirs) - (ours < theirs)

    def _geometric_losses(self, counted: Sequence[int | None], total: int) -> list[int]:
        """What is missing from 100, by weight × logarithm of what each part lacks; parts with nothing take it all."""
        missing = 100 * 10**self.into - total
        values = [(at, value) for at, value in enumerate(counted) if value is not None]
        if any(value <= 0 for _at, value in values):
            lacks = [self.weights[at] if value <= 0 else 0 for at, value in values]
        else:
            lacks = [self.lacks[at](value) for at, value in values]
        divisor = sum(lacks)
        if not divisor:
            return share_out([0] * len(values), 1, missing)
        return share_out([lack * missing for lack in lacks], divisor, missing)


def _log(weight: int, full: int, value: int) -> Decimal:
    """Weight × logarithm of value ÷ full marks; these in 1 ÷ 1000 of a value's last place."""
    with localcontext() as context:
        context.prec = DIGITS
        return weight * (_ln(value * THOUSAND) - _ln(full))


def _lack(weight: int, full: int, value: int) -> int:
    """What a value lacks of full marks: weight × logarithm, in 1 ÷ 10^12, cut."""
    with localcontext() as context:
        context.prec = DIGITS
        return int(-_log(weight, full, value) * 10**12)


@cache
def _ln(value: int) -> Decimal:
    return Decimal(value).ln()
