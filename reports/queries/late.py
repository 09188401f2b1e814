"""What came after a ranking was closed: late entries, inspections voided, appeals upheld, adjustments decided since."""

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from campaign.models import User
from inspections.models import Appeal, Inspection, InspectionUnit
from units.models import Unit, UnitLink

from ..models import Adjustment, Carried, Ranking
from ..rules.parts import EventNeed
from ..rules.spec import RuleSpec


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


def adjusted_since(ranking: Ranking) -> QuerySet[Adjustment]:
    """Adjustments that the rule takes, for a day of the period: approved after it was closed, or revoked after it."""
    taken = _taken(ranking)
    if ranking.closed_at is None or taken is None:
        return Adjustment.objects.none()
    period, ranked = ranking.period, _units(ranking)
    above = UnitLink.objects.filter(descendant=OuterRef("unit"), ancestor__in=ranked)
    approved = Q(state=Adjustment.State.APPROVED, decided_at__gt=ranking.closed_at)
    revoked = Q(
        state=Adjustment.State.REVOKED, decided_at__lte=ranking.closed_at, revoked_at__gt=ranking.closed_at
    )  # fmt: skip
    return Adjustment.objects.filter(
        Q(unit__in=ranked) | Exists(above), taken, approved | revoked, day__range=(period.starts_on, period.ends_on)
    )


def _taken(ranking: Ranking) -> Q | None:
    """Which adjustments a ranking's rule takes; None where it takes none."""
    needs = RuleSpec.parse(ranking.rule.spec).needs()
    found = None
    for line in (need.line for need in needs if isinstance(need, EventNeed) and need.line.event == "adjustment"):
        chosen = Q(points__isnull=False)
        if line.subjects:
            chosen &= Q(event__in=line.subjects)
        if line.levels:
            chosen &= Q(level__in=line.levels)
        found = chosen if found is None else found | chosen
    return found


def closed_rankings_of(adjustment: Adjustment, user: User) -> list[Ranking]:
    """The closed rankings, newest revisions, that hold an adjustment's day and were closed before it was decided or
    revoked: a revision takes that up.
    """
    rows = _holding(adjustment, user, closed_at__isnull=False)
    return [ranking for ranking in rows if adjusted_since(ranking).filter(pk=adjustment.pk).exists()]


def rankings_taking(adjustment: Adjustment, user: User) -> list[Ranking]:
    """The newest revisions of the rankings that hold an adjustment's day and whose rule takes it; shortest first."""
    this = Adjustment.objects.filter(pk=adjustment.pk)
    return [
        ranking
        for ranking in _holding(adjustment, user)
        if (taken := _taken(ranking)) is not None and this.filter(taken).exists()
    ]


def _holding(adjustment: Adjustment, user: User, **asked: Any) -> list[Ranking]:
    """The newest revisions that hold the day, of the groups of the unit and of those above it; shortest first.

    One for each kind of period and group: a handful.
    """
    links = UnitLink.objects.filter(descendant=adjustment.unit_id, ancestor__group__isnull=False)
    rows = Ranking.objects.visible_to(user).light().filter(
        period__starts_on__lte=adjustment.day, period__ends_on__gte=adjustment.day,
        group__in=links.order_by().values("ancestor__group"), **asked,
    )  # fmt: skip
    newest = rows.order_by("period_id", "group_id", "-revision").distinct("period_id", "group_id")
    found = newest.select_related("period", "group", "rule")
    return sorted(found, key=lambda ranking: ranking.period.ends_on - ranking.period.starts_on)
