"""Fairness watch: what in the last days might make the figures unfair. One statement per question; the office only.

Days are those of Asia/Shanghai; ``first`` and ``last`` are both included. A finding is a question to ask, no verdict.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db import connection
from django.urls import reverse

from campaign.models import User
from campaign.rules import ONE_DAY, start_of

from ..rules.agreement import Agreement, agreement
from ..rules.leniency import Effect, Visits, effects

#: Rows shown of one finding.
SHOWN = 20
#: From so many inspections on, a unit's weekdays and sites mean something.
LEAST = 8

SEEN = "seen_at >= %(start)s AND seen_at < %(end)s"

VISITS = f"""
SELECT site_id, inspector_id, count(*), sum(score)::float8, sum(score * score)::float8 FROM inspections_inspection
 WHERE {SEEN} AND voided_at IS NULL AND score IS NOT NULL GROUP BY 1, 2"""

BLIND = """
SELECT one.inspector_id, a.outcome, b.outcome, count(*) FROM inspections_blindvisit v
  JOIN inspections_inspection one ON one.id = v.first_id AND one.voided_at IS NULL
  JOIN inspections_inspection two ON two.id = v.second_id AND two.voided_at IS NULL
  JOIN inspections_answer a ON a.inspection_id = one.id AND a.outcome <> 'skipped'
  JOIN inspections_answer b ON b.inspection_id = two.id AND b.item_id = a.item_id AND b.outcome <> 'skipped'
 WHERE two.seen_at >= %(start)s AND two.seen_at < %(end)s GROUP BY 1, 2, 3"""

#: Findings: code, label and numbers of each row, the worst first, with the number of all rows in the last column.
OFTEN = f"""
WITH seen AS (SELECT site_id, count(*) AS n FROM inspections_inspection
               WHERE {SEEN} AND voided_at IS NULL GROUP BY 1),
     usual AS (SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY n) AS n FROM seen)
SELECT s.code, s.name, seen.n, usual.n, count(*) OVER () FROM seen, usual, units_site s
 WHERE s.id = seen.site_id AND seen.n >= 5 AND seen.n > 3 * usual.n ORDER BY seen.n DESC, s.code LIMIT %(most)s"""

NEVER = f"""
SELECT s.code, s.name, u.label, count(*) OVER () FROM units_site s JOIN units_unit u ON u.id = s.unit_id
 WHERE s.active AND NOT EXISTS (
   SELECT FROM inspections_inspection i WHERE i.site_id = s.id AND {SEEN} AND i.voided_at IS NULL)
 ORDER BY s.code LIMIT %(most)s"""

WEEKDAYS = f"""
SELECT u.code, u.label, sum(n)::int, array_agg(weekday ORDER BY weekday), count(*) OVER () FROM (
  SELECT unit_id, extract(isodow FROM seen_at AT TIME ZONE 'Asia/Shanghai')::int AS weekday, count(*) AS n
    FROM inspections_inspectionunit WHERE {SEEN} AND direct GROUP BY 1, 2) AS day
  JOIN units_unit u ON u.id = unit_id
 GROUP BY u.code, u.label HAVING sum(n) >= %(least)s AND count(*) <= 2 ORDER BY 3 DESC, 1 LIMIT %(most)s"""

FEW_SITES = f"""
WITH site AS (
  SELECT unit_id, site_id, sum(available) AS points FROM inspections_inspectionunit
   WHERE {SEEN} AND direct AND available > 0 GROUP BY 1, 2),
 placed AS (SELECT *, row_number() OVER (PARTITION BY unit_id ORDER BY points DESC, site_id) AS place FROM site)
SELECT u.code, u.label, round(sum(points) FILTER (WHERE place <= 3) * 100 / sum(points), 1), count(*)::int, owned.n,
       count(*) OVER ()
  FROM placed JOIN units_unit u ON u.id = unit_id
  JOIN (SELECT unit_id, count(*)::int AS n FROM units_site WHERE active GROUP BY 1) AS owned ON owned.unit_id = u.id
 WHERE owned.n >= %(least)s
 GROUP BY u.code, u.label, owned.n HAVING sum(points) FILTER (WHERE place <= 3) * 100 >= 60 * sum(points)
 ORDER BY 3 DESC, 1 LIMIT %(most)s"""

LAST_MINUTE = """
SELECT u.code, u.label, (s.at AT TIME ZONE 'Asia/Shanghai')::date, count(*)::int, count(*) OVER ()
  FROM inspections_step s JOIN inspections_problem p ON p.id = s.problem_id JOIN units_unit u ON u.id = s.unit_id
 WHERE s.move = 'submit' AND s.at >= %(start)s AND s.at < %(end)s
   AND p.due_at - s.at BETWEEN interval '0' AND interval '30 minutes'
 GROUP BY 1, 2, 3 HAVING count(*) >= 3 ORDER BY 4 DESC, 3 DESC, 1 LIMIT %(most)s"""

ONE_AFTER_ANOTHER = """
WITH submitted AS (
  SELECT unit_id, at, at - lag(at) OVER (PARTITION BY unit_id, by_id ORDER BY at) AS gap FROM inspections_step
   WHERE move = 'submit' AND at >= %(start)s AND at < %(end)s)
SELECT u.code, u.label, (at AT TIME ZONE 'Asia/Shanghai')::date, count(*)::int + 1, count(*) OVER ()
  FROM submitted JOIN units_unit u ON u.id = unit_id WHERE gap <= interval '1 minute'
 GROUP BY 1, 2, 3 HAVING count(*) >= 4 ORDER BY 4 DESC, 3 DESC, 1 LIMIT %(most)s"""

RECHECKED = """
SELECT u.code, u.label, count(*) FILTER (WHERE result <> 'holds')::int, count(*)::int,
       count(*) FILTER (WHERE result = 'false')::int, count(*) OVER ()
  FROM inspections_recheck r JOIN units_unit u ON u.id = r.unit_id
 WHERE done_at >= %(start)s AND done_at < %(end)s
 GROUP BY 1, 2 HAVING count(*) FILTER (WHERE result = 'false') > 0
     OR count(*) >= 3 AND count(*) FILTER (WHERE result <> 'holds') * 3 >= count(*)
 ORDER BY 3 DESC, 1 LIMIT %(most)s"""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a finding: what it is, its numbers, and the address of the rows behind it."""

    label: str
    numbers: tuple[Any, ...]
    url: str


@dataclass(frozen=True, slots=True)
class Found:
    """The rows of one finding, and how many there are in all."""

    rows: list[Row]
    total: int


@dataclass(frozen=True, slots=True)
class Person:
    """What is known of one inspector, by name; never by value."""

    name: str
    username: str
    effect: Effect | None = None
    agreement: Agreement | None = None


@dataclass(frozen=True, slots=True)
class Watch:
    """Everything the page shows."""

    findings: Mapping[str, Found] = field(default_factory=dict)
    people: list[Person] = field(default_factory=list)


def watch(first: date, last: date) -> Watch:
    """All findings of a span."""
    values = {"start": start_of(first), "end": start_of(last + ONE_DAY), "most": SHOWN, "least": LEAST}
    span = {"first": first.isoformat(), "last": last.isoformat()}
    inspections, problems = reverse("inspections:inspections"), reverse("inspections:problems")
    sites = {"often": OFTEN, "never": NEVER}
    seen = {"weekdays": WEEKDAYS, "few_sites": FEW_SITES}
    repaired = {"last_minute": LAST_MINUTE, "one_after_another": ONE_AFTER_ANOTHER}
    found = {name: _found(sql, values, inspections, "site", span) for name, sql in sites.items()}
    found |= {name: _found(sql, values, inspections, "unit", span) for name, sql in seen.items()}
    found |= {
        name: _found(sql, values, problems, "unit", {"state": "all"}, day="reported") for name, sql in repaired.items()
    }
    found["rechecked"] = _found(RECHECKED, values, reverse("inspections:rechecks"), "unit", {"state": "done"})
    return Watch(found, _people(values))


def _found(
    sql: str, values: Mapping[str, Any], address: str, key: str, query: Mapping[str, str], *, day: str = ""
) -> Found:
    """``day``: the filter that takes the first number of a row, where that is a day."""
    lines = _lines(sql, values)
    rows = [
        Row(label, tuple(numbers), f"{address}?{urlencode({key: code, **query, **({day: numbers[0]} if day else {})})}")
        for code, label, *numbers, _total in lines
    ]
    return Found(rows, lines[0][-1] if lines else 0)


def _people(values: Mapping[str, Any]) -> list[Person]:
    found = effects(Visits(*line) for line in _lines(VISITS, values))
    pairs: dict[int, dict[tuple[str, str], int]] = defaultdict(dict)
    for person, one, other, count in _lines(BLIND, values):
        pairs[person][one, other] = count
    names = User.objects.filter(pk__in={*found, *pairs}).values_list("pk", "name", "username")
    return [
        Person(name, username, found.get(pk), agreement(pairs[pk]) if pk in pairs else None)
        for pk, name, username in sorted(names, key=lambda row: (row[1], row[2]))
    ]


def _lines(sql: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()
