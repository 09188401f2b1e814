"""All about one unit: sites with their last result, open problems, duties, people, and the units above and below."""

from typing import Any

from django.db.models import F, OuterRef, QuerySet, Subquery

from campaign.models import User
from inspections.models import Inspection, Problem
from units.models import Membership, Site, TaskDuty, Unit, UnitLink

SHOWN = 10


def _under(unit: Unit) -> QuerySet[Any]:
    return UnitLink.objects.filter(ancestor=unit, valid_to=None).values("descendant")


def sites_of(unit: Unit, user: User) -> QuerySet[Site]:
    """The sites a unit and those under it answer for, each with the last inspection the person may see."""
    last = Inspection.objects.visible_to(user).valid().filter(site=OuterRef("pk")).order_by("-seen_at", "-pk")
    sites = Site.objects.visible_to(user).filter(unit__in=_under(unit), active=True).select_related("type", "unit")
    return sites.annotate(
        last_code=Subquery(last.values("code")[:1]),
        last_score=Subquery(last.values("score")[:1]),
        last_seen=Subquery(last.values("seen_at")[:1]),
    ).order_by("code")


def problems_of_unit(unit: Unit, user: User) -> QuerySet[Problem]:
    """The open problems a unit and those under it hold, the first due first."""
    held = Problem.objects.visible_to(user).open().filter(unit__in=_under(unit))
    return held.select_related("site", "unit").order_by(F("due_at").asc(nulls_last=True), "pk")


def duties_of_unit(unit: Unit, user: User) -> QuerySet[TaskDuty]:
    """The duties of a unit that are not done, the first due first."""
    todo = TaskDuty.objects.visible_to(user).filter(unit=unit).exclude(state=TaskDuty.State.ACCEPTED)
    return todo.select_related("task", "unit").order_by(F("due_on").asc(nulls_last=True), "pk")


def about(unit: Unit, user: User) -> dict[str, Any]:
    """The lists of the page, cut to `SHOWN` rows, with the counts of all rows where the list goes on elsewhere."""
    sites, problems, duties = sites_of(unit, user), problems_of_unit(unit, user), duties_of_unit(unit, user)
    links = UnitLink.objects.filter(valid_to=None, depth=1)
    return {
        "sites": list(sites[:SHOWN]),
        "site_count": Site.objects.visible_to(user).filter(unit__in=_under(unit), active=True).count(),
        "problems": list(problems[:SHOWN]),
        "problem_count": Problem.objects.visible_to(user).open().filter(unit__in=_under(unit)).count(),
        "duties": list(duties[:SHOWN]),
        "duty_count": duties.count(),
        "members": list(
            Membership.objects.filter(unit=unit, user__is_active=True)
            .select_related("user")
            .order_by("position", "user__name")
        ),
        "above": list(Unit.objects.filter(links_down__in=links.filter(descendant=unit)).order_by("code")),
        "below": list(Unit.objects.filter(links_up__in=links.filter(ancestor=unit)).order_by("code")[:30]),
    }
