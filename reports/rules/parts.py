"""The parts a score is made of (考核办法的组成部分): rates, rates turned to points, points by event, values entered,
earlier scores, and tables of parts.

A part has a value on its own scale (``full`` is the value of full marks) and a weight. ``figure`` names it in the rule:
for rates the figure itself, for the others a short name of letters, digits, - and _.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

from .events import Line

HUNDRED = Decimal(100)

#: What happens where a part has nothing to assess; "" asks the rule.
MISSING = ("reweight", "zero", "others", "leave_out")
TOTALS = ("mean", "sum", "geometric")


@dataclass(frozen=True, slots=True)
class Need:
    """A rate wanted for all units: its name, the mean (conformity only) and the scope."""

    figure: str
    mean: str = "pooled"
    scope: str = "subtree"


@dataclass(frozen=True, slots=True)
class EventNeed:
    """The points and the number of the events of one line, for all units."""

    line: Line
    scope: str = "subtree"


@dataclass(frozen=True, slots=True)
class SheetNeed:
    """The values that were entered for a period under a name."""

    sheet: str


@dataclass(frozen=True, slots=True)
class EarlierNeed:
    """Earlier published scores: the last periods of a kind with their weights, or all that lie within the period."""

    kind: str
    weights: tuple[Decimal, ...] = ()


AnyNeed = Need | EventNeed | SheetNeed | EarlierNeed


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What every part has."""

    kind: ClassVar[str]

    figure: str
    weight: Decimal
    title: str = ""
    missing: str = ""

    @property
    def full(self) -> Decimal:
        """The value of full marks."""
        return HUNDRED

    @property
    def start(self) -> Decimal:
        """The value a unit has before anything happened: its story begins here."""
        return self.full

    def needs(self) -> list[AnyNeed]:
        """What must be measured for it, in a fixed order."""
        raise NotImplementedError

    def as_json(self) -> dict[str, Any]:
        """The part as data."""
        raise NotImplementedError

    def _json(self, **own: Any) -> dict[str, Any]:
        common = {"kind": self.kind, "figure": self.figure, "weight": str(self.weight), "title": self.title}
        return common | own | ({"missing": self.missing} if self.missing else {})


@dataclass(frozen=True, slots=True, kw_only=True)
class Component(Part):
    """A rate in %; ``invert`` counts 100 − value (at least 0), where less is better."""

    kind: ClassVar[str] = "rate"

    mean: str = "pooled"
    scope: str = "subtree"
    invert: bool = False

    def needs(self) -> list[AnyNeed]:
        return [Need(self.figure, self.mean, self.scope)]

    def as_json(self) -> dict[str, Any]:
        """The rate as data, as rules have written it from the beginning."""
        return {
            "figure": self.figure, "mean": self.mean, "scope": self.scope, "weight": str(self.weight),
            "invert": self.invert, "title": self.title,
        } | ({"missing": self.missing} if self.missing else {})  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Below(Part):
    """A rate turned to points: full marks from a threshold on, ``step`` points less for each percentage point below.

    ``whole``: a percentage point counts once it is complete; otherwise parts of one count too. Never below 0.
    ``invert``: the rate is good when low, and each point above the threshold costs.
    """

    kind: ClassVar[str] = "below"

    points: Decimal = HUNDRED
    threshold: Decimal = HUNDRED
    step: Decimal = Decimal(1)
    whole: bool = False
    mean: str = "pooled"
    scope: str = "subtree"
    invert: bool = False

    @property
    def full(self) -> Decimal:
        return self.points

    def needs(self) -> list[AnyNeed]:
        return [Need(self.figure, self.mean, self.scope)]

    def as_json(self) -> dict[str, Any]:
        return self._json(
            points=str(self.points), threshold=str(self.threshold), step=str(self.step), whole=self.whole,
            mean=self.mean, scope=self.scope, invert=self.invert,
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Points(Part):
    """A base and points for every event, not below ``least`` (扣完为止) nor above ``most``."""

    kind: ClassVar[str] = "points"

    base: Decimal = HUNDRED
    lines: tuple[Line, ...] = ()
    least: Decimal = Decimal(0)
    most: Decimal | None = None
    scope: str = "subtree"

    @property
    def full(self) -> Decimal:
        return self.base if self.base > 0 else self.most or HUNDRED

    @property
    def start(self) -> Decimal:
        return self.base

    def needs(self) -> list[AnyNeed]:
        return [EventNeed(line.counted(), self.scope) for line in self.lines]

    def as_json(self) -> dict[str, Any]:
        most = {} if self.most is None else {"most": str(self.most)}
        return self._json(
            base=str(self.base), least=str(self.least), scope=self.scope,
            lines=[line.as_json() for line in self.lines], **most,
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet(Part):
    """A value entered or imported for each unit and period under the part's name, of at most ``points``."""

    kind: ClassVar[str] = "sheet"

    points: Decimal = HUNDRED

    @property
    def full(self) -> Decimal:
        return self.points

    def needs(self) -> list[AnyNeed]:
        return [SheetNeed(self.figure)]

    def as_json(self) -> dict[str, Any]:
        return self._json(points=str(self.points))


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier(Part):
    """The unit's published scores: of the last periods of a kind by ``weights`` (the latest first), or, without
    weights, the mean of all that lie within the period (the months of a quarter)."""

    kind: ClassVar[str] = "earlier"

    period: str = "year"
    weights: tuple[Decimal, ...] = ()

    def needs(self) -> list[AnyNeed]:
        return [EarlierNeed(self.period, self.weights)]

    def as_json(self) -> dict[str, Any]:
        return self._json(period=self.period, weights=[str(weight) for weight in self.weights])


@dataclass(frozen=True, slots=True, kw_only=True)
class SubTable(Part):
    """Parts with a total of their own, which counts with the table's weight."""

    kind: ClassVar[str] = "table"

    parts: tuple[Part, ...] = ()
    total: str = "mean"

    @property
    def full(self) -> Decimal:
        return HUNDRED if self.total != "sum" else sum((part.weight for part in self.parts), Decimal(0))

    @property
    def start(self) -> Decimal:
        return start_of(self.parts, self.total)

    def needs(self) -> list[AnyNeed]:
        return [need for part in self.parts for need in part.needs()]

    def as_json(self) -> dict[str, Any]:
        return self._json(total=self.total, parts=[part.as_json() for part in self.parts])


def start_of(parts: tuple[Part, ...], total: str) -> Decimal:
    """Where the story of a total begins: what all parts bring before anything happened."""
    weights = sum((part.weight for part in parts), Decimal(0))
    brought = sum((part.weight * part.start / part.full for part in parts), Decimal(0))
    return brought if total == "sum" else brought * HUNDRED / weights


def leaves(parts: tuple[Part, ...]) -> Iterator[Part]:
    """The parts and, in place of tables, those within them."""
    for part in parts:
        if isinstance(part, SubTable):
            yield from part.parts
        else:
            yield part
