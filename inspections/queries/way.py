"""The way to a deadline: the step that its clock began with, what counted, and what has moved it since."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import pairwise

from campaign.rules import Limit, Stretch, UnknownYear, WorkClock, day_of, parse_limit

from ..models import Extension, Problem, Step, Suspension
from ..rules import Move

#: Moves from which a clock may run; a transfer or a reopening may also leave the deadline as it is.
STARTS = (Move.HAND_OVER, Move.TRANSFER, Move.REOPEN, Move.FIX)


class Turn(StrEnum):
    """What happened to a deadline on its way."""

    KEPT = "kept"
    EXTENDED = "extended"
    SUSPENDED = "suspended"


@dataclass(frozen=True, slots=True)
class Later:
    """Something after the clock began: ``due`` is the deadline from then on, None while it is suspended.

    ``stood`` is the time for which the clock stood still, and what of it would have counted; ``step`` the step that
    left the deadline as it was.
    """

    turn: Turn
    at: datetime
    due: datetime | None
    stood: Stretch | None = None
    step: Step | None = None


@dataclass(frozen=True, slots=True)
class Way:
    """From ``begun`` over the pieces that counted and all that came later, oldest first."""

    begun: Step
    counts_from: datetime
    path: list[Stretch]
    later: list[Later]

    @property
    def rested(self) -> list[Stretch]:
        """The days off before the clock started to count."""
        return [piece for piece in self.path if piece.ends <= self.counts_from]

    @property
    def counted(self) -> list[Stretch]:
        """The pieces from the moment the clock started to count."""
        return self.path[len(self.rested) :]


def way_to(problem: Problem, steps: Sequence[Step], clock: WorkClock) -> Way | None:
    """How the deadline of a problem came about; None where today's calendar does not lead to it.

    It is found backwards, from the deadline that holds to the one before, and so on to the step that set the first.
    ``problem`` has its extensions and suspensions fetched.
    """
    try:
        return _way(problem, steps, clock)
    except (UnknownYear, ValueError):
        return None


def _way(problem: Problem, steps: Sequence[Step], clock: WorkClock) -> Way | None:
    due, limit = problem.due_at, parse_limit(problem.limit)
    later: list[Later] = []
    for at, what in reversed(list(_in_order(problem, steps))):
        if isinstance(what, Step):
            path = clock.explain(at, limit)
            if due is not None and path[-1].ends == due:
                return Way(what, clock.start(at), path, later[::-1])
            if what.move == Move.HAND_OVER:
                return None
            later.append(Later(Turn.KEPT, at, due, step=what))
        elif isinstance(what, Extension):
            if what.until == due:
                later.append(Later(Turn.EXTENDED, at, due))
                due = what.due_before
        elif _holds(what, due, limit, clock):
            later.append(Later(Turn.SUSPENDED, at, due, stood=_stood(what, limit, clock)))
            due = what.due_before
    return None


def _in_order(problem: Problem, steps: Sequence[Step]) -> Iterator[tuple[datetime, Step | Extension | Suspension]]:
    """All that may have set or moved the deadline, oldest first."""
    started: list[tuple[datetime, Step | Extension | Suspension]]
    started = [(step.at, step) for before, step in pairwise([None, *steps]) if step and _starts(step, before)]
    moved: list[Extension | Suspension] = [*problem.extensions.all(), *problem.suspensions.all()]
    yield from sorted(
        started + [(one.decided_at, one) for one in moved if one.granted and one.decided_at], key=lambda pair: pair[0]
    )


def _starts(step: Step, before: Step | None) -> bool:
    """A check that sends back leaves the clock running; a recheck that does so starts it anew."""
    rechecked = step.move == Move.SEND_BACK and before is not None and before.move == "recheck"
    return rechecked or step.move in STARTS


def _holds(suspension: Suspension, due: datetime | None, limit: Limit, clock: WorkClock) -> bool:
    """Whether a suspension lasts and there is no deadline, or it has moved the deadline to ``due``."""
    before, since, till = suspension.due_before, suspension.decided_at, suspension.resumed_at
    if till is None or due is None:
        return till is None and due is None
    return bool(before and since and clock.shifted(before, limit, since=since, till=till) == due)


def _stood(suspension: Suspension, limit: Limit, clock: WorkClock) -> Stretch | None:
    since, till = suspension.decided_at, suspension.resumed_at
    if since is None or till is None:
        return None
    if limit.unit == "d":
        return Stretch(since, till, clock.days_between(day_of(since), day_of(till)))
    return Stretch(since, till, clock.worked(since, till))


def leads_to(due: datetime | None, limit: str, *, since: datetime | None, clock: WorkClock) -> bool:
    """Whether a limit that began at ``since`` ends at ``due`` by today's calendar."""
    try:
        return bool(due and since) and clock.due(since, parse_limit(limit)) == due  # type: ignore[arg-type]
    except (UnknownYear, ValueError):
        return False
