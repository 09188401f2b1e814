"""What ends when a problem leaves its holder or turns out to be none: an open appeal, a chain of repeats."""

from ..models import Appeal, Problem
from ..rules import Move
from .acts import Act
from .repeats import unlink

#: Moves after which nobody decides on an appeal any more.
LEAVES = frozenset({Move.RETURN, Move.TRANSFER, Move.CANCEL, Move.MERGE, Move.SPLIT})


def follow(before: Problem, now: Problem, act: Act) -> None:
    """What a move ends; the problem is locked by the move itself."""
    if act.move in LEAVES:
        undecided = Appeal.objects.undecided().filter(problem=now)
        undecided.update(state=Appeal.State.LAPSED, decided_by=act.by, decided_at=act.at)
    if act.move in (Move.CANCEL, Move.MERGE, Move.SPLIT):
        unlink(now)
