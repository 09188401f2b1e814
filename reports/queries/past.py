"""Which periods have something to rank: asked when a rule comes after the facts."""

from datetime import date
from itertools import pairwise

from django.db import connection

from ..rules.periods import containing

#: The first and the last day on which something was seen, moved or due.
BOUNDS = """
SELECT min(day), max(day) FROM (
  SELECT (unnest(ARRAY[min(seen_at), max(seen_at)]) AT TIME ZONE 'Asia/Shanghai')::date AS day
    FROM inspections_inspection
  UNION ALL
  SELECT (unnest(ARRAY[min(at), max(at)]) AT TIME ZONE 'Asia/Shanghai')::date FROM inspections_step
  UNION ALL
  SELECT unnest(ARRAY[min(due_on), max(due_on)]) FROM units_taskduty) AS bound"""

#: Of spans given by their first day and the first day after them, those with at least one fact.
WITH_FACTS = """
SELECT span.first FROM (
  SELECT first, after, first::timestamp AT TIME ZONE 'Asia/Shanghai' AS starts,
         after::timestamp AT TIME ZONE 'Asia/Shanghai' AS ends
    FROM unnest(%s::date[], %s::date[]) AS given(first, after)) AS span
 WHERE EXISTS (SELECT FROM inspections_inspection WHERE seen_at >= starts AND seen_at < ends)
    OR EXISTS (SELECT FROM inspections_step WHERE at >= starts AND at < ends)
    OR EXISTS (SELECT FROM units_taskduty WHERE due_on >= first AND due_on < after)"""


def first_days_with_facts(kind: str) -> list[date]:
    """The first day of every period of a kind in which something was seen, moved or due."""
    with connection.cursor() as cursor:
        cursor.execute(BOUNDS)
        earliest, latest = cursor.fetchone()
        if earliest is None:
            return []
        span = containing(earliest, kind)
        edges = [span.starts_on]
        while span.starts_on <= latest:
            span = span.next()
            edges.append(span.starts_on)
        firsts, afters = zip(*pairwise(edges), strict=True)
        cursor.execute(WITH_FACTS, [list(firsts), list(afters)])
        return [first for (first,) in cursor.fetchall()]
