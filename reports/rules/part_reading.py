"""Reading the parts of a rule from its data."""

import re
from collections.abc import Mapping
from dataclasses import fields
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from .events import EVENTS, NUMBERED, ONE, SELECTIONS, SOURCES, Line
from .figures import FIGURES, MEANS, SCOPES
from .parts import HUNDRED, MISSING, TOTALS, Below, Component, Earlier, Part, Points, Sheet, SubTable
from .periods import KINDS
from .reading import Reader

ZERO, LEAST_WEIGHT, GREATEST_WEIGHT = Decimal(0), Decimal("0.001"), Decimal(1000)
THOUSAND = Decimal(1000)
#: Most parts of a rule and lines of a part: more than any rule that was found has.
MOST_ROWS = 60
NAME = re.compile(r"[\w-]{1,40}")
COMMON = {"kind", "figure", "weight", "title", "missing"}
RATE = {"mean", "scope", "invert"}
OWN = {
    "rate": RATE,
    "below": RATE | {"points", "threshold", "step", "whole"},
    "points": {"base", "lines", "least", "most", "scope"},
    "sheet": {"points"},
    "earlier": {"period", "weights"},
    "table": {"parts", "total"},
}
LINE_KEYS = {field.name for field in fields(Line)}


class PartReader(Reader):
    """Reads parts; a part that makes no sense is left out and its faults are noted."""

    def parts(self, rows: Any, *, within: bool = False) -> tuple[Part, ...]:
        """The parts of a rule, or of a table ``within`` it."""
        if not isinstance(rows, list) or not rows or len(rows) > MOST_ROWS:
            self.faults.append(_("A rule needs at least one component."))
            return ()
        return tuple(part for row in rows if (part := self.part(row, within=within)))

    def part(self, row: Any, *, within: bool) -> Part | None:
        """One part."""
        if not isinstance(row, Mapping):
            self.faults.append(_("A component is an object with a figure and a weight."))
            return None
        kinds = set(OWN) - {"table"} if within else OWN
        kind = self.one_of(row, "kind", kinds, "rate")
        self.known(row, COMMON | OWN[kind])
        name = str(row.get("figure", ""))
        if kind in ("rate", "below"):
            self.choice(name, FIGURES, _("There is no figure “%(name)s”."))
        elif not NAME.fullmatch(name):
            self.faults.append(_("A part's short name has letters, digits, - and _ only, at most 40 of them."))
        given = {
            "figure": name, "title": self.text(row, "title"),
            "missing": self.one_of(row, "missing", {"", *MISSING}, ""),
        }  # fmt: skip
        weight = row.get("weight")
        if weight is None and kind != "rate":
            return self._own(kind, row, given | {"weight": ONE}, weighed=False)
        return self._own(kind, row, given | {"weight": self._weight(weight)}, weighed=True)

    def _weight(self, value: Any) -> Decimal:
        return self.decimal(value, LEAST_WEIGHT, GREATEST_WEIGHT, _("A weight")) or HUNDRED

    def _own(self, kind: str, row: Mapping[str, Any], given: dict[str, Any], *, weighed: bool) -> Part:
        """The part by its kind; one without a weight brings as many points as its value has."""
        read = {
            "rate": self._rate, "below": self._below, "points": self._points, "sheet": self._sheet,
            "earlier": self._earlier, "table": self._table,
        }[kind]  # fmt: skip
        part = read(row, given)
        return part if weighed else read(row, given | {"weight": part.full})

    def _rate_fields(self, row: Mapping[str, Any], figure: str) -> dict[str, Any]:
        mean, scope = str(row.get("mean") or "pooled"), str(row.get("scope") or "subtree")
        self.choice(mean, MEANS if figure == "conformity" else ("pooled",), _("There is no mean “%(name)s”."))
        self.choice(scope, SCOPES, _("There is no scope “%(name)s”."))
        return {"mean": mean, "scope": scope, "invert": self.flag(row, "invert")}

    def _rate(self, row: Mapping[str, Any], given: dict[str, Any]) -> Part:
        return Component(**given, **self._rate_fields(row, given["figure"]))

    def _below(self, row: Mapping[str, Any], given: dict[str, Any]) -> Part:
        return Below(
            **given, **self._rate_fields(row, given["figure"]),
            points=self.optional(row, "points", LEAST_WEIGHT, THOUSAND, HUNDRED) or HUNDRED,
            threshold=self._or(self.optional(row, "threshold", ZERO, HUNDRED, HUNDRED), HUNDRED),
            step=self._or(self.optional(row, "step", ZERO, THOUSAND, ONE), ONE),
            whole=self.flag(row, "whole"),
        )  # fmt: skip

    @staticmethod
    def _or(value: Decimal | None, default: Decimal) -> Decimal:
        return default if value is None else value

    def _points(self, row: Mapping[str, Any], given: dict[str, Any]) -> Part:
        rows = row.get("lines") or []
        if not isinstance(rows, list) or len(rows) > MOST_ROWS:
            self.faults.append(_("The lines of a part are a list."))
            rows = []
        least = self.optional(row, "least", -THOUSAND, THOUSAND, ZERO)
        part = Points(
            **given,
            base=self._or(self.optional(row, "base", ZERO, THOUSAND, HUNDRED), HUNDRED),
            lines=tuple(line for one in rows if (line := self.line(one))),
            least=self._or(least, ZERO),
            most=self.optional(row, "most", ZERO, THOUSAND),
            scope=self.one_of(row, "scope", SCOPES, "subtree"),
        )
        if not part.lines:
            self.faults.append(_("Points by event need at least one line."))
        if part.least > part.base or (part.most is not None and part.most < part.base):
            self.faults.append(_("The base lies between the least and the most points."))
        return part

    def line(self, row: Any) -> Line | None:
        """One line of points by event."""
        if not isinstance(row, Mapping):
            self.faults.append(_("A line is an object with an event and its points."))
            return None
        self.known(row, LINE_KEYS)
        event = self.one_of(row, "event", EVENTS, "noted")
        each = self.optional(row, "each", -THOUSAND, THOUSAND)
        if each is None and event != "adjustment":
            self.faults.append(_("A line says how many points each event brings."))
        nth = self.number(row, "from_nth", 2, 2, 100) if row.get("from_nth") is not None else None
        then = self.optional(row, "then", -THOUSAND, THOUSAND)
        if (nth is None) != (then is None) or (nth and event not in NUMBERED):
            self.faults.append(_("“From the n-th time” needs a number and the points from then on."))
            nth = then = None
        if row.get("together") is not None and event != "clean_site":
            self.faults.append(_("Only clean sites count together."))
        return Line(
            event=event, each=each, title=self.text(row, "title"), from_nth=nth, then=then,
            **self._selections(row, event),
            on_spot=self._factor(row, "on_spot"),
            by_number=self.flag(row, "by_number"),
            together=self.number(row, "together", 3, 2, 100) if row.get("together") is not None else None,
            times=self._factor(row, "times"),
            cap=self.optional(row, "cap", ZERO, THOUSAND),
        )  # fmt: skip

    def _selections(self, row: Mapping[str, Any], event: str) -> dict[str, Any]:
        choices = EVENTS[event].choices
        found: dict[str, Any] = {name: self.some_of(row, name, allowed) for name, allowed in SELECTIONS.items()}
        found["doubled"] = self.some_of(row, "doubled", SOURCES)
        wrong = [
            name for name, value in found.items() if value and (name if name != "doubled" else "sources") not in choices
        ]
        if wrong:
            self.faults.append(
                _("“%(event)s” cannot be narrowed by %(names)s.")
                % {"event": EVENTS[event].title, "names": ", ".join(wrong)}
            )
        return found

    def _factor(self, row: Mapping[str, Any], key: str) -> Decimal:
        return self._or(self.optional(row, key, ZERO, HUNDRED, ONE), ONE)

    def _sheet(self, row: Mapping[str, Any], given: dict[str, Any]) -> Part:
        return Sheet(**given, points=self.optional(row, "points", LEAST_WEIGHT, THOUSAND, HUNDRED) or HUNDRED)

    def _earlier(self, row: Mapping[str, Any], given: dict[str, Any]) -> Part:
        weights = row.get("weights") or []
        if not isinstance(weights, list) or len(weights) > MOST_ROWS:
            self.faults.append(_("The weights of earlier periods are a list."))
            weights = []
        return Earlier(
            **given, period=self.one_of(row, "period", KINDS, "year"),
            weights=tuple(self._weight(weight) for weight in weights),
        )  # fmt: skip

    def _table(self, row: Mapping[str, Any], given: dict[str, Any]) -> Part:
        return SubTable(
            **given, total=self.one_of(row, "total", TOTALS, "mean"), parts=self.parts(row.get("parts"), within=True)
        )
