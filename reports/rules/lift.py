"""What would lift a unit by one place: the points missing, and what its open work would bring, by the rule itself.

Each lever is tried by the engine: the unit's figures with the work done in time are scored as its own row was, so
rounding, thresholds, caps and tables of parts all count. The others' scores stay as they are.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from .columns import Measured, Number
from .parts import Below, Component, Part, Points, SubTable
from .scoring import Table, decimal, place
from .spec import RuleSpec

#: What a piece of work adds to the numerators and denominators of figures, by name.
Gains = Mapping[str, tuple[int, int]]
UNIT = 0


class Held(Protocol):
    """What is needed of a component of the unit's row; ``queries.Shown`` has it."""

    @property
    def numerator(self) -> Decimal | None: ...
    @property
    def denominator(self) -> Decimal | None: ...
    @property
    def lines(self) -> Sequence[tuple[int, int, Decimal]]: ...
    @property
    def parts(self) -> Sequence["Held"]: ...


@dataclass(frozen=True, slots=True)
class Work:
    """Open work of one kind: ``kind`` is problems, receipts or duties, ``count`` how many, ``each`` what one adds."""

    kind: str
    count: int
    gains: Callable[[int], Gains]


@dataclass(frozen=True, slots=True)
class Lever:
    """What doing all work of one kind in time would bring, in points; ``enough``: the fewest that reach the place."""

    kind: str
    count: int
    gain: Decimal
    enough: int | None


@dataclass(frozen=True, slots=True)
class Lift:
    """``place`` is the next better one, ``missing`` the points to it, ``gain`` what all levers bring together."""

    place: int
    missing: Decimal
    levers: tuple[Lever, ...]
    gain: Decimal

    @property
    def reached(self) -> bool:
        """Whether doing everything in time would be enough, all else equal."""
        return self.gain >= self.missing


def next_place(score: Decimal, others: Sequence[tuple[int, Decimal]]) -> tuple[int, Decimal] | None:
    """The nearest better place among ``(place, score)`` pairs and the points to draw level; None for the first."""
    better = [(above, place) for place, above in others if above > score]
    if not better:
        return None
    above, place = min(better)
    return place, above - score


def lift(
    spec: RuleSpec, row: Sequence[Held], score: Decimal, others: Sequence[tuple[int, Decimal]], work: Sequence[Work]
) -> Lift | None:
    """What would lift a unit of this row and score; None for the first.

    No lever is told where the row cannot be scored from itself (what it lacks was filled from the other units).
    """
    up = next_place(score, others)
    if up is None:
        return None
    if rescored(spec, row, {}) != score:
        return Lift(*up, (), Decimal(0))
    place_up, missing = up

    def gain(gains: Gains) -> Decimal:
        return (rescored(spec, row, gains) or score) - score

    levers = []
    for one in work:
        brings = gain(one.gains(one.count)) if one.count else Decimal(0)
        if brings > 0:
            enough = fewest(one.count, lambda count, one=one: gain(one.gains(count)) >= missing)  # type: ignore[misc]
            levers.append(Lever(one.kind, one.count, brings, enough))
    together = gain(_together([one.gains(one.count) for one in work if one.count]))
    return Lift(place_up, missing, tuple(sorted(levers, key=lambda lever: -lever.gain)), max(together, Decimal(0)))


def fewest(most: int, enough: Callable[[int], bool]) -> int | None:
    """The fewest from 1 to ``most`` that are enough, where more is never worse; None where not even all are."""
    if not enough(most):
        return None
    low, high = 1, most
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle + 1, high)
    return low


def _together(all_gains: Sequence[Gains]) -> Gains:
    found: dict[str, tuple[int, int]] = {}
    for gains in all_gains:
        for figure, (above, below) in gains.items():
            before = found.get(figure, (0, 0))
            found[figure] = before[0] + above, before[1] + below
    return found


def rescored(spec: RuleSpec, row: Sequence[Held], gains: Gains) -> Decimal | None:
    """The score of a row with something added to its figures; None where nothing can be scored."""
    figures = [found for part, held in zip(spec.components, row, strict=True) for found in _measured(part, held, gains)]
    (placed,) = place(spec, Table([(UNIT, "")], figures, {UNIT: spec.least_inspections}))
    return None if placed.scored.score is None else decimal(placed.scored.score, spec.places)


def _measured(part: Part, held: Held, gains: Gains) -> Iterator[Measured]:
    """What was measured for a part of this unit, in the order of the part's needs."""
    if isinstance(part, SubTable):
        for inner, one in zip(part.parts, held.parts, strict=True):
            yield from _measured(inner, one, gains)
    elif isinstance(part, Points):
        brought = {at: (points, count) for at, count, points in held.lines}
        for at in range(len(part.lines)):
            yield {UNIT: brought[at]} if at in brought else {}
    else:
        above, below = gains.get(part.figure, (0, 0)) if isinstance(part, Component | Below) else (0, 0)
        numerator: Number = (held.numerator or 0) + above
        denominator: Number = (held.denominator or 0) + below
        yield {UNIT: (numerator, denominator)} if denominator else {}
