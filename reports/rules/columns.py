"""The values of parts for all units of a ranking, part by part; whole numbers in units of the last printed place."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from .figures import FIGURES, printed, printed_all
from .parts import Below, Component, Earlier, Part, Points, Sheet, SubTable
from .totals import Summed, Total, quotient

Number = Decimal | int
#: Numerator and denominator of a figure; points and number of events; a value and 1; Σ weight × score and Σ weight.
Ratio = tuple[Number, Number]
Measured = Mapping[int, Ratio]
#: A line of points by event: its number in the part, how many events, and the points they brought.
LinePoints = tuple[int, int, int]


@dataclass(slots=True)
class Column:
    """One part for all units in one order; None for nothing to assess.

    ``values`` as printed, ``counted`` what enters the total (turned round, bounded, or filled), ``lines`` of points by
    event, ``parts`` and ``sums`` of a table.
    """

    part: Part
    ratios: list[Ratio | None]
    values: list[int | None]
    counted: list[int | None]
    lines: list[list[LinePoints]] = field(default_factory=list)
    parts: list["Column"] = field(default_factory=list)
    sums: list[Summed] = field(default_factory=list)
    losses: list[Sequence[int | None]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Setting:
    """How values are printed, and what a part with nothing to assess does unless it says so itself."""

    places: int
    rounding: str
    missing: str


class Columns:
    """Makes the columns of parts from what was measured, which comes in the order of the parts' needs."""

    def __init__(self, units: Sequence[int], measured: Iterator[Measured], setting: Setting) -> None:
        self.units, self.measured, self.setting = units, measured, setting
        self.unit = 10**setting.places

    def of(self, part: Part) -> Column:
        """One part's column, with what is missing filled as the rule says."""
        make: Callable[[Part], Column] = {
            Component: self._rate, Below: self._below, Points: self._points, Sheet: self._sheet,
            Earlier: self._earlier, SubTable: self._table,
        }[type(part)]  # type: ignore[assignment]  # fmt: skip
        column = make(part)
        self._fill(column)
        return column

    def _fill(self, column: Column) -> None:
        policy = column.part.missing or self.setting.missing
        if policy not in ("zero", "others") or None not in column.counted:
            return
        others = [value for value in column.counted if value is not None]
        filling = 0
        if policy == "others":
            if not others:
                return
            filling = quotient(sum(others), len(others), self.setting.rounding)
        column.counted = [filling if value is None else value for value in column.counted]

    def _ratios(self) -> list[Ratio | None]:
        measured = next(self.measured)
        return [measured.get(unit) for unit in self.units]

    def _percent(self, ratio: Ratio) -> int:
        if self.setting.rounding == "half_up":
            return printed(*ratio, self.setting.places)
        return quotient(*_whole(ratio[0] * 100 * self.unit, ratio[1]), self.setting.rounding)

    def _decimal(self, ratio: Ratio) -> int:
        above, below = ratio[0] * self.unit, ratio[1]
        if self.setting.rounding == "half_up":
            twice = below + below  # of decimals, // cuts towards zero: half away from zero either way
            return int((above + above + below) // twice) if above >= 0 else -int((below - above - above) // twice)
        return quotient(*_whole(ratio[0] * self.unit, ratio[1]), self.setting.rounding)

    def _rate(self, part: Component) -> Column:
        ratios = self._ratios()
        if self.setting.rounding == "half_up":
            values = printed_all(ratios, self.setting.places)
        else:
            values = [None if ratio is None else self._percent(ratio) for ratio in ratios]
        if not (part.invert or FIGURES[part.figure].lower_is_better):
            return Column(part, ratios, values, values)  # between 0 and 100 % as it is
        full = 100 * self.unit
        turned = [None if value is None else bounded(value, full, invert=part.invert) for value in values]
        return Column(part, ratios, values, turned)

    def _below(self, part: Below) -> Column:
        """full − step × what is missing to the threshold, computed from the printed rate."""
        ratios = self._ratios()
        threshold, full = int(part.threshold * self.unit), int(part.points * self.unit)
        step = int(part.step * 1000)
        values: list[int | None] = []
        for ratio in ratios:
            if ratio is None:
                values.append(None)
                continue
            rate = self._percent(ratio)
            gap = max(rate - threshold if part.invert else threshold - rate, 0)
            if part.whole:
                gap -= gap % self.unit
            values.append(max(quotient(full * 1000 - step * gap, 1000, self.setting.rounding), 0))
        return Column(part, ratios, values, list(values))

    def _points(self, part: Points) -> Column:
        """The base and what the lines bring, within the part's bounds. A unit without events has the base."""
        measured = [next(self.measured) for _line in part.lines]
        caps = [None if line.cap is None else int(line.cap * self.unit) for line in part.lines]
        base, least = int(part.base * self.unit), int(part.least * self.unit)
        most = None if part.most is None else int(part.most * self.unit)
        column = Column(part, [], [], [])
        for unit in self.units:
            lines = []
            for at, found in enumerate(measured):
                if ratio := found.get(unit):
                    points = self._decimal((ratio[0], 1))
                    cap = caps[at]
                    points = points if cap is None else min(max(points, -cap), cap)
                    lines.append((at, int(ratio[1]), points))
            value = max(base + sum(points for _at, _count, points in lines), least)
            column.values.append(value if most is None else min(value, most))
            column.lines.append(lines)
            column.ratios.append(None)
        column.counted = list(column.values)
        return column

    def _sheet(self, part: Sheet) -> Column:
        return self._plain(part)

    def _earlier(self, part: Earlier) -> Column:
        return self._plain(part)

    def _plain(self, part: Part) -> Column:
        ratios = self._ratios()
        values = [None if ratio is None else self._decimal(ratio) for ratio in ratios]
        return Column(part, ratios, values, list(values))

    def _table(self, part: SubTable) -> Column:
        inner = [self.of(one) for one in part.parts]
        total = Total(part.parts, part.total, self.setting.places, self.setting.places, self.setting.rounding)
        column = Column(part, [None] * len(self.units), [], [], parts=inner)
        for row in zip(*(one.counted for one in inner), strict=True):
            counted = [*row]
            summed = total.of(counted)
            column.sums.append(summed)
            column.losses.append(total.lost(counted, summed))
            column.values.append(summed.total)
        column.counted = list(column.values)
        return column


def bounded(value: int, full: int, *, invert: bool) -> int:
    """What a printed rate counts: itself or 100 − value, between 0 and 100 (more can be sent back than submitted)."""
    return min(max(full - value if invert else value, 0), full)


def _whole(above: Number, below: Number) -> tuple[int, int]:
    """A fraction of decimals as one of whole numbers."""
    above, below = Decimal(above), Decimal(below)
    shift = max(-_exponent(above), -_exponent(below), 0)
    return int(above.scaleb(shift)), int(below.scaleb(shift))


def _exponent(number: Decimal) -> int:
    return int(number.as_tuple().exponent)
