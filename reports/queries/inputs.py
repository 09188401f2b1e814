"""Everything the figures of a ranking came from, as canonical JSON made by one statement.

Canonical: keys sorted, no spaces, decimals and moments (UTC) as text, rows in a fixed order. ``tree`` holds the links
between the units that were valid on some day of the period, with their dates.
"""

from dataclasses import replace
from typing import Any

from django.db import connection

from ..models import Ranking
from ..rules.earlier import earlier_spans
from ..rules.parts import EarlierNeed, EventNeed, Need, SheetNeed
from ..rules.periods import Window
from ..rules.spec import RuleSpec
from .events import frozen_rows
from .figures import parameters, seen_rows
from .marks import PUBLISHED
from .rankings import window_of

MOMENT = """to_char({0} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS {0}"""


def _moment_of(table: str, column: str) -> str:
    return MOMENT.format(column).replace(f"({column}", f"({table}.{column}")


SEEN_AT = _moment_of("c", "seen_at")

#: The units of the ranking and, for problems and duties, all that stood under one of them in the period.
HEAD = """
WITH ranked AS (
  SELECT unit_id FROM reports_rankingrow WHERE ranking_id = %(ranking)s UNION SELECT unnest(%(ended)s::bigint[])),
held AS (
  SELECT unit_id FROM ranked UNION
  SELECT l.descendant_id FROM units_unitlink l JOIN ranked ON ranked.unit_id = l.ancestor_id
   WHERE l.valid_from < %(first_open_day)s AND (l.valid_to IS NULL OR l.valid_to > %(first_day)s)),
counted AS (
  SELECT i.*, u.code AS unit FROM {seen} i JOIN units_unit u ON u.id = i.unit_id
   WHERE i.seen_at >= %(since)s AND i.seen_at < %(cut)s AND i.unit_id IN (SELECT unit_id FROM ranked))
"""

#: Where inspections count by more than their day, each says whether it was late for its own period.
LATE = f"""(c.seen_at < %(start)s) AS late, {_moment_of("i", "recorded_at")},
       """

#: Name → rows with their columns in alphabetical order, and what orders the rows.
SECTIONS = {
    "adjustments": (
        """
SELECT a.code, a.day, a.event, a.level, a.points::text, u.code AS unit
  FROM reports_adjustment a JOIN units_unit u ON u.id = a.unit_id
 WHERE a.state = 'approved' AND a.day >= %(first_day)s AND a.day <= %(last_day)s
   AND a.unit_id IN (SELECT unit_id FROM held)""",
        "code",
    ),
    "answers": (
        """
SELECT a.available::text, a.earned::text, s.code || '/' || d.code AS indicator, c.code AS inspection
  FROM inspections_answer a JOIN campaign_indicator d ON d.id = a.indicator_id
  JOIN campaign_standard s ON s.id = d.standard_id JOIN inspections_inspection c ON c.id = a.inspection_id
 WHERE a.seen_at >= %(since)s AND a.seen_at < %(cut)s AND a.available > 0
   AND a.inspection_id IN (SELECT inspection_id FROM counted)""",
        "inspection indicator earned available",
    ),
    "duties": (
        f"""
SELECT t.due_on, t.part, {MOMENT.format("reported_at")}, t.state, k.code AS task, u.code AS unit
  FROM units_taskduty t JOIN units_task k ON k.id = t.task_id JOIN units_unit u ON u.id = t.unit_id
 WHERE t.due_on >= %(first_day)s AND t.due_on < %(first_open_day)s AND t.unit_id IN (SELECT unit_id FROM held)""",
        "task unit part",
    ),
    "inspections": (
        f"""
SELECT c.available::text, i.code, c.direct, c.earned::text, {{late}}{SEEN_AT},
       s.code AS site, c.unit
  FROM counted c JOIN inspections_inspection i ON i.id = c.inspection_id JOIN units_site s ON s.id = c.site_id""",
        "code unit",
    ),
    "problems": (
        f"""
SELECT {MOMENT.format("closed_at")}, p.code, {MOMENT.format("due_at")}, {MOMENT.format("handed_over_at")},
       {MOMENT.format("receive_due_at")}, {MOMENT.format("received_at")}, u.code AS unit
  FROM inspections_problem p JOIN units_unit u ON u.id = p.unit_id
 WHERE p.handed_over_at IS NOT NULL AND p.voided_at IS NULL AND p.unit_id IN (SELECT unit_id FROM held)
   AND (p.handed_over_at >= %(start)s AND p.handed_over_at < %(cut)s
     OR p.closed_at >= %(start)s AND p.closed_at < %(cut)s
     OR p.due_at < %(cut)s AND (p.closed_at IS NULL OR p.closed_at >= %(cut)s))""",
        "code",
    ),
    "steps": (
        f"""
SELECT {MOMENT.format("at")}, s.id AS entry, s.move, p.code AS problem, u.code AS unit
  FROM inspections_step s JOIN inspections_problem p ON p.id = s.problem_id JOIN units_unit u ON u.id = s.unit_id
 WHERE s.at >= %(start)s AND s.at < %(cut)s AND s.move IN ('send_back', 'submit')
   AND p.state NOT IN ('cancelled', 'merged', 'split') AND p.merged_into_id IS NULL AND p.voided_at IS NULL
   AND s.unit_id IN (SELECT unit_id FROM held)""",
        "entry",
    ),
    "tree": (
        """
SELECT a.code AS above, l.valid_from AS from, l.valid_to AS to, b.code AS unit
  FROM units_unitlink l JOIN units_unit a ON a.id = l.ancestor_id JOIN units_unit b ON b.id = l.descendant_id
 WHERE l.depth > 0 AND l.ancestor_id IN (SELECT unit_id FROM ranked)
   AND l.valid_from < %(first_open_day)s AND (l.valid_to IS NULL OR l.valid_to > %(first_day)s)""",
        "above unit from",
    ),
}


def _sections(spec: RuleSpec, window: Window) -> dict[str, tuple[str, str]]:
    """The sections of a rule: those that every ranking has, and what parts other than rates are computed from."""
    needs = spec.needs()
    found = dict(SECTIONS)
    inspections, order = SECTIONS["inspections"]
    found["inspections"] = (inspections.format(late=LATE if window.carry else ""), order)
    events = {need.line.event for need in needs if isinstance(need, EventNeed)} - {"adjustment"}
    if events:
        found["events"] = (EVENTS.format(rows=frozen_rows(events, window)), "event unit day ref kind nth direct")
    if any(isinstance(need, Need) and need.figure == "satisfaction" for need in needs):
        found["callbacks"] = (CALLBACKS, "code")
    if any(isinstance(need, SheetNeed) for need in needs):
        found["marks"] = (MARKS, "sheet unit")
    if any(isinstance(need, EarlierNeed) for need in needs):
        found["earlier"] = (EARLIER, "period unit")
    if window.heirs:
        found["merged"] = (MERGED, "unit")
    return found


#: Clean sites stand for the units they count for; all others for the units that hold them.
EVENTS = """
SELECT e.day, e.direct, e.event, e.kind, e.level, e.nth, e.on_spot, e.ref, e.severity, e.source, u.code AS unit
  FROM ({rows}) AS e JOIN units_unit u ON u.id = e.unit_id WHERE e.unit_id IN (SELECT unit_id FROM held)"""
CALLBACKS = f"""
SELECT p.callback, {MOMENT.format("called_back_at")}, p.code, u.code AS unit
  FROM inspections_problem p JOIN units_unit u ON u.id = p.unit_id
 WHERE p.called_back_at >= %(start)s AND p.called_back_at < %(cut)s AND p.callback <> 'silent'
   AND p.handed_over_at IS NOT NULL AND p.voided_at IS NULL AND p.unit_id IN (SELECT unit_id FROM held)"""
MARKS = """
SELECT m.sheet, u.code AS unit, trim_scale(m.value)::text AS value
  FROM reports_mark m JOIN units_unit u ON u.id = m.unit_id JOIN reports_period p ON p.id = m.period_id
 WHERE p.code = %(period)s AND m.sheet = ANY(%(sheets)s) AND m.unit_id IN (SELECT unit_id FROM ranked)"""
EARLIER = f"""
SELECT e.code AS period, e.score::text, u.code AS unit
  FROM ({PUBLISHED}) AS e JOIN units_unit u ON u.id = e.unit_id WHERE e.unit_id IN (SELECT unit_id FROM ranked)"""

MERGED = """
SELECT b.code AS into, a.valid_to AS on, a.code AS unit
  FROM unnest(%(ended)s::bigint[], %(heirs)s::bigint[]) AS h(ended, heir)
  JOIN units_unit a ON a.id = h.ended JOIN units_unit b ON b.id = h.heir"""


def _section(name: str, rows: str, order: str) -> str:
    ordered = ", ".join(f'r."{column}"' for column in order.split())
    inner = f"SELECT coalesce(string_agg(row_to_json(r)::text, ',' ORDER BY {ordered}), '') FROM ({rows}) AS r"
    return f"""'"{name}":[', ({inner}), ']'"""


def inputs_of(ranking: Ranking) -> str:
    """The canonical JSON of a ranking's inputs, as of its last refresh."""
    spec, span = RuleSpec.parse(ranking.rule.spec), ranking.period.span
    window = window_of(ranking)
    sections = _sections(spec, window)
    parts = ", ',', ".join(_section(name, *sections[name]) for name in sorted(sections))
    codes = {code for need in spec.needs() if isinstance(need, EarlierNeed) for code in earlier_spans(need, span)}
    values: dict[str, Any] = parameters(window) | {
        "ranking": ranking.pk, "period": span.code, "codes": sorted(codes),
        "sheets": [need.sheet for need in spec.needs() if isinstance(need, SheetNeed)],
    }  # fmt: skip
    seen, _direct = seen_rows(replace(window, heirs=()), direct=False)
    with connection.cursor() as cursor:
        cursor.execute(f"{HEAD.format(seen=seen)} SELECT concat('{{', {parts}, '}}')", values)
        return str(cursor.fetchone()[0])
