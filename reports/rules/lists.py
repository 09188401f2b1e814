"""Red and black lists (红黑榜) of a ranking.

Red: the n best places with at least the bound; black: the n worst below the bound. Units that tie stand together, also
at the edge, so a list may be longer than n. Between the bounds a unit is on neither list, and so is one that would be
on both, where a group is too small to tell best from worst.
"""

from collections.abc import Iterator, Sequence
from itertools import takewhile

from .scoring import Placed
from .spec import ListRule, RuleSpec

RED, BLACK = "red", "black"


def listed(spec: RuleSpec, rows: Sequence[Placed]) -> list[tuple[Placed, str]]:
    """The listed rows of a ranking, given in its order, and their list: red from the best, then black to the worst."""
    ranked = [row for row in rows if row.rank is not None]
    red = list(_red(spec.red, spec.places, ranked))
    black = list(_black(spec.black, spec.places, ranked))[::-1]
    both = {row.unit for row in red} & {row.unit for row in black}
    marked = [(row, RED) for row in red] + [(row, BLACK) for row in black]
    return [(row, color) for row, color in marked if row.unit not in both]


def _red(rule: ListRule, places: int, ranked: Sequence[Placed]) -> Iterator[Placed]:
    """From the best: as long as the place is among the first and the score reaches the bound."""
    if not rule:
        return iter(())
    last = rule.places or len(ranked)
    least = (rule.bound or 0) * 10**places
    return takewhile(lambda row: (row.rank or 0) <= last and (row.scored.score or 0) >= least, ranked)


def _black(rule: ListRule, places: int, ranked: Sequence[Placed]) -> Iterator[Placed]:
    """From the worst: as long as fewer than the number stand strictly below and the score is below the bound."""
    if not rule:
        return
    most = rule.places or len(ranked)
    below = None if rule.bound is None else rule.bound * 10**places
    worse = 0
    for seen, row in enumerate(reversed(ranked)):
        if seen and ranked[-seen].rank != row.rank:
            worse = seen
        if worse >= most or (below is not None and (row.scored.score or 0) >= below):
            return
        yield row
