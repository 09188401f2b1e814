"""A second implementation of whole rankings in plain SQL, written from the definitions and not from our code.

It climbs the tree of units fact by fact, divides with forty places, and leaves places and lists to window functions.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection

#: Inspections per unit, found again from the direct units and the tree of the day; those of the week before too that
#: were recorded after its closing, where late entries go on.
SEEN = """
(SELECT DISTINCT i.id, i.site_id, coalesce(h.heir, u.id) AS unit, i.earned, i.available
   FROM inspections_inspection i, units_unit u LEFT JOIN heir h ON h.unit = u.id
  WHERE (i.seen_at >= %(start)s AND i.seen_at < %(cut)s
      OR i.seen_at >= %(before)s AND i.seen_at < %(start)s AND i.recorded_at > %(late)s) AND EXISTS (
    SELECT FROM inspections_inspectionunit d WHERE d.inspection_id = i.id AND d.direct
       AND (d.unit_id = u.id OR {subtree} AND EXISTS (
      SELECT FROM units_unitlink l WHERE l.descendant_id = d.unit_id AND l.ancestor_id = u.id
        AND (i.seen_at AT TIME ZONE 'Asia/Shanghai')::date >= l.valid_from
        AND (i.seen_at AT TIME ZONE 'Asia/Shanghai')::date < coalesce(l.valid_to, 'infinity')))))
"""

CONFORMITY = {
    "pooled": "SELECT unit, sum(earned) AS n, sum(available) AS d FROM {seen} s GROUP BY unit",
    "by_site": """
SELECT unit, round(sum(share), 10) AS n, count(*) AS d FROM (
  SELECT unit, sum(earned)::numeric(60, 40) / sum(available) AS share FROM {seen} s
   GROUP BY unit, site_id HAVING sum(available) > 0) x GROUP BY unit""",
    "by_indicator": """
SELECT unit, round(sum(mean), 10) AS n, count(*) AS d FROM (
  SELECT unit, sum(share)::numeric(60, 40) / count(*) AS mean FROM (
    SELECT unit, a.indicator_id, sum(a.earned)::numeric(60, 40) / sum(a.available) AS share
      FROM {seen} s JOIN inspections_answer a ON a.inspection_id = s.id
     GROUP BY unit, a.indicator_id, site_id HAVING sum(a.available) > 0) x GROUP BY unit, indicator_id) y
 GROUP BY unit""",
}

#: Facts as holder, moment or day that decides the tree, numerator, denominator.
FACTS = {
    "rectified": """SELECT unit_id, handed_over_at AS at, CASE WHEN closed_at < %(cut)s THEN 1 ELSE 0 END AS n, 1 AS d
      FROM inspections_problem WHERE voided_at IS NULL AND handed_over_at >= %(start)s AND handed_over_at < %(cut)s""",
    "on_time": """SELECT unit_id, closed_at AS at, CASE WHEN closed_at <= due_at THEN 1 ELSE 0 END AS n, 1 AS d
      FROM inspections_problem WHERE closed_at >= %(start)s AND closed_at < %(cut)s AND merged_into_id IS NULL
       AND voided_at IS NULL
      UNION ALL SELECT unit_id, %(cut)s - interval '1 microsecond', 0, 1 FROM inspections_problem
      WHERE voided_at IS NULL AND handed_over_at IS NOT NULL AND due_at < %(cut)s
        AND coalesce(closed_at, 'infinity') >= %(cut)s""",
    "rework": """SELECT unit_id, at, CASE move WHEN 'send_back' THEN 1 ELSE 0 END AS n,
      CASE move WHEN 'submit' THEN 1 ELSE 0 END AS d
      FROM inspections_step s WHERE at >= %(start)s AND at < %(cut)s
       AND EXISTS (SELECT FROM inspections_problem p WHERE p.id = s.problem_id
       AND p.state NOT IN ('cancelled', 'merged', 'split') AND p.merged_into_id IS NULL AND p.voided_at IS NULL)""",
    "prompt_receipt": """SELECT unit_id, handed_over_at AS at,
      CASE WHEN received_at <= receive_due_at THEN 1 ELSE 0 END AS n, 1 AS d
      FROM inspections_problem WHERE handed_over_at >= %(start)s AND handed_over_at < %(cut)s
       AND receive_due_at IS NOT NULL AND voided_at IS NULL""",
    "satisfaction": """SELECT unit_id, called_back_at AS at,
      CASE callback WHEN 'satisfied' THEN 1 WHEN 'mostly' THEN 1 ELSE 0 END AS n, 1 AS d
      FROM inspections_problem WHERE called_back_at BETWEEN %(start)s AND %(cut)s AND called_back_at <> %(cut)s
       AND callback IN ('satisfied', 'mostly', 'fair', 'unsatisfied')
       AND state NOT IN ('noted', 'cancelled', 'merged', 'split') AND merged_into_id IS NULL AND voided_at IS NULL""",
    "tasks": """SELECT unit_id, (due_on + time '12:00') AT TIME ZONE 'Asia/Shanghai' AS at, CASE WHEN state = 'accepted'
        AND reported_at < (due_on + 1)::timestamp AT TIME ZONE 'Asia/Shanghai' THEN 1 ELSE 0 END AS n, 1 AS d
      FROM units_taskduty WHERE due_on >= %(first)s AND due_on <= %(last)s
       AND (due_on + 1)::timestamp AT TIME ZONE 'Asia/Shanghai' <= %(cut)s""",
}

HELD = """
SELECT unit, sum(n) AS n, sum(d) AS d FROM (
  SELECT DISTINCT f.entry, coalesce(h.heir, u.id) AS unit, f.n, f.d
    FROM (SELECT row_number() OVER () AS entry, each_fact.* FROM ({facts}) each_fact) f,
         units_unit u LEFT JOIN heir h ON h.unit = u.id
   WHERE u.id = f.unit_id OR {subtree} AND EXISTS (
     SELECT FROM units_unitlink l WHERE l.descendant_id = f.unit_id AND l.ancestor_id = u.id
        AND (f.at AT TIME ZONE 'Asia/Shanghai')::date >= l.valid_from
        AND (f.at AT TIME ZONE 'Asia/Shanghai')::date < coalesce(l.valid_to, 'infinity'))) held
 GROUP BY unit
"""

#: Units merged by the last day that was looked at, with the end of their line; ``{merged}``: whether the rule says so.
MEMBERS = """
WITH RECURSIVE merger AS (
  SELECT a.id AS unit, b.id AS heir FROM units_unit a JOIN units_unit b ON b.id = a.succeeded_by_id
   WHERE {merged} AND a.group_id = b.group_id AND a.valid_to > %(first)s
     AND a.valid_to <= ((%(cut)s - interval '1 microsecond') AT TIME ZONE 'Asia/Shanghai')::date
     AND b.valid_from <= ((%(cut)s - interval '1 microsecond') AT TIME ZONE 'Asia/Shanghai')::date
     AND coalesce(b.valid_to, 'infinity') > %(first)s),
line AS (
  SELECT unit, heir, 1 AS far FROM merger
  UNION ALL SELECT l.unit, m.heir, far + 1 FROM line l JOIN merger m ON m.unit = l.heir WHERE far < 20),
heir AS (SELECT unit, heir FROM line WHERE heir NOT IN (SELECT unit FROM merger)),
member AS (
  SELECT id, code FROM units_unit WHERE group_id = %(group)s AND valid_from <= %(last)s
     AND coalesce(valid_to, 'infinity') > %(first)s AND id NOT IN (SELECT unit FROM heir))"""

WHOLE = """
{members},
{figures},
scored AS (
  SELECT m.code, {values},
         (SELECT round(sum(weight * counted) / sum(weight), {places}) FROM (VALUES {pairs}) p(weight, counted)
           WHERE counted IS NOT NULL) AS score,
         (SELECT count(*) FROM {seen} s WHERE s.unit = m.id) AS inspections
    FROM member m {joins}),
ranked AS (
  SELECT code, score, rank() OVER (ORDER BY score DESC) AS rank,
         rank() OVER (ORDER BY score) - 1 AS worse
    FROM scored WHERE score IS NOT NULL AND inspections >= {least}),
marked AS (
  SELECT *, {red} AS red, {black} AS black FROM ranked)
SELECT s.code, r.rank, r.score, CASE WHEN r.red AND NOT r.black THEN 'red' WHEN r.black AND NOT r.red THEN 'black' END,
       {columns}
  FROM scored s LEFT JOIN marked r USING (code) ORDER BY r.rank NULLS LAST, s.code COLLATE "C"
"""


def rankings(
    spec: dict[str, Any], group: int, start: datetime, cut: datetime, first: Any, last: Any, closed: Any = None
) -> list[tuple]:
    """Rows of code, rank, score, list and the printed component values, in the order of the page."""
    figures, values, pairs, joins, columns = [], [], [], [], []
    for at, component in enumerate(spec["components"]):
        subtree = component["scope"] == "subtree"
        if component["figure"] == "conformity":
            sql = CONFORMITY[component["mean"]].format(seen=SEEN.format(subtree=subtree))
        else:
            sql = HELD.format(facts=FACTS[component["figure"]], subtree=subtree)
        rate = f"f{at}.n::numeric(60, 40) * 100 / f{at}.d"
        value = f"CASE WHEN f{at}.d > 0 THEN round({rate}, {spec['component_places']}) END"
        figures.append(f"f{at} AS ({sql})")
        values.append(f"{value} AS v{at}")
        counted = f"least(100, greatest(0, {f'100 - {value}' if component['invert'] else value}))"
        counted = f"CASE WHEN {value} IS NOT NULL THEN {counted} END"
        pairs.append(f"({component['weight']}::numeric, ({counted})::numeric)")
        joins.append(f"LEFT JOIN f{at} ON f{at}.unit = m.id")
        columns.append(f"s.v{at}")
    red, black = spec["red"], spec["black"]
    sql = WHOLE.format(
        figures=", ".join(figures), values=", ".join(values), pairs=", ".join(pairs), joins=" ".join(joins),
        members=MEMBERS.format(merged=spec.get("ended") == "successor"), columns=", ".join(columns),
        places=spec["places"], least=spec["least_inspections"],
        seen=SEEN.format(subtree=True),
        red=_bound(red, "rank <= {best}", "score >= {least_score}"),
        black=_bound(black, "worse < {worst}", "score < {below}"),
    )  # fmt: skip
    with connection.cursor() as cursor:
        values = {"group": group, "start": start, "cut": cut, "first": first, "last": last}
        cursor.execute(sql, values | late_values(start, closed))
        return cursor.fetchall()


def late_values(start: datetime, closed: datetime | None) -> dict[str, Any]:
    """The week before, and since when its entries are late; without a closing none is."""
    return {"before": start - timedelta(days=7), "late": closed or "infinity"}


def _bound(rule: dict[str, Any], *conditions: str) -> str:
    found = [text.format(**rule) for text in conditions if any(f"{{{key}}}" in text for key in rule)]
    return " AND ".join(found) or "false"
