"""A scoring rule (考核办法) read from its data, with what is wrong said in sentences.

The data is a JSON object, decimals as text::

    {"components": [{"figure": "conformity", "mean": "by_site", "weight": "60"}, {"figure": "on_time", "weight": "40"}],
     "component_places": 2, "places": 2, "least_inspections": 0,
     "red": {"best": 3, "least_score": "90"}, "black": {"worst": 3, "below": "80"}}

Components may also carry ``scope`` (``subtree`` or ``direct``), ``invert`` (count 100 − value) and ``title``.
Keys that are not known are refused, so that a rule never looks as if it did what it does not.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from .figures import FIGURES, MEANS, SCOPES

HUNDRED = Decimal(100)
KEYS = frozenset({"components", "component_places", "places", "least_inspections", "red", "black"})
COMPONENT_KEYS = frozenset({"figure", "mean", "scope", "weight", "invert", "title"})
LEAST_WEIGHT = Decimal("0.001")
GREATEST_WEIGHT = Decimal(1000)


class SpecError(ValueError):
    """What is wrong with a rule: ``sentences`` in the reader's language."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__(" ".join(sentences))
        self.sentences = sentences


@dataclass(frozen=True, slots=True)
class Component:
    """One figure of a score and its weight; ``invert`` counts 100 − value (at least 0), where less is better."""

    figure: str
    weight: Decimal
    mean: str = "pooled"
    scope: str = "subtree"
    invert: bool = False
    title: str = ""

    def as_json(self) -> dict[str, Any]:
        """The component as data."""
        return {
            "figure": self.figure, "mean": self.mean, "scope": self.scope, "weight": str(self.weight),
            "invert": self.invert, "title": self.title,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class ListRule:
    """Who is listed: the ``places`` best (or worst), beyond ``bound``; with neither there is no list."""

    places: int | None = None
    bound: Decimal | None = None

    def __bool__(self) -> bool:
        return self.places is not None or self.bound is not None


@dataclass(frozen=True, slots=True)
class RuleSpec:
    """How a unit's score comes from its figures, and who is listed. Roundings are half-up.

    ``component_places``: places of a component's printed value, from which the score is computed; ``places``: of the
    score; ``least_inspections``: the least number of inspections a unit needs to be ranked.
    """

    components: tuple[Component, ...]
    component_places: int = 2
    places: int = 2
    least_inspections: int = 0
    red: ListRule = field(default_factory=ListRule)
    black: ListRule = field(default_factory=ListRule)

    @classmethod
    def parse(cls, spec: Any) -> "RuleSpec":
        """Read a rule. Raises SpecError with every fault that was found."""
        return _Reader().rule(spec)

    def as_json(self) -> dict[str, Any]:
        """The rule as data, complete and in one form."""
        return {
            "components": [component.as_json() for component in self.components],
            "component_places": self.component_places,
            "places": self.places,
            "least_inspections": self.least_inspections,
            "red": _list_json(self.red, "best", "least_score"),
            "black": _list_json(self.black, "worst", "below"),
        }


def _list_json(rule: ListRule, places: str, bound: str) -> dict[str, Any]:
    found: dict[str, Any] = {} if rule.places is None else {places: rule.places}
    return found if rule.bound is None else found | {bound: str(rule.bound)}


class _Reader:
    """Collects faults while it reads, so that all of them are told at once."""

    def __init__(self) -> None:
        self.faults: list[str] = []

    def rule(self, spec: Any) -> RuleSpec:
        if not isinstance(spec, Mapping):
            raise SpecError([_("A rule is an object with components, places and lists.")])
        self.known(spec, KEYS)
        rule = RuleSpec(
            components=self.components(spec.get("components")),
            component_places=self.number(spec, "component_places", 2, 0, 4),
            places=self.number(spec, "places", 2, 0, 4),
            least_inspections=self.number(spec, "least_inspections", 0, 0, 100_000),
            red=self.list_rule(spec.get("red"), "best", "least_score"),
            black=self.list_rule(spec.get("black"), "worst", "below"),
        )
        if self.faults:
            raise SpecError(self.faults)
        return rule

    def known(self, values: Mapping[str, Any], keys: frozenset[str]) -> None:
        unknown = sorted(str(key) for key in set(values) - keys)
        if unknown:
            self.faults.append(_("Unknown in a rule: %(names)s.") % {"names": ", ".join(unknown)})

    def components(self, rows: Any) -> tuple[Component, ...]:
        if not isinstance(rows, list) or not rows:
            self.faults.append(_("A rule needs at least one component."))
            return ()
        found = [self.component(row) for row in rows]
        figures = [component.figure for component in found if component]
        for name in sorted({name for name in figures if figures.count(name) > 1}):
            title = FIGURES[name].title if name in FIGURES else name
            self.faults.append(_("“%(figure)s” stands in the rule twice.") % {"figure": title})
        return tuple(component for component in found if component)

    def component(self, row: Any) -> Component | None:
        if not isinstance(row, Mapping):
            self.faults.append(_("A component is an object with a figure and a weight."))
            return None
        self.known(row, COMPONENT_KEYS)
        figure = str(row.get("figure", ""))
        self.choice(figure, FIGURES, _("There is no figure “%(name)s”."))
        mean, scope = str(row.get("mean") or "pooled"), str(row.get("scope") or "subtree")
        self.choice(mean, MEANS if figure == "conformity" else ("pooled",), _("There is no mean “%(name)s”."))
        self.choice(scope, SCOPES, _("There is no scope “%(name)s”."))
        weight = self.decimal(row.get("weight"), LEAST_WEIGHT, GREATEST_WEIGHT, _("A weight"))
        invert = row.get("invert", False)
        if not isinstance(invert, bool):
            self.faults.append(_("“invert” is true or false."))
        return Component(figure, weight or HUNDRED, mean, scope, invert is True, str(row.get("title") or "")[:40])

    def list_rule(self, row: Any, places: str, bound: str) -> ListRule:
        if row is None:
            return ListRule()
        if not isinstance(row, Mapping):
            self.faults.append(_("A list rule is an object with a number of places and a bound."))
            return ListRule()
        self.known(row, frozenset({places, bound}))
        count = self.number(row, places, 0, 1, 10_000) if row.get(places) is not None else None
        limit = row.get(bound)
        score = None if limit is None else self.decimal(limit, Decimal(0), HUNDRED, _("A bound of a list"))
        return ListRule(count, score)

    def choice(self, name: str, names: Any, sentence: str) -> None:
        if name not in names:
            self.faults.append(sentence % {"name": name[:40]})

    def number(self, values: Mapping[str, Any], key: str, default: int, least: int, greatest: int) -> int:
        value = values.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= greatest:
            self.faults.append(
                _("“%(name)s” is a whole number from %(least)d to %(greatest)d.")
                % {"name": key, "least": least, "greatest": greatest}
            )
            return default
        return value

    def decimal(self, value: Any, least: Decimal, greatest: Decimal, what: str) -> Decimal | None:
        try:
            number = Decimal(value) if isinstance(value, str | int) and not isinstance(value, bool) else None
        except InvalidOperation:
            number = None
        if number is None or not number.is_finite() or not least <= number <= greatest or number != round(number, 3):
            self.faults.append(
                _("%(what)s is a number from %(least)s to %(greatest)s with at most three places, written as text.")
                % {"what": what, "least": least, "greatest": greatest}
            )
            return None
        return number
