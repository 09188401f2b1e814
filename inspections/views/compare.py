"""The ledger now and in the same week last month."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from campaign.guard import UserRequest, require
from campaign.permissions import Permission
from campaign.rules import ONE_DAY, day_of

from ..models import Problem
from ..queries.compare import BACK, GROUPS, LINES, Line
from ..queries.compare import compare as weeks
from .looking import ways

TABS = (("unit", gettext_lazy("By unit")), ("type", gettext_lazy("By site type")))


@require_safe
@require(Permission.SEE_PROBLEMS)
def compare(request: UserRequest) -> HttpResponse:
    """Totals and a table by unit or site type; htmx gets the line for the head of the ledger."""
    now = timezone.now()
    seen = Problem.objects.visible_to(request.user)
    (city,) = weeks(seen, at=now)
    context: dict[str, Any] = {"city": city, "figures": figures(city), "page": reverse("inspections:compare")}
    if request.htmx:
        return render(request, "inspections/compare.html#head", context)
    by = request.GET.get("by", "")
    by = by if by in GROUPS else "unit"
    lines = weeks(seen, at=now, by=by)
    monday = day_of(now) - ONE_DAY * day_of(now).weekday()
    context |= {
        "by": by,
        "lines": lines,
        "most": max((max(line.now.open, line.then.open) for line in lines), default=0),
        "cut": LINES if len(lines) == LINES else 0,
        "ways": ways(request),
        "tabs": [{"label": label, "url": f"?by={name}", "active": name == by} for name, label in TABS],
        "first": monday,
        "last": day_of(now),
        "first_then": monday - BACK,
        "last_then": day_of(now) - BACK,
        "ledger": reverse("inspections:problems"),
    }
    return render(request, "inspections/compare.html", context)


def figures(line: Line) -> list[dict[str, Any]]:
    """The figures of all problems together with what they were."""
    now, then = line.now, line.then
    return [
        {"label": _("Open"), "now": now.open, "then": then.open},
        {"label": _("Overdue"), "now": now.overdue, "then": then.overdue},
        {"label": _("Handed over this week"), "now": now.handed_over, "then": then.handed_over},
        {"label": _("Closed in time this week"), "now": now.in_time, "then": then.in_time},
    ]
