"""Which periods have something to rank: asked when a rule comes after the facts."""

from datetime import date
from itertools import pairwise

from django.db import connection

from campaign.rules import day_of

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

#: In spans given by their first day and the first day after them, the first day of each with a fact.
FACTS = """
SELECT least(
    (SELECT min(seen_at) FROM inspections_inspection WHERE seen_at >= starts AND seen_at < ends),
    (SELECT min(at) FROM inspections_step WHERE at >= starts AND at < ends),
    (SELECT min(due_on)::timestamp AT TIME ZONE 'Asia/Shanghai' FROM units_taskduty
      WHERE due_on >= first AND due_on < after))
  FROM (SELECT first, after, first::timestamp AT TIME ZONE 'Asia/Shanghai' AS starts,
               after::timestamp AT TIME ZONE 'Asia/Shanghai' AS ends
          FROM unnest(%s::date[], %s::date[]) AS given(first, after)) AS span"""


def first_facts(kind: str) -> list[date]:
    """For every period of a kind in which something was seen, moved or due, the first day on which it was."""
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
        cursor.execute(FACTS, [list(firsts), list(afters)])
        return [day_of(moment) for (moment,) in cursor.fetchall() if moment]
