"""What would lift a unit by one place: the points missing, and what closing its problems in time would bring."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from .figures import percent


@dataclass(frozen=True, slots=True)
class Lift:
    """``place`` is the next better one, ``missing`` the points to it, ``gain`` what the open problems would bring.

    ``before`` and ``after`` are the on-time rate in % without and with them; ``reached`` whether the gain is enough.
    """

    place: int
    missing: Decimal
    problems: int
    before: Decimal | None
    after: Decimal | None
    gain: Decimal

    @property
    def reached(self) -> bool:
        """Whether closing the problems in time would be enough, all else equal."""
        return self.gain >= self.missing


def next_place(score: Decimal, others: Sequence[tuple[int, Decimal]]) -> tuple[int, Decimal] | None:
    """The nearest better place among ``(place, score)`` pairs and the points to draw level; None for the first."""
    better = [(above, place) for place, above in others if above > score]
    if not better:
        return None
    above, place = min(better)
    return place, above - score


def on_time_gain(
    numerator: Decimal, denominator: Decimal, share: Decimal, problems: int
) -> tuple[Decimal | None, Decimal | None, Decimal]:
    """The on-time rate now and with ``problems`` more closed in time, in %, and the points that brings (share in %)."""
    before, after = percent(numerator, denominator), percent(numerator + problems, denominator + problems)
    if before is None or after is None:
        return before, after, Decimal(0)
    return before, after, ((after - before) * share / 100).quantize(Decimal("0.01"))
