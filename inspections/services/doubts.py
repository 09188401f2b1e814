"""Citizens' reports of a problem that a move settles: the office has looked again after "not fixed"."""

from ..models import CitizenReport, Problem
from ..rules import Move
from .acts import Act

#: Moves by which the office says what it found.
SETTLE = frozenset({Move.CLOSE, Move.SEND_BACK, Move.CANCEL})


def follow(before: Problem, now: Problem, act: Act) -> None:
    """Mark what was doubted as looked at again."""
    if act.move in SETTLE:
        CitizenReport.objects.doubted().filter(problem=now).update(checked_at=act.at)
