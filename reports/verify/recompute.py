"""Recomputes a published ranking from its bundle alone. Python 3.11 or later, nothing else:

    python3 -I recompute.py BUNDLE.zip [SHA-256 that the page shows]

It says every difference and ends with 1, or "verified" with 0. Not recomputed: movement and consecutive listings, which
come from the period before; bands and what follows from a listing, which are words. Every value is an exact fraction;
days are those of Asia/Shanghai.
"""

import csv
import hashlib
import io
import json
import sys
import zipfile
from collections import Counter, defaultdict
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal as D
from decimal import localcontext
from fractions import Fraction as F

SHANGHAI, DAY = timezone(timedelta(hours=8)), timedelta(days=1)
#: What this script knows of rules; it says so where a rule has more.
KNOWN = {
    "components", "component_places", "places", "least_inspections", "red", "black", "total", "missing", "rounding",
    "component_rounding", "rank_on", "ties", "tie_by", "least", "greatest", "bands", "steps", "lists", "ended",
}  # fmt: skip
KINDS = {"rate", "below", "points", "sheet", "earlier", "table"}
CHOSEN = {"sources": "source", "kinds": "kind", "severities": "severity", "subjects": "subject", "levels": "level"}
RANKED = {"", "reweighted", "averaged", "counted_zero"}


def rounded(value, places, how="half_up"):
    """At so many places: half up (away from zero), down or up."""
    units, half = F(value) * 10**places, F(1, 2)
    whole = (units + half) // 1 if units >= 0 else -((half - units) // 1)
    return F({"half_up": whole, "down": units // 1, "up": -(-units // 1)}[how], 10**places)


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


def above(data, unit, on, scope):
    """The unit and, for a subtree, those that stood above it on a day; a merged unit's successor in its place."""
    links = data["links"].get(unit, ()) if scope == "subtree" else ()
    found = {unit} | {link["above"] for link in links if link["from"] <= on < (link["to"] or "9999-12-31")}
    return {data["heirs"].get(one, one) for one in found}


def rates(part, data, start, cut):
    """Unit → numerator and denominator of one component."""
    found = defaultdict(lambda: [F(0), F(0)])
    if part["figure"] != "conformity":
        for unit, on, numerator, denominator in facts(part["figure"], data, start, cut):
            for one in above(data, unit, on.isoformat(), part["scope"]):
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
            found[unit] = [rounded(sum(sum(group) / len(group) for group in shares.values()), 10), F(len(shares))]
    return dict(found)


def code_of(on, kind):
    """The code of the period of a kind that holds a day."""
    year, week, _weekday = on.isocalendar()
    return {
        "day": on.isoformat(), "week": f"{year}-W{week:02}", "month": f"{on:%Y-%m}",
        "quarter": f"{on.year}-Q{(on.month + 2) // 3}", "year": f"{on.year}",
    }[kind]  # fmt: skip


def earlier(part, data, code):
    """Unit → Σ weight × published score, Σ weight: of the last periods of a kind, or of those within the period."""
    (first, after), weights = bounds(code), {}
    on = first
    for weight in part["weights"]:
        on = bounds(code_of(on, part["period"]))[0] - DAY
        weights[code_of(on, part["period"])] = F(weight)
    while not part["weights"] and on < after:
        one = code_of(on, part["period"])
        begins, on = bounds(one)
        if begins >= first and on <= after and one != code:
            weights[one] = F(1)
    found = defaultdict(lambda: [F(0), F(0)])
    for row in data["earlier"]:
        found[row["unit"]][0] += weights.get(row["period"], 0) * F(row["score"])
        found[row["unit"]][1] += weights.get(row["period"], 0)
    return {unit: pair for unit, pair in found.items() if pair[1]}


def events(line, scope, data):
    """Unit → points and number of the events that a line of a rule takes."""
    if line["event"] == "adjustment":
        rows = [{**row, "subject": row["event"], "nth": 1} for row in data["adjustments"]]
    else:
        rows = [row for row in data["events"] if row["event"] == line["event"]]
    stays = line["event"] == "clean_site"  # these rows stand for every unit they count for already
    rows = [row for row in rows if not stays or row["direct"] == (scope == "direct")]
    rows = [row for row in rows if all(not line.get(n) or row.get(c) in line[n] for n, c in CHOSEN.items())]
    checks = Counter((row["unit"], row["day"], row.get("kind")) for row in rows)
    found = defaultdict(lambda: [F(0), 0])
    for row in rows:
        points = F(line["each"] if line.get("each") is not None else row["points"])
        if line.get("from_nth") and line.get("then") is not None and row["nth"] >= line["from_nth"]:
            points = F(line["then"])
        points *= 2 if row.get("source") in line.get("doubled", ()) else 1
        points *= F(line.get("on_spot", 1)) if row.get("on_spot") else 1
        points *= row["nth"] if line.get("by_number") else 1
        if line.get("together") and checks[row["unit"], row["day"], row.get("kind")] >= line["together"]:
            points *= F(line.get("times", 1))
        for one in {row["unit"]} if stays else above(data, row["unit"], row["day"], scope):
            found[one][0] += points
            found[one][1] += 1
    return found


def full(part):
    kind = part.get("kind", "rate")
    if kind == "points":
        return F(part["base"]) if F(part["base"]) > 0 else F(part.get("most") or 100)
    if kind == "table" and part["total"] == "sum":
        return sum(F(one["weight"]) for one in part["parts"])
    return F(part["points"]) if kind in ("below", "sheet") else F(100)


def column(part, rule, codes, data, span):
    """One part of all units: its components as published (ratio, value, counted, lines, inner parts), unit by unit."""
    code, start, cut = span
    places, how, kind = rule["component_places"], rule.get("component_rounding", "half_up"), part.get("kind", "rate")
    cells = {unit: {"ratio": (None, None), "value": None, "lines": [], "parts": []} for unit in codes}
    if kind in ("rate", "below", "sheet", "earlier"):
        if kind == "sheet":
            ratios = {row["unit"]: (F(row["value"]), F(1)) for row in data["marks"] if row["sheet"] == part["figure"]}
        else:
            ratios = earlier(part, data, code) if kind == "earlier" else rates(part, data, start, cut)
        for unit in set(ratios) & set(codes):
            above_, below = cells[unit]["ratio"] = tuple(ratios[unit])
            value = rounded(above_ / below * (100 if kind in ("rate", "below") else 1), places, how)
            if kind == "below":
                gap = max((value - F(part["threshold"])) * (1 if part["invert"] else -1), 0)
                gap = gap // 1 if part["whole"] else gap
                value = max(rounded(F(part["points"]) - F(part["step"]) * gap, places, how), F(0))
            cells[unit]["value"] = value
    elif kind == "points":
        lines = [(line, events(line, part["scope"], data)) for line in part["lines"]]
        for unit, cell in cells.items():
            for at_, (line, found) in enumerate(lines):
                if unit in found:
                    points, cap = rounded(found[unit][0], places, how), F(line.get("cap") or 10**9)
                    cell["lines"].append([at_, found[unit][1], min(max(points, -cap), cap)])
            value = max(F(part["base"]) + sum(points for _at, _count, points in cell["lines"]), F(part["least"]))
            cell["value"] = min(value, F(part["most"])) if part.get("most") is not None else value
    else:
        inner = [column(one, rule, codes, data, span) for one in part["parts"]]
        for unit, cell in cells.items():
            cell["parts"] = [cells_[unit] for cells_ in inner]
            values = [one["counted"] for one in cell["parts"]]
            _exact, cell["value"], *cell["sums"] = total(part["parts"], values, part["total"], rule, "component_places")
    for cell in cells.values():
        value = cell["value"]
        turn = kind == "rate" and value is not None
        cell["counted"] = min(max(100 - value if part["invert"] else value, F(0)), F(100)) if turn else value
    policy = part.get("missing") or rule.get("missing", "reweight")
    present = [cell["counted"] for cell in cells.values() if cell["counted"] is not None]
    for cell in cells.values():
        if cell["counted"] is None and (policy == "zero" or (policy == "others" and present)):
            cell["counted"] = F(0) if policy == "zero" else rounded(sum(present) / len(present), places, how)
    return cells


def start(part):
    """The value of a part before anything happened."""
    if part.get("kind") == "points":
        return F(part["base"])
    if part.get("kind") != "table":
        return full(part)
    parts, weights = part["parts"], sum(F(one["weight"]) for one in part["parts"])
    brought = sum(F(one["weight"]) * start(one) / full(one) for one in parts)
    return brought if part["total"] == "sum" else brought * 100 / weights


def shares(parts, values, mode):
    """What each part brings to a mean or a sum, before anything is rounded; those without a value are left out."""
    here = [(F(part["weight"]), value / full(part), part) for part, value in zip(parts, values) if value is not None]
    if mode != "sum":
        whole = sum(weight for weight, _value, _part in here)
        return [weight * value * 100 / whole for weight, value, _part in here]
    # others carry what is missing, but bonus points (from a base of 0) count as they are
    carries = lambda part: not (part.get("kind") == "points" and F(part["base"]) == 0)  # noqa: E731
    present = sum(weight for weight, _value, part in here if carries(part))
    factor = sum(F(part["weight"]) for part in parts if carries(part)) / present if present else 1
    return [weight * value * (factor if carries(part) else 1) for weight, value, part in here]


def total(parts, values, mode, rule, places):
    """The exact total and the rounded one, and what each part brings and costs; these sum exactly."""
    none, how = [None] * len(parts), rule.get("rounding" if places == "places" else "component_rounding", "half_up")
    here = [at_ for at_, value in enumerate(values) if value is not None]
    if not here:
        return None, None, none, none
    unit, places = F(10 ** rule["component_places"]), rule[places]
    if mode == "geometric":
        exact, brings, lacks = geometric(
            [(F(parts[n]["weight"]), values[n] * unit, full(parts[n]) * unit) for n in here]
        )
        value = rounded(exact, places, how)
        brings, begin = [share * value for share in brings], F(100)
        costs = [lack * (begin - value) / (sum(lacks) or 1) for lack in lacks]
    else:
        brings = shares(parts, values, mode)
        exact, value = sum(brings), rounded(sum(brings), places, how)
        starts = [None if v is None else F(int(start(part) * unit), unit) for part, v in zip(parts, values)]
        costs = [before - after for before, after in zip(shares(parts, starts, mode), brings)]
        begin = rounded(sum(shares(parts, starts, mode)), places)
    brought, lost = share_out(brings, value, places), share_out(costs, begin - value, places)
    spread = lambda found: [dict(zip(here, found)).get(at_) for at_ in range(len(parts))]  # noqa: E731
    return exact, value, spread(brought), spread(lost)


def geometric(here):
    """The weighted geometric mean of (weight, value, full), the share of each weight, and what each part lacks."""
    whole = sum(weight for weight, _value, _full in here)
    portions = [weight / whole for weight, _value, _full in here]
    if any(value <= 0 for _weight, value, _full in here):
        return F(0), portions, [weight if value <= 0 else F(0) for weight, value, _full in here]
    with localcontext() as context:
        context.prec = 60
        ln = lambda number: (D(number.numerator) / number.denominator).ln()  # noqa: E731
        logs = [int(weight * 1000) * (ln(value) - ln(full_)) for weight, value, full_ in here]
        exact = F(((sum(logs) / int(whole * 1000)).exp() * 100).quantize(D("1e-40")))
        return exact, portions, [F(int(-log * 10**12)) for log in logs]


def share_out(parts, total_, places):
    """Parts rounded down at so many places; what is missing goes in equal steps, the rest to the largest remainders."""
    unit = F(1, 10**places)
    floors = [part // unit * unit for part in parts]
    each, rest = divmod(int((total_ - sum(floors)) / unit), len(parts))
    order = sorted(range(len(parts)), key=lambda n: floors[n] - parts[n])[:rest]
    return [floor + unit * (each + (at_ in order)) for at_, floor in enumerate(floors)]


def rows_of(snapshot, data):
    """The rows as the rule makes them: unit → rank, score, footnote, components and what they must sum to."""
    rule = snapshot["rule"]["spec"]
    parts, codes = rule["components"], sorted(row["unit"] for row in snapshot["rows"])
    start, cut = (datetime(d.year, d.month, d.day, tzinfo=SHANGHAI) for d in bounds(snapshot["period"]))
    columns = [column(part, rule, codes, data, (snapshot["period"], start, cut)) for part in parts]
    inspected = Counter(row["unit"] for row in data["inspections"])
    rows = {}
    for code in codes:
        cells = [cells[code] for cells in columns]
        counted = [cell["counted"] for cell in cells]
        exact, score, *sums = total(parts, counted, rule.get("total", "mean"), rule, "places")
        for name, pick in (("least", max), ("greatest", min)):
            if exact is not None and rule.get(name) is not None:
                exact, score = pick(exact, F(rule[name])), pick(score, F(rule[name]))
        note = footnote(rule, cells, score, inspected[code])
        rows[code] = {"rank": None, "score": score if note in RANKED else None, "exact": exact, "footnote": note,
                      "cells": cells, "sums": sums}  # fmt: skip
    ranked = [row for row in rows.values() if row["score"] is not None]
    by = "exact" if rule.get("rank_on") == "exact" else "score"
    tie = next((n for n, part in enumerate(parts) if part["figure"] == rule.get("tie_by", "")), None)
    for row in ranked:
        row["key"] = row[by], 0 if tie is None else row["cells"][tie]["counted"] or 0
    keys = [row["key"] for row in ranked]
    for row in ranked:
        above_ = [key for key in keys if key > row["key"]]
        row["rank"] = 1 + len(set(above_) if rule.get("ties") == "dense" else above_)
    return rows


def footnote(rule, cells, score, inspections):
    missing = [part for part, cell in zip(rule["components"], cells) if cell["value"] is None]
    if score is None or len(missing) == len(cells):
        return "nothing_to_assess"
    if inspections < rule["least_inspections"]:
        return "few_inspections"
    policies = {part.get("missing") or rule.get("missing", "reweight") for part in missing}
    if "leave_out" in policies:
        return "part_missing"
    if any(cell["counted"] is None for cell in cells):
        return "reweighted"
    return "" if not missing else "averaged" if "others" in policies else "counted_zero"


def lists(rule, rows, code):
    """(unit, board) → red or black; who would be on both is on neither."""
    kind = {10: "day", 4: "year"}.get(len(code)) or {"W": "week", "Q": "quarter"}.get(code[5], "month")
    colors = {}
    for board in [{"red": rule["red"], "black": rule["black"]}, *rule.get("lists", [])]:
        if board.get("periods") and kind not in board["periods"]:
            continue
        at_ = next((n for n, part in enumerate(rule["components"]) if part["figure"] == board.get("by")), None)
        values = {
            unit: row["score"] if at_ is None else row["cells"][at_]["counted"] or F(0)
            for unit, row in rows.items()
            if row["rank"] and (at_ is None or row["cells"][at_]["value"] is not None)
        }
        red, black = ({k: v for k, v in board[color].items() if k != "word"} for color in ("red", "black"))
        for unit, value in values.items():
            place = rows[unit]["rank"] if at_ is None else 1 + sum(other > value for other in values.values())
            worse = (
                sum(rows[u]["rank"] > place for u in values) if at_ is None else sum(v < value for v in values.values())
            )
            on_red = red and place <= red.get("best", place) and value >= F(red.get("least_score", -(10**9)))
            on_black = black and worse < black.get("worst", worse + 1) and value < F(black.get("below", 10**9))
            if bool(on_red) != bool(on_black):
                colors[unit, board.get("name", "")] = "red" if on_red else "black"
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
    if set(spec) - KNOWN or any(part.get("kind", "rate") not in KINDS for part in spec["components"]):
        yield "this rule has settings that this script does not know"
        return
    merged = [[one["unit"], one["into"], one["on"]] for one in snapshot.get("merged", ())]
    if merged != [[one["unit"], one["into"], one["on"]] for one in data.get("merged", ())]:
        yield "the merged units"
    data["links"], data["heirs"] = defaultdict(list), {unit: into for unit, into, _on in merged}
    once = {}  # an inspection that counted for both units of a merger counts once
    for row in data["inspections"]:
        unit = data["heirs"].get(row["unit"], row["unit"])
        known = once.setdefault((row["code"], unit), {**row, "unit": unit})
        known["direct"] = known["direct"] or row["direct"]
    data["inspections"] = list(once.values())
    for link in data["tree"]:
        data["links"][link["unit"]].append(link)
    rows = rows_of(snapshot, data)
    keys = {code: row.get("key", ()) for code, row in rows.items()}
    order = sorted(rows, key=lambda code: (not keys[code], [-part for part in keys[code]], code))
    if [row["unit"] for row in snapshot["rows"]] != order:
        yield "the order of the rows"
    said, colors = {}, lists(spec, rows, snapshot["period"])
    for entry in snapshot["lists"]:
        said[entry["unit"], entry.get("board", "")] = entry["color"]
    for key in sorted({*said, *colors}):
        if said.get(key) != colors.get(key):
            yield f"{key[0]}: list is {said.get(key)}, recomputed {colors.get(key)}"
    for row in snapshot["rows"]:
        mine, told = rows[row["unit"]], row["components"]
        pairs = {
            "rank": (row["rank"], mine["rank"]), "score": (number(row["score"]), mine["score"]),
            "footnote": (row["footnote"], mine["footnote"]),
            "components": (published(told), computed(mine["cells"], mine["sums"], "lost" in told[0])),
        }  # fmt: skip
        yield from (f"{row['unit']}: {name} is {a}, recomputed {b}" for name, (a, b) in pairs.items() if a != b)


def published(parts):
    """What a ranking says of its components, in numbers."""
    names = ("numerator", "denominator", "value", "counted", "points", "lost")
    return [
        [*(number(part.get(name)) for name in names),
         [[at_, count, F(points)] for at_, count, points in part.get("lines", [])], published(part.get("parts", []))]
        for part in parts
    ]  # fmt: skip


def computed(cells, sums, lost):
    """The same as recomputed; rules of rates alone do not say what a component cost."""
    return [
        [*cell["ratio"], cell["value"], cell["counted"], point, loss if lost else None, cell["lines"],
         computed(cell["parts"], cell.get("sums", ([], [])), lost)]
        for cell, point, loss in zip(cells, *sums)
    ]  # fmt: skip


def main(path, digest=""):
    with zipfile.ZipFile(path) as bundle:
        files = {name: bundle.read(name).decode() for name in bundle.namelist()}
    found = list(check(files, digest))
    print("\n".join(found) or f"verified {hashlib.sha256(files['ranking.json'].encode()).hexdigest()}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
