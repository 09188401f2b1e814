"""Every figure is one statement over all units, an index-only scan of its period.

Each statement yields ``unit, numerator, denominator``. The window is [starts_at, cut), cut = the period's end or now,
whichever is earlier. Sums of means are rounded half-up to ten places, which restores exact sums of thirds.

- conformity ``pooled``: Σ earned, Σ available. ``by_site``: sum over sites of Σ earned ÷ Σ available of the site, and
  the number of sites. ``by_indicator``: sum over indicators of the mean over sites of Σ earned ÷ Σ available of the
  indicator at the site, and the number of indicators.
- ``rectified``: problems handed over in the window; closed before the cut ÷ all of them.
- ``on_time``: closed in the window by ``due_at`` ÷ (closed in the window + open at the cut and due before it).
- ``rework``: steps *sent back* ÷ steps *submitted* in the window, but those of problems that count nowhere.
- ``prompt_receipt``: problems handed over in the window; received by ``receive_due_at`` ÷ all that had such a limit.
- ``satisfaction``: problems whose reporter was asked back in the window; (mostly) satisfied ÷ valid answers.
- ``tasks``: duties whose day lies in the window and is over at the cut; accepted and reported by that day ÷ all.

A problem that was cancelled, returned, merged into another or split has no hand-over and no deadline any more, so it
counts nowhere; copies that closed with their original have none either. Nor does one
that is void since an appeal against it was upheld, whatever its state. Of several responsible units the lead counts.

Inspections carry the units they count for (``InspectionUnit``), and late ones the period that they count in where that
is not the one of their day (``Carried``); problems, steps and duties count for their unit and,
in ``subtree``, for the units above it on the day of the hand-over, closing, cut, step, call back or due date.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from ..rules.columns import Ratio
from ..rules.figures import percent
from ..rules.parts import Need
from ..rules.periods import Span, Window

DAY = "(({} AT TIME ZONE 'Asia/Shanghai')::date)"

#: Conformity: ``{unit}`` is the unit's column or a constant for the whole city, ``{seen}`` the rows of InspectionUnit.
CONFORMITY = {
    "pooled": """
SELECT {unit}, trim_scale(sum(i.earned)), trim_scale(sum(i.available)) FROM {seen} i
 WHERE i.seen_at >= %(since)s AND i.seen_at < %(cut)s {direct}
 GROUP BY 1 HAVING sum(i.available) > 0""",
    "by_site": """
SELECT unit, trim_scale(round(sum(share), 10)), count(*) FROM (
  SELECT {unit} AS unit, i.site_id, sum(i.earned) / sum(i.available) AS share FROM {seen} i
   WHERE i.seen_at >= %(since)s AND i.seen_at < %(cut)s AND i.available > 0 {direct} GROUP BY 1, 2) AS site
 GROUP BY 1""",
    "by_indicator": """
SELECT unit, trim_scale(round(sum(mean), 10)), count(*) FROM (
  SELECT unit, indicator_id, avg(share) AS mean FROM (
    SELECT {unit} AS unit, a.indicator_id, i.site_id, sum(a.earned) / sum(a.available) AS share
      FROM {seen} i JOIN inspections_answer a ON a.inspection_id = i.inspection_id
     WHERE i.seen_at >= %(since)s AND i.seen_at < %(cut)s
       AND a.seen_at >= %(since)s AND a.seen_at < %(cut)s AND a.available > 0 {direct}
     GROUP BY 1, 2, 3) AS site
   GROUP BY 1, 2) AS indicator
 GROUP BY 1""",
}

#: The others: rows of unit, day (which tree of units applies), numerator and denominator.
FACTS = {
    "rectified": f"""
SELECT unit_id, {DAY.format("handed_over_at")} AS day, (closed_at < %(cut)s IS TRUE)::int AS n, 1 AS d
  FROM inspections_problem WHERE handed_over_at >= %(start)s AND handed_over_at < %(cut)s AND voided_at IS NULL""",
    "on_time": f"""
SELECT unit_id, {DAY.format("closed_at")} AS day, (closed_at <= due_at)::int AS n, 1 AS d
  FROM inspections_problem
 WHERE closed_at >= %(start)s AND closed_at < %(cut)s AND due_at IS NOT NULL AND voided_at IS NULL
UNION ALL
SELECT unit_id, %(last_day)s, 0, 1 FROM inspections_problem
 WHERE closed_at IS NULL AND due_at < %(cut)s AND state NOT IN ('noted', 'cancelled')
UNION ALL
SELECT unit_id, %(last_day)s, 0, 1 FROM inspections_problem
 WHERE closed_at >= %(cut)s AND due_at < %(cut)s AND voided_at IS NULL""",
    "rework": f"""
SELECT unit_id, {DAY.format("at")} AS day, (move = 'send_back')::int AS n, (move = 'submit')::int AS d
  FROM inspections_step s WHERE at >= %(start)s AND at < %(cut)s AND move IN ('send_back', 'submit')
   AND NOT EXISTS (SELECT FROM inspections_problem p WHERE p.id = s.problem_id
                     AND (p.state IN ('cancelled', 'merged', 'split') OR p.merged_into_id IS NOT NULL
                          OR p.voided_at IS NOT NULL))""",
    "prompt_receipt": f"""
SELECT unit_id, {DAY.format("handed_over_at")} AS day, (received_at <= receive_due_at IS TRUE)::int AS n, 1 AS d
  FROM inspections_problem
 WHERE handed_over_at >= %(start)s AND handed_over_at < %(cut)s AND receive_due_at IS NOT NULL
   AND voided_at IS NULL""",
    "satisfaction": f"""
SELECT unit_id, {DAY.format("called_back_at")} AS day, (callback IN ('satisfied', 'mostly'))::int AS n, 1 AS d
  FROM inspections_problem
 WHERE called_back_at >= %(start)s AND called_back_at < %(cut)s AND callback <> 'silent'
   AND handed_over_at IS NOT NULL AND voided_at IS NULL""",
    "tasks": f"""
SELECT unit_id, due_on AS day, (state = 'accepted' AND {DAY.format("reported_at")} <= due_on IS TRUE)::int AS n, 1 AS d
  FROM units_taskduty WHERE due_on >= %(first_day)s AND due_on < %(first_open_day)s""",
}

#: Facts are added up per unit and day before they climb the tree, so that each climbs once.
CLIMBED = """
  SELECT unit_id AS unit, unit_id, day, n, d FROM fact
  UNION ALL
  SELECT l.ancestor_id, fact.* FROM fact JOIN units_unitlink l ON l.descendant_id = fact.unit_id AND l.depth > 0
     AND l.valid_from <= fact.day AND (l.valid_to IS NULL OR l.valid_to > fact.day)"""
CLIMB = """
WITH fact AS (SELECT unit_id, day, sum(n) AS n, sum(d) AS d FROM ({facts}) AS each_fact GROUP BY 1, 2)
SELECT unit, sum(n)::bigint, sum(d)::bigint FROM ({climbed}) AS climbed GROUP BY 1 HAVING sum(d) > 0"""
STAY = "SELECT {unit}, sum(n)::bigint, sum(d)::bigint FROM ({facts}) AS fact {heirs} GROUP BY 1 HAVING sum(d) > 0"

#: Merged units and those that what they did counts for (``Window.heirs``).
HEIRS = "LEFT JOIN unnest(%(ended)s::bigint[], %(heirs)s::bigint[]) AS h(ended, heir) ON h.ended = {unit}"
CLIMBED_TO_HEIRS = f"""
SELECT DISTINCT coalesce(h.heir, c.unit) AS unit, c.unit_id, c.day, c.n, c.d
  FROM ({CLIMBED}) AS c {HEIRS.format(unit="c.unit")}"""

SEEN = "inspections_inspectionunit"
#: With the late entries that count here, and without those that left for a later period.
SEEN_WITH_LATE = f"""(
SELECT i.* FROM {SEEN} i WHERE i.seen_at >= %(start)s AND i.seen_at < %(cut)s
   AND NOT EXISTS (SELECT FROM reports_carried c WHERE c.counted_id = i.id AND c.kind = %(kind)s)
UNION ALL
SELECT i.* FROM reports_carried c JOIN {SEEN} i ON i.id = c.counted_id
  JOIN reports_period p ON p.id = c.period_id WHERE p.code = %(taker)s)"""
#: An inspection that counts for both units of a merger counts once.
SEEN_BY_HEIRS = f"""(
SELECT i.unit_id, i.inspection_id, i.site_id, i.seen_at, i.earned, i.available FROM {{seen}} i
 WHERE i.seen_at >= %(since)s AND i.seen_at < %(cut)s AND i.unit_id <> ALL(%(ended)s || %(heirs)s) {{direct}}
UNION ALL
SELECT DISTINCT coalesce(h.heir, i.unit_id), i.inspection_id, i.site_id, i.seen_at, i.earned, i.available
  FROM {{seen}} i {HEIRS.format(unit="i.unit_id")}
 WHERE i.seen_at >= %(since)s AND i.seen_at < %(cut)s AND i.unit_id = ANY(%(ended)s || %(heirs)s) {{direct}})"""
#: Each inspection once, for the city as a whole.
SEEN_ONCE = """
(SELECT id AS inspection_id, site_id, seen_at, earned, available FROM inspections_inspection WHERE voided_at IS NULL)"""


@dataclass(frozen=True, slots=True)
class CityFigure:
    """A figure of the whole city; ``value`` in %, two places, None where there is nothing to assess."""

    numerator: Decimal
    denominator: Decimal
    value: Decimal | None


def seen_rows(window: Window | None, *, direct: bool) -> tuple[str, str]:
    """The rows of inspections by unit that a window looks at, and the condition that is still to be asked of them."""
    condition = "AND i.direct" if direct else ""
    seen = SEEN_WITH_LATE if window and window.carry else SEEN
    if window and window.heirs:
        return SEEN_BY_HEIRS.format(seen=seen, direct=condition), ""
    return seen, condition


def statement(need: Need, window: Window | None = None) -> str:
    """The SQL of a figure for all units, with the parameters of ``parameters``; without a window a plain one."""
    if need.figure == "conformity":
        seen, direct = seen_rows(window, direct=need.scope == "direct")
        return CONFORMITY[need.mean].format(unit="i.unit_id", seen=seen, direct=direct)
    facts, merged = FACTS[need.figure], bool(window and window.heirs)
    if need.scope != "direct":
        return CLIMB.format(facts=facts, climbed=CLIMBED_TO_HEIRS if merged else CLIMBED)
    if merged:
        return STAY.format(unit="coalesce(h.heir, unit_id)", facts=facts, heirs=HEIRS.format(unit="unit_id"))
    return STAY.format(unit="unit_id", facts=facts, heirs="")


def city_statement(need: Need) -> str:
    """The SQL of a figure for the city: every inspection, problem, step and duty once."""
    if need.figure == "conformity":
        return CONFORMITY[need.mean].format(unit="0", seen=SEEN_ONCE, direct="")
    return STAY.format(unit="0", facts=FACTS[need.figure], heirs="")


def parameters(window: Window) -> dict[str, Any]:
    """The named parameters of every statement."""
    return {
        "start": window.starts_at, "since": window.since, "cut": window.cut, "first_day": window.first_day,
        "last_day": window.last_day, "first_open_day": window.first_open_day,
        "ended": [ended for ended, _heir in window.heirs], "heirs": [heir for _ended, heir in window.heirs],
        "kind": window.carry and window.carry.kind, "taker": window.carry and window.carry.period,
    }  # fmt: skip


def measure(need: Need, window: Window) -> dict[int, Ratio]:
    """A figure for every unit that has something to assess: unit id → (numerator, denominator)."""
    if window.cut <= window.starts_at:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(statement(need, window), parameters(window))
        return {unit: (numerator, denominator) for unit, numerator, denominator in cursor.fetchall()}


def inspection_counts(window: Window) -> dict[int, int]:
    """How many inspections count for each unit, those of the units under it included."""
    seen, _direct = seen_rows(window, direct=False)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT unit_id, count(*) FROM {seen} i WHERE seen_at >= %(since)s AND seen_at < %(cut)s GROUP BY 1",
            parameters(window),
        )
        return dict(cursor.fetchall())


CITY_NEEDS = {
    "conformity_pooled": Need("conformity", "pooled"),
    "conformity_by_site": Need("conformity", "by_site"),
    "conformity_by_indicator": Need("conformity", "by_indicator"),
    "rectified": Need("rectified"),
    "on_time": Need("on_time"),
    "rework": Need("rework"),
    "prompt_receipt": Need("prompt_receipt"),
    "satisfaction": Need("satisfaction"),
    "tasks": Need("tasks"),
}


def city_figures(span: Span, now: datetime, names: Iterable[str] = tuple(CITY_NEEDS)) -> dict[str, CityFigure]:
    """The figures of the whole city in a period, by name; each inspection, problem, step and duty counts once."""
    return city_trend([span], now, names)[span.code]


def city_trend(
    spans: Sequence[Span], now: datetime, names: Iterable[str] = ("conformity_pooled", "on_time", "rectified")
) -> dict[str, dict[str, CityFigure]]:
    """City figures of several periods in one statement: period code → name → figure."""
    wanted = [(span, name) for span in spans for name in names]
    parts: list[str] = []
    values: dict[str, Any] = {}
    for at, (span, name) in enumerate(wanted):
        sql = city_statement(CITY_NEEDS[name]).replace(")s", f"_{at})s")
        parts.append(f"SELECT {at}, city.* FROM ({sql}) AS city(unit, n, d)")
        values |= {f"{key}_{at}": value for key, value in parameters(span.window(now)).items()}
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), values)
        found = {at: (Decimal(n), Decimal(d)) for at, _unit, n, d in cursor.fetchall()}
    trend: dict[str, dict[str, CityFigure]] = {span.code: {} for span in spans}
    for at, (span, name) in enumerate(wanted):
        numerator, denominator = found.get(at, (Decimal(0), Decimal(0)))
        trend[span.code][name] = CityFigure(numerator, denominator, percent(numerator, denominator))
    return trend
