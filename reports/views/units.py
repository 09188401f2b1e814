"""All about one unit."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from campaign.guard import UserRequest, require
from campaign.permissions import Permission
from campaign.queries import work_clock
from campaign.rules import day_of
from units.models import Unit

from ..queries.history import rows_of
from ..queries.unit_page import about
from . import charts


@require_GET
@require(Permission.SEE_UNITS)
def unit(request: UserRequest, code: str) -> HttpResponse:
    """Places through time, components, sites, problems, duties and people of a unit the person may see."""
    found = get_object_or_404(Unit.objects.visible_to(request.user).select_related("group", "succeeded_by"), code=code)
    now = timezone.now()
    rows = rows_of(found, request.user, until=now)
    context = about(found, request.user)
    clock = work_clock() if context["problems"] else None
    context["problems"] = [
        (problem, clock.remaining(problem.due_at, now) if clock and problem.due_at and not problem.closed_at else None)
        for problem in context["problems"]
    ]
    context |= {
        "unit": found,
        "rows": rows[::-1],
        "row": rows[-1] if rows else None,
        "places": charts.places(rows),
        "components": charts.components(rows),
        "today": day_of(now),
        "may_see_tasks": request.user.can(Permission.SEE_TASKS),
    }
    return render(request, "reports/unit.html", context)
