"""Now against the same week last month: this week so far, and the same stretch of the week 28 days before it."""

from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Aggregate, Count, F, FloatField, Q, QuerySet
from django.db.models.functions import Extract

from campaign.rules import day_of, start_of

from ..models import Problem
from ..rules import VOID_ENDS

#: Four weeks, so that the days of the week stand beside each other.
BACK = timedelta(days=28)
LINES = 60
#: What the problems are told apart by: the column of its name, and the column of its words.
GROUPS = {"unit": ("unit__code", "unit__label"), "type": ("site__type__code", "site__type__name")}


class Median(Aggregate):
    """The middle value (``percentile_cont``)."""

    function = "percentile_cont"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()


@dataclass(frozen=True, slots=True)
class Week:
    """A stretch from Monday to a moment: what was open and overdue at its end, what happened in it.

    ``hours`` is the median from hand-over to closing of what was closed in it, None where nothing was.
    """

    open: int = 0
    overdue: int = 0
    handed_over: int = 0
    closed: int = 0
    in_time: int = 0
    hours: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One unit or site type (or all together) in both weeks."""

    code: str
    label: str
    now: Week
    then: Week


def compare(problems: QuerySet[Problem], *, at: datetime, by: str = "") -> list[Line]:
    """Both weeks for all problems together, or one line for each unit or site type; one statement.

    What was open a month ago is told from the moments that a problem has today: one that was reopened since counts as
    open then, one whose deadline moved by its present one. What was cancelled, merged or split is left out.
    """
    monday = start_of(day_of(at) - timedelta(days=day_of(at).weekday()))
    since = monday - BACK
    touched = problems.order_by().exclude(state__in=VOID_ENDS).filter(Q(closed_at=None) | Q(closed_at__gte=since))
    values = _week("now", monday, at) | _week("then", since, at - BACK)
    if not by:
        return [_line("", "", touched.aggregate(**values))]
    code, label = GROUPS[by]
    rows = touched.exclude(**{code: None}).values(line_code=F(code), line_label=F(label)).annotate(**values)
    found = rows.order_by(F("now_overdue").desc(), F("now_open").desc(), "line_code")[:LINES]
    return [_line(row["line_code"], row["line_label"], dict(row)) for row in found]


def _week(name: str, since: datetime, at: datetime) -> dict[str, Any]:
    """The figures of one stretch, as aggregates named after it."""
    still = Q(noted_at__lte=at) & (Q(closed_at=None) | Q(closed_at__gt=at))
    ended = Q(closed_at__gte=since, closed_at__lte=at)
    took = Extract(F("closed_at") - F("handed_over_at"), "epoch") / 3600.0
    return {
        f"{name}_open": Count("pk", filter=still),
        f"{name}_overdue": Count("pk", filter=still & Q(due_at__lt=at, handed_over_at__lte=at)),
        f"{name}_handed_over": Count("pk", filter=Q(handed_over_at__gte=since, handed_over_at__lte=at)),
        f"{name}_closed": Count("pk", filter=ended),
        f"{name}_in_time": Count("pk", filter=ended & Q(closed_at__lte=F("due_at"))),
        f"{name}_hours": Median(took, filter=ended),
    }


def _line(code: str, label: str, row: dict[str, Any]) -> Line:
    return Line(code, label, _read(row, "now"), _read(row, "then"))


def _read(row: dict[str, Any], name: str) -> Week:
    values = {field.name: row[f"{name}_{field.name}"] for field in fields(Week)}
    hours = values.pop("hours")
    return Week(**values, hours=None if hours is None else Decimal(str(hours)))
