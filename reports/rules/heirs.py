"""Units merged within a period: for which unit what they did counts, where the rule says “with its successor”.

A unit that ended in the period and names a successor of its own ranking group counts for that successor, and on for the
successor's own where that one ended too. A unit that was split names none, one whose successor is ranked in another
group or not in this period keeps its own row: so every fact stays in exactly one row of the group.
"""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

Key = TypeVar("Key")


def last_heirs(successors: Mapping[Key, Key]) -> dict[Key, Key]:
    """Each ended unit → the unit at the end of its line; one that stands in a circle keeps its own row."""
    found = {}
    for unit in successors:
        seen, heir = {unit}, successors[unit]
        while heir in successors and heir not in seen:
            seen.add(heir)
            heir = successors[heir]
        if heir not in seen:
            found[unit] = heir
    return found


def inherited(rows: Iterable[Mapping[str, Any]], heirs: Mapping[str, str]) -> list[dict[str, Any]]:
    """Frozen inspections under the units they count for: one that counted for both units of a merger counts once."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for row in rows:
        unit = heirs.get(row["unit"], row["unit"])
        known = found.setdefault((row["code"], unit), {**row, "unit": unit})
        known["direct"] = known["direct"] or row["direct"]
    return list(found.values())
