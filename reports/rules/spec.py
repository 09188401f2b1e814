"""A scoring rule (考核办法) read from its data, with what is wrong said in sentences.

The data is a JSON object, decimals as text::

    {"components": [{"figure": "conformity", "mean": "by_site", "weight": "60"}, {"figure": "on_time", "weight": "40"}],
     "component_places": 2, "places": 2, "least_inspections": 0,
     "red": {"best": 3, "least_score": "90"}, "black": {"worst": 3, "below": "80"}}

Components are parts of the kinds in ``parts``; without ``kind`` one is a rate. What else a rule may say stands with its
defaults in ``RuleSpec``; docs/scoring.md lists it all. Keys that are not known are refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from .figures import FIGURES
from .part_reading import THOUSAND, ZERO, PartReader
from .parts import HUNDRED, MISSING, TOTALS, AnyNeed, Component, Part, leaves
from .periods import KINDS
from .reading import SpecError

__all__ = ["Band", "Board", "Component", "ListRule", "ListStep", "RuleSpec", "SpecError"]

ROUNDINGS = ("half_up", "down", "up")
#: Settings that a rule names only where they differ from these.
DEFAULTS: dict[str, Any] = {
    "total": "mean", "missing": "reweight", "rounding": "half_up", "component_rounding": "half_up",
    "rank_on": "rounded", "ties": "shared", "tie_by": "", "least": None, "greatest": None, "ended": "own_row",
    "late": "revision",
}  # fmt: skip
CHOICES = {
    "total": TOTALS, "missing": MISSING, "rounding": ROUNDINGS, "component_rounding": ROUNDINGS,
    "rank_on": ("rounded", "exact"), "ties": ("shared", "dense"), "ended": ("own_row", "successor"),
    "late": ("revision", "next"),
}  # fmt: skip
KEYS = frozenset({"components", "component_places", "places", "least_inspections", "red", "black"})
MORE_KEYS = frozenset(DEFAULTS) | {"bands", "steps", "lists"}
LIST_KEYS = frozenset({"name", "by", "red", "black", "periods", "steps"})


@dataclass(frozen=True, slots=True)
class ListRule:
    """Who is listed: the ``places`` best (or worst), beyond ``bound``; with neither there is no list.

    ``word`` is what the city calls it: 红旗, 骏马奖, 蜗牛牌; without one 红榜 or 黑榜.
    """

    places: int | None = None
    bound: Decimal | None = None
    word: str = ""

    def __bool__(self) -> bool:
        return self.places is not None or self.bound is not None


@dataclass(frozen=True, slots=True)
class ListStep:
    """What follows from the ``count``-th black listing in a row on: 约谈, 问责, application suspended."""

    count: int
    words: str


@dataclass(frozen=True, slots=True)
class Board:
    """A pair of lists: by the score or, ``by`` its name, by a part; in these kinds of periods or in all."""

    name: str = ""
    by: str = ""
    red: ListRule = field(default_factory=ListRule)
    black: ListRule = field(default_factory=ListRule)
    periods: tuple[str, ...] = ()
    steps: tuple[ListStep, ...] = ()

    def step(self, count: int) -> str:
        """What follows from so many black listings in a row; nothing where the rule names nothing."""
        return next((step.words for step in reversed(self.steps) if step.count <= count), "")


@dataclass(frozen=True, slots=True)
class Band:
    """A grade (优秀, A …) from a rounded score on."""

    name: str
    least: Decimal


@dataclass(frozen=True, slots=True)
class RuleSpec:
    """How a unit's score comes from its parts, and who is listed. Roundings are half-up unless the rule says otherwise.

    ``component_places``: places of a component's printed value, from which the score is computed; ``places``: of the
    score; ``least_inspections``: the least number of inspections a unit needs to be ranked. ``total``: weighted mean,
    sum of points, or weighted geometric mean; ``missing``: what a part with nothing to assess does; ``least`` and
    ``greatest`` bound the score; ``rank_on`` the rounded or the exact score; ``ties`` shared 1, 1, 3 or dense 1, 1, 2,
    broken by the part ``tie_by``. ``ended``: whether a unit that was merged within the period keeps its own row, or
    what it did counts for its successor (see ``heirs``). ``late``: whether what is entered after closing waits for a
    revision, or counts in the next period that is not closed.
    """

    components: tuple[Part, ...]
    component_places: int = 2
    places: int = 2
    least_inspections: int = 0
    red: ListRule = field(default_factory=ListRule)
    black: ListRule = field(default_factory=ListRule)
    total: str = "mean"
    missing: str = "reweight"
    rounding: str = "half_up"
    component_rounding: str = "half_up"
    rank_on: str = "rounded"
    ties: str = "shared"
    tie_by: str = ""
    least: Decimal | None = None
    greatest: Decimal | None = None
    ended: str = "own_row"
    late: str = "revision"
    bands: tuple[Band, ...] = ()
    steps: tuple[ListStep, ...] = ()
    lists: tuple[Board, ...] = ()

    @classmethod
    def parse(cls, spec: Any) -> "RuleSpec":
        """Read a rule. Raises SpecError with every fault that was found."""
        return _RuleReader().rule(spec)

    @property
    def plain(self) -> bool:
        """Rates alone and their weighted mean: what most rules are, and the quickest to compute."""
        settings = ("total", "missing", "rounding", "component_rounding", "least", "greatest")
        return all(isinstance(part, Component) and not part.missing for part in self.components) and all(
            getattr(self, name) == DEFAULTS[name] for name in settings
        )

    @property
    def boards(self) -> tuple[Board, ...]:
        """The rule's own pair of lists and the others."""
        return (Board(red=self.red, black=self.black, steps=self.steps), *self.lists)

    def boards_in(self, kind: str) -> list[Board]:
        """The lists that are made in periods of a kind."""
        return [board for board in self.boards if not board.periods or kind in board.periods]

    def needs(self) -> list[AnyNeed]:
        """What must be measured, in the order of the parts."""
        return [need for part in self.components for need in part.needs()]

    def band(self, score: Decimal | None) -> str:
        """The grade of a rounded score; nothing where the rule has no bands or the score is below all."""
        return next((band.name for band in self.bands if score is not None and score >= band.least), "")

    def as_json(self) -> dict[str, Any]:
        """The rule as data, complete and in one form."""
        settings = {name: getattr(self, name) for name, default in DEFAULTS.items() if getattr(self, name) != default}
        more: dict[str, Any] = {
            "bands": [{"name": band.name, "least": str(band.least)} for band in self.bands],
            "steps": _steps_json(self.steps),
            "lists": [_board_json(board) for board in self.lists],
        }
        return {
            "components": [component.as_json() for component in self.components],
            "component_places": self.component_places,
            "places": self.places,
            "least_inspections": self.least_inspections,
            "red": _list_json(self.red, "best", "least_score"),
            "black": _list_json(self.black, "worst", "below"),
            **{name: str(value) if isinstance(value, Decimal) else value for name, value in settings.items()},
            **{name: value for name, value in more.items() if value},
        }


def _list_json(rule: ListRule, places: str, bound: str) -> dict[str, Any]:
    found: dict[str, Any] = {} if rule.places is None else {places: rule.places}
    found |= {} if rule.bound is None else {bound: str(rule.bound)}
    return found | ({"word": rule.word} if rule.word else {})


def _steps_json(steps: tuple[ListStep, ...]) -> list[dict[str, Any]]:
    return [{"count": step.count, "words": step.words} for step in steps]


def _board_json(board: Board) -> dict[str, Any]:
    return {
        "name": board.name, "by": board.by, "red": _list_json(board.red, "best", "least_score"),
        "black": _list_json(board.black, "worst", "below"), "periods": list(board.periods),
        "steps": _steps_json(board.steps),
    }  # fmt: skip


class _RuleReader(PartReader):
    """Reads a whole rule."""

    def rule(self, spec: Any) -> RuleSpec:
        if not isinstance(spec, Mapping):
            raise SpecError([_("A rule is an object with components, places and lists.")])
        self.known(spec, KEYS | MORE_KEYS)
        rule = RuleSpec(
            components=self.parts(spec.get("components")),
            component_places=self.number(spec, "component_places", 2, 0, 4),
            places=self.number(spec, "places", 2, 0, 4),
            least_inspections=self.number(spec, "least_inspections", 0, 0, 100_000),
            red=self.list_rule(spec.get("red"), "best", "least_score"),
            black=self.list_rule(spec.get("black"), "worst", "below"),
            **{name: self.one_of(spec, name, choices, DEFAULTS[name]) for name, choices in CHOICES.items()},
            tie_by=self.text(spec, "tie_by"),
            least=self.optional(spec, "least", -THOUSAND, THOUSAND),
            greatest=self.optional(spec, "greatest", ZERO, THOUSAND),
            bands=self.bands(spec.get("bands")),
            steps=self.steps(spec.get("steps")),
            lists=self.lists(spec.get("lists")),
        )
        self._names(rule)
        if self.faults:
            raise SpecError(self.faults)
        return rule

    def _names(self, rule: RuleSpec) -> None:
        """Names stand once, and what refers to a part names one."""
        names = [part.figure for part in rule.components] + [
            part.figure for part in leaves(rule.components) if part not in rule.components
        ]
        for name in sorted({name for name in names if names.count(name) > 1}):
            title = FIGURES[name].title if name in FIGURES else name
            self.faults.append(_("“%(figure)s” stands in the rule twice.") % {"figure": title})
        tops = {part.figure for part in rule.components}
        for name in (rule.tie_by, *(board.by for board in rule.lists)):
            if name and name not in tops:
                self.faults.append(_("The rule has no part “%(name)s”.") % {"name": name})
        boards = [board.name for board in rule.lists]
        if "" in boards or len(set(boards)) < len(boards):
            self.faults.append(_("Each further list has a name of its own."))

    def rows(self, given: Any, what: str) -> list[Mapping[str, Any]]:
        """A list of objects."""
        if given is None:
            return []
        if not isinstance(given, list) or len(given) > 60 or not all(isinstance(row, Mapping) for row in given):
            self.faults.append(_("“%(name)s” is a list of objects.") % {"name": what})
            return []
        return given

    def bands(self, given: Any) -> tuple[Band, ...]:
        """The grades, the best first."""
        found = []
        for row in self.rows(given, "bands"):
            self.known(row, {"name", "least"})
            least = self.decimal(row.get("least"), -THOUSAND, THOUSAND, _("The bound of a band"))
            name = self.text(row, "name", 20)
            if not name:
                self.faults.append(_("A band has a name."))
            found.append(Band(name, least or ZERO))
        return tuple(sorted(found, key=lambda band: -band.least))

    def steps(self, given: Any) -> tuple[ListStep, ...]:
        """What follows from listings in a row, the first step first."""
        found = []
        for row in self.rows(given, "steps"):
            self.known(row, {"count", "words"})
            found.append(ListStep(self.number(row, "count", 1, 1, 100), self.text(row, "words", 100)))
        return tuple(sorted(found, key=lambda step: step.count))

    def lists(self, given: Any) -> tuple[Board, ...]:
        """The further pairs of lists."""
        found = []
        for row in self.rows(given, "lists"):
            self.known(row, LIST_KEYS)
            found.append(
                Board(
                    name=self.text(row, "name"),
                    by=self.text(row, "by"),
                    red=self.list_rule(row.get("red"), "best", "least_score"),
                    black=self.list_rule(row.get("black"), "worst", "below"),
                    periods=self.some_of(row, "periods", KINDS),
                    steps=self.steps(row.get("steps")),
                )
            )
        return tuple(found)

    def list_rule(self, row: Any, places: str, bound: str) -> ListRule:
        """One list: places, a bound, or both."""
        if row is None:
            return ListRule()
        if not isinstance(row, Mapping):
            self.faults.append(_("A list rule is an object with a number of places and a bound."))
            return ListRule()
        self.known(row, {places, bound, "word"})
        count = self.number(row, places, 0, 1, 10_000) if row.get(places) is not None else None
        limit = row.get(bound)
        score = None if limit is None else self.decimal(limit, ZERO, HUNDRED * 3, _("A bound of a list"))
        return ListRule(count, score, self.text(row, "word", 20))
