"""Which late entries count in another period than the one of their day."""

from dataclasses import replace
from datetime import datetime

from django.db import connection
from django.db.models import Count, Min, Q

from ..models import Carried
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
