"""The ledger as a calendar: what is due on which day of a month."""

import calendar as months
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from campaign.guard import UserRequest, require
from campaign.permissions import Permission
from campaign.rules import day_of

from ..queries import ledger
from ..queries.deadlines import Due, days_off, due_by_day, late_before
from .looking import Look, answer, link, looked, tabs

#: Months that a calendar is asked for; the ledger has no deadlines beyond.
FIRST_YEAR, LAST_YEAR = 2000, 2099


@require_safe
@require(Permission.SEE_PROBLEMS)
def deadlines(request: UserRequest) -> HttpResponse:
    """A month's days with how many problems are due on each; a day opens the list."""
    look = looked(request)
    today = day_of(look.at)
    first = _month(request.GET.get("month", "")) or today.replace(day=1)
    until = _later(first, 1)
    found = ledger.in_state(look.found, look.state)
    due = due_by_day(found, first=first, until=until, at=look.at)
    off, known = days_off(first=first, until=until)
    every = reverse("inspections:problems")
    weeks = [
        [_cell(day, first, due, off, known, every + link(request.GET, drop=["month"], state=look.state, due=str(day)))
         for day in week]
        for week in months.Calendar().monthdatescalendar(first.year, first.month)
    ]  # fmt: skip
    late = late_before(look.found, first=first, at=look.at)
    context = {
        "tabs": tabs(request, look),
        "first": first,
        "today": today,
        "weeks": weeks,
        "days": [cell for week in weeks for cell in week if cell and cell["due"].total],
        "total": sum(day.total for day in due.values()),
        "late_before": late,
        "late_url": every + link(request.GET, drop=["month", "due"], state=ledger.OPEN, overdue="on", order="due"),
        **_neighbours(request, first, look),
    }
    return answer(request, look, "inspections/deadlines.html", context)


def _month(text: str) -> date | None:
    """The first day of a month written as 2026-11, None for anything else."""
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        return None
    return first if FIRST_YEAR <= first.year <= LAST_YEAR else None


def _later(first: date, count: int) -> date:
    """The first day of the month so many months later."""
    place = first.year * 12 + first.month - 1 + count
    return date(place // 12, place % 12 + 1, 1)


def _neighbours(request: UserRequest, first: date, look: Look) -> dict[str, str]:
    around = {"previous_month": _later(first, -1), "next_month": _later(first, 1)}
    links = {name: link(request.GET, month=f"{month:%Y-%m}") for name, month in around.items()}
    this = first == day_of(look.at).replace(day=1)
    return links | {"this_month": "" if this else link(request.GET, drop=["month"])}


def _cell(
    day: date, first: date, due: Mapping[date, Due], off: set[date], known: set[date], url: str
) -> dict[str, Any] | None:
    """One day of the sheet, None beside the month."""
    if day.month != first.month:
        return None
    found = due.get(day, Due())
    look = "unknown" if day not in known else "off" if day in off else "worked"
    return {
        "day": day,
        "due": found,
        "look": look,
        "moved": (day in off) == (day.weekday() < 5) and day in known,
        "url": url,
    }
