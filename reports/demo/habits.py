"""How good each unit is at keeping its sites and at repairing, and how that changes over the weeks."""

from dataclasses import dataclass
from datetime import date
from functools import cache
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

    code: str

    def met(self, age: float, day: date) -> float:
        """The chance that an ordinary item is met; ``age`` runs from 0 (first day) to 1 (today)."""
        return min(0.99, self.quality + self.gain * age + mood(self.code, f"{day:%Y-%m}"))

    def in_time(self, age: float, day: date) -> float:
        """The chance that a repair is finished in time."""
        return min(0.995, self.punctual + self.gain * age + mood(self.code, f"{day:%Y-%m}"))


@cache
def mood(code: str, month: str) -> float:
    """A unit has better and worse months."""
    return _spread(dice("mood", code, month), 0.02)


def habit_of(unit: Unit) -> Habit:
    """A unit's habits, the same on every run."""
    throw = dice("habit", unit.code)
    base = QUALITY.get(unit.group.code if unit.group else "", 0.88)
    return Habit(
        quality=base + _spread(throw, 0.03),
        gain=0.035 + _spread(throw, 0.02),
        prompt=min(0.99, 0.94 + _spread(throw, 0.03)),
        punctual=min(0.99, 0.94 + _spread(throw, 0.03)),
        botched=max(0.02, 0.06 + _spread(throw, 0.02)),
        code=unit.code,
    )


def _spread(throw: Random, sigma: float) -> float:
    return max(-2 * sigma, min(2 * sigma, throw.gauss(0, sigma)))
