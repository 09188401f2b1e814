"""The work calendar: a year at a glance, a day corrected, a year written."""

import calendar as months
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ..forms.calendar import WorkDayForm, YearForm
from ..guard import UserRequest, require
from ..models import WorkDay
from ..permissions import Permission
from ..queries import work_clock
from ..rules import days_of_year
from ..services.calendar import FIRST_YEAR, LAST_YEAR, arranged_years, seed_work_year, set_work_day


@require_safe
@require(Permission.MANAGE_CALENDAR)
def calendar(request: UserRequest) -> HttpResponse:
    """Twelve months of a year; the years that deadlines need and that are missing are said on top."""
    form = YearForm(request.GET)
    year = (form.is_valid() and form.cleaned_data["year"]) or timezone.localdate().year
    return render(
        request, "campaign/calendar.html", _year(year) | {"form": form}, status=200 if form.is_valid() else 422
    )


@require_POST
@require(Permission.MANAGE_CALENDAR)
def calendar_seed(request: UserRequest, year: int) -> HttpResponse:
    """Write a year, from the published arrangement or as plain weeks."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Http404
    try:
        seed_work_year(year, request.user, plain=request.POST.get("plain") == "1")
    except ValidationError as refused:
        context = _year(year) | {"refused": refused.messages}
        return render(request, "campaign/calendar.html", context, status=422)
    messages.success(request, _("The calendar of %(year)s is written.") % {"year": year})
    return redirect(_address(year))


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.MANAGE_CALENDAR)
def work_day(request: UserRequest, day: str) -> HttpResponse:
    """Change one day."""
    when = _date(day)
    row = WorkDay.objects.filter(date=when).first()
    initial = {"working": "yes" if row and row.working else "no", "note": row.note if row else ""}
    form = WorkDayForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        set_work_day(day=when, by=request.user, **form.cleaned_data)
        messages.success(request, _("Saved. Deadlines set from now on follow it."))
        return redirect(_address(when.year))
    context = {"form": form, "day": when, "row": row, "panel": bool(request.htmx)}
    template = "campaign/work_day.html#form" if request.htmx else "campaign/work_day.html"
    return render(request, template, context, status=422 if form.is_bound else 200)


def _date(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError as wrong:
        raise Http404 from wrong
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise Http404
    return day


def _address(year: int) -> str:
    return f"{reverse('campaign:calendar')}?year={year}"


def _year(year: int) -> dict[str, Any]:
    rows = {row.date: row for row in WorkDay.objects.filter(date__year=year)}
    return {
        "year": year,
        "previous": _address(year - 1) if year > FIRST_YEAR else "",
        "next": _address(year + 1) if year < LAST_YEAR else "",
        "known": len(rows) == days_of_year(year),
        "plain": bool(rows) and all(row.working == (row.date.weekday() < 5) for row in rows.values()),
        "started": bool(rows),
        "arranged": year in arranged_years(),
        "worked": sum(row.working for row in rows.values()),
        "gaps": work_clock().gaps(timezone.localdate()),
        "months": list(_months(year, rows)),
        "special": list(_runs(rows.values())),
        "today": timezone.localdate(),
    }


def _runs(rows: Iterable[WorkDay]) -> Iterator[dict[str, Any]]:
    """Days with a note, those that follow each other and say the same as one line."""
    noted = sorted((row for row in rows if row.note), key=lambda row: row.date)
    alike = groupby(
        enumerate(noted), key=lambda pair: (pair[1].date.toordinal() - pair[0], pair[1].note, pair[1].working)
    )
    for _key, run in alike:
        days = [row for _place, row in run]
        yield {"first": days[0].date, "last": days[-1].date, "working": days[0].working, "note": days[0].note}


def _months(year: int, rows: dict[date, WorkDay]) -> Iterator[dict[str, Any]]:
    for month in range(1, 13):
        weeks = months.Calendar().monthdatescalendar(year, month)
        cells = [[_cell(day, month, rows.get(day)) for day in week] for week in weeks]
        worked = sum(rows[day].working for day in rows if day.month == month)
        yield {"first": date(year, month, 1), "weeks": cells, "worked": worked}


def _cell(day: date, month: int, row: WorkDay | None) -> dict[str, Any] | None:
    """One day of a month's sheet; None beside it. ``moved``: not what its weekday says."""
    if day.month != month:
        return None
    moved = row is not None and row.working != (day.weekday() < 5)
    look = "unknown" if row is None else "worked" if row.working else "off"
    return {"day": day, "look": look, "moved": moved, "note": row.note if row else ""}
