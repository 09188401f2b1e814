"""What came after a ranking was closed: late entries, inspections voided since, appeals upheld since."""

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from inspections.models import Appeal, Inspection, InspectionUnit
from units.models import Unit, UnitLink

from ..models import Carried, Ranking


def _units(ranking: Ranking) -> QuerySet[Any]:
    """The units of a ranking, those included that have no row because they count with another."""
    ranked: QuerySet[Any] = ranking.rows.order_by().values("unit")
    if not ranking.merged:
        return ranked
    return ranked.union(Unit.objects.filter(code__in=[one["unit"] for one in ranking.merged]).order_by().values("pk"))


def late_entries(ranking: Ranking) -> QuerySet[Inspection]:
    """迟报: inspections seen in the period, recorded after it was closed, that count for a unit of the ranking."""
    if ranking.closed_at is None:
        return Inspection.objects.none()
    period = ranking.period
    counts = InspectionUnit.objects.filter(inspection=OuterRef("pk"), unit__in=_units(ranking))
    return Inspection.objects.filter(
        Exists(counts),
        seen_at__gte=period.starts_at,
        seen_at__lt=period.ends_at,
        recorded_at__gt=ranking.closed_at,
    )


def carried_to(ranking: Ranking) -> QuerySet[Inspection]:
    """迟报计入: inspections of earlier periods that count in this ranking because they were entered late."""
    carried = Carried.objects.filter(period=ranking.period, counted__unit__in=_units(ranking))
    return Inspection.objects.filter(pk__in=carried.values("counted__inspection"))


def voided_since(ranking: Ranking) -> QuerySet[Inspection]:
    """Inspections of the period, of a unit of the ranking or under one, that were voided after it was closed."""
    if ranking.closed_at is None:
        return Inspection.objects.none()
    period, ranked = ranking.period, _units(ranking)
    above = UnitLink.objects.filter(descendant=OuterRef("unit"), ancestor__in=ranked)
    return Inspection.objects.filter(
        Q(unit__in=ranked) | Exists(above),
        seen_at__gte=period.starts_at,
        seen_at__lt=period.ends_at,
        voided_at__gte=ranking.closed_at,
    )


def upheld_since(ranking: Ranking) -> QuerySet[Appeal]:
    """Appeals upheld after the ranking was closed against problems that may count in it, of its units or under one."""
    if ranking.closed_at is None:
        return Appeal.objects.none()
    period, ranked = ranking.period, _units(ranking)
    above = UnitLink.objects.filter(descendant=OuterRef("unit"), ancestor__in=ranked)
    alive = Q(held_since__lt=period.ends_at) & (
        Q(problem__closed_at=None) | Q(problem__closed_at__gte=period.starts_at)
    )
    seen = Q(
        problem__inspection__seen_at__gte=period.starts_at, problem__inspection__seen_at__lt=period.ends_at,
        available__gt=0,
    )  # fmt: skip
    return Appeal.objects.filter(
        Q(unit__in=ranked) | Exists(above), alive | seen, state=Appeal.State.UPHELD, decided_at__gte=ranking.closed_at
    )
