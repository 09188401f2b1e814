"""The rows behind a figure of one unit: their counts and sums equal its numerator and denominator."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import BooleanField, Case, Count, Exists, F, OuterRef, Q, QuerySet, Sum, Value, When
from django.db.models.functions import TruncDate

from campaign.rules import SHANGHAI
from inspections.models import Answer, InspectionUnit, Problem, Step
from inspections.rules import VOID_ENDS
from units.models import TaskDuty, Unit, UnitLink

from ..models import Carried
from ..rules.figures import percent
from ..rules.periods import Window


def with_predecessors(unit: Unit, window: Window) -> list[int]:
    """A unit and those that were merged into it and count with it, as ids."""
    return [unit.pk, *(ended for ended, heir in window.heirs if heir == unit.pk)]


def inspections_behind(unit: Unit, window: Window, scope: str = "subtree") -> QuerySet[InspectionUnit]:
    """The inspections that count for a unit, newest first; Σ earned and Σ available are its pooled conformity."""
    units = with_predecessors(unit, window)
    counted = InspectionUnit.objects.filter(unit__in=units, **({"direct": True} if scope == "direct" else {}))
    rows = counted.filter(_counts_in(window))
    if len(units) > 1:
        rows = rows.exclude(Exists(counted.filter(inspection=OuterRef("inspection"), pk__lt=OuterRef("pk"))))
    return rows.select_related("inspection", "site").order_by("-seen_at", "-id")


def _counts_in(window: Window) -> Q:
    """Whether an inspection counts in a window: by the day it was seen, or as a late entry by where it was carried."""
    within = Q(seen_at__gte=window.starts_at, seen_at__lt=window.cut)
    if window.carry is None:
        return within
    carried = Carried.objects.filter(counted=OuterRef("pk"), kind=window.carry.kind)
    return (within & ~Exists(carried)) | Exists(carried.filter(period__code=window.carry.period))


def sites_behind(unit: Unit, window: Window, scope: str = "subtree") -> list[dict[str, Any]]:
    """The sites inspected for a unit, worst first; value in %, None where nothing counted."""
    rows = (
        inspections_behind(unit, window, scope)
        .order_by()
        .values(site_code=F("site__code"), site_name=F("site__name"))
        .annotate(inspections=Count("id"), points_earned=Sum("earned"), points_available=Sum("available"))
    )
    found = [
        {
            "site_code": row["site_code"], "site_name": row["site_name"], "inspections": row["inspections"],
            "earned": row["points_earned"], "available": row["points_available"],
            "value": percent(row["points_earned"], row["points_available"]),
        }
        for row in rows
    ]  # fmt: skip
    return sorted(found, key=lambda row: (row["value"] is None, row["value"] or Decimal(0), row["site_code"]))


def indicators_behind(unit: Unit, window: Window, scope: str = "subtree") -> list[dict[str, Any]]:
    """The indicators answered for a unit, worst first, with the mean over their sites (0 to 1)."""
    sites = (
        answers_behind(unit, window, scope)
        .filter(available__gt=0)
        .order_by()
        .values("indicator_id", "inspection__site_id", code=F("indicator__code"), text=F("indicator__text"))
        .annotate(points_earned=Sum("earned"), points_available=Sum("available"))
    )
    found: dict[int, dict[str, Any]] = {}
    for row in sites:
        one = found.setdefault(
            row["indicator_id"],
            {"indicator_code": row["code"], "text": row["text"], "sites": 0, "mean": Decimal(0)},
        )
        one["sites"] += 1
        one["mean"] += row["points_earned"] / row["points_available"]
    for one in found.values():
        one["mean"] /= one["sites"]
    return sorted(found.values(), key=lambda one: (one["mean"], one["indicator_code"]))


def answers_behind(unit: Unit, window: Window, scope: str = "subtree") -> QuerySet[Answer]:
    """The answers of the inspections that count for a unit."""
    counts = inspections_behind(unit, window, scope).order_by().values("inspection_id")
    return Answer.objects.filter(seen_at__gte=window.since, seen_at__lt=window.cut, inspection__in=counts)


def answers_losing(unit: Unit, window: Window, scope: str = "subtree") -> QuerySet[Answer]:
    """The answers that cost a unit points, the dearest first; ``lost_points`` is what each cost."""
    return (
        answers_behind(unit, window, scope)
        .annotate(lost_points=F("available") - F("earned"))
        .filter(lost_points__gt=0)
        .select_related("inspection__site", "item")
        .order_by("-lost_points", "-seen_at", "-id")
    )


def _on(field: str) -> TruncDate:
    return TruncDate(field, tzinfo=SHANGHAI)


def _counts_for(units: list[int], scope: str, day: Any) -> Q | Exists:
    """Rows of the units, or of a unit that stood under one of them on ``day``."""
    if scope == "direct":
        return Q(unit__in=units)
    under = UnitLink.objects.filter(
        ancestor__in=units, descendant=OuterRef("unit_id"), depth__gt=0, valid_from__lte=day
    )
    return Q(unit__in=units) | Q(Exists(under.filter(Q(valid_to=None) | Q(valid_to__gt=day))))


def _fixed(day: date) -> Value:
    return Value(day, output_field=models.DateField())


def problems_behind(figure: str, unit: Unit, window: Window, scope: str = "subtree") -> QuerySet[Problem]:
    """The problems of a figure that counts problems, but ``rework``; ``counts``: in the numerator."""
    start, cut = window.starts_at, window.cut
    if figure == "on_time":
        closed = Q(closed_at__gte=start, closed_at__lt=cut, due_at__isnull=False)
        not_closed = Q(closed_at=None)
        overdue = (not_closed | Q(closed_at__gte=cut)) & Q(due_at__lt=cut)
        day: Any = Case(When(closed, then=_on("closed_at")), default=_fixed(window.last_day))
        rows = Problem.objects.filter(closed | overdue)
        counts = closed & Q(closed_at__lte=F("due_at"))
    elif figure == "satisfaction":
        asked = Problem.objects.filter(called_back_at__gte=start, called_back_at__lt=cut, handed_over_at__isnull=False)
        rows = asked.exclude(callback=Problem.Callback.SILENT)
        day = _on("called_back_at")
        counts = Q(callback__in=[Problem.Callback.SATISFIED, Problem.Callback.MOSTLY])
    else:
        rows = Problem.objects.filter(handed_over_at__gte=start, handed_over_at__lt=cut)
        day = _on("handed_over_at")
        counts = Q(closed_at__lt=cut)
        if figure == "prompt_receipt":
            rows = rows.exclude(receive_due_at=None)
            counts = Q(received_at__lte=F("receive_due_at"))
    rows = rows.filter(voided_at=None).annotate(fact_day=day)
    return _marked(rows.filter(_counts_for(with_predecessors(unit, window), scope, OuterRef("fact_day"))), counts)


def steps_behind(unit: Unit, window: Window, scope: str = "subtree") -> QuerySet[Step]:
    """The steps of ``rework``: repairs submitted and sent back, newest first."""
    rows = Step.objects.filter(at__gte=window.starts_at, at__lt=window.cut, move__in=["send_back", "submit"])
    rows = (
        rows.exclude(problem__state__in=VOID_ENDS)
        .filter(problem__merged_into=None)
        .filter(problem__voided_at=None)
        .annotate(fact_day=_on("at"))
        .filter(_counts_for(with_predecessors(unit, window), scope, OuterRef("fact_day")))
    )
    return rows.select_related("problem").order_by("-at", "-id")


def duties_behind(unit: Unit, window: Window, scope: str = "subtree") -> QuerySet[TaskDuty]:
    """The duties of ``tasks``; ``counts`` says whether one was done in time."""
    rows = TaskDuty.objects.filter(due_on__gte=window.first_day, due_on__lt=window.first_open_day)
    rows = rows.filter(_counts_for(with_predecessors(unit, window), scope, OuterRef("due_on"))).annotate(
        reported_on=_on("reported_at")
    )
    return (
        _marked(rows, Q(state="accepted", reported_on__lte=F("due_on"))).select_related("task").order_by("due_on", "id")
    )


def _marked(rows: QuerySet[Any], counts: Q) -> QuerySet[Any]:
    return rows.annotate(counts=Case(When(counts, then=True), default=False, output_field=BooleanField()))
