"""The points of events counted again from frozen rows, in plain Python."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from .events import ONE, Line

#: A selection of a line and the column of the rows it goes by.
CHOSEN = (
    ("sources", "source"), ("kinds", "kind"), ("severities", "severity"), ("subjects", "subject"), ("levels", "level"),
)  # fmt: skip


def adjustment_events(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Frozen adjustments as events."""
    return [
        {
            "unit": row["unit"], "day": row["day"], "subject": row["event"], "level": row["level"],
            "points": row["points"], "nth": 1,
        }
        for row in rows
    ]  # fmt: skip


def events_of(line: Line, rows: Iterable[dict[str, Any]]) -> Iterator[tuple[str, date, Decimal]]:
    """The events that a line takes, each as unit code, day and points."""
    taken = [row for row in rows if all(_takes(getattr(line, name), row.get(column)) for name, column in CHOSEN)]
    checks = Counter((row["unit"], row["day"], row.get("kind")) for row in taken)
    for row in taken:
        points = _points(line, row)
        if line.together is not None and checks[row["unit"], row["day"], row.get("kind")] >= line.together:
            points *= line.times
        yield row["unit"], date.fromisoformat(row["day"]), points


def _takes(chosen: tuple[str, ...], found: str | None) -> bool:
    return not chosen or found in chosen


def _points(line: Line, row: dict[str, Any]) -> Decimal:
    points = Decimal(row["points"]) if line.each is None else line.each
    if line.from_nth is not None and line.then is not None and row["nth"] >= line.from_nth:
        points = line.then
    if row.get("source") in line.doubled:
        points *= 2
    if row.get("on_spot") and line.on_spot != ONE:
        points *= line.on_spot
    return points * row["nth"] if line.by_number else points
