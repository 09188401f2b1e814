"""The first page of each role: one question, the counts that answer it, and the next thing to do."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from campaign.models import Event, User
from campaign.permissions import Role
from campaign.queries import work_clock
from campaign.rules import day_of
from inspections.queries.moves import moves_for

from ..models import Objection
from ..queries import city_figures, city_trend, desk, lists
from ..queries.first_steps import first_steps
from ..queries.objections import announced_rows
from ..queries.ranking_page import groups_in
from ..queries.rankings import Shown
from ..queries.standing import Standing, home_unit, standing_of
from ..rules.periods import Span, containing
from . import charts

WEEKS = 13
#: Steps of an office: title, what it is for, the page where it begins and what stands behind its address.
FIRST_STEPS = {
    "calendar": (_("Work calendar"), _("every deadline is counted by it"), "campaign:calendar", ""),
    "units": (
        _("Units and groups"),
        _("a sheet of units; units of one group are ranked together"),
        "reports:imports",
        "?kind=units",
    ),
    "items": (_("Check items"), _("what is looked at, by type of site"), "reports:imports", "?kind=check_items"),
    "sites": (_("Sites"), _("the places that are inspected, and whose they are"), "reports:imports", "?kind=sites"),
    "campaign": (
        _("Edition and campaign"),
        _("put the edition in force, then start a campaign on it"),
        "campaign:standard",
        "",
    ),
    "rules": (_("Scoring rule"), _("for each group and kind of period"), "reports:rule_new", ""),
    "inspections": (_("First inspection"), _("entered here, or a sheet of past ones"), "inspections:new", ""),
}


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The page a person begins with, by their role."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    template, context = PAGES.get(request.user.role, ("reports/home_none.html", _nothing))
    return render(request, template, context(request.user, timezone.now()))


def _nothing(user: User, at: datetime) -> dict[str, Any]:
    return {}


def _office(user: User, at: datetime) -> dict[str, Any]:
    week = lists.last_week(user, at=at)
    steps = _first_steps(at)
    return {
        "at": at,
        "steps": steps,
        "next": next((step for step in steps if not step["taken"]), None),
        "problems": desk.problem_counts(user, at=at),
        "inspections": desk.inspection_counts_of_days(user, at=at),
        "duties": desk.duty_counts(user, at=at),
        "citizens": desk.citizen_counts(user),
        "to_close": lists.ended_drafts(at=at),
        "to_publish": lists.waiting_to_publish(at=at),
        "objections": Objection.objects.visible_to(user).open().count(),
        "week": week,
        "lists": lists.listed(groups_in(user, week.code)) if week else None,
        "overdue": desk.overdue_by_unit(user, at=at),
        "gaps": work_clock().gaps(day_of(at)),
    }


def _first_steps(at: datetime) -> list[dict[str, Any]]:
    steps = []
    for name, taken in first_steps(on=day_of(at)).items():
        title, text, page, query = FIRST_STEPS[name]
        steps.append({"title": title, "text": text, "url": f"{reverse(page)}{query}", "taken": taken})
    return steps


def _unit(user: User, at: datetime) -> dict[str, Any]:
    unit = home_unit(user)
    standing = standing_of(unit, user, at=at) if unit else None
    context = {
        "at": at,
        "unit": unit,
        "announced": announced_rows(user, at=at),
        "problems": _to_do(user, at),
        "problem_counts": desk.problem_counts(user, at=at),
        "duties": desk.due_duties(user),
        "duty_counts": desk.duty_counts(user, at=at),
        "today": day_of(at),
    }
    return context | (_standing(standing) if standing else {})


def _to_do(user: User, at: datetime) -> list[dict[str, Any]]:
    """The problems a person's units hold, with what is left of their time and the move to make."""
    problems = desk.due_problems(user)
    clock = work_clock() if problems else None
    return [
        {
            "problem": problem,
            "left": clock.remaining(problem.due_at, at) if clock and problem.due_at else None,
            "moves": moves_for(problem, user),
        }
        for problem in problems
    ]


def _standing(standing: Standing) -> dict[str, Any]:
    row = standing.row
    address = [row.ranking.period.code, row.ranking.group.code, row.unit.code]

    def rows_behind(part: Shown) -> str:
        return reverse("reports:component", args=[*address, part.figure]) if part.has_rows else ""

    return {
        "standing": standing,
        "row": row,
        "why": charts.waterfall(row, standing.parts, rows_behind),
        "trend": charts.places(standing.rows),
        "score_change": standing.score_change,
        "changes": charts.changes(standing.parts, standing.before),
    }


def _supervisor(user: User, at: datetime) -> dict[str, Any]:
    week = lists.last_week(user, at=at)
    span = week.span if week else containing(day_of(at) - timedelta(days=7), "week")
    spans = _back(span, WEEKS)
    trend = city_trend(spans, at)
    rankings = groups_in(user, week.code) if week else []
    now, before = (trend[one.code]["conformity_pooled"].value for one in (span, spans[-2]))
    columns, heat = lists.heat_table(rankings)
    return {
        "at": at,
        "span": span,
        "week": week,
        "figures": city_figures(span, at),
        "conformity_change": now - before if now is not None and before is not None else None,
        "trend": charts.city(spans, trend),
        "trend_rows": [(one.label(), trend[one.code]) for one in reversed(spans)],
        "lists": lists.listed(rankings),
        "columns": columns,
        "heat": heat,
        "overdue": desk.overdue_by_unit(user, at=at),
        "problems": desk.problem_counts(user, at=at),
        "to_publish": lists.waiting_to_publish(user, at=at),
    }


def _back(span: Span, number: int) -> list[Span]:
    """A period and those before it, ``number`` in all, the oldest first."""
    found = [span]
    while len(found) < number:
        found.append(found[-1].previous())
    return found[::-1]


def _inspector(user: User, at: datetime) -> dict[str, Any]:
    return {"counts": desk.inspection_counts_of_days(user, at=at), "visits": desk.recent_visits(user), "at": at}


def _monitor(user: User, at: datetime) -> dict[str, Any]:
    return {"problems": desk.noted_by(user)}


def _people(user: User, at: datetime) -> dict[str, Any]:
    people = User.objects.visible_to(user)
    return {
        "gaps": work_clock().gaps(day_of(at)) if user.role == Role.SYSTEM_ADMIN else [],
        "active": people.filter(is_active=True).count(),
        "disabled": people.filter(is_active=False).count(),
        "without_role": people.filter(is_active=True, role="").count(),
    }


def _audit(user: User, at: datetime) -> dict[str, Any]:
    trail = Event.objects.visible_to(user)
    lately = trail.filter(at__gte=at - timedelta(days=1))
    return {"today": lately.count(), "refused": lately.filter(result=Event.Result.REFUSED).count(), "events": trail[:8]}


Page = Callable[[User, datetime], dict[str, Any]]
PAGES: dict[str, tuple[str, Page]] = {
    Role.OFFICE: ("reports/home_office.html", _office),
    Role.UNIT: ("reports/home_unit.html", _unit),
    Role.SUPERVISOR: ("reports/home_supervisor.html", _supervisor),
    Role.INSPECTOR: ("reports/home_inspector.html", _inspector),
    Role.MONITOR: ("reports/home_monitor.html", _monitor),
    Role.SYSTEM_ADMIN: ("reports/home_people.html", _people),
    Role.SECURITY_ADMIN: ("reports/home_people.html", _people),
    Role.AUDIT_ADMIN: ("reports/home_audit.html", _audit),
}
