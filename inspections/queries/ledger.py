"""The ledger as a list: its filters, the counts of its tabs, its pages by key."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from campaign.models import User
from campaign.permissions import Permission, Role
from campaign.rules import ONE_DAY, start_of
from units.models import Site, Unit, UnitLink

from ..models import CheckVisit, Extension, Inspection, Problem, ProblemUnit, Step, Suspension
from ..rules import OPEN_STATES, Move, State

PAGE = 50
#: Up to so many problems are sorted for a page; more are met in the order of an index soon enough.
SORTED = 100_000
#: Values of the filter ``state`` besides the states themselves.
OPEN, ALL = "open", "all"
#: Moves that put a problem into a unit's hands.
HANDING = (Move.HAND_OVER, Move.TRANSFER)


def narrowed(user: User, wanted: Mapping[str, Any], *, at: datetime) -> QuerySet[Problem]:
    """The problems this person sees, narrowed by the filters of ``ProblemFilter``, whatever their state."""
    found = Problem.objects.visible_to(user).matching(wanted.get("q") or "")
    for field in ("severity", "source"):
        if wanted.get(field):
            found = found.filter(**{field: wanted[field]})
    if wanted.get("unit"):
        found = found.filter(unit__in=_units(wanted["unit"]))
    if wanted.get("site"):
        found = found.filter(site__in=_sites(wanted["site"]))
    if wanted.get("overdue"):
        found = found.overdue(at=at)
    return found.filter(_days(wanted), _hands(user, wanted))


def _days(wanted: Mapping[str, Any]) -> Q:
    """Noted between two days, due on one day, their repair reported on one day."""
    asked = Q()
    if wanted.get("first"):
        asked &= Q(noted_at__gte=start_of(wanted["first"]))
    if wanted.get("last"):
        asked &= Q(noted_at__lt=start_of(wanted["last"] + ONE_DAY))
    if wanted.get("due"):
        asked &= Q(due_at__gte=start_of(wanted["due"]), due_at__lt=start_of(wanted["due"] + ONE_DAY))
    if wanted.get("reported"):
        start, end = start_of(wanted["reported"]), start_of(wanted["reported"] + ONE_DAY)
        asked &= Q(Exists(Step.objects.filter(problem=OuterRef("pk"), move=Move.SUBMIT, at__gte=start, at__lt=end)))
    return asked


def _hands(user: User, wanted: Mapping[str, Any]) -> Q:
    """What waits for an answer to a request, what is this person's, what they handed over."""
    asked = Q()
    if wanted.get("asks"):
        waiting = (model.objects.filter(granted=None).values("problem") for model in (Extension, Suspension))
        asked &= Q(pk__in=QuerySet.union(*waiting))
    if wanted.get("mine"):
        asked &= _mine(user)
    if wanted.get("checks"):
        asked &= _to_check(user)
    if wanted.get("handled"):
        asked &= Q(Exists(Step.objects.filter(problem=OuterRef("pk"), by=user, move__in=HANDING)))
    return asked


def _units(text: str) -> list[int]:
    """Ids of the unit that bears this code or name and of those under it; else of all whose names contain the text.

    Fetched rather than joined: how many names contain a text is what the planner guesses worst (at a million problems
    it takes thousands for two, and walks to each of them).
    """
    exact = UnitLink.objects.filter(Q(ancestor__code=text) | Q(ancestor__label=text), valid_to=None)
    under = list(exact.values_list("descendant_id", flat=True))
    return under or list(Unit.objects.matching(text).values_list("pk", flat=True))


def _sites(text: str) -> list[int]:
    """Ids of the sites with this code or with the text in their names."""
    return list(Site.objects.filter(Q(code=text) | Q(name__icontains=text)).values_list("pk", flat=True))


def _mine(user: User) -> Q:
    """What a person noted or is to check, or what a unit of theirs leads or helps with (not the units under it)."""
    if user.role == Role.UNIT:
        helping = ProblemUnit.objects.filter(until=None, unit__memberships__user=user)
        return Q(unit__memberships__user=user) | Q(pk__in=helping.values("problem"))
    return Q(noted_by=user) | _to_check(user)


def _to_check(user: User) -> Q:
    return Q(pk__in=CheckVisit.objects.filter(ended_at=None, inspector=user).values("problem"))


def in_state(problems: QuerySet[Problem], state: str) -> QuerySet[Problem]:
    """The problems of one tab."""
    if state == ALL:
        return problems
    return problems.filter(state__in=OPEN_STATES if state == OPEN else [state])


def counts(problems: QuerySet[Problem]) -> dict[str, int]:
    """State → number of problems, with ``open`` and ``all``; one statement."""
    found: dict[str, int] = dict(problems.order_by().values_list("state").annotate(Count("pk")))
    found[OPEN] = sum(found.get(state, 0) for state in OPEN_STATES)
    found[ALL] = sum(found.get(state, 0) for state in State)
    return found


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of one page, and the codes before and after which the neighbouring pages lie (empty: there is none)."""

    rows: list[Problem]
    before: str = ""
    after: str = ""


def page_of(
    problems: QuerySet[Problem], *, by_due: bool, after: str = "", before: str = "", size: int = PAGE,
    count: int = SORTED + 1,
) -> Page:  # fmt: skip
    """One page by key: newest first, or by ``due_at`` (what has no deadline comes last). An unknown key is page one.

    ``count``: how many problems these are, where somebody has counted them.
    """
    anchor = Problem.objects.filter(code=after or before).only("code", "due_at").first() if after or before else None
    back = bool(anchor and not after)
    order = order_of(by_due=by_due, back=back, count=count)
    rows: list[Problem] = []
    for part in parts_beyond(problems, anchor, by_due=by_due, back=back):
        if len(rows) <= size:
            seen = part.select_related("site", "unit").defer("payload_sha256", "client_uuid")
            rows += seen.order_by(*order)[: size + 1 - len(rows)]
    more = len(rows) > size
    rows = rows[:size][::-1] if back else rows[:size]
    if not rows:
        return Page([])
    return Page(
        rows,
        before=rows[0].code if (more if back else anchor) else "",
        after=rows[-1].code if (anchor if back else more) else "",
    )


def order_of(*, by_due: bool, back: bool = False, count: int = SORTED + 1) -> list[Any]:
    """Newest first, or by ``due_at`` with what has none last; ``back`` the other way round.

    Few problems (``count``) are found first and sorted then, by a sum that no index holds: a planner walks along an
    index until a page is full, and what was noted in ten days of ten years may lie at its very end.
    """
    few = count <= SORTED
    key, due = (F("pk") + 0, F("due_at") + timedelta()) if few else (F("pk"), F("due_at"))
    if not by_due:
        return [key.asc() if back else key.desc()]
    return [due.desc(nulls_first=True), key.desc()] if back else [due.asc(nulls_last=True), key.asc()]


def parts_beyond(
    problems: QuerySet[Problem], anchor: Problem | None, *, by_due: bool, back: bool = False
) -> list[QuerySet[Problem]]:
    """What comes after a problem in that order, or before it: the parts follow each other, each a range of an index."""
    if anchor is None:
        return [problems]
    if not by_due:
        return [problems.filter(pk__gt=anchor.pk) if back else problems.filter(pk__lt=anchor.pk)]
    side, edge = ("lt", "lte") if back else ("gt", "gte")
    keys = Q(**{f"pk__{side}": anchor.pk})
    if anchor.due_at is None:
        near = problems.filter(keys, due_at=None)
        return [near, problems.exclude(due_at=None)] if back else [near]
    near = problems.filter(keys | Q(**{f"due_at__{side}": anchor.due_at}), **{f"due_at__{edge}": anchor.due_at})
    return [near] if back else [near, problems.filter(due_at=None)]


def story(problem: Problem, user: User) -> list[Step]:
    """The steps of a problem, oldest first, each with ``who``: the name of the person who made it.

    A unit is not told who reported a problem or looked at its repair, only in which role: citizens and inspectors are
    not exposed to it.
    """
    steps = list(problem.steps.select_related("by", "unit", "proposed_unit", "original"))
    for step in steps:
        hidden = user.can(Permission.REPAIR) and (step.move in ("note", "recheck") or step.by.role == Role.INSPECTOR)
        step.who = step.by.get_role_display() if hidden else str(step.by)  # type: ignore[attr-defined]
    return steps


def seen_inspection(problem: Problem, user: User) -> Inspection | None:
    """The inspection a problem came from, where this person may read it."""
    if problem.inspection_id is None:
        return None
    return Inspection.objects.visible_to(user).filter(pk=problem.inspection_id).first()


@dataclass(frozen=True, slots=True)
class Relatives:
    """What a problem hangs together with, as far as a person sees it."""

    helping: list[Unit]
    original: Problem | None
    copies: list[Problem]
    whole: Problem | None
    parts: list[Problem]


def relatives(problem: Problem, user: User) -> Relatives:
    """Units that help, the original or the copies, the whole or the parts; what the person may not see is left out."""
    near = Q(merged_into=problem) | Q(split_from=problem) | Q(pk__in=[problem.merged_into_id, problem.split_from_id])
    seen = list(Problem.objects.visible_to(user).filter(near).select_related("unit").order_by("pk"))
    helping = problem.supporting.filter(until=None).select_related("unit")
    return Relatives(
        helping=[row.unit for row in helping],
        original=next((one for one in seen if one.pk == problem.merged_into_id), None),
        copies=[one for one in seen if one.merged_into_id == problem.pk],
        whole=next((one for one in seen if one.pk == problem.split_from_id), None),
        parts=[one for one in seen if one.split_from_id == problem.pk],
    )


def open_check(problem: Problem) -> CheckVisit | None:
    """The check that waits for its inspector."""
    return problem.checks.filter(ended_at=None).select_related("inspector").first()
