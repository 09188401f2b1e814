"""The rule by which a published table is computed again, from its data and the heads of the table."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from math import lcm
from typing import Any

from django.utils.translation import gettext as _

from ..parts import Component, Part, SubTable, leaves
from ..sentences import component_title
from ..spec import RuleSpec, SpecError
from .formulas import Node, parsed
from .heads import plain
from .scales import KINDS, Scale
from .tables import ROLES, PublishedTable

#: Places of values that a scale computes, and most places of values and totals as printed.
SCALED_PLACES, FINE_PLACES = 12, 10
#: What a rule for a table may say beyond a rule in use.
EXTRA = {"weights", "full", "plus", "minus", "times", "base", "scale", "order", "columns", "best_total", "total_full",
         "least", "greatest", "part_places", "formulas", "formula", "ties", "tie_by", "rounding", "bands"}  # fmt: skip
SCALE_KEYS = {"from", "to", "log", "cap", "by", "low", "high"}
#: How totals are rounded and equal ones placed, beyond what rules in use may say.
ROUNDINGS = ("half_up", "half_even", "down", "up")
TIES = ("shared", "dense", "last", "average", "ordered")
MOST_FORMULAS = 60


@dataclass(frozen=True, slots=True)
class TableRule:
    """A rule for a table.

    ``columns``: of each leaf part in the rule's order, None for a constant; ``scales`` beside them. ``formulas`` are
    columns that are computed, by name; they stand after the table's own. ``tie_by``: columns that part equal scores,
    with −1 where less is better. A total is ``base`` + ``factor`` × what the parts give, between ``least`` and
    ``greatest``; ``best_total``: what the best of them is rescaled to. ``times`` are columns by which all parts but the
    ``added`` last ones are multiplied. ``part_places``: to how many places each part is rounded before it is added.
    ``quotas``: grades by place, each with the last place (a number, or a share of all), the last one without.
    ``data``: what it was read from.
    """

    spec: RuleSpec
    columns: tuple[int | None, ...]
    scales: tuple[Scale, ...]
    found: str = ""
    ascending: bool = False
    ties: str = "shared"
    rounding: str = "half_up"
    tie_by: tuple[tuple[int, int], ...] = ()
    best_total: Decimal | None = None
    base: Decimal = Decimal(0)
    factor: Fraction = Fraction(1)
    least: Decimal | None = None
    greatest: Decimal | None = None
    times: tuple[int, ...] = ()
    added: int = 0
    part_places: int | None = None
    formulas: tuple[tuple[str, Node], ...] = ()
    quotas: tuple[tuple[str, Fraction | None], ...] = ()
    data: Mapping[str, Any] = field(default_factory=dict)

    def used(self, width: int) -> list[int]:
        """The columns that count, each once, of a table so wide: computed ones by what they are computed from."""
        wanted = {column for column in self.columns if column is not None} | {at for at, _sign in self.tie_by}
        wanted.update(self.times)
        while computed := {column for column in wanted if column >= width}:
            wanted = (wanted - computed).union(*(self.formulas[at - width][1].columns() for at in computed))
        return sorted(wanted)


def named_columns(data: Mapping[str, Any] | None) -> dict[str, str]:
    """What a rule says of the heads of units, totals, places, bands and groups. Raises SpecError."""
    given = (data or {}).get("columns") or {}
    if not isinstance(given, Mapping) or not set(given) <= set(ROLES):
        raise SpecError([_("“columns” names heads for: %(names)s.") % {"names": ", ".join(ROLES)}])
    return {role: str(head or "") for role, head in given.items()}


def table_rule(table: PublishedTable, data: Mapping[str, Any]) -> TableRule:
    """The rule for a table. Raises SpecError where the data is wrong or names no column.

    ``data`` is a rule as the system has it, whose parts are found among the heads by short name, title or figure; or
    ``{"weights": {head: weight}}`` with any other setting. docs/formats.md lists what else may be said.
    """
    reader = _TableReader(table, data)
    return reader.rule()


class _TableReader:
    """Reads a rule for a table."""

    def __init__(self, table: PublishedTable, data: Mapping[str, Any]) -> None:
        self.table, self.given, self.data = table, dict(data), dict(data)
        self.extra = {name: self.data.pop(name) for name in EXTRA if name in self.data}
        self.taken: set[int] = set()
        self.taken_off: set[str] = set()
        self.formulas: list[tuple[str, Node]] = []
        #: Weights finer than a rule holds are multiplied; the total is divided again.
        self.per = Fraction(1)

    def rule(self) -> TableRule:
        self._computed()
        bands, quotas = self._bands()
        data = (self.data if "components" in self.data else self._by_weights()) | {"bands": bands}
        spec = RuleSpec.parse(data)
        parts = list(leaves(spec.components))
        columns = tuple(self._column_of(part) for part in parts)
        scales = tuple(self._scale(part, column) for part, column in zip(parts, columns, strict=True))
        best, least, greatest = (self._optional(key) for key in ("best_total", "least", "greatest"))
        places = self.extra.get("part_places")
        return TableRule(
            self._fine(_as_sheets(spec), data, columns, scales), columns, scales,
            ascending=self._choice("order", ("descending", "ascending")) == "ascending",
            ties=self._choice("ties", TIES), rounding=self._choice("rounding", ROUNDINGS),
            tie_by=tuple(self._ties()), best_total=best, base=_decimal(self.extra.get("base", 0), "base"),
            factor=Fraction(_decimal(self.extra.get("total_full", 100), "total_full")) / 100 * self.per,
            least=least, greatest=greatest, times=tuple(self.column(name) for name in self._names("times")),
            added=len(self._names("plus")) + len(self._names("minus")),
            part_places=None if places is None else min(max(int(_decimal(places, "part_places")), 0), FINE_PLACES),
            formulas=tuple(self.formulas), quotas=quotas, data=self.given,
        )  # fmt: skip

    def _choice(self, key: str, names: tuple[str, ...]) -> str:
        """One of some names, the first unless the data says another."""
        found = str(self.extra.get(key) or names[0])
        if found not in names:
            raise SpecError([_("“%(name)s” is one of: %(names)s.") % {"name": key, "names": ", ".join(names)}])
        return found

    def _optional(self, key: str) -> Decimal | None:
        return None if self.extra.get(key) is None else _decimal(self.extra[key], key)

    def _computed(self) -> None:
        """The formulas, each of which may use those before it; one of the whole total is a part of its own."""
        given = self.extra.get("formulas") or {}
        if not isinstance(given, Mapping) or len(given) > MOST_FORMULAS:
            raise SpecError([_("“%(name)s” is an object of heads.") % {"name": "formulas"}])
        for name, text in given.items():
            self.formulas.append((str(name)[:40], parsed(str(text), self.column)))
        if whole := self.extra.get("formula"):
            name = _("formula")
            self.formulas.append((name, parsed(str(whole), self.column)))
            self.extra |= {"weights": {name: "1"}, "full": {name: "1"}}
            self.data["total"] = "sum"

    def _bands(self) -> tuple[Any, tuple[tuple[str, Fraction | None], ...]]:
        """Bands by their least total, as rules have them, and bands by place."""
        given = self.extra.get("bands") or []
        if not isinstance(given, list) or not any(isinstance(one, Mapping) and "best" in one for one in given):
            return given, ()
        if not all(isinstance(one, Mapping) and set(one) <= {"name", "best"} for one in given):
            raise SpecError([_("Bands go by “least” totals, or all by place with “best”.")])
        found = [(str(one.get("name", ""))[:20], _quota(one["best"]) if "best" in one else None) for one in given]
        return [], tuple(sorted(found, key=lambda one: (one[1] is None, one[1] or 0)))

    def _places(self, columns: Iterable[int | None]) -> tuple[int, int]:
        """The places of these columns and of the totals, as the table prints them."""
        table = self.table
        most = max((table.places_of(at) for at in columns if at is not None), default=2)
        totals = table.places_of() if any(row.total is not None for row in table.rows) else min(most, 2)
        return min(most, FINE_PLACES), min(totals, FINE_PLACES)

    def _fine(
        self, spec: RuleSpec, data: Mapping[str, Any], columns: Iterable[int | None], scales: Iterable[Scale]
    ) -> RuleSpec:
        """The rule with the table's own places, where it says nothing of them."""
        printed = [at for at in columns if at is None or at < len(self.table.columns)]
        most, totals = self._places(printed)
        computed = any(at is not None and at >= len(self.table.columns) for at in columns) or "times" in self.extra
        if (
            computed
            or any(scale.computed for scale in scales)
            or any(isinstance(part, SubTable) for part in spec.components)
        ):
            most = SCALED_PLACES
        return replace(
            spec,
            component_places=spec.component_places if "component_places" in data else most,
            places=spec.places if "places" in data else totals,
        )

    def _column_of(self, part: Part) -> int | None:
        found = self.column(part.figure, component_title(part))
        self.taken.add(found)
        return found

    def column(self, *names: str) -> int:
        """The column of a name: its head is the name, or contains it; computed ones first. Raises SpecError."""
        wanted = [found for name in names if (found := plain(name))]
        computed = [plain(name) for name, _node in self.formulas]
        for name in wanted:
            if name in computed and len(self.table.columns) + computed.index(name) not in self.taken:
                return len(self.table.columns) + computed.index(name)
        free = [at for at in (*self.table.components, *sorted(self.table.aside)) if at not in self.taken]
        heads = {at: plain(self.table.columns[at]) for at in free}
        for test in (
            lambda name, head: name == head,
            lambda name, head: head.startswith(name),
            lambda name, head: name in head,
            lambda name, head: len(head) > 1 and head in name,
        ):
            hits = [at for name in wanted for at in free if test(name, heads[at])]
            if hits:
                return hits[0]
        words = _("No column for “%(part)s”; the table has: %(heads)s.")
        raise SpecError([words % {"part": names[-1], "heads": ", ".join(self.table.columns)}])

    def _scale(self, part: Part, column: int | None) -> Scale:
        mirror = part.full if isinstance(part, Component) and part.invert else None
        given = _by_name(self.extra.get("scale"), "scale")
        printed = column is not None and column < len(self.table.columns)
        head = plain(self.table.columns[column]) if printed and column is not None else ""
        own = next(
            (given[name] for name in (head, plain(component_title(part)), plain(part.figure)) if name in given), None
        )
        title = component_title(part)
        off = title in self.taken_off or (title in self._names("minus") and not self._negative(column))
        sign = -1 if off else 1
        if own is None:
            return Scale(mirror=mirror, sign=sign)
        if not isinstance(own, Mapping) or not set(own) <= SCALE_KEYS or own.get("by", "") not in KINDS:
            raise SpecError([_("A scale has: %(names)s.") % {"names": ", ".join(sorted(SCALE_KEYS))}])
        worst, best = (_decimal(own[key], key) if key in own else None for key in ("from", "to"))
        return Scale(
            kind=str(own.get("by", "")), posts=not own.get("by"), worst=worst, best=best,
            log=own.get("log") is True, bounded=own.get("cap") is True, sign=sign, mirror=mirror,
            low=_decimal(own.get("low", 0), "low"), high=_decimal(own.get("high", 100), "high"),
        )  # fmt: skip

    def _negative(self, column: int | None) -> bool:
        """Whether what is taken off is already written with a minus."""
        printed = column is not None and column < len(self.table.columns)
        found = [row.values[column] for row in self.table.rows] if printed and column is not None else []
        return any(value is not None and value < 0 for value in found)

    def _names(self, key: str) -> list[str]:
        given = self.extra.get(key) or []
        return [str(name)[:40] for name in ([given] if isinstance(given, str) else given)]

    def _ties(self) -> Iterable[tuple[int, int]]:
        self.taken = set()
        for name in self._names("tie_by"):
            yield self.column(name.removeprefix("-")), -1 if name.startswith("-") else 1

    def _by_weights(self) -> dict[str, Any]:
        """A rule of weights by head; full marks of columns, points added and points taken off beside them."""
        full = {name: str(value) for name, value in _by_name(self.extra.get("full"), "full").items()}
        given = self.extra.get("weights") or {}
        if not isinstance(given, Mapping):
            raise SpecError([_("“weights” and “full” are objects of heads and numbers.")])
        total = self.data.get("total", "mean")
        written = [fraction_of(value) for value in given.values()]
        shares = _whole(written)
        self.taken_off = {str(head)[:40] for head, share in zip(given, shares, strict=True) if share < 0}
        whole, times = sum(written), Fraction(1)
        of_hundred = total != "sum" or whole in (Fraction(100), Fraction(1))
        if total == "sum" and shares and shares[0]:
            self.per, times = written[0] / shares[0], shares[0] / written[0]
        parts: list[dict[str, Any]] = []
        for at, (head, share) in enumerate(zip(given, shares, strict=True), 1):
            marks = full.get(plain(str(head)))
            of_one = 100 if total == "sum" and whole == 1 and marks is None else 1
            sheet = {"kind": "sheet", "figure": f"c{at}", "title": str(head)[:40], "weight": _text(abs(share) * of_one)}
            parts.append(sheet | {"points": marks or ("100" if of_hundred else "1")})
        rest = {key: value for key, value in self.data.items() if key != "components"}
        bonus = [
            {
                "kind": "sheet", "figure": f"b{at}", "title": name, "weight": _text(times), "points": "1",
                "missing": "zero",
            }
            for at, name in enumerate([*self._names("plus"), *self._names("minus")], 1)
        ]  # fmt: skip
        if not bonus and (total == "sum" or not self.extra.get("base")):
            return rest | {"components": parts}
        if not parts:
            return rest | {"total": "sum", "components": bonus}
        if total == "sum":
            return rest | {"components": [*parts, *bonus]}
        table = {"kind": "table", "figure": "main", "total": total, "weight": "100", "parts": parts}
        return rest | {"total": "sum", "components": [table, *bonus]}


def _quota(value: Any) -> Fraction:
    """How many stand in a band: 3, or a share below 1: "30%"."""
    share = Fraction(_decimal(str(value).removesuffix("%"), "best"))
    return share / 100 if str(value).endswith("%") else share


def _by_name(given: Any, what: str) -> dict[str, Any]:
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise SpecError([_("“%(name)s” is an object of heads.") % {"name": what}])
    return {plain(str(head)): value for head, value in given.items()}


def _decimal(value: Any, what: str) -> Decimal:
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        found = Decimal("nan")
    if not found.is_finite() or abs(found) > 10**12:
        raise SpecError([_("“%(name)s” is a number.") % {"name": what}])
    return found


def fraction_of(value: Any) -> Fraction:
    """A weight: 40, "0.4", "40%" or "1/3"."""
    text = str(value).strip()
    above, _slash, below = text.removesuffix("%").partition("/")
    bottom = _decimal(below or 1, "weights")
    if not bottom:
        raise SpecError([_("“%(name)s” is a number.") % {"name": "weights"}])
    return Fraction(_decimal(above, "weights")) / Fraction(bottom)


def _whole(shares: list[Fraction]) -> list[Fraction]:
    """The weights with at most three places, all multiplied alike where they have more."""
    factor = lcm(*((share * 1000).denominator for share in shares))
    return [share * factor for share in shares]


def _text(share: Fraction) -> str:
    return f"{Decimal(share.numerator) / Decimal(share.denominator):f}"


def _as_sheets(spec: RuleSpec) -> RuleSpec:
    """The rule with every leaf as a value that is given."""
    data = spec.as_json()
    data["components"] = [_sheet(part) for part in spec.components]
    return RuleSpec.parse(data)


def _sheet(part: Part) -> dict[str, Any]:
    common = {"figure": part.figure, "weight": str(part.weight), "title": component_title(part)[:40]}
    common |= {"missing": part.missing} if part.missing else {}
    if isinstance(part, SubTable):
        return common | {"kind": "table", "total": part.total, "parts": [_sheet(one) for one in part.parts]}
    return common | {"kind": "sheet", "points": str(part.full)}
