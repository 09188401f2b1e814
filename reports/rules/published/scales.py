"""Values of a column brought to a scale before they count: goalposts, logarithms, shares of the best, distances.

Differences, shares and goalposts are exact; logarithms and standard deviations are taken to 40 digits.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction

DIGITS, PLACES = 60, 20
HUNDRED = Decimal(100)
#: best: value ÷ greatest; least: least ÷ value (prices); z: distance from the mean in standard deviations.
KINDS = ("", "best", "least", "z")


@dataclass(frozen=True, slots=True)
class Scale:
    """How a column's values are read.

    ``goalposts``: from (0) to (100), either of which may be left to the least or greatest value of the column; where
    from is greater than to, less is better. ``bounded`` keeps values between the goalposts. ``low`` and ``high`` are
    what the goalposts bring. ``sign`` −1 takes off. ``mirror`` counts full marks less the value.
    """

    kind: str = ""
    posts: bool = False
    worst: Decimal | None = None
    best: Decimal | None = None
    log: bool = False
    bounded: bool = False
    sign: int = 1
    mirror: Decimal | None = None
    low: Decimal = Decimal(0)
    high: Decimal = HUNDRED

    def __bool__(self) -> bool:
        return self != Scale()

    @property
    def computed(self) -> bool:
        """Whether its values have more places than were printed."""
        return bool(self.kind or self.posts)


class Scaled:
    """A scale with what it takes from the whole column: its least, greatest, mean and deviation."""

    def __init__(self, scale: Scale, column: Sequence[Decimal | None]) -> None:
        self.scale = scale
        given = [Decimal(value) for value in column if value is not None]
        self.least, self.greatest = min(given, default=Decimal(0)), max(given, default=Decimal(0))
        self.worst = self.least if scale.worst is None else scale.worst
        self.best = self.greatest if scale.best is None else scale.best
        if scale.kind == "z":
            self.mean, self.deviation = _spread(given)

    def of(self, value: Decimal) -> Decimal:
        """One value on the scale, with 20 places where it does not come out even."""
        scale = self.scale
        with localcontext() as context:
            context.prec = DIGITS
            found = Decimal(value)
            if scale.mirror is not None:
                found = scale.mirror - found
            match scale.kind:
                case "best":
                    found = found * HUNDRED / self.greatest if self.greatest else Decimal(0)
                case "least":
                    found = self.least * HUNDRED / found if found else Decimal(0)
                case "z":
                    found = (found - self.mean) / self.deviation if self.deviation else Decimal(0)
                case _ if scale.posts:
                    found = self._between(found)
            found = scale.sign * found
            return found if -int(found.as_tuple().exponent) <= PLACES else found.quantize(Decimal(1).scaleb(-PLACES))

    def _between(self, value: Decimal) -> Decimal:
        low, high = min(self.worst, self.best), max(self.worst, self.best)
        if self.scale.bounded:
            value = min(max(value, low), high)
        points = [self.worst, self.best, value]
        if self.scale.log:
            if min(points) <= 0:
                return self.scale.low
            points = [point.ln() for point in points]
        worst, best, found = points
        reach = self.scale.high - self.scale.low
        return self.scale.low + (found - worst) * reach / (best - worst) if best != worst else self.scale.high


def _spread(values: Sequence[Decimal]) -> tuple[Decimal, Decimal]:
    """Mean and standard deviation (of the population)."""
    if not values:
        return Decimal(0), Decimal(0)
    fractions = [Fraction(value) for value in values]
    mean = sum(fractions, Fraction(0)) / len(fractions)
    variance = sum(((value - mean) ** 2 for value in fractions), Fraction(0)) / len(fractions)
    with localcontext() as context:
        context.prec = DIGITS
        root = (Decimal(variance.numerator) / Decimal(variance.denominator)).sqrt()
        return Decimal(mean.numerator) / Decimal(mean.denominator), root
