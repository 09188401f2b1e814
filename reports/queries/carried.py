"""Which late entries count in another period than the one of their day."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.db import connection
from django.db.models import Count, Min, Q

from inspections.models import Inspection

from ..models import Carried, Ranking, RuleUse
from ..rules.periods import Carry, Span, Window


def window_at(span: Span, now: datetime) -> Window:
    """What a period's figures look at when they are computed at ``now``, late entries included."""
    return replace(span.window(now), carry=_carry(span))


def _carry(span: Span) -> Carry | None:
    left = Q(counted__seen_at__gte=span.starts_at, counted__seen_at__lt=span.ends_at)
    came = Q(period__code=span.code)
    found = Carried.objects.filter(came | left, kind=span.kind).aggregate(
        moved=Count("pk"), since=Min("counted__seen_at", filter=came)
    )
    return Carry(span.kind, span.code, found["since"] or span.starts_at) if found["moved"] else None


#: What closed rankings missed, given pairs of a ranking and the period that takes it.
CARRY = """
INSERT INTO reports_carried (counted_id, kind, period_id)
SELECT i.id, p.kind, t.period
  FROM unnest(%(rankings)s::bigint[], %(periods)s::bigint[]) AS t(ranking, period)
  JOIN reports_ranking r ON r.id = t.ranking JOIN reports_period p ON p.id = r.period_id
  JOIN inspections_inspectionunit i ON i.seen_at >= p.starts_at AND i.seen_at < p.ends_at
  JOIN units_unit u ON u.id = i.unit_id AND u.group_id = r.group_id
  JOIN inspections_inspection v ON v.id = i.inspection_id AND v.recorded_at > r.closed_at
ON CONFLICT (counted_id, kind) DO NOTHING"""


def carry(takers: dict[int, int]) -> None:
    """Let what was entered after a ranking's closing count in the period that takes it; ids of ranking → period."""
    with connection.cursor() as cursor:
        cursor.execute(CARRY, {"rankings": list(takers), "periods": list(takers.values())})


def takers(closed: Sequence[Ranking]) -> dict[int, Span]:
    """Ids of closed rankings and the period in which their late entries count, where their groups are still ranked."""
    if not closed:
        return {}
    ranked = set(RuleUse.objects.filter(active=True).values_list("group_id", "kind"))
    first = min(ranking.period.starts_on for ranking in closed)
    later = Ranking.objects.filter(revision=1, closed_at__isnull=False, period__starts_on__gt=first)
    shut = set(later.order_by().values_list("group_id", "period__code"))
    found = {}
    for ranking in closed:
        span = ranking.period.span.next()
        while (ranking.group_id, span.code) in shut:
            span = span.next()
        if (ranking.group_id, span.kind) in ranked:
            found[ranking.pk] = span
    return found


def missed(inspection: Inspection) -> list[tuple[Span, Span | None]]:
    """The closed periods that an inspection was entered too late for, each with the period that takes it.

    None in its place: it waits for a revision.
    """
    groups = inspection.units.order_by().values("unit__group")
    holding = Ranking.objects.light().select_related("period", "rule").filter(
        period__starts_at__lte=inspection.seen_at, period__ends_at__gt=inspection.seen_at, group__in=groups
    )  # fmt: skip
    newest = holding.order_by("period__starts_on", "period_id", "group_id", "-revision").distinct(
        "period__starts_on", "period_id", "group_id"
    )
    late = [one for one in newest if one.closed_at and one.closed_at < inspection.recorded_at]
    first = holding.filter(revision=1, closed_at__lt=inspection.recorded_at, rule__spec__late="next").order_by()
    goes = takers(list(first))
    next_of = {(one.period_id, one.group_id): goes.get(one.pk) for one in first}
    pairs = ((one.period.span, next_of.get((one.period_id, one.group_id))) for one in late)
    return list(dict.fromkeys(pairs))
