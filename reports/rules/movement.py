"""Why a score and a place are not what they were: causes that sum to the difference exactly."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Protocol

from .figures import Text


class Why(StrEnum):
    """What changed about a component."""

    VALUE = "value"
    WEIGHT = "weight"
    ADDED = "added"
    DROPPED = "dropped"


class Brings(Protocol):
    """What is needed of a component of either period; ``queries.Shown`` has it. Points in points, the others in %."""

    @property
    def key(self) -> str: ...
    @property
    def title(self) -> Text: ...
    @property
    def share(self) -> Decimal | None: ...
    @property
    def counted(self) -> Decimal | None: ...
    @property
    def points(self) -> Decimal | None: ...


@dataclass(frozen=True, slots=True)
class Cause:
    """One component's part in the difference of two scores, in points."""

    key: str
    title: Text
    why: Why
    points: Decimal


def causes(now: Sequence[Brings], before: Sequence[Brings]) -> list[Cause]:
    """What each component did to the score; they sum to the difference of the scores exactly.

    Where a component weighs otherwise than before (another rule, or others with nothing to assess), its part is told
    apart: what its value did under the old weight, and the rest, which the weight did.
    """
    earlier = {part.key: part for part in before}
    present = {part.key for part in now}
    found = [cause for part in now for cause in _causes_of(part, earlier.get(part.key))]
    gone = [(part, part.points) for part in before if part.key not in present]
    return found + [Cause(part.key, part.title, Why.DROPPED, -points) for part, points in gone if points is not None]


def _causes_of(now: Brings, before: Brings | None) -> list[Cause]:
    was = before.points if before else None
    if now.points is None:
        return [] if was is None else [Cause(now.key, now.title, Why.DROPPED, -was)]
    if before is None or was is None:
        return [Cause(now.key, now.title, Why.ADDED, now.points)]
    change = now.points - was
    shares = now.share, before.share
    if None in (*shares, now.counted, before.counted) or shares[0] == shares[1]:
        return [Cause(now.key, now.title, Why.VALUE, change)]
    by_value = (now.counted - before.counted) * before.share / 100  # type: ignore[operator]
    by_value = by_value.quantize(now.points, ROUND_HALF_UP)
    found = [(Why.VALUE, by_value), (Why.WEIGHT, change - by_value)]
    return [Cause(now.key, now.title, why, points) for why, points in found]


def shared(change: Decimal, now: Mapping[str, Fraction], before: Mapping[str, Fraction]) -> dict[str, Decimal]:
    """Share a component's change in points among the cells of its mean (sites, indicators), largest first.

    ``now`` and ``before`` say what each cell brought to the value, in any unit. The parts have the places of ``change``
    and sum to it exactly: rounded down in proportion, the units still missing to the largest remainders, in the order
    of the names. Empty where the value did not change, for then nothing tells the cells' parts.
    """
    moved = {name: now.get(name, Fraction(0)) - before.get(name, Fraction(0)) for name in sorted({*now, *before})}
    whole = sum(moved.values(), Fraction(0))
    if not whole:
        return {}
    exponent = int(change.as_tuple().exponent)
    units = int(change.scaleb(-exponent))
    exact = {name: part * units / whole for name, part in moved.items() if part}
    floors = {name: part.numerator // part.denominator for name, part in exact.items()}
    missing = units - sum(floors.values())
    for name in sorted(exact, key=lambda name: floors[name] - exact[name])[:missing]:
        floors[name] += 1
    told = {name: Decimal(part).scaleb(exponent) for name, part in floors.items() if part}
    return dict(sorted(told.items(), key=lambda pair: -abs(pair[1])))


@dataclass(frozen=True, slots=True)
class PlaceCauses:
    """Places gained (+) or lost (−): by the unit's own score, and by the scores of the others. Their sum is all."""

    own: int
    others: int


def place_causes(before: Mapping[str, Decimal], now: Mapping[str, Decimal], unit: str) -> PlaceCauses | None:
    """How much of a unit's movement its own score made: its new score among the others' old ones, then theirs.

    ``before`` and ``now`` are the ranked units' scores, higher is better; None where it was not ranked in both.
    """
    if unit not in before or unit not in now:
        return None
    then = _place(before[unit], before, unit)
    alone = _place(now[unit], before, unit)
    return PlaceCauses(own=then - alone, others=alone - _place(now[unit], now, unit))


def _place(score: Decimal, scores: Mapping[str, Decimal], unit: str) -> int:
    """The place of a score among the others' (1, 1, 3)."""
    others = sorted(-other for code, other in scores.items() if code != unit)
    return 1 + bisect_left(others, -score)
