"""Red and black lists (红黑榜) of a ranking.

Red: the n best places with at least the bound; black: the n worst below the bound. Units that tie stand together, also
at the edge, so a list may be longer than n. Between the bounds a unit is on neither list, and so is one that would be
on both, where a group is too small to tell best from worst.
"""

from collections.abc import Sequence
from decimal import Decimal

from .scoring import Placed
from .spec import RuleSpec

RED, BLACK = "red", "black"


def listed(spec: RuleSpec, rows: Sequence[Placed]) -> dict[int, str]:
    """Unit → ``red`` or ``black`` for the ranked rows of a ranking, given in its order."""
    ranked = [row for row in rows if row.rank is not None]
    red = {row.unit for row in ranked if _is_red(spec, row)}
    black = {row.unit for row, worse in zip(ranked, _worse(ranked), strict=True) if _is_black(spec, row, worse)}
    both = red & black
    return {row.unit: RED if row.unit in red else BLACK for row in ranked if row.unit in (red | black) - both}


def _is_red(spec: RuleSpec, row: Placed) -> bool:
    rule = spec.red
    return (
        bool(rule)
        and (rule.places is None or (row.rank or 0) <= rule.places)
        and _score(spec, row) >= (rule.bound or 0)
    )


def _is_black(spec: RuleSpec, row: Placed, worse: int) -> bool:
    rule = spec.black
    below = rule.bound is None or _score(spec, row) < rule.bound
    return bool(rule) and below and (rule.places is None or worse < rule.places)


def _worse(ranked: Sequence[Placed]) -> list[int]:
    """For each row, how many stand strictly below it."""
    found: list[int] = []
    for below, row in enumerate(reversed(ranked)):
        tied = found and ranked[-below].rank == row.rank
        found.append(found[-1] if tied else below)
    return found[::-1]


def _score(spec: RuleSpec, row: Placed) -> Decimal:
    return Decimal(row.scored.score or 0).scaleb(-spec.places)
