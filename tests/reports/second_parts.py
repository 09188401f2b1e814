"""The second implementation for rules of every kind of part, in plain SQL from the definitions."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from .second import CONFORMITY, FACTS, HELD, MEMBERS, SEEN, _bound, late_values

LOCAL = "({} AT TIME ZONE 'Asia/Shanghai')::date"
ALIVE = "p.state <> 'cancelled' AND p.voided_at IS NULL"
SPOT = "p.fixed_on_spot"
IN = "{0} >= %(start)s AND {0} < %(cut)s"

#: Event → holder, moment, problem, number of its kind, and what lines choose by.
HAPPENED = {
    "noted": ("p.unit_id", "p.noted_at", "p.repeats + 1", "true"),
    "handed_over": ("p.unit_id", "p.handed_over_at", "p.repeats + 1", "true"),
    "overdue": (
        "p.unit_id", "p.due_at", "p.repeats + 1",
        "p.handed_over_at IS NOT NULL AND coalesce(p.closed_at, 'infinity') > p.due_at",
    ),
    "false_repair": ("p.unit_id", "p.false_repair_at", "p.repeats + 1", "true"),
    "repeated": ("p.unit_id", "p.noted_at", "p.repeats", "p.repeats > 0"),
}  # fmt: skip
CHOICE = {"sources": "source", "kinds": "kind", "severities": "severity", "subjects": "subject", "levels": "level"}


def _rows(line: dict[str, Any]) -> str:
    """holder, at, n, own points, and the columns of choice."""
    event = line["event"]
    if event == "duty_missed":
        return f"""SELECT unit_id AS holder, (due_on + time '12:00') AT TIME ZONE 'Asia/Shanghai' AS at, 1 AS n,
          0 AS own, '' AS source, '' AS kind, '' AS severity, '' AS subject, '' AS level, false AS spot
          FROM units_taskduty
         WHERE due_on BETWEEN %(first)s AND %(last)s
           AND (due_on + 1)::timestamp AT TIME ZONE 'Asia/Shanghai' <= %(cut)s
           AND NOT coalesce(state = 'accepted' AND {LOCAL.format("reported_at")} <= due_on, false)"""
    if event == "adjustment":
        return """SELECT unit_id, (day + time '12:00') AT TIME ZONE 'Asia/Shanghai', 1, points, '', '', '', event,
           level, false
          FROM reports_adjustment WHERE state = 'approved' AND day >= %(first)s
           AND day::timestamp AT TIME ZONE 'Asia/Shanghai' < %(cut)s AND day <= %(last)s"""
    if event == "sent_back":
        return f"""SELECT s.unit_id, s.at, row_number, 0, p.source, coalesce(i.kind, ''), p.severity, '', '',
           {SPOT}
          FROM (SELECT *, row_number() OVER (PARTITION BY problem_id ORDER BY at, id) FROM inspections_step
                 WHERE move = 'send_back') s
          JOIN inspections_problem p ON p.id = s.problem_id LEFT JOIN inspections_inspection i ON i.id = p.inspection_id
         WHERE {ALIVE} AND {IN.format("s.at")}"""
    holder, moment, number, when = HAPPENED[event]
    return f"""SELECT {holder}, {moment}, {number}, 0, p.source, coalesce(i.kind, ''), p.severity, '', '', {SPOT}
      FROM inspections_problem p LEFT JOIN inspections_inspection i ON i.id = p.inspection_id
     WHERE {ALIVE} AND {IN.format(moment)} AND {when}"""


def _points(line: dict[str, Any]) -> str:
    points = "own" if line.get("each") is None else f"{line['each']}::numeric"
    if "from_nth" in line:
        points = f"CASE WHEN n >= {line['from_nth']} THEN {line['then']}::numeric ELSE {points} END"
    if line.get("doubled"):
        points = f"({points}) * (1 + (source IN ({_listed(line['doubled'])}))::int)"
    if "on_spot" in line:
        points = f"({points}) * CASE WHEN spot THEN {line['on_spot']} ELSE 1 END"
    return f"({points}) * n" if line.get("by_number") else points


def _listed(names: list[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)


def _where(line: dict[str, Any]) -> str:
    chosen = [f"{column} IN ({_listed(line[name])})" for name, column in CHOICE.items() if line.get(name)]
    return " AND ".join(chosen) or "true"


def _line(line: dict[str, Any], scope: str) -> str:
    """unit and points of a line."""
    if line["event"] == "clean_site":
        return _clean(line, scope)
    facts = f"""SELECT holder AS unit_id, at, {_points(line)} AS n, 1 AS d
      FROM ({_rows(line)}) r (holder, at, n, own, source, kind, severity, subject, level, spot) WHERE {_where(line)}"""
    return HELD.format(facts=facts, subtree=scope == "subtree")


def _clean(line: dict[str, Any], scope: str) -> str:
    bad = f"(SELECT count(*) FROM inspections_problem p WHERE p.inspection_id = i.id AND {ALIVE})"
    seen = SEEN.format(subtree=scope == "subtree")
    more = f"CASE WHEN count(*) >= {line['together']} THEN {line['times']} ELSE 1 END" if "together" in line else "1"
    return f"""
SELECT unit, sum(n) AS n, sum(d) AS d FROM (
  SELECT unit, day, kind, {line["each"]}::numeric * count(*) * {more} AS n, count(*) AS d FROM (
    SELECT s.unit, {LOCAL.format("i.seen_at")} AS day, i.kind, s.site_id FROM {seen} s
      JOIN inspections_inspection i ON i.id = s.id
     GROUP BY 1, 2, 3, 4 HAVING sum({bad}) = 0 AND min(i.available) > 0 AND sum(i.available - i.earned) = 0) site
   WHERE {_where(line)} GROUP BY 1, 2, 3) checked GROUP BY 1"""


class Statement:
    """Builds the statement of one rule."""

    def __init__(self, spec: dict[str, Any]) -> None:
        self.spec, self.places = spec, spec["component_places"]
        self.tables: list[str] = []
        self.joins: list[str] = []
        self.leaves: list[tuple[str, str, str]] = []
        self.totals: list[tuple[str, str, str]] = []

    def _join(self, sql: str) -> str:
        name = f"f{len(self.tables)}"
        self.tables.append(f"{name} AS ({sql})")
        self.joins.append(f"LEFT JOIN {name} ON {name}.unit = m.id")
        return name

    def _rate(self, part: dict[str, Any]) -> str:
        subtree = part["scope"] == "subtree"
        if part["figure"] == "conformity":
            sql = CONFORMITY[part["mean"]].format(seen=SEEN.format(subtree=subtree))
        else:
            sql = HELD.format(facts=FACTS[part["figure"]], subtree=subtree)
        name = self._join(sql)
        return f"CASE WHEN {name}.d > 0 THEN round({name}.n::numeric(60, 40) * 100 / {name}.d, {self.places}) END"

    def value(self, part: dict[str, Any]) -> tuple[str, str]:
        """The value of a part other than a table, and what of it counts."""
        kind = part.get("kind", "rate")
        if kind == "rate":
            rate = self._rate(part)
            turned = f"100 - {rate}" if part["invert"] else rate
            return rate, f"CASE WHEN {rate} IS NOT NULL THEN least(100, greatest(0, {turned})) END"
        if kind == "below":
            rate = self._rate(part)
            gap = f"greatest(0, {part['threshold']}::numeric - {rate})"
            gap = f"floor({gap})" if part["whole"] else gap
            value = f"greatest(0, round({part['points']}::numeric - {part['step']}::numeric * {gap}, {self.places}))"
            value = f"CASE WHEN {rate} IS NOT NULL THEN {value} END"
        elif kind == "points":
            value = self._points(part)
        elif kind == "sheet":
            name = self._join(
                f"SELECT unit_id AS unit, value FROM reports_mark WHERE sheet = '{part['figure']}'"
                " AND period_id = (SELECT id FROM reports_period WHERE code = %(code)s)"
            )
            value = f"round({name}.value, {self.places})"
        else:
            pairs = ", ".join(f"({at}, {weight})" for at, weight in enumerate(part["weights"], 1))
            name = self._join(
                f"""SELECT w.unit_id AS unit, sum(a.weight * w.score) / sum(a.weight)::numeric(60, 40) AS value
                  FROM (VALUES {pairs}) a(ago, weight)
                  JOIN reports_period p ON p.kind = 'week' AND p.starts_on = %(first)s::date - 7 * a.ago
                  JOIN reports_ranking r ON r.period_id = p.id AND r.state = 'published'
                  JOIN reports_rankingrow w ON w.ranking_id = r.id AND w.score IS NOT NULL GROUP BY 1"""
            )
            value = f"round({name}.value, {self.places})"
        return value, value

    def _points(self, part: dict[str, Any]) -> str:
        sums = [f"{part['base']}::numeric"]
        for line in part["lines"]:
            name = self._join(_line(line, part["scope"]))
            points = f"round(coalesce({name}.n, 0)::numeric, {self.places})"
            cap = line.get("cap")
            sums.append(f"least({cap}, greatest(-{cap}, {points}))" if cap else points)
        value = f"greatest({part['least']}, {' + '.join(sums)})"
        return (
            f"round(least({part['most']}, {value}), {self.places})"
            if "most" in part
            else f"round({value}, {self.places})"
        )

    def missing(self, part: dict[str, Any], column: str) -> str:
        """What counts where there is nothing to assess."""
        policy = part.get("missing") or self.spec.get("missing", "reweight")
        if policy == "zero":
            return f"coalesce({column}, 0)"
        if policy == "others":
            return f"coalesce({column}, round(avg({column}) OVER ()::numeric(60, 30), {self.places}))"
        return column

    def full(self, part: dict[str, Any]) -> str:
        """The value of full marks."""
        kind = part.get("kind", "rate")
        if kind in ("below", "sheet"):
            return part["points"]
        if kind == "points":
            return part["base"] if float(part["base"]) else part.get("most", "100")
        if kind == "table" and part["total"] == "sum":
            return "(" + " + ".join(one["weight"] for one in part["parts"]) + ")"
        return "100"

    def total(self, parts: list[dict[str, Any]], columns: list[str], mode: str, places: int) -> str:
        """The total of counted columns."""
        rows = ", ".join(
            f"({part['weight']}::numeric, {column}::numeric, {self.full(part)}::numeric,"
            f" {part.get('kind') == 'points' and not float(part['base'])})"
            for part, column in zip(parts, columns, strict=True)
        )
        values = f"FROM (VALUES {rows}) v(w, c, f, bonus)"
        if mode == "mean":
            total = "sum(w * c / f::numeric(60, 40)) * 100 / sum(w)"
        elif mode == "geometric":
            logs = "sum(w * ln(greatest((c / f)::numeric(60, 50), 1e-30)))"
            total = f"CASE WHEN min(c) <= 0 THEN 0 ELSE round(exp({logs} / sum(w)) * 100, 30) END"
        else:
            whole = f"(SELECT sum(w) {values} WHERE NOT bonus)"
            carried = (
                f"sum(w * c / f::numeric(60, 40)) FILTER (WHERE NOT bonus) * {whole} / sum(w) FILTER (WHERE NOT bonus)"
            )
            total = f"coalesce({carried}, 0) + coalesce(sum(w * c / f) FILTER (WHERE bonus), 0)"
        return (
            f"(SELECT CASE WHEN count(*) > 0 THEN round(round({total}, 30), {places}) END {values} WHERE c IS NOT NULL)"
        )


@dataclass
class Columns:
    """The columns of the statement, step by step: of parts, of tables, and the names of what is printed."""

    raw: list[str] = field(default_factory=list)
    counted: list[str] = field(default_factory=list)
    tables: list[str] = field(default_factory=list)
    tops: list[str] = field(default_factory=list)
    values: list[str] = field(default_factory=list)


def _columns(made: Statement, spec: dict[str, Any]) -> Columns:
    found = Columns()
    for at, part in enumerate(spec["components"]):
        first = len(found.raw)
        for number, one in enumerate(part["parts"] if part.get("kind") == "table" else [part], first):
            value, counts = made.value(one)
            found.raw.append(f"{value} AS v{number}, {counts} AS k{number}")
            found.counted.append(f"v{number}, {made.missing(one, f'k{number}')} AS c{number}")
        if part.get("kind") == "table":
            inner = [f"c{number}" for number in range(first, len(found.raw))]
            found.tables.append(f"{made.total(part['parts'], inner, part['total'], made.places)} AS t{at}")
            found.tops.append(f"{made.missing(part, f't{at}')} AS u{at}")
            found.values.append(f"t{at}")
        else:
            found.tables.append(f"c{first} AS t{at}, v{first} AS w{at}")
            found.tops.append(f"t{at} AS u{at}")
            found.values.append(f"w{at}")
    return found


def rankings(
    spec: dict[str, Any],
    group: int,
    code: str,
    start: datetime,
    cut: datetime,
    first: Any,
    last: Any,
    closed: Any = None,
) -> list:
    """Rows of code, rank, score, list and the values of the parts, in the order of the page."""
    made = Statement(spec)
    columns = _columns(made, spec)
    values, tops = columns.values, [f"u{at}" for at in range(len(columns.tops))]
    score = made.total(spec["components"], tops, spec.get("total", "mean"), spec["places"])
    if "least" in spec:
        score = f"greatest({spec['least']}, {score})"
    if "greatest" in spec:
        score = f"least({spec['greatest']}, {score})"
    out = " OR ".join(
        f"{value} IS NULL" for value, part in zip(values, spec["components"], strict=True)
        if (part.get("missing") or spec.get("missing", "reweight")) == "leave_out"
    ) or "false"  # fmt: skip
    none = " AND ".join(f"{value} IS NULL" for value in values)
    rank = "dense_rank" if spec.get("ties") == "dense" else "rank"
    tie = next((at for at, part in enumerate(spec["components"]) if part["figure"] == spec.get("tie_by")), None)
    by = "score DESC" if tie is None else f"score DESC, coalesce(u{tie}, 0) DESC"
    sql = f"""
{MEMBERS.format(merged=spec.get("ended") == "successor")},
{", ".join(made.tables)},
valued AS (SELECT m.id, m.code, {", ".join(columns.raw)} FROM member m {" ".join(made.joins)}),
counted AS (SELECT id, code, {", ".join(columns.counted)} FROM valued),
tabled AS (SELECT id, code, {", ".join(columns.tables)} FROM counted),
topped AS (SELECT *, {", ".join(columns.tops)} FROM tabled),
scored AS (SELECT *, CASE WHEN NOT ({none}) THEN {score} END AS score,
   (SELECT count(*) FROM {SEEN.format(subtree=True)} s WHERE s.unit = topped.id) AS inspections FROM topped),
ranked AS (
  SELECT code, score, {rank}() OVER (ORDER BY {by}) AS rank,
         count(*) OVER () - count(*) OVER (ORDER BY {by}) AS worse
    FROM scored WHERE score IS NOT NULL AND inspections >= {spec["least_inspections"]} AND NOT ({out})),
marked AS (SELECT *, {_bound(spec["red"], "rank <= {best}", "score >= {least_score}")} AS red,
                     {_bound(spec["black"], "worse < {worst}", "score < {below}")} AS black FROM ranked)
SELECT s.code, r.rank, r.score, CASE WHEN r.red AND NOT r.black THEN 'red' WHEN r.black AND NOT r.red THEN 'black' END,
       {", ".join(f"s.{value}" for value in values)}
  FROM scored s LEFT JOIN marked r USING (code) ORDER BY r.rank NULLS LAST, s.code COLLATE "C"
"""
    with connection.cursor() as cursor:
        given = {"group": group, "start": start, "cut": cut, "first": first, "last": last, "code": code}
        cursor.execute(sql, given | late_values(start, closed))
        return cursor.fetchall()
