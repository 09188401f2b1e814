"""The ledger as a month: how many problems are due on each day."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import TruncDate

from campaign.models import WorkDay
from campaign.rules import SHANGHAI, start_of

from ..models import Problem


@dataclass(frozen=True, slots=True)
class Due:
    """Problems due on one day: all, those that are open and past their time, and those that are closed."""

    total: int = 0
    late: int = 0
    closed: int = 0


def due_by_day(problems: QuerySet[Problem], *, first: date, until: date, at: datetime) -> dict[date, Due]:
    """Asia/Shanghai day → what is due on it, for the days from ``first`` until before ``until``; one statement."""
    due = problems.filter(due_at__gte=start_of(first), due_at__lt=start_of(until)).order_by()
    lines = due.values(day=TruncDate("due_at", tzinfo=SHANGHAI)).annotate(
        total=Count("pk"),
        late=Count("pk", filter=Q(closed_at=None, due_at__lt=at)),
        closed=Count("pk", filter=Q(closed_at__isnull=False)),
    )
    return {line["day"]: Due(line["total"], line["late"], line["closed"]) for line in lines}


def late_before(problems: QuerySet[Problem], *, first: date, at: datetime) -> int:
    """How many are overdue since before a day."""
    return problems.overdue(at=min(at, start_of(first))).count()  # type: ignore[attr-defined]


def days_off(*, first: date, until: date) -> tuple[set[date], set[date]]:
    """The days on which nobody works, and all days that the work calendar knows."""
    rows = dict(WorkDay.objects.filter(date__gte=first, date__lt=until).values_list("date", "working"))
    return {day for day, working in rows.items() if not working}, set(rows)
