"""Counts a published ranking again: from single records to what was counted for each unit and part.

    python3 -I recount.py BUNDLE.zip

Needs Python 3.11, arithmetic.py beside it and nothing else. Names every difference and ends with 1, or says "recounted"
and ends with 0. It checks, against the frozen records in inputs.json: numerators and denominators, the points of every
line of events, footnotes, mergers, what each part brings and costs, and that the csv tables say what the texts say.
What follows from the counts is checked by recompute.py. Not checked: movement and consecutive listings, which come from
the period before; grades and what follows from a listing, which are words. Days are those of Asia/Shanghai.
"""

import csv
import hashlib
import io
import json
import os
import sys
import zipfile
from collections import Counter, defaultdict
from datetime import date, datetime, timedelta, timezone
from fractions import Fraction as F

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from arithmetic import brought, rounded, share_out, total

SHANGHAI, DAY = timezone(timedelta(hours=8)), timedelta(days=1)
#: What these scripts know of rules; where a rule has more, it is said.
KNOWN = {
    "components", "component_places", "places", "least_inspections", "red", "black", "total", "missing", "rounding",
    "component_rounding", "rank_on", "ties", "tie_by", "least", "greatest", "bands", "steps", "lists", "ended", "late",
}  # fmt: skip
KINDS = {"rate", "below", "points", "sheet", "earlier", "table"}
CHOSEN = {"sources": "source", "kinds": "kind", "severities": "severity", "subjects": "subject", "levels": "level"}


def at(text):
    """A moment, or None."""
    return datetime.fromisoformat(text) if text else None


def day(moment):
    """The day of a moment in Shanghai."""
    return moment.astimezone(SHANGHAI).date()


def bounds(code):
    """The first day of a period and the first day after it: 2026, 2026-Q4, 2026-11, 2026-W47 or 2026-11-23."""
    if len(code) == 10:
        return date.fromisoformat(code), date.fromisoformat(code) + DAY
    year, part = int(code[:4]), code[5:]
    if part[:1] == "W":
        monday = date.fromisocalendar(year, int(part[1:]), 1)
        return monday, monday + 7 * DAY
    months, number = (12, 1) if not part else (3, int(part[1:])) if part[0] == "Q" else (1, int(part))
    after = number * months
    return date(year, after - months + 1, 1), date(year + after // 12, after % 12 + 1, 1)


def code_of(on, kind):
    """The code of the period of a kind that holds a day."""
    year, week, _weekday = on.isocalendar()
    return {
        "day": on.isoformat(), "week": f"{year}-W{week:02}", "month": f"{on:%Y-%m}",
        "quarter": f"{on.year}-Q{(on.month + 2) // 3}", "year": f"{on.year}",
    }[kind]  # fmt: skip


class Records:
    """The frozen records of one ranking, with the period they are counted for."""

    def __init__(self, data, code):
        self.data, self.code = data, code
        first, after = bounds(code)
        self.start = datetime(first.year, first.month, first.day, tzinfo=SHANGHAI)
        self.cut = datetime(after.year, after.month, after.day, tzinfo=SHANGHAI)
        #: A unit that was merged → the unit its facts count for, where the rule says so.
        self.heirs = {row["unit"]: row["into"] for row in data.get("merged", ())}
        self.links = defaultdict(list)
        for link in data["tree"]:
            self.links[link["unit"]].append(link)
        once = {}  # an inspection that counted for both units of a merger counts once
        for row in data["inspections"]:
            unit = self.heirs.get(row["unit"], row["unit"])
            known = once.setdefault((row["code"], unit), {**row, "unit": unit})
            known["direct"] = known["direct"] or row["direct"]
        self.inspections = list(once.values())
        self.inspected = Counter(row["unit"] for row in self.inspections)

    def inside(self, moment):
        """Whether a moment lies in the period."""
        return moment is not None and self.start <= moment < self.cut

    def counts_for(self, unit, on, scope):
        """The unit and, for a subtree, those that stood above it on a day; a merged unit's successor in its place."""
        links = self.links.get(unit, ()) if scope == "subtree" else ()
        found = {unit} | {link["above"] for link in links if link["from"] <= on < (link["to"] or "9999-12-31")}
        return {self.heirs.get(one, one) for one in found}


def facts(name, records):
    """A figure's facts: unit, day that decides who stands above it, what it adds to numerator and denominator."""
    if name == "rework":
        for row in records.data["steps"]:
            yield row["unit"], day(at(row["at"])), row["move"] == "send_back", row["move"] == "submit"
    elif name == "satisfaction":
        for row in records.data["callbacks"]:
            yield row["unit"], day(at(row["called_back_at"])), row["callback"] in ("satisfied", "mostly"), 1
    elif name == "tasks":
        for row in records.data["duties"]:
            due, told = date.fromisoformat(row["due_on"]), at(row["reported_at"])
            yield row["unit"], due, row["state"] == "accepted" and told is not None and day(told) <= due, 1
    else:
        for row in records.data["problems"]:
            yield from problem_facts(name, row, records)


def problem_facts(name, row, records):
    """What one problem adds to a figure."""
    handed, due, closed = at(row["handed_over_at"]), at(row["due_at"]), at(row["closed_at"])
    limit, received, cut = at(row["receive_due_at"]), at(row["received_at"]), records.cut
    if name == "rectified" and records.inside(handed):
        yield row["unit"], day(handed), closed is not None and closed < cut, 1
    elif name == "on_time" and records.inside(closed):
        yield row["unit"], day(closed), due is not None and closed <= due, 1
    elif name == "on_time" and due and due < cut and (closed is None or closed >= cut):
        yield row["unit"], day(cut) - DAY, 0, 1
    elif name == "prompt_receipt" and limit and records.inside(handed):
        yield row["unit"], day(handed), received is not None and received <= limit, 1


def rate(part, records):
    """Unit → numerator and denominator of a rate."""
    if part["figure"] == "conformity":
        return conformity(part, records)
    found = defaultdict(lambda: [F(0), F(0)])
    for unit, on, numerator, denominator in facts(part["figure"], records):
        for one in records.counts_for(unit, on.isoformat(), part["scope"]):
            found[one][0] += numerator
            found[one][1] += denominator
    return {unit: pair for unit, pair in found.items() if pair[1]}


def conformity(part, records):
    """Unit → what was earned and available; of means by site or indicator the sum of shares and their number."""
    sums = defaultdict(lambda: defaultdict(lambda: [F(0), F(0)]))  # unit → (indicator, site) → earned, available
    for unit, key, points in scored(part, records):
        sums[unit][key][0] += F(points["earned"])
        sums[unit][key][1] += F(points["available"])
    found = {}
    for unit, keyed in sums.items():
        if part["mean"] == "pooled":
            found[unit] = keyed["", ""]
            continue
        groups = defaultdict(list)
        for (indicator, site), (earned, available) in keyed.items():
            if available:
                groups[indicator if part["mean"] == "by_indicator" else site].append(earned / available)
        means = [sum(group) / len(group) for group in groups.values()]
        found[unit] = [rounded(F(sum(means)), 10), F(len(means))]
    return {unit: pair for unit, pair in found.items() if pair[1]}


def scored(part, records):
    """What earned points: unit, (indicator, site) as far as the mean parts them, and the points."""
    seen = [row for row in records.inspections if row["direct"] or part["scope"] == "subtree"]
    if part["mean"] != "by_indicator":
        for row in seen:
            yield row["unit"], ("", row["site"] if part["mean"] == "by_site" else ""), row
        return
    visits = defaultdict(list)
    for row in seen:
        visits[row["code"]].append(row)
    for answer in records.data["answers"]:
        for row in visits[answer["inspection"]]:
            yield row["unit"], (answer["indicator"], row["site"]), answer


def entered(part, records):
    """Unit → the value that was entered for it."""
    return {row["unit"]: (F(row["value"]), F(1)) for row in records.data["marks"] if row["sheet"] == part["figure"]}


def earlier(part, records):
    """Unit → Σ weight × published score, Σ weight: of the last periods of a kind, or of those within the period."""
    (first, after), weights = bounds(records.code), {}
    on = first
    for weight in part["weights"]:
        on = bounds(code_of(on, part["period"]))[0] - DAY
        weights[code_of(on, part["period"])] = F(weight)
    while not part["weights"] and on < after:
        one = code_of(on, part["period"])
        begins, on = bounds(one)
        if begins >= first and on <= after and one != records.code:
            weights[one] = F(1)
    found = defaultdict(lambda: [F(0), F(0)])
    for row in records.data["earlier"]:
        found[row["unit"]][0] += weights.get(row["period"], 0) * F(row["score"])
        found[row["unit"]][1] += weights.get(row["period"], 0)
    return {unit: pair for unit, pair in found.items() if pair[1]}


def taken(line, scope, records):
    """The events that a line of the rule takes."""
    if line["event"] == "adjustment":
        rows = [{**row, "subject": row["event"], "nth": 1} for row in records.data["adjustments"]]
    else:
        rows = [row for row in records.data["events"] if row["event"] == line["event"]]
    if line["event"] == "clean_site":
        rows = [row for row in rows if row["direct"] == (scope == "direct")]
    return [row for row in rows if all(not line.get(n) or row.get(c) in line[n] for n, c in CHOSEN.items())]


def points_of(line, row):
    """What one event brings."""
    points = F(line["each"] if line.get("each") is not None else row["points"])
    if line.get("from_nth") and line.get("then") is not None and row["nth"] >= line["from_nth"]:
        points = F(line["then"])
    points *= 2 if row.get("source") in line.get("doubled", ()) else 1
    points *= F(line.get("on_spot", 1)) if row.get("on_spot") else 1
    return points * (row["nth"] if line.get("by_number") else 1)


def line_sums(line, scope, records):
    """Unit → points and number of the events of one line; clean sites stand for every unit they count for already."""
    rows = taken(line, scope, records)
    checks = Counter((row["unit"], row["day"], row.get("kind")) for row in rows)
    found = defaultdict(lambda: [F(0), 0])
    for row in rows:
        points = points_of(line, row)
        if line.get("together") and checks[row["unit"], row["day"], row.get("kind")] >= line["together"]:
            points *= F(line.get("times", 1))
        stays = line["event"] == "clean_site"
        for one in {row["unit"]} if stays else records.counts_for(row["unit"], row["day"], scope):
            found[one][0] += points
            found[one][1] += 1
    return found


def lines_of(part, rule, records):
    """Unit → the lines that had events, each as its number in the rule, events, and points within its cap."""
    places, how, found = rule["component_places"], rule.get("component_rounding", "half_up"), defaultdict(list)
    for number, line in enumerate(part["lines"]):
        for unit, (points, events) in line_sums(line, part["scope"], records).items():
            cap = F(line.get("cap") or 10**9)
            found[unit].append([number, events, min(max(rounded(points, places, how), -cap), cap)])
    return found


def count(part, cells, rule, records, found):
    """Compare one part of all units with what the records give; ``found`` takes pairs of told and counted."""
    kind, name = part.get("kind", "rate"), part["figure"]
    if kind == "table":
        for n, one in enumerate(part["parts"]):
            count(one, {unit: cell["parts"][n] for unit, cell in cells.items()}, rule, records, found)
    if kind == "points":
        lines = lines_of(part, rule, records)
        for unit, cell in cells.items():
            told = [[number, events, F(points)] for number, events, points in cell["lines"]]
            found[f"{unit} {name}: lines of events"] = told, lines.get(unit, [])
    counters = {"rate": rate, "below": rate, "sheet": entered, "earlier": earlier}
    ratios = counters[kind](part, records) if kind in counters else {}
    for unit, cell in cells.items():
        found[f"{unit} {name}: weight"] = cell["weight"], part["weight"]
        told = [cell[side] and F(cell[side]) for side in ("numerator", "denominator")]
        found[f"{unit} {name}: numerator and denominator"] = told, list(ratios.get(unit, (None, None)))


def footnote(rule, cells, inspections):
    """Why a unit has no place, or what its score leaves out."""
    parts = rule["components"]
    missing = [part for part, cell in zip(parts, cells) if cell["value"] is None]
    policies = {part.get("missing") or rule.get("missing", "reweight") for part in missing}
    if len(missing) == len(parts) or all(cell["counted"] is None for cell in cells):
        return "nothing_to_assess"
    if inspections < rule["least_inspections"]:
        return "few_inspections"
    if "leave_out" in policies:
        return "part_missing"
    if any(cell["counted"] is None for cell in cells):
        return "reweighted"
    return "" if not missing else "averaged" if "others" in policies else "counted_zero"


def check_shares(unit, parts, cells, mode, rule, places, how, found):
    """Compare what each part of a unit is said to bring and cost; rules of rates alone do not say what one costs."""
    values = [cell["counted"] and F(cell["counted"]) for cell in cells]
    here, mine = [n for n, value in enumerate(values) if value is not None], {}
    if here:
        value = rounded(total(parts, values, mode), places, how)
        brings, costs, begins = brought(parts, values, mode, value, 10 ** rule["component_places"])
        mine["points"] = dict(zip(here, share_out(brings, value, places)))
        mine["lost"] = dict(zip(here, share_out(costs, rounded(begins, places) - value, places)))
    for n, (part, cell) in enumerate(zip(parts, cells)):
        for side in ("points", "lost") if "lost" in cell else ("points",):
            told = cell[side] and F(cell[side])
            found[f"{unit} {part['figure']}: {side}"] = told, mine.get(side, {}).get(n)
        if part.get("kind") == "table":
            how_ = rule.get("component_rounding", "half_up")
            inner = part["parts"], cell["parts"], part["total"], rule, rule["component_places"], how_
            check_shares(unit, *inner, found)


def flat(unit, rule_parts, cells, above=""):
    """The lines of components.csv and lines.csv of one unit: parts within a table stand under its name."""
    for part, cell in zip(rule_parts, cells):
        name = above + part["figure"]
        sides = ("weight", "numerator", "denominator", "value", "counted", "points", "lost")
        yield "components.csv", {"unit": unit, "part": name, **{side: cell.get(side) for side in sides}}
        for number, events, points in cell.get("lines", ()):
            event = part["lines"][number]["event"]
            line = {"line": number + 1, "event": event, "events": events, "points": points}
            yield "lines.csv", {"unit": unit, "part": name, **line}
        yield from flat(unit, part.get("parts", ()), cell.get("parts", ()), name + "/")


def tables(told, data):
    """Every csv table as the texts say it: name → rows."""
    found = {f"inputs/{name}.csv": rows for name, rows in data.items()} | {"lists.csv": told["lists"]}
    found["rows.csv"] = [{name: row[name] for name in row if name != "components"} for row in told["rows"]]
    found |= {"components.csv": [], "lines.csv": []}
    for row in told["rows"]:
        for name, line in flat(row["unit"], told["rule"]["spec"]["components"], row["components"]):
            found[name].append(line)
    return found


def read(text):
    """The rows of a csv file, without the apostrophe before what a spreadsheet could take for a formula."""
    return [[cell.removeprefix("'") for cell in row] for row in csv.reader(io.StringIO(text.removeprefix("\ufeff")))]


def written(rows):
    """Rows as a csv file writes them: their columns, then each; nothing is empty, what is no text is JSON."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    return [names, *([cell(row.get(name)) for name in names] for row in rows)] if rows else []


def cell(value):
    """One cell of a csv file."""
    if isinstance(value, str):
        return value.removeprefix("'")
    return "" if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True)


def mergers(rows):
    """Who was merged into whom and when."""
    return [[row["unit"], row["into"], row["on"]] for row in rows]


def compare(told, data):
    """Everything that is counted again: what → as published, as the records give it."""
    rule, records = told["rule"]["spec"], Records(data, told["period"])
    found = {"mergers": (mergers(told.get("merged", ())), mergers(data.get("merged", ())))}
    seen = {row["code"]: (row.get("late", False), at(row["seen_at"])) for row in data["inspections"]}
    outside = {code: not records.inside(moment) for code, (_late, moment) in seen.items()}
    found["late inspections"] = {code: late for code, (late, _moment) in seen.items()}, outside
    units = [row["unit"] for row in told["rows"]]
    found["a unit stands once"] = len(units), len(set(units))
    for n, part in enumerate(rule["components"]):
        count(part, {row["unit"]: row["components"][n] for row in told["rows"]}, rule, records, found)
    for row in told["rows"]:
        unit, cells = row["unit"], row["components"]
        found[f"{unit}: footnote"] = row["footnote"], footnote(rule, cells, records.inspected[unit])
        places, how = rule["places"], rule.get("rounding", "half_up")
        check_shares(unit, rule["components"], cells, rule.get("total", "mean"), rule, places, how, found)
    return found


def differences(files):
    """Every difference as a sentence."""
    told, data = json.loads(files["ranking.json"]), json.loads(files["inputs.json"])
    if hashlib.sha256(files["inputs.json"].encode()).hexdigest() != told["inputs_sha256"]:
        yield "inputs.json: its SHA-256 is not the one in ranking.json"
    for name, rows in tables(told, data).items():
        if read(files[name]) != written(rows):
            yield f"{name}: not what the texts say"
    rule = told["rule"]["spec"]
    if set(rule) - KNOWN or any(part.get("kind", "rate") not in KINDS for part in rule["components"]):
        yield "this rule has settings that these scripts do not know"
        return
    for what, (published, counted) in compare(told, data).items():
        if published != counted:
            yield f"{what}: published {published}, counted {counted}"


def main(path):
    """Say every difference between what a bundle counted and its records."""
    with zipfile.ZipFile(path) as bundle:
        files = {name: bundle.read(name).decode() for name in bundle.namelist()}
    wrong = list(differences(files))
    print("\n".join(wrong) or f"recounted {hashlib.sha256(files['ranking.json'].encode()).hexdigest()}")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]) if sys.argv[1:] else "python3 -I recount.py BUNDLE.zip")
