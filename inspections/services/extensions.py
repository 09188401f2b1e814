"""More time: asked for by the holder, granted or refused by the office, over when the problem leaves the holder."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from campaign.rules import SHANGHAI, day_of

from ..models import Extension, Problem
from ..queries.extensions import may_ask
from ..rules import Move
from .acts import Act

#: Moves after which nobody waits for more time any more.
ENDS = frozenset(
    {Move.CLOSE, Move.SUSPEND, Move.RETURN, Move.TRANSFER, Move.CANCEL, Move.MERGE, Move.SPLIT, Move.REFUSE_TIME}
)


def follow(before: Problem, now: Problem, act: Act) -> None:
    """What a move does to the request for more time; the problem is locked by the move itself.

    Raises ValidationError where there is nothing to decide, or nothing more to ask for.
    """
    if act.move == Move.ASK_TIME:
        _ask(now, act)
    elif act.move == Move.GRANT_TIME:
        _decide(now, act, granted=True)
    elif act.move in ENDS:
        _decide(now, act, granted=False)


def _ask(problem: Problem, act: Act) -> None:
    if not may_ask(problem, list(problem.extensions.all())):
        raise ValidationError(_("More time has been asked for already, or granted once."))
    due = problem.due_at or act.at  # the move has seen to it that a deadline and a later day are there
    until = datetime.combine(act.until or day_of(due), due.astimezone(SHANGHAI).time(), SHANGHAI)
    Extension.objects.create(
        problem=problem, asked_by=act.by, asked_at=act.at, reason=act.note.strip(), due_before=due, until=until
    )


def _decide(problem: Problem, act: Act, *, granted: bool) -> None:
    asked = Extension.objects.filter(problem=problem, granted=None)
    decided = asked.update(granted=granted, decided_by=act.by, decided_at=act.at)
    if not decided and act.move in (Move.GRANT_TIME, Move.REFUSE_TIME):
        raise ValidationError(_("Nobody asks for more time here."))
