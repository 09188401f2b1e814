"""What the page of a problem says beside its story: appeals, repeats and rechecks."""

from dataclasses import dataclass
from datetime import datetime

from campaign.models import User
from campaign.permissions import Permission
from campaign.rules import WorkClock

from ..models import Photo, Problem, Recheck
from .alike import photos_known_before
from .appeals import AppealCard, appeal_card


@dataclass(frozen=True, slots=True)
class Fairness:
    """``before`` and ``after``: repeats that this person sees; ``rechecks``: those that are done."""

    card: AppealCard
    before: Problem | None
    after: list[Problem]
    rechecks: list[Recheck]
    known_photos: list[Photo]


def fairness_of(problem: Problem, user: User, *, at: datetime, clock: WorkClock) -> Fairness:
    """Everything about one problem's fairness that this person may know."""
    repaired = problem.submitted_at is not None
    was_closed = problem.closed_at is not None or problem.sent_back > 0
    seen = Problem.objects.visible_to(user).only("code")
    return Fairness(
        card=appeal_card(problem, user, at=at, clock=clock),
        before=seen.filter(pk=problem.repeat_of_id).first() if problem.repeat_of_id else None,
        after=list(seen.filter(repeat_of=problem).order_by("pk")),
        rechecks=list(problem.rechecks.exclude(done_at=None).order_by("done_at")) if was_closed else [],
        known_photos=photos_known_before(problem) if repaired and user.can(Permission.CHECK_REPAIRS) else [],
    )
