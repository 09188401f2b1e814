"""Appeals: whether and until when one may be made, who may decide it, and the list of the office."""

from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db.models import Count, OuterRef, QuerySet, Subquery

from campaign.models import CheckItem, User
from campaign.permissions import Permission, Role
from campaign.queries import work_clock
from campaign.rules import UnknownYear, WorkClock, parse_limit
from units.models import Unit

from ..models import Appeal, Problem, Step
from ..rules import HELD, Move, State
from .settings import ledger_settings

PAGE = 50
#: Where a problem stands when its holder may appeal it.
APPEALABLE = HELD | {State.SUSPENDED, State.CLOSED}
#: Severities from the least to the greatest.
BY_WEIGHT = (CheckItem.Severity.MINOR, CheckItem.Severity.NORMAL, CheckItem.Severity.SERIOUS)


def lower_severities(problem: Problem) -> list[str]:
    """What a unit may ask for instead of the problem's severity."""
    return list(BY_WEIGHT[: BY_WEIGHT.index(CheckItem.Severity(problem.severity))])


def appeal_until(problem: Problem, clock: WorkClock | None = None) -> datetime | None:
    """Until when the present holder may appeal; None where appeals are switched off or nobody holds it.

    Raises ValidationError where the work calendar lacks the year.
    """
    days = ledger_settings().appeal_days
    if not days or problem.handed_over_at is None:
        return None
    try:
        return (clock or work_clock()).due(problem.handed_over_at, parse_limit(f"{days}d"))
    except UnknownYear as missing:
        raise ValidationError(str(missing)) from missing


def grounds_left(problem: Problem) -> list[str]:
    """What the holder may still appeal against: nothing while one is open, and nothing that was decided already."""
    if problem.state not in APPEALABLE or problem.voided_at:
        return []
    made = [one for one in problem.appeals.all() if one.held_since == problem.handed_over_at]
    if any(one.state == Appeal.State.OPEN for one in made):
        return []
    decided = {one.against for one in made if one.state != Appeal.State.LAPSED}
    possible = list(Appeal.Against) if lower_severities(problem) else [Appeal.Against.PROBLEM]
    return [against for against in possible if against not in decided]


def handed_over_by(problem: Problem) -> int | None:
    """The id of the person who handed the problem to its holder."""
    steps = problem.steps.filter(move__in=[Move.HAND_OVER, Move.TRANSFER]).order_by("-at", "-id")
    return steps.values_list("by_id", flat=True).first()


def may_decide(appeal: Appeal, user: User) -> bool:
    """Whether a person may decide an appeal: not who handed the problem over, if the office has a second person."""
    if appeal.state != Appeal.State.OPEN or not user.can(Permission.DECIDE_APPEALS):
        return False
    if handed_over_by(appeal.problem) != user.pk:
        return True
    others = User.objects.filter(role=Role.OFFICE, is_active=True).exclude(pk=user.pk)
    return not others.exists()


@dataclass(frozen=True, slots=True)
class AppealCard:
    """What the page of a problem says of appeals: those made, and until when this person may make another."""

    made: list[Appeal]
    until: datetime | None
    grounds: list[str]
    severities: list[tuple[str, str]]


def appeal_card(problem: Problem, user: User, *, at: datetime, clock: WorkClock) -> AppealCard:
    """The appeals of a problem for one person. Three statements at most."""
    made = list(problem.appeals.all()) if user.can(Permission.SEE_APPEALS) else []
    card = AppealCard(made, None, [], [])
    if not user.can(Permission.APPEAL) or not (grounds := grounds_left(problem)):
        return card
    if not Unit.objects.of(user).filter(pk=problem.unit_id).exists():
        return card
    try:
        until = appeal_until(problem, clock)
    except ValidationError:
        return card
    if until is None or until < at:
        return card
    words = dict(CheckItem.Severity.choices)
    return AppealCard(made, until, grounds, [(value, str(words[value])) for value in lower_severities(problem)])


def appeals_of(user: User, *, state: str, after: int | None) -> QuerySet[Appeal]:
    """The appeals that a person sees, newest first, with whether somebody else is wanted to decide (``own``)."""
    handed = Step.objects.filter(problem=OuterRef("problem"), move__in=[Move.HAND_OVER, Move.TRANSFER])
    found = Appeal.objects.visible_to(user).annotate(handed_by=Subquery(handed.order_by("-at").values("by")[:1]))
    if state:
        found = found.filter(state=state)
    if after:
        found = found.filter(pk__lt=after)
    return found.select_related("problem__site", "unit").order_by("-pk")


def counts(user: User) -> dict[str, int]:
    """State → number of appeals that a person sees."""
    seen = Appeal.objects.visible_to(user).order_by()
    return dict(seen.values_list("state").annotate(Count("pk")))
