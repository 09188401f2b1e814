"""What waits on a desk today: the counts of the home pages, each one statement over an index."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F, Min, Q, QuerySet

from campaign.models import User
from campaign.rules import ONE_DAY, day_of, start_of
from inspections.models import CitizenReport, Inspection, Problem
from inspections.rules import State
from units.models import TaskDuty

SHOWN = 8


def problem_counts(user: User, *, at: datetime) -> dict[str, int]:
    """Open problems a person sees: by what they wait for, and how long overdue (``late_week``: 4 to 7 days, …)."""
    late = Q(closed_at=None, due_at__lt=at)
    open_ones = Problem.objects.visible_to(user).open()
    return open_ones.aggregate(
        open=Count("pk"),
        noted=Count("pk", filter=Q(state=State.NOTED)),
        handed_over=Count("pk", filter=Q(state=State.HANDED_OVER)),
        submitted=Count("pk", filter=Q(state=State.SUBMITTED)),
        mine=Count("pk", filter=Q(state__in=[State.HANDED_OVER, State.RECEIVED, State.SENT_BACK])),
        overdue=Count("pk", filter=late),
        late_days=Count("pk", filter=late & Q(due_at__gte=at - timedelta(days=3))),
        late_week=Count(
            "pk", filter=Q(closed_at=None, due_at__lt=at - timedelta(days=3), due_at__gte=at - timedelta(days=7))
        ),
        late_more=Count("pk", filter=Q(closed_at=None, due_at__lt=at - timedelta(days=7))),
        not_received=Count("pk", filter=Q(state=State.HANDED_OVER, receive_due_at__lt=at)),
    )


def inspection_counts_of_days(user: User, *, at: datetime) -> dict[str, int]:
    """Valid inspections a person sees of today and of yesterday."""
    today = start_of(day_of(at))
    seen = Inspection.objects.visible_to(user).valid().filter(seen_at__gte=today - ONE_DAY)
    return seen.aggregate(
        today=Count("pk", filter=Q(seen_at__gte=today)), yesterday=Count("pk", filter=Q(seen_at__lt=today))
    )


def duty_counts(user: User, *, at: datetime) -> dict[str, int]:
    """Duties a person sees: reported and waiting for the office, overdue, and due within a week."""
    today = day_of(at)
    open_ones = TaskDuty.objects.visible_to(user).exclude(state=TaskDuty.State.ACCEPTED)
    return open_ones.aggregate(
        open=Count("pk"),
        reported=Count("pk", filter=Q(state=TaskDuty.State.REPORTED)),
        overdue=Count("pk", filter=Q(due_on__lt=today)),
        soon=Count("pk", filter=Q(due_on__gte=today, due_on__lte=today + timedelta(days=7))),
    )


def citizen_counts(user: User) -> dict[str, int]:
    """Citizens' reports a person handles: new ones, and those whose reporter says that it is not fixed."""
    return CitizenReport.objects.visible_to(user).aggregate(
        received=Count("pk", filter=Q(state=CitizenReport.State.RECEIVED)),
        doubted=Count("pk", filter=Q(said_fixed=False, checked_at=None)),
    )


def due_problems(user: User) -> list[Problem]:
    """The problems a person's units have to act on, the first due first."""
    held = Problem.objects.visible_to(user).led_by(user).with_unit().select_related("site", "unit")
    return list(held.order_by(F("due_at").asc(nulls_last=True), "pk")[:SHOWN])


def due_duties(user: User) -> list[TaskDuty]:
    """The duties a person's units have to report on, the first due first."""
    todo = TaskDuty.objects.visible_to(user).filter(state__in=[TaskDuty.State.OPEN, TaskDuty.State.RETURNED])
    return list(todo.filter(due_on__isnull=False).select_related("task", "unit").order_by("due_on", "pk")[:SHOWN])


def overdue_by_unit(user: User, *, at: datetime) -> list[dict[str, Any]]:
    """Where overdue work sits: units with their number of overdue problems and the oldest deadline, most first."""
    late = Problem.objects.visible_to(user).overdue(at=at).order_by()
    counted = late.values(unit_code=F("unit__code"), unit_label=F("unit__label")).annotate(
        number=Count("pk"), oldest=Min("due_at")
    )
    return [dict(line) for line in counted.order_by("-number", "oldest")[:SHOWN]]


def recent_visits(user: User) -> QuerySet[Inspection]:
    """The inspections a person entered last, with their sites."""
    return Inspection.objects.filter(inspector=user).select_related("site", "unit").order_by("-seen_at", "-pk")[:SHOWN]


def noted_by(user: User) -> QuerySet[Problem]:
    """The problems a person reported, the newest first."""
    return Problem.objects.visible_to(user).filter(noted_by=user).select_related("site", "unit").order_by("-pk")[:SHOWN]
