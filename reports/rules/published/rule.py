"""The rule by which a published table is computed again, from its data and the heads of the table."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from ..parts import Component, Part, SubTable, leaves
from ..sentences import component_title
from ..spec import RuleSpec, SpecError
from .grid import PublishedTable, clean

MOST_PLACES = 4


@dataclass(frozen=True, slots=True)
class TableRule:
    """A rule for a table: the column of each leaf part in the rule's order, and how the rule was come by."""

    spec: RuleSpec
    columns: tuple[int, ...]
    inverted: tuple[bool, ...]
    found: str = ""


def table_rule(table: PublishedTable, data: Mapping[str, Any]) -> TableRule:
    """The rule for a table. Raises SpecError where the data is wrong, LookupError where it names no column.

    ``data`` is a rule as the system has it, whose parts are found among the heads by short name, title or figure; or
    ``{"weights": {head: weight}}`` with any other setting of a rule.
    """
    if "weights" in data:
        return _by_weights(table, data)
    spec = RuleSpec.parse(_with_places(table, data))
    parts = list(leaves(spec.components))
    columns = tuple(_column(table, part) for part in parts)
    return TableRule(_as_sheets(spec), columns, tuple(isinstance(part, Component) and part.invert for part in parts))


def _with_places(table: PublishedTable, data: Mapping[str, Any]) -> dict[str, Any]:
    """The rule's places, or those of the table where the rule says nothing."""
    most = max((table.places_of(at) for at in range(len(table.columns))), default=2)
    return {
        "component_places": min(most, MOST_PLACES),
        "places": min(table.places_of() if table.total else most, MOST_PLACES),
    } | dict(data)


def _plain(text: str) -> str:
    return re.sub(r"[\s()（）%/、,，:：·.\-_]", "", clean(text)).lower()


def _column(table: PublishedTable, part: Part) -> int:
    """The column of a part: its head is the part's name, or contains it."""
    names = [_plain(name) for name in (part.figure, component_title(part)) if name]
    heads = [_plain(head) for head in table.columns]
    for test in (
        lambda name, head: name == head,
        lambda name, head: head.startswith(name),
        lambda name, head: name in head,
        lambda name, head: len(head) > 1 and head in name,
    ):
        for name in names:
            found = [at for at, head in enumerate(heads) if test(name, head)]
            if found:
                return found[0]
    raise LookupError(
        _("No column for “%(part)s”; the table has: %(heads)s.")
        % {"part": component_title(part), "heads": ", ".join(table.columns)}
    )


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


def _by_weights(table: PublishedTable, data: Mapping[str, Any]) -> TableRule:
    """A rule of weights by head; the full marks of columns may stand beside them."""
    weights, marks = data["weights"], data.get("full") or {}
    rest = {name: value for name, value in data.items() if name not in ("weights", "full")}
    if not isinstance(weights, Mapping) or not isinstance(marks, Mapping):
        raise SpecError([_("“weights” and “full” are objects of heads and numbers.")])
    full = {_plain(str(head)): str(value) for head, value in marks.items()}
    parts = []
    for at, (head, weight) in enumerate(weights.items(), 1):
        sheet = {"kind": "sheet", "figure": f"c{at}", "title": str(head)[:40], "weight": str(weight)}
        parts.append(sheet | ({"points": full[_plain(str(head))]} if _plain(str(head)) in full else {}))
    return table_rule(table, rest | {"components": parts})
