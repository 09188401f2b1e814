"""How good each unit is at keeping its sites and at repairing, and how that changes over the weeks."""

from dataclasses import dataclass
from random import Random

from units.models import Unit

from .tables import dice

#: A group's starting quality: the share of items met in the first week, on average.
QUALITY = {"ZCJ": 0.885, "XCJ": 0.87, "XZ": 0.845, "BM": 0.895, "YY": 0.915, "XX": 0.925, "CK": 0.93}


@dataclass(frozen=True, slots=True)
class Habit:
    """Chances between 0 and 1; ``gain`` is what quality and punctuality gain from the first week to the last."""

    quality: float
    gain: float
    prompt: float
    punctual: float
    botched: float

    def met(self, age: float) -> float:
        """The chance that an ordinary item is met; ``age`` runs from 0 (first day) to 1 (today)."""
        return min(0.99, self.quality + self.gain * age)

    def in_time(self, age: float) -> float:
        """The chance that a repair is finished in time."""
        return min(0.99, self.punctual + self.gain * age)


def habit_of(unit: Unit) -> Habit:
    """A unit's habits, the same on every run."""
    throw = dice("habit", unit.code)
    base = QUALITY.get(unit.group.code if unit.group else "", 0.88)
    return Habit(
        quality=base + _spread(throw, 0.03),
        gain=0.035 + _spread(throw, 0.02),
        prompt=min(0.98, 0.9 + _spread(throw, 0.05)),
        punctual=min(0.98, 0.925 + _spread(throw, 0.04)),
        botched=max(0.02, 0.06 + _spread(throw, 0.02)),
    )


def _spread(throw: Random, sigma: float) -> float:
    return max(-2 * sigma, min(2 * sigma, throw.gauss(0, sigma)))
