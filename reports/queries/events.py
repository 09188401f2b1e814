"""Events that rules give or take points for: each line of a rule is one statement over all units.

Every event is a row with its unit, the day whose tree of units applies, what it is called (``ref``), what lines choose
by (``source``, ``kind`` of inspection, ``severity``, ``subject`` and ``level`` of an adjustment), whether it was put
right on the spot, its number ``nth`` among those of the same problem, and, for adjustments, points of its own.
Problems that were cancelled or voided, and those that count in another's place, are no events.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import connection

from ..rules.columns import Ratio
from ..rules.events import ONE, Line
from ..rules.parts import EventNeed
from ..rules.periods import Window
from .figures import DAY, HEIRS, parameters, seen_rows

COLUMNS = "unit_id, day, ref, source, kind, severity, subject, level, on_spot, nth, points"

#: Problems that count.
COUNTS = "p.state NOT IN ('cancelled', 'merged', 'split') AND p.voided_at IS NULL AND p.merged_into_id IS NULL"

PROBLEM = """
SELECT {unit} AS unit_id, {day} AS day, p.code::text AS ref, p.source::text, i.kind::text, p.severity::text,
       NULL::text AS subject, NULL::text AS level, p.fixed_on_spot AS on_spot, {nth} AS nth, NULL::numeric AS points
  FROM inspections_problem p LEFT JOIN inspections_inspection i ON i.id = p.inspection_id {more}
 WHERE {counts} AND {when}"""

WITHIN = "{0} >= %(start)s AND {0} < %(cut)s"
NOT_IN_TIME = f"""{WITHIN.format("p.due_at")} AND p.state <> 'noted'
   AND (p.closed_at IS NULL OR p.closed_at >= %(start)s AND p.closed_at > p.due_at)"""

#: The how-manieth of its problem a repair was that was sent back.
SENT_BACK_BEFORE = """(SELECT count(*) FROM inspections_step b WHERE b.problem_id = s.problem_id
   AND b.move = 'send_back' AND (b.at, b.id) <= (s.at, s.id))"""


def _problems(moment: str, when: str, *, unit: str = "p.unit_id", nth: str = "p.repeats + 1", more: str = "") -> str:
    return PROBLEM.format(unit=unit, day=DAY.format(moment), nth=nth, more=more, counts=COUNTS, when=when)


#: Event → its rows; clean sites count for units as inspections do and stand below.
ROWS = {
    "noted": _problems("p.noted_at", WITHIN.format("p.noted_at")),
    "handed_over": _problems("p.handed_over_at", WITHIN.format("p.handed_over_at")),
    "overdue": _problems("p.due_at", NOT_IN_TIME),
    "sent_back": _problems(
        "s.at",
        WITHIN.format("s.at"),
        unit="s.unit_id",
        nth=SENT_BACK_BEFORE,
        more="JOIN inspections_step s ON s.problem_id = p.id AND s.move = 'send_back'",
    ),
    "false_repair": _problems("p.false_repair_at", WITHIN.format("p.false_repair_at")),
    "repeated": _problems("p.noted_at", f"{WITHIN.format('p.noted_at')} AND p.repeats > 0", nth="p.repeats"),
    "duty_missed": f"""
SELECT t.unit_id, t.due_on AS day, k.code::text AS ref, NULL::text AS source, NULL::text AS kind,
       NULL::text AS severity, NULL::text AS subject, NULL::text AS level, false AS on_spot, 1 AS nth,
       NULL::numeric AS points
  FROM units_taskduty t JOIN units_task k ON k.id = t.task_id
 WHERE t.due_on >= %(first_day)s AND t.due_on < %(first_open_day)s
   AND (t.state = 'accepted' AND {DAY.format("t.reported_at")} <= t.due_on) IS NOT TRUE""",
    "adjustment": """
SELECT a.unit_id, a.day, a.code::text AS ref, NULL::text AS source, NULL::text AS kind, NULL::text AS severity,
       a.event::text AS subject, a.level::text, false AS on_spot, 1 AS nth, a.points
  FROM reports_adjustment a
 WHERE a.state = 'approved' AND a.day >= %(first_day)s AND a.day <= %(last_day)s""",
}

#: Sites of a unit at which one kind of inspection found nothing on a day.
CLEAN = f"""
SELECT u.unit_id, {DAY.format("u.seen_at")} AS day, s.code::text AS ref, NULL::text AS source, i.kind::text,
       NULL::text AS severity, NULL::text AS subject, NULL::text AS level, false AS on_spot, 1 AS nth,
       NULL::numeric AS points
  FROM {{seen}} u JOIN inspections_inspection i ON i.id = u.inspection_id
  JOIN units_site s ON s.id = u.site_id
 WHERE u.seen_at >= %(since)s AND u.seen_at < %(cut)s {{direct}}
 GROUP BY 1, 2, 3, i.kind
HAVING bool_and(u.available > 0 AND u.earned = u.available AND NOT EXISTS (
  SELECT FROM inspections_problem p WHERE p.inspection_id = i.id AND {COUNTS}))"""

#: Events climb the tree as of their day.
STAY = "SELECT unit_id, day, ref, points, entry FROM event"
CLIMB = f"""
{STAY}
UNION ALL
SELECT l.ancestor_id, day, ref, points, entry FROM event JOIN units_unitlink l ON l.descendant_id = event.unit_id
   AND l.depth > 0 AND l.valid_from <= event.day AND (l.valid_to IS NULL OR l.valid_to > event.day)"""
#: An event that counts for both units of a merger counts once.
TO_HEIRS = f"""
SELECT DISTINCT coalesce(h.heir, c.unit_id) AS unit_id, day, ref, points, entry
  FROM ({{counted}}) AS c {HEIRS.format(unit="c.unit_id")}"""


def event_rows(event: str, window: Window, *, direct: bool = False) -> str:
    """The SQL of the rows of one kind of event in a window, in the columns ``COLUMNS``."""
    if event != "clean_site":
        return ROWS[event]
    seen, condition = seen_rows(window, direct=direct)
    return CLEAN.format(seen=seen, direct=condition.replace("i.direct", "u.direct"))


def _chosen(line: Line) -> tuple[str, dict[str, Any]]:
    """The conditions of a line's selections, and their parameters."""
    columns = {
        "sources": "source", "kinds": "kind", "severities": "severity", "subjects": "subject", "levels": "level",
    }  # fmt: skip
    chosen = {name: list(getattr(line, name)) for name in columns if getattr(line, name)}
    conditions = [f"{columns[name]} = ANY(%({name})s)" for name in chosen]
    return " AND ".join(conditions) or "true", chosen


def line_rows(line: Line, window: Window, *, direct: bool) -> tuple[str, dict[str, Any]]:
    """The SQL of a line's events with the points each one brings, and its parameters."""
    where, values = _chosen(line)
    points, factor = "coalesce(%(each)s::numeric, points)", ""
    if line.from_nth is not None:
        points = f"CASE WHEN nth >= %(from_nth)s THEN %(then)s::numeric ELSE {points} END"
    if line.doubled:
        factor += " * CASE WHEN source = ANY(%(doubled)s) THEN 2 ELSE 1 END"
    if line.on_spot != ONE:
        factor += " * CASE WHEN on_spot THEN %(on_spot)s::numeric ELSE 1 END"
    if line.by_number:
        factor += " * nth"
    if line.together is not None:
        factor += (
            " * CASE WHEN count(*) OVER (PARTITION BY unit_id, day, kind) >= %(together)s THEN %(times)s::numeric"
            " ELSE 1 END"
        )
    values |= {
        "each": line.each, "from_nth": line.from_nth, "then": line.then, "doubled": list(line.doubled),
        "on_spot": line.on_spot, "together": line.together, "times": line.times,
    }  # fmt: skip
    rows = event_rows(line.event, window, direct=direct)
    sql = f"""
SELECT unit_id, day, ref, ({points}){factor} AS points, row_number() OVER () AS entry
  FROM ({rows}) AS each_event ({COLUMNS}) WHERE {where}"""
    return sql, values


def _counted(line: Line, scope: str, window: Window) -> tuple[str, dict[str, Any]]:
    """The SQL of all events that count for units, and its parameters."""
    sql, values = line_rows(line, window, direct=scope == "direct")
    whole = CLIMB if scope == "subtree" and line.event != "clean_site" else STAY
    if window.heirs:
        whole = TO_HEIRS.format(counted=whole)
    return f"WITH event AS ({sql}) {whole}", parameters(window) | values


def measure_events(need: EventNeed, window: Window) -> dict[int, Ratio]:
    """The points and the number of a line's events for every unit that has any: unit id → (points, events)."""
    sql, values = _counted(need.line, need.scope, window)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT unit_id, trim_scale(sum(points)), count(*) FROM ({sql}) AS counted GROUP BY 1",
            values,
        )
        return {unit: (points, count) for unit, points, count in cursor.fetchall()}


def events_behind(
    unit: int, window: Window, line: Line, scope: str, *, limit: int, offset: int = 0
) -> list[tuple[date, str, Any]]:
    """The events of a line that count for one unit, newest first: day, what it is called, points."""
    sql, values = _counted(line, scope, window)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT day, ref, trim_scale(points) FROM ({sql}) AS counted WHERE unit_id = %(unit)s"
            " ORDER BY day DESC, ref, points LIMIT %(limit)s OFFSET %(offset)s",
            values | {"unit": unit, "limit": limit, "offset": offset},
        )
        return cursor.fetchall()


def frozen_rows(events: Iterable[str], window: Window) -> str:
    """The SQL of all events of some kinds for the inputs of a ranking; ``direct`` marks clean sites that count for the
    responsible units alone. Adjustments are frozen on their own.
    """
    rows = [(event, "false", event_rows(event, window)) for event in sorted(set(events) - {"adjustment"})]
    if "clean_site" in events:
        rows.append(("clean_site", "true", event_rows("clean_site", window, direct=True)))
    return " UNION ALL ".join(
        f"SELECT '{event}' AS event, {direct} AS direct, {COLUMNS} FROM ({sql}) AS one ({COLUMNS})"
        for event, direct, sql in rows
    )
