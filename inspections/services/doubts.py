"""Citizens' reports of a problem that a move settles: the office has looked again after "not fixed"."""

from django.db.models import Q

from ..models import CitizenReport, Problem
from ..rules import Move
from .acts import Act

#: Moves by which the office says what it found.
SETTLE = frozenset({Move.CLOSE, Move.SEND_BACK, Move.CANCEL})


def follow(before: Problem, now: Problem, act: Act) -> None:
    """Mark what was doubted as looked at again, of the problem and of its copies."""
    if act.move in SETTLE:
        told_of = Q(problem=now) | Q(problem__merged_into=now)
        CitizenReport.objects.doubted().filter(told_of).update(checked_at=act.at)
