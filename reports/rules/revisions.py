"""What differs between two revisions of a ranking: only what is not the same, unit by unit."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that two revisions say otherwise of a unit: ``rank``, ``score``, ``list``, ``footnote`` or a figure."""

    what: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class UnitChange:
    """A unit of which the revisions say different things; ``kind``: changed, added or removed."""

    unit: str
    name: str
    kind: str
    differences: tuple[Difference, ...]


def changes_between(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[UnitChange]:
    """The units of two snapshots that differ, in the order of the later one, those removed last."""
    old, new = _units(before), _units(after)
    found = []
    for unit in [*new, *(unit for unit in old if unit not in new)]:
        first, then = old.get(unit, {}), new.get(unit, {})
        names = [*then, *(name for name in first if name not in then)]
        pairs = [(name, first.get(name), then.get(name)) for name in names if name != "name"]
        differences = tuple(Difference(name, one, other) for name, one, other in pairs if one != other)
        kind = "removed" if not then else "changed" if first else "added"
        if differences or kind != "changed":
            found.append(UnitChange(unit, str((then or first)["name"]), kind, differences))
    return found


def _units(snapshot: Mapping[str, Any]) -> dict[str, dict[str, str | None]]:
    """Unit code → everything that is said of it, as text."""
    colors = {entry["unit"]: entry["color"] for entry in snapshot["lists"]}
    return {row["unit"]: _said(row, colors.get(row["unit"])) for row in snapshot["rows"]}


def _said(row: Mapping[str, Any], color: str | None) -> dict[str, str | None]:
    said = {
        "name": row["name"], "rank": None if row["rank"] is None else str(row["rank"]), "score": row["score"],
        "list": color, "footnote": row["footnote"] or None,
    }  # fmt: skip
    return said | {part["figure"]: part["value"] for part in row["components"]}
