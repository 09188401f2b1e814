"""What units ask the office for and wait to hear: more time, suspensions."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from campaign.rules import day_of

from ..models import Extension, Problem, Suspension, SuspensionProof
from ..rules import Move

#: Decision → the request that it is about.
ABOUT = {
    Move.GRANT_TIME: Move.ASK_TIME, Move.REFUSE_TIME: Move.ASK_TIME,
    Move.SUSPEND: Move.ASK_SUSPEND, Move.REFUSE_SUSPENSION: Move.ASK_SUSPEND,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Request:
    """One request that waits: for more time or for a suspension (the move that asked), until which day, and why."""

    move: Move
    until: date
    reason: str
    proofs: list[SuspensionProof]


def requests_of(problems: Iterable[Problem]) -> dict[int, list[Request]]:
    """Problem (id) → what waits for a decision; three statements, whatever their number."""
    keys = [problem.pk for problem in problems]
    found: dict[int, list[Request]] = {}
    for time in Extension.objects.filter(problem__in=keys, granted=None):
        found.setdefault(time.problem_id, []).append(Request(Move.ASK_TIME, day_of(time.until), time.reason, []))
    for one in Suspension.objects.filter(problem__in=keys, granted=None).prefetch_related("proofs"):
        asked = Request(Move.ASK_SUSPEND, one.ends_on, one.reason, list(one.proofs.all()))
        found.setdefault(one.problem_id, []).append(asked)
    return found
