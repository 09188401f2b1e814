"""Which moves a person may make on a problem as it stands."""

from collections.abc import Collection
from datetime import datetime

from campaign.models import User
from campaign.permissions import Permission
from campaign.rules import day_of
from units.models import Unit

from ..models import Problem
from ..rules import CHECK_RESULTS, TRANSITIONS, Move, State, can_move
from .extensions import may_ask, open_one

#: The move that leads on comes first.
OFFERED = (
    Move.HAND_OVER, Move.RECEIVE, Move.SUBMIT, Move.PLAN, Move.CLOSE, Move.SEND_BACK, Move.ASSIGN_CHECK,
    Move.GRANT_TIME, Move.REFUSE_TIME,
    Move.RETURN, Move.TRANSFER, Move.REOPEN, Move.ASK_TIME, Move.SUSPEND, Move.REFUSE_SUSPENSION, Move.ASK_SUSPEND,
    Move.RESUME, Move.FIX, Move.ADD, Move.MERGE, Move.UNMERGE, Move.SPLIT, Move.CANCEL,
)  # fmt: skip


#: Moves that are seldom made: they stand behind a fold, and not on the cards of the board.
RARE = (Move.FIX, Move.ADD, Move.MERGE, Move.UNMERGE, Move.SPLIT, Move.CANCEL)
#: Moves that depend on what was asked before.
TIME_MOVES = frozenset({Move.ASK_TIME, Move.GRANT_TIME, Move.REFUSE_TIME, Move.ASK_SUSPEND, Move.REFUSE_SUSPENSION})
DECIDING = frozenset({Move.GRANT_TIME, Move.REFUSE_TIME})
#: What decides on a suspension that was asked for; it comes first while somebody waits.
SUSPENSION = (Move.SUSPEND, Move.REFUSE_SUSPENSION)


def moves_for(problem: Problem, user: User) -> list[Move]:
    """The moves that the table lets this person make on a problem that they see; no statement, for lists.

    Unit staff see exactly the problems of the units they answer for, so seeing one is holding it.
    """
    return [
        move
        for move in OFFERED
        if can_move(problem.state, move)
        and user.can(TRANSITIONS[move].permission)
        and (move != Move.UNMERGE or problem.merged_into_id)
    ]


def moves_now(problem: Problem, user: User, *, at: datetime) -> list[Move]:
    """Of these, the ones that make sense now: after what was asked for before, and for who this person is to it."""
    moves = moves_for(problem, user)
    if user.can(Permission.REPAIR) and not Unit.objects.of(user).filter(pk=problem.unit_id).exists():
        return []
    if State(problem.state) == State.SUBMITTED and Move.CLOSE not in moves and is_to_check(problem, user):
        moves = [*CHECK_RESULTS, *moves]
    idle = _idle(problem, moves)
    if not on_the_spot(problem, user, at=at):
        idle.add(Move.FIX)
    if problem.merged_into_id:
        idle.add(Move.REOPEN)
    left = [move for move in moves if move not in idle]
    return sorted(left, key=lambda move: move not in SUSPENSION) if Move.REFUSE_SUSPENSION in left else left


def _idle(problem: Problem, moves: Collection[Move]) -> set[Move]:
    """Moves for which nothing waits, or whose request waits already."""
    if not TIME_MOVES & set(moves):
        return set()
    asked = list(problem.extensions.all())
    waits = any(one.granted is None for one in problem.suspensions.all())
    idle = set() if open_one(asked) else set(DECIDING)
    idle.add(Move.ASK_SUSPEND if waits else Move.REFUSE_SUSPENSION)
    return idle if Move.ASK_TIME not in moves or may_ask(problem, asked) else idle | {Move.ASK_TIME}


def is_to_check(problem: Problem, user: User) -> bool:
    """Whether the check of a problem waits for this person."""
    return user.can(Permission.ENTER_INSPECTIONS) and problem.checks.filter(ended_at=None, inspector=user).exists()


def on_the_spot(problem: Problem, user: User, *, at: datetime) -> bool:
    """Whether a person can say of a problem that it was fixed on the spot: they noted it or run the ledger, today."""
    his = problem.noted_by_id == user.pk or user.can(Permission.HAND_OVER)
    return his and day_of(at) == day_of(problem.noted_at)
