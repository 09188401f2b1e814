"""Recomputes a published ranking from its bundle alone. Python 3.11 or later, nothing else:

    python3 -I recompute.py BUNDLE.zip [SHA-256 that the page shows]

It says every difference and ends with 1, or "verified" with 0. Not recomputed: movement and consecutive listings, which
come from the period before. Every value is an exact fraction; roundings are half up; days are those of Asia/Shanghai.
"""

import csv
import hashlib
import io
import json
import sys
import zipfile
from collections import defaultdict
from datetime import date, datetime, timedelta, timezone
from fractions import Fraction as F

SHANGHAI, DAY = timezone(timedelta(hours=8)), timedelta(days=1)
KNOWN = {"components", "component_places", "places", "least_inspections", "red", "black"}
KNOWN_IN_COMPONENT = {"figure", "mean", "scope", "weight", "invert", "title"}


def half_up(value, places):
    return F((2 * value * 10**places + 1) // 2, 10**places)


def at(text):
    return datetime.fromisoformat(text) if text else None


def day(moment):
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


def facts(name, data, start, cut):
    """A figure's facts: unit, day that decides who stands above it, and what it adds to numerator and denominator."""
    inside = lambda moment: moment is not None and start <= moment < cut  # noqa: E731
    for row in data["problems"]:
        handed, due, closed = at(row["handed_over_at"]), at(row["due_at"]), at(row["closed_at"])
        limit, received = at(row["receive_due_at"]), at(row["received_at"])
        if name == "rectified" and inside(handed):
            yield row["unit"], day(handed), closed is not None and closed < cut, 1
        elif name == "on_time" and inside(closed):
            yield row["unit"], day(closed), due is not None and closed <= due, 1
        elif name == "on_time" and due and due < cut and (closed is None or closed >= cut):
            yield row["unit"], day(cut) - DAY, 0, 1
        elif name == "prompt_receipt" and limit and inside(handed):
            yield row["unit"], day(handed), received is not None and received <= limit, 1
    for row in data["steps"] if name == "rework" else ():
        yield row["unit"], day(at(row["at"])), row["move"] == "send_back", row["move"] == "submit"
    for row in data["duties"] if name == "tasks" else ():
        due, told = date.fromisoformat(row["due_on"]), at(row["reported_at"])
        yield row["unit"], due, row["state"] == "accepted" and told is not None and day(told) <= due, 1


def rates(part, data, start, cut):
    """Unit → numerator and denominator of one component."""
    found = defaultdict(lambda: [F(0), F(0)])
    if part["figure"] != "conformity":
        above = defaultdict(list)
        for link in data["tree"] if part["scope"] == "subtree" else ():
            above[link["unit"]].append((link["above"], link["from"], link["to"] or "9999-12-31"))
        for unit, on, numerator, denominator in facts(part["figure"], data, start, cut):
            for one in {unit} | {up for up, begins, ends in above[unit] if begins <= on.isoformat() < ends}:
                found[one][0] += numerator
                found[one][1] += denominator
        return {unit: pair for unit, pair in found.items() if pair[1]}
    seen, by = [row for row in data["inspections"] if row["direct"] or part["scope"] == "subtree"], part["mean"]
    sums = defaultdict(lambda: defaultdict(lambda: [F(0), F(0)]))  # unit → (indicator, site) → earned, available
    visits = defaultdict(list)
    for row in seen:
        visits[row["code"]].append(row)
    answers = [(visit, answer) for answer in data["answers"] for visit in visits[answer["inspection"]]]
    for visit, points in answers if by == "by_indicator" else [(row, row) for row in seen]:
        key = points.get("indicator", ""), visit["site"] if by != "pooled" else ""
        sums[visit["unit"]][key][0] += F(points["earned"])
        sums[visit["unit"]][key][1] += F(points["available"])
    for unit, keyed in sums.items():
        shares = defaultdict(list)
        for (indicator, site), (earned, available) in keyed.items():
            if by == "pooled" and available:
                found[unit] = [earned, available]
            elif available:
                shares[indicator if by == "by_indicator" else site].append(earned / available)
        if shares:
            found[unit] = [half_up(sum(sum(group) / len(group) for group in shares.values()), 10), F(len(shares))]
    return dict(found)


def share_out(parts, total, places):
    """Parts rounded down at the score's places; what is missing goes to the largest remainders, first part first."""
    unit = F(1, 10**places)
    floors = [part // unit * unit for part in parts]
    for place in sorted(range(len(parts)), key=lambda n: floors[n] - parts[n])[: int((total - sum(floors)) / unit)]:
        floors[place] += unit
    return floors


def rows_of(snapshot, data):
    """The rows as the rule makes them: unit → rank, score, footnote and components; and the list of each unit."""
    rule = snapshot["rule"]["spec"]
    first, after = bounds(snapshot["period"])
    start, cut = (datetime(d.year, d.month, d.day, tzinfo=SHANGHAI) for d in (first, after))
    parts = [(part, F(part["weight"]), rates(part, data, start, cut)) for part in rule["components"]]
    inspected = [row["unit"] for row in data["inspections"]]
    rows = {}
    for code in sorted(row["unit"] for row in snapshot["rows"]):
        ratios = [found.get(code) for _part, _weight, found in parts]
        values = [pair and half_up(pair[0] / pair[1] * 100, rule["component_places"]) for pair in ratios]
        turned = [part["invert"] for part, _weight, _found in parts]
        counted = [v if v is None else min(max(100 - v if t else v, 0), 100) for v, t in zip(values, turned)]
        here = [(weight, value) for (_part, weight, _found), value in zip(parts, counted) if value is not None]
        whole = sum(weight for weight, _value in here)
        score = half_up(sum(w * v for w, v in here) / whole, rule["places"]) if here else None
        points = iter(share_out([w * v / whole for w, v in here], score, rule["places"]) if here else [])
        few = inspected.count(code) < rule["least_inspections"]
        note = "nothing_to_assess" if score is None else "few_inspections" if few else ""
        note = note or ("reweighted" if None in counted else "")
        columns = [
            (*(r or (None, None)), v, c, None if v is None else next(points))
            for r, v, c in zip(ratios, values, counted)
        ]
        rows[code] = [None, score if note in ("", "reweighted") else None, note, columns]
    ranked = sorted((row for row in rows.values() if row[1] is not None), key=lambda row: -row[1])
    for row in ranked:
        row[0] = 1 + sum(other[1] > row[1] for other in ranked)
    return rows, lists(rule, rows, [row[1] for row in ranked])


def lists(rule, rows, scores):
    """Unit → red or black; who would be on both is on neither."""
    colors = {}
    for code, (rank, score, _note, _columns) in rows.items():
        red, black, worse = rule["red"], rule["black"], sum(other < (score or 0) for other in scores)
        on_red = red and rank and rank <= red.get("best", rank) and score >= F(red.get("least_score", 0))
        on_black = black and rank and worse < black.get("worst", worse + 1) and score < F(black.get("below", 10**9))
        if bool(on_red) != bool(on_black):
            colors[code] = "red" if on_red else "black"
    return colors


def number(text):
    return None if text is None else F(text)


def table(text):
    """The rows of a csv file, without the apostrophe before what a spreadsheet could take for a formula."""
    return [[cell.removeprefix("'") for cell in row] for row in csv.reader(io.StringIO(text.removeprefix("\ufeff")))]


def as_table(rows):
    names = sorted({name for row in rows for name in row})
    return [names, *([cell(row.get(name)) for name in names] for row in rows)] if rows else []


def cell(value):
    text = (
        ""
        if value is None
        else value
        if isinstance(value, str)
        else json.dumps(value, ensure_ascii=False, sort_keys=True)
    )
    return text.removeprefix("'")


def check(files, digest):
    """Every difference as a sentence."""
    ranking, inputs = files["ranking.json"], files["inputs.json"]
    sha = lambda text: hashlib.sha256(text.encode()).hexdigest()  # noqa: E731
    snapshot, data, rule = json.loads(ranking), json.loads(inputs), json.loads(files["rule.json"])
    if sha(ranking) != (digest or files["ranking.sha256"].split()[0]):
        yield "ranking.json: its SHA-256 is not the published one"
    if sha(inputs) != snapshot["inputs_sha256"]:
        yield "inputs.json: its SHA-256 is not the one in ranking.json"
    if rule != snapshot["rule"]["spec"]:
        yield "rule.json: not the rule of ranking.json"
    tables = {f"inputs/{name}.csv": rows for name, rows in data.items()} | {"lists.csv": snapshot["lists"]}
    tables["rows.csv"] = [{name: row[name] for name in row if name != "components"} for row in snapshot["rows"]]
    tables["components.csv"] = [{"unit": row["unit"], **part} for row in snapshot["rows"] for part in row["components"]]
    yield from (f"{name}: not what the json says" for name in tables if table(files[name]) != as_table(tables[name]))
    spec = snapshot["rule"]["spec"]
    if set(spec) - KNOWN or any(set(part) - KNOWN_IN_COMPONENT for part in spec["components"]):
        yield "this rule has settings that this script does not know"
        return
    rows, colors = rows_of(snapshot, data)
    order = sorted(rows, key=lambda code: (rows[code][0] or 10**9, code))
    if [row["unit"] for row in snapshot["rows"]] != order:
        yield "the order of the rows"
    said = {entry["unit"]: entry["color"] for entry in snapshot["lists"]}
    for row in snapshot["rows"]:
        rank, score, note, columns = rows[row["unit"]]
        names = ("numerator", "denominator", "value", "counted", "points")
        told = [tuple(number(part[name]) for name in names) for part in row["components"]]
        pairs = {
            "rank": (row["rank"], rank), "score": (number(row["score"]), score), "footnote": (row["footnote"], note),
            "list": (said.get(row["unit"]), colors.get(row["unit"])), "components": (told, columns),
        }  # fmt: skip
        yield from (f"{row['unit']}: {name} is {a}, recomputed {b}" for name, (a, b) in pairs.items() if a != b)


def main(path, digest=""):
    with zipfile.ZipFile(path) as bundle:
        files = {name: bundle.read(name).decode() for name in bundle.namelist()}
    found = list(check(files, digest))
    print("\n".join(found) or f"verified {hashlib.sha256(files['ranking.json'].encode()).hexdigest()}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
