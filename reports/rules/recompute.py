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

from .columns import Ratio
from .earlier import earlier_spans
from .heirs import inherited
from .lists import entries_of
from .parts import AnyNeed, EarlierNeed, EventNeed, Need, SheetNeed
from .periods import Span, Window, parse
from .recount import adjustment_events, events_of
from .scoring import Placed, Table, decimal, place
from .spec import RuleSpec
from .writing import components_of

#: A fact: the unit that holds it, the day whose tree of units applies, what it adds to numerator and denominator.
Fact = tuple[str, date, int, int]
TEN_PLACES = 10**10


def moment(text: str | None) -> datetime | None:
    """A moment as the inputs write it."""
    return None if text is None else datetime.fromisoformat(text)


class Inputs:
    """The frozen inputs of one ranking."""

    def __init__(self, data: Mapping[str, list[dict[str, Any]]], span: Span) -> None:
        self.heirs = {row["unit"]: row["into"] for row in data.get("merged", ())}
        self.data, self.span = {**data, "inspections": inherited(data["inspections"], self.heirs)}, span
        self.window: Window = span.window(span.ends_at)
        self.above: dict[str, list[tuple[str, date, date | None]]] = defaultdict(list)
        for link in data["tree"]:
            ends = date.fromisoformat(link["to"]) if link["to"] else None
            self.above[link["unit"]].append((link["above"], date.fromisoformat(link["from"]), ends))

    def measured(self, need: AnyNeed) -> dict[str, Ratio]:
        """Unit code → what a need of the rule measured."""
        match need:
            case Need():
                return self.figure(need)
            case EventNeed():
                return self._points(need)
            case SheetNeed():
                return {
                    row["unit"]: (Decimal(row["value"]), 1) for row in self.data["marks"] if row["sheet"] == need.sheet
                }
            case EarlierNeed():
                return self._earlier(need)
        raise TypeError(need)

    def _points(self, need: EventNeed) -> dict[str, Ratio]:
        """The points and the number of a line's events."""
        if need.line.event == "adjustment":
            events = adjustment_events(self.data["adjustments"])
        else:
            events = [row for row in self.data["events"] if row["event"] == need.line.event]
        found: dict[str, list[Any]] = defaultdict(lambda: [Decimal(0), 0])
        stays = need.line.event == "clean_site"
        if stays:
            events = [row for row in events if row["direct"] == (need.scope == "direct")]
        for unit, day, points in events_of(need.line, events):
            for one in {unit} if stays else self._counts_for(unit, day, need.scope):
                found[one][0] += points
                found[one][1] += 1
        return {unit: (points, count) for unit, (points, count) in found.items()}

    def _earlier(self, need: EarlierNeed) -> dict[str, Ratio]:
        weights = earlier_spans(need, self.span)
        found: dict[str, list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
        for row in self.data["earlier"]:
            if weight := weights.get(row["period"]):
                found[row["unit"]][0] += weight * Decimal(row["score"])
                found[row["unit"]][1] += weight
        return {unit: (above, below) for unit, (above, below) in found.items()}

    def figure(self, component: Need) -> dict[str, Ratio]:
        """Unit code → numerator and denominator of a rate."""
        if component.figure == "conformity":
            return self._conformity(component)
        found: dict[str, list[int]] = defaultdict(lambda: [0, 0])
        for unit, day, numerator, denominator in getattr(self, component.figure)():
            for one in self._counts_for(unit, day, component.scope):
                found[one][0] += numerator
                found[one][1] += denominator
        return {unit: (numerator, denominator) for unit, (numerator, denominator) in found.items() if denominator}

    def _counts_for(self, unit: str, day: date, scope: str) -> set[str]:
        links = self.above[unit] if scope == "subtree" else ()
        found = {unit} | {above for above, begins, ends in links if begins <= day and (ends is None or day < ends)}
        return {self.heirs.get(one, one) for one in found}

    def _conformity(self, component: Need) -> dict[str, Ratio]:
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

    def misplaced(self) -> list[str]:
        """The codes of inspections that are marked late and were seen in the period, or the reverse."""
        rows = self.data["inspections"]
        return sorted({row["code"] for row in rows if self._within(moment(row["seen_at"])) == row.get("late", False)})

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

    def satisfaction(self) -> Iterator[Fact]:
        """Valid answers of those who were asked back; the satisfied ones."""
        for row in self.data["callbacks"]:
            day = day_of(datetime.fromisoformat(row["called_back_at"]))
            yield row["unit"], day, int(row["callback"] in ("satisfied", "mostly")), 1

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
    read = Inputs(inputs, span)
    codes = {row["unit"]: number for number, row in enumerate(snapshot["rows"])}

    def by_number(values: Mapping[str, Any]) -> dict[int, Any]:
        return {codes[unit]: value for unit, value in values.items() if unit in codes}

    figures = [by_number(read.measured(need)) for need in spec.needs()]
    units = [(number, unit) for unit, number in codes.items()]
    return spec, place(spec, Table(units, figures, by_number(read.inspections())))


def differences(snapshot: Mapping[str, Any], inputs: Mapping[str, Any]) -> list[str]:
    """What a published ranking says other than its inputs do: one line per unit and part, empty when they agree."""
    spec, rows = ranked_again(snapshot, inputs)
    lists, listed_then = _lists_again(spec, rows, parse(snapshot["period"]).kind), _lists_then(snapshot)
    found = [f"{code}: not of the period" for code in Inputs(inputs, parse(snapshot["period"])).misplaced()]
    for said, row, components in zip(snapshot["rows"], rows, components_of(spec, rows), strict=True):
        score = None if row.rank is None else decimal(row.scored.score or 0, spec.places)
        pairs = {
            "unit": (said["unit"], row.code),
            "rank": (said["rank"], row.rank),
            "score": (_number(said["score"]), score),
            "footnote": (said["footnote"], row.footnote),
            "list": (listed_then.get(row.code), lists.get(row.code)),
            "components": (_parts(said["components"]), _parts(components)),
        }
        found += [f"{row.code} {name}: {one} ≠ {other}" for name, (one, other) in pairs.items() if one != other]
    merged = [[{name: one[name] for name in ("unit", "into", "on")} for one in side.get("merged", ())]
              for side in (snapshot, inputs)]  # fmt: skip
    return found + ([f"merged: {merged[0]} ≠ {merged[1]}"] if merged[0] != merged[1] else [])


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _lists_then(snapshot: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Unit code → board → colour, as published."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for entry in snapshot["lists"]:
        found[entry["unit"]][entry.get("board", "")] = entry["color"]
    return found


def _lists_again(spec: RuleSpec, rows: list[Placed], kind: str) -> dict[str, dict[str, str]]:
    """Unit code → board → colour, by the rule."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for board in spec.boards_in(kind):
        for entry in entries_of(spec, board, rows):
            found[entry.row.code][board.name] = entry.color
    return found


def _parts(components: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    names = ("value", "counted", "numerator", "denominator", "points", "lost")
    return [
        (
            part["figure"], *(_number(part.get(name)) for name in names), part.get("lines", []),
            _parts(part.get("parts", [])),
        )
        for part in components
    ]  # fmt: skip
