"""Red and black lists (红黑榜) of a ranking.

Red: the n best places with at least the bound; black: the n worst below the bound. Units that tie stand together, also
at the edge, so a list may be longer than n. Between the bounds a unit is on neither list, and so is one that would be
on both, where a group is too small to tell best from worst. A board goes by the score or by the value of one part, of
which units with nothing to assess are left out.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from .scoring import Placed, decimal
from .spec import Board, ListRule, RuleSpec

RED, BLACK = "red", "black"


@dataclass(frozen=True, slots=True)
class Standing:
    """A ranked unit on one board: its place and value, in units of the last of ``places`` places."""

    row: Placed
    rank: int
    value: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A listed row, its list, and why: place, value (called score) and the bound that applied."""

    row: Placed
    color: str
    reason: dict[str, Any]


def listed(spec: RuleSpec, rows: Sequence[Placed]) -> list[tuple[Placed, str]]:
    """The listed rows of a ranking, given in its order, and their list: red from the best, then black to the worst."""
    return [(entry.row, entry.color) for entry in entries_of(spec, spec.boards[0], rows)]


def entries_of(spec: RuleSpec, board: Board, rows: Sequence[Placed]) -> list[Entry]:
    """Who stands on the lists of one board: red from the best, then black to the worst."""
    places, standing = _standing(spec, board, rows)
    red = list(_red(board.red, places, standing))
    black = list(_black(board.black, places, standing))[::-1]
    both = {one.row.unit for one in red} & {one.row.unit for one in black}
    marked = [(one, RED, board.red) for one in red] + [(one, BLACK, board.black) for one in black]
    return [
        Entry(one.row, color, _reason(one, places, rule)) for one, color, rule in marked if one.row.unit not in both
    ]


def _reason(one: Standing, places: int, rule: ListRule) -> dict[str, Any]:
    bound = None if rule.bound is None else str(rule.bound)
    return {"rank": one.rank, "score": str(decimal(one.value, places)), "bound": bound}


def _standing(spec: RuleSpec, board: Board, rows: Sequence[Placed]) -> tuple[int, list[Standing]]:
    """The ranked units from the best, with the places of their values."""
    if not board.by:
        found = [Standing(row, row.rank, row.scored.score or 0) for row in rows if row.rank is not None]
        return spec.places, found
    at = next(number for number, part in enumerate(spec.components) if part.figure == board.by)
    valued = [(row, value) for row in rows if row.rank is not None and (value := row.scored.values[at]) is not None]
    counted = {row.unit: row.scored.counted[at] or 0 for row, _value in valued}
    ordered = sorted(valued, key=lambda pair: (-counted[pair[0].unit], pair[0].code))
    found, rank = [], 0
    for position, (row, _value) in enumerate(ordered, 1):
        if not found or counted[found[-1].row.unit] != counted[row.unit]:
            rank = position
        found.append(Standing(row, rank, counted[row.unit]))
    return spec.component_places, found


def _red(rule: ListRule, places: int, ranked: Sequence[Standing]) -> Iterator[Standing]:
    """From the best: as long as the place is among the first and the score reaches the bound."""
    if not rule:
        return iter(())
    last = rule.places or len(ranked)
    least = None if rule.bound is None else rule.bound * 10**places
    return takewhile(lambda one: one.rank <= last and (least is None or one.value >= least), ranked)


def _black(rule: ListRule, places: int, ranked: Sequence[Standing]) -> Iterator[Standing]:
    """From the worst: as long as fewer than the number stand strictly below and the score is below the bound."""
    if not rule:
        return
    most = rule.places or len(ranked)
    below = None if rule.bound is None else rule.bound * 10**places
    worse = 0
    for seen, one in enumerate(reversed(ranked)):
        if seen and ranked[-seen].rank != one.rank:
            worse = seen
        if worse >= most or (below is not None and one.value >= below):
            return
        yield one
