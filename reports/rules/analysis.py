"""How far a ranking carries: places under other weights and means, and how sure the scores are.

For the office and supervisors; publication follows the rule alone. A ranking is computed again and again by the rule's
own engine: with each weight a tenth more and less, with each other mean of conformity, and with the conformity of a
resample of every unit's inspections.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from typing import Any

import numpy as np

from .columns import Measured, Ratio
from .figures import FIGURES, MEANS, Text
from .parts import AnyNeed, Below, Component, Need, Part, SubTable
from .scoring import Placed, Table, decimal, place
from .spec import RuleSpec
from .uncertainty import LEAST_INSPECTIONS, Floats, Interval, Look, intervals, resampled

#: A weight is tried at a tenth more and a tenth less.
TENTH = Decimal("0.1")
#: Quantiles of the resamples at which a score is computed; between them it is read from a straight line.
GRID = np.linspace(0, 1, 17)
#: Unit → what each of its inspections brought.
Looks = Mapping[int, Sequence[Look]]


@dataclass(frozen=True, slots=True)
class Variant:
    """The rule with one thing changed: a part's weight by a tenth up or down, or conformity by another mean."""

    title: Text
    change: Text
    spec: RuleSpec


@dataclass(frozen=True, slots=True)
class Analysed:
    """One unit: its place by the rule, the places of the variants in their order, and how sure its score is."""

    unit: int
    rank: int
    places: tuple[int | None, ...]
    interval: Interval

    @property
    def best(self) -> int:
        """The best place under any variant."""
        return min([self.rank, *(place for place in self.places if place)])

    @property
    def worst(self) -> int:
        """The worst place under any variant."""
        return max([self.rank, *(place for place in self.places if place)])


def looks_of(data: Mapping[str, list[dict[str, Any]]], need: Need, units: Mapping[str, int]) -> dict[int, list[Look]]:
    """What each inspection of frozen inputs brought to a mean of conformity, by unit; ``units`` maps codes to ids."""
    seen = [row for row in data["inspections"] if row["unit"] in units and (need.scope == "subtree" or row["direct"])]
    number = {code: at for at, code in enumerate(dict.fromkeys(row["code"] for row in seen))}
    sites = {site: at for at, site in enumerate(dict.fromkeys(row["site"] for row in seen))}
    found: dict[int, list[Look]] = defaultdict(list)
    if need.mean != "by_indicator":
        for row in seen:
            look = Look(number[row["code"]], sites[row["site"]], 0, float(row["earned"]), float(row["available"]))
            found[units[row["unit"]]].append(look)
        return found
    indicators: dict[str, int] = {}
    answers = defaultdict(list)
    for answer in data["answers"]:
        answers[answer["inspection"]].append(answer)
    for row in seen:
        for answer in answers[row["code"]]:
            indicator = indicators.setdefault(answer["indicator"], len(indicators))
            points = float(answer["earned"]), float(answer["available"])
            found[units[row["unit"]]].append(Look(number[row["code"]], sites[row["site"]], indicator, *points))
    return found


def variants(spec: RuleSpec) -> list[Variant]:
    """The rule with each weight ± 10 % (where there are several) and with conformity by each other mean.

    The weights within a table are tried too; its conformity keeps its mean.
    """
    found = list(_of_weights(spec.components, lambda parts: replace(spec, components=parts)))
    for at, part in enumerate(spec.components):
        if isinstance(part, Component | Below) and part.figure == "conformity":
            for mean in MEANS:
                if mean != part.mean:
                    parts = _changed(spec.components, at, replace(part, mean=mean))
                    found.append(Variant(title_of(part), MEANS[mean], replace(spec, components=parts)))
    return found


def _of_weights(parts: tuple[Part, ...], rule: Callable[[tuple[Part, ...]], RuleSpec]) -> Iterator[Variant]:
    for at, part in enumerate(parts):
        if len(parts) > 1:
            for change, factor in (("−10 %", 1 - TENTH), ("+10 %", 1 + TENTH)):
                tried = replace(part, weight=part.weight * factor)
                yield Variant(title_of(part), change, rule(_changed(parts, at, tried)))
        if isinstance(part, SubTable):
            yield from _of_weights(part.parts, partial(_within, parts, at, part, rule))


def _within(
    parts: tuple[Part, ...],
    at: int,
    table: SubTable,
    rule: Callable[[tuple[Part, ...]], RuleSpec],
    inner: tuple[Part, ...],
) -> RuleSpec:
    return rule(_changed(parts, at, replace(table, parts=inner)))


def _changed(parts: tuple[Part, ...], at: int, part: Part) -> tuple[Part, ...]:
    return (*parts[:at], part, *parts[at + 1 :])


def title_of(part: Part) -> Text:
    """What a part is called."""
    return part.title or (FIGURES[part.figure].title if part.figure in FIGURES else part.figure)


class Analysis:
    """Computes a ranking's variants and intervals from what was measured; ``more`` measures what other means need."""

    def __init__(
        self, spec: RuleSpec, table: Table, more: Mapping[Need, Measured], looks: Mapping[Need, Looks]
    ) -> None:
        self.spec, self.table, self.looks = spec, table, looks
        self.measured: dict[AnyNeed, Measured] = dict(zip(spec.needs(), table.figures, strict=True))
        self.measured.update(more.items())
        self.numbers = {unit: at for at, (unit, _code) in enumerate(table.in_code_order)}

    def rows(self, seed: Sequence[int]) -> list[Analysed]:
        """The ranked units from the best place, the same for the same seed."""
        ranked = [row for row in self._placed(self.spec) if row.rank is not None]
        others = [self._ranks(variant.spec) for variant in variants(self.spec)]
        sure = self._intervals([row.unit for row in ranked], seed)
        return [
            Analysed(row.unit, row.rank or 0, tuple(ranks.get(row.unit) for ranks in others), sure[row.unit])
            for row in ranked
        ]

    def _placed(self, spec: RuleSpec, measured: Mapping[AnyNeed, Measured] | None = None) -> list[Placed]:
        known = self.measured if measured is None else measured
        return place(spec, replace(self.table, figures=[known[need] for need in spec.needs()]))

    def _ranks(self, spec: RuleSpec) -> dict[int, int]:
        return {row.unit: row.rank for row in self._placed(spec) if row.rank is not None}

    def _intervals(self, order: Sequence[int], seed: Sequence[int]) -> dict[int, Interval]:
        counts = self._counts(order)
        drawn = {need: self._drawn(need, order, counts, seed) for need in self.looks}
        scores = self._scores(drawn) if drawn else {}
        return intervals(order, scores, counts)

    def _counts(self, units: Iterable[int]) -> dict[int, int]:
        """Inspections of each unit, the most of any mean."""
        found = {}
        for unit in units:
            each = [{look.inspection for look in looks.get(unit, ())} for looks in self.looks.values()]
            found[unit] = max(map(len, each), default=0)
        return found

    def _drawn(
        self, need: Need, order: Sequence[int], counts: Mapping[int, int], seed: Sequence[int]
    ) -> dict[int, Floats]:
        looks = self.looks[need]
        enough = [unit for unit in order if counts[unit] >= LEAST_INSPECTIONS and looks.get(unit)]
        return {unit: resampled(looks[unit], need.mean, [*seed, self.numbers[unit]]) for unit in enough}

    def _scores(self, drawn: Mapping[Need, Mapping[int, Floats]]) -> dict[int, Floats]:
        """Each unit's scores of its resamples: the engine's at the quantiles, straight lines between."""
        quantiles = {need: _quantiles(units) for need, units in drawn.items()}
        steps = [self._scores_at(quantiles, at) for at in range(len(GRID))]
        first = next(iter(drawn))
        return {
            unit: np.interp(values, quantiles[first][unit], [step.get(unit, np.nan) for step in steps])
            for unit, values in drawn[first].items()
        }

    def _scores_at(self, quantiles: Mapping[Need, Mapping[int, Floats]], at: int) -> dict[int, float]:
        measured = dict(self.measured)
        for need, units in quantiles.items():
            moved: dict[int, Ratio] = {unit: (Decimal(repr(float(values[at]))), 100) for unit, values in units.items()}
            measured[need] = {**self.measured[need], **moved}
        rows = self._placed(self.spec, measured)
        return {
            row.unit: float(decimal(row.scored.score, self.spec.places)) for row in rows if row.scored.score is not None
        }


def _quantiles(drawn: Mapping[int, Floats]) -> dict[int, Floats]:
    """The quantiles of each unit's resamples at the points of ``GRID``."""
    return dict(zip(drawn, np.quantile(list(drawn.values()), GRID, axis=1).T, strict=True)) if drawn else {}
