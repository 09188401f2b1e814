"""A published ranking computed again from its frozen inputs alone, in plain Python with exact fractions.

Written from the definitions and not from the statements that computed the ranking, so that one checks the other.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from campaign.rules import ONE_DAY, day_of

from .lists import listed
from .periods import Window, parse
from .scoring import Placed, Ratio, Table, decimal, place
from .spec import Component, RuleSpec
from .writing import components_of

#: A fact: the unit that holds it, the day whose tree of units applies, what it adds to numerator and denominator.
Fact = tuple[str, date, int, int]
TEN_PLACES = 10**10


def moment(text: str | None) -> datetime | None:
    """A moment as the inputs write it."""
    return None if text is None else datetime.fromisoformat(text)


class Inputs:
    """The frozen inputs of one ranking."""

    def __init__(self, data: Mapping[str, list[dict[str, Any]]], window: Window) -> None:
        self.data, self.window = data, window
        self.above: dict[str, list[tuple[str, date, date | None]]] = defaultdict(list)
        for link in data["tree"]:
            ends = date.fromisoformat(link["to"]) if link["to"] else None
            self.above[link["unit"]].append((link["above"], date.fromisoformat(link["from"]), ends))

    def figure(self, component: Component) -> dict[str, Ratio]:
        """Unit code → numerator and denominator of a component."""
        if component.figure == "conformity":
            return self._conformity(component)
        found: dict[str, list[int]] = defaultdict(lambda: [0, 0])
        for unit, day, numerator, denominator in getattr(self, component.figure)():
            for one in self._counts_for(unit, day, component.scope):
                found[one][0] += numerator
                found[one][1] += denominator
        return {unit: (numerator, denominator) for unit, (numerator, denominator) in found.items() if denominator}

    def _counts_for(self, unit: str, day: date, scope: str) -> set[str]:
        if scope == "direct":
            return {unit}
        links = self.above[unit]
        return {unit} | {above for above, begins, ends in links if begins <= day and (ends is None or day < ends)}

    def _conformity(self, component: Component) -> dict[str, Ratio]:
        seen = [row for row in self.data["inspections"] if component.scope == "subtree" or row["direct"]]
        if component.mean == "by_indicator":
            return self._by_indicator(seen)
        points: dict[str, dict[str, list[Decimal]]] = defaultdict(lambda: defaultdict(lambda: [Decimal(0), Decimal(0)]))
        for row in seen:
            one = points[row["unit"]][row["site"] if component.mean == "by_site" else ""]
            one[0] += Decimal(row["earned"])
            one[1] += Decimal(row["available"])
        if component.mean == "pooled":
            return {unit: (found[""][0], found[""][1]) for unit, found in points.items() if found[""][1]}
        means = {unit: _shares(sites.values()) for unit, sites in points.items()}
        return {unit: (_ten_places(sum(shares)), len(shares)) for unit, shares in means.items() if shares}

    def _by_indicator(self, seen: list[dict[str, Any]]) -> dict[str, Ratio]:
        visits: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for row in seen:
            visits[row["code"]].append((row["unit"], row["site"]))
        points: dict[str, Any] = defaultdict(lambda: defaultdict(lambda: defaultdict(lambda: [Decimal(0), Decimal(0)])))
        for answer in self.data["answers"]:
            for unit, site in visits[answer["inspection"]]:
                one = points[unit][answer["indicator"]][site]
                one[0] += Decimal(answer["earned"])
                one[1] += Decimal(answer["available"])
        found: dict[str, Ratio] = {}
        for unit, indicators in points.items():
            means = [_mean(shares) for sites in indicators.values() if (shares := _shares(sites.values()))]
            found[unit] = (_ten_places(sum(means)), len(means))
        return found

    def inspections(self) -> dict[str, int]:
        """Unit code → number of inspections."""
        found: dict[str, int] = defaultdict(int)
        for row in self.data["inspections"]:
            found[row["unit"]] += 1
        return found

    def _within(self, at: datetime | None) -> bool:
        return at is not None and self.window.starts_at <= at < self.window.cut

    def rectified(self) -> Iterator[Fact]:
        """Handed over in the period; closed before the cut."""
        for row in self.data["problems"]:
            handed, closed = moment(row["handed_over_at"]), moment(row["closed_at"])
            if handed and self._within(handed):
                yield row["unit"], day_of(handed), int(closed is not None and closed < self.window.cut), 1

    def on_time(self) -> Iterator[Fact]:
        """Closed in the period, in time or late; open at the cut and overdue."""
        for row in self.data["problems"]:
            due, closed = moment(row["due_at"]), moment(row["closed_at"])
            if closed and self._within(closed):
                yield row["unit"], day_of(closed), int(due is not None and closed <= due), 1
            elif due and due < self.window.cut and (closed is None or closed >= self.window.cut):
                yield row["unit"], self.window.last_day, 0, 1

    def prompt_receipt(self) -> Iterator[Fact]:
        """Handed over in the period with a limit for receiving; received by then."""
        for row in self.data["problems"]:
            handed, limit = moment(row["handed_over_at"]), moment(row["receive_due_at"])
            received = moment(row["received_at"])
            if handed and limit and self._within(handed):
                yield row["unit"], day_of(handed), int(received is not None and received <= limit), 1

    def rework(self) -> Iterator[Fact]:
        """Repairs sent back, repairs submitted."""
        for row in self.data["steps"]:
            day = day_of(datetime.fromisoformat(row["at"]))
            yield row["unit"], day, int(row["move"] == "send_back"), int(row["move"] == "submit")

    def tasks(self) -> Iterator[Fact]:
        """Duties due in the period; accepted, and reported by their day."""
        for row in self.data["duties"]:
            due, reported = date.fromisoformat(row["due_on"]), moment(row["reported_at"])
            done = row["state"] == "accepted" and reported is not None and day_of(reported) < due + ONE_DAY
            yield row["unit"], due, int(done), 1


def _shares(points: Any) -> list[Fraction]:
    return [Fraction(earned) / Fraction(available) for earned, available in points if available]


def _mean(shares: list[Fraction]) -> Fraction:
    return sum(shares, Fraction(0)) / len(shares)


def _ten_places(value: Fraction | int) -> Decimal:
    return Decimal((2 * value * TEN_PLACES + 1) // 2).scaleb(-10)


def ranked_again(snapshot: Mapping[str, Any], inputs: Mapping[str, Any]) -> tuple[RuleSpec, list[Placed]]:
    """The rows of a published ranking from its snapshot's rule and units and its inputs."""
    spec = RuleSpec.parse(snapshot["rule"]["spec"])
    span = parse(snapshot["period"])
    read = Inputs(inputs, span.window(span.ends_at))
    codes = {row["unit"]: number for number, row in enumerate(snapshot["rows"])}

    def by_number(values: Mapping[str, Any]) -> dict[int, Any]:
        return {codes[unit]: value for unit, value in values.items() if unit in codes}

    figures = [by_number(read.figure(component)) for component in spec.components]
    units = [(number, unit) for unit, number in codes.items()]
    return spec, place(spec, Table(units, figures, by_number(read.inspections())))


def differences(snapshot: Mapping[str, Any], inputs: Mapping[str, Any]) -> list[str]:
    """What a published ranking says other than its inputs do: one line per unit and part, empty when they agree."""
    spec, rows = ranked_again(snapshot, inputs)
    colors = {row.unit: color for row, color in listed(spec, rows)}
    listed_then = {entry["unit"]: entry["color"] for entry in snapshot["lists"]}
    found = []
    for said, row in zip(snapshot["rows"], rows, strict=True):
        score = None if row.rank is None else decimal(row.scored.score or 0, spec.places)
        pairs = {
            "unit": (said["unit"], row.code),
            "rank": (said["rank"], row.rank),
            "score": (_number(said["score"]), score),
            "footnote": (said["footnote"], row.footnote),
            "list": (listed_then.get(row.code), colors.get(row.unit)),
            "components": (_parts(said["components"]), _parts(components_of(spec, row))),
        }
        found += [f"{row.code} {name}: {one} ≠ {other}" for name, (one, other) in pairs.items() if one != other]
    return found


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _parts(components: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    names = ("value", "counted", "numerator", "denominator", "points")
    return [(part["figure"], *(_number(part[name]) for name in names)) for part in components]
