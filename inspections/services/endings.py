"""What ends when a problem leaves its holder or turns out to be none: an open appeal, a chain of repeats."""

from django.utils.translation import gettext_noop

from campaign.services.notices import notify
from units.models import Membership

from ..models import Appeal, Problem
from ..rules import Move
from .acts import Act
from .repeats import unlink

#: Moves after which nobody decides on an appeal any more.
LEAVES = frozenset({Move.RETURN, Move.TRANSFER, Move.CANCEL, Move.MERGE, Move.SPLIT})


def follow(before: Problem, now: Problem, act: Act) -> None:
    """What a move ends; the problem is locked by the move itself."""
    if act.move in LEAVES:
        for appeal in Appeal.objects.undecided().filter(problem=now):
            _lapse(appeal, now, act)
    if act.move in (Move.CANCEL, Move.MERGE, Move.SPLIT):
        unlink(now)


def _lapse(appeal: Appeal, problem: Problem, act: Act) -> None:
    appeal.state, appeal.decided_by, appeal.decided_at = Appeal.State.LAPSED, act.by, act.at
    appeal.save(update_fields=["state", "decided_by", "decided_at"])
    people = Membership.objects.filter(unit=appeal.unit_id, user__is_active=True).values_list("user_id", flat=True)
    notify(
        {*people, appeal.made_by_id} - {act.by.pk},
        sentence=gettext_noop("Your appeal %(code)s lapsed: %(problem)s left your unit or ended before a decision."),
        values={"code": appeal.code, "problem": problem.code}, url=appeal.get_absolute_url(),
        key=f"appeal:{appeal.code}:lapsed", at=act.at,
    )  # fmt: skip
