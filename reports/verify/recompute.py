"""Recomputes a published ranking: from what was counted for each unit to every value, score, place and list.

    python3 -I recompute.py BUNDLE.zip [SHA-256 that the page shows]

Needs Python 3.11 and nothing else; all numbers are exact fractions. Names every difference and ends with 1, or says
"verified" and ends with 0. The step before, from single records to what was counted, is checked by recount.py.
"""

import hashlib
import json
import os
import sys
import zipfile
from bisect import bisect_right
from fractions import Fraction as F

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from arithmetic import HIGH, LOW, RANKED, places_of, rounded, total, value_of


def column(part, cells, rule, found):
    """What one part counts for each unit: its value, or what the rule puts where there was nothing to assess."""
    places, how, name = rule["component_places"], rule.get("component_rounding", "half_up"), part["figure"]
    parts = enumerate(part.get("parts", ()))
    inner = [column(one, {u: cell["parts"][n] for u, cell in cells.items()}, rule, found) for n, one in parts]
    values = {u: value_of(part, cell, [one[u] for one in inner], places, how) for u, cell in cells.items()}
    there = {u: value for u, value in values.items() if value is not None}
    if part.get("kind", "rate") == "rate":  # turned round where less is better, and within 0 and 100
        there = {u: min(max(100 - v if part["invert"] else v, F(0)), F(100)) for u, v in there.items()}
    others = rounded(sum(there.values()) / len(there), places, how) if there else None
    instead = {"zero": F(0), "others": others}.get(part.get("missing") or rule.get("missing"))
    for unit, cell in cells.items():
        there.setdefault(unit, instead)
        found[f"{unit} {name}: value"] = cell["value"] and F(cell["value"]), values[unit]
        found[f"{unit} {name}: what counts"] = cell["counted"] and F(cell["counted"]), there[unit]
    return there


def listed(board, ranks, worth):
    """Unit and board → red or black, by one board of lists; who would be on both is on neither."""
    (red, black), order, found = (board["red"], board["black"]), sorted(ranks.values()), {}
    for unit, rank in ranks.items():
        worse = len(order) - bisect_right(order, rank)
        best = rank <= red.get("best", rank if "least_score" in red else 0)
        best = best and worth[unit] >= F(red.get("least_score", LOW))
        worst = worse < black.get("worst", worse + 1 if "below" in black else 0)
        worst = worst and worth[unit] < F(black.get("below", HIGH))
        found |= {(unit, board.get("name", "")): "red" if best else "black"} if best != worst else {}
    return found


def compare(rule, rows, kind, found):
    """Scores, places and lists as the rule makes them from the parts of each row; returns the lists."""
    parts, by, scores, keys, lists = rule["components"], {}, {}, {}, {}
    for n, part in enumerate(parts):
        by[part["figure"]] = column(part, {unit: row["components"][n] for unit, row in rows.items()}, rule, found)
    least, greatest = F(rule.get("least") or LOW), F(rule.get("greatest") or HIGH)
    for unit, row in rows.items():
        exact = total(parts, [counts[unit] for counts in by.values()], rule.get("total", "mean"))
        if exact is not None and row["footnote"] in RANKED:  # recount.py checks the footnotes
            score = rounded(exact, rule["places"], rule.get("rounding", "half_up"))
            exact, scores[unit] = (min(max(value, least), greatest) for value in (exact, score))
            tie = by[rule["tie_by"]][unit] or 0 if rule.get("tie_by") else 0
            keys[unit] = exact if rule.get("rank_on") == "exact" else scores[unit], tie
    ranks = places_of(keys, rule.get("ties"))
    for unit, row in rows.items():
        found[f"{unit}: score"] = row["score"] and F(row["score"]), scores.get(unit)
        found[f"{unit}: place"] = row["rank"], ranks.get(unit)
    found["order of the rows"] = [*rows], sorted(rows, key=lambda unit: (ranks.get(unit, len(rows) + 1), unit))
    for board in [rule, *rule.get("lists", [])]:
        worth, by_part = scores, by.get(board.get("by"))
        if by_part:  # by one part, without the units that had nothing to assess there
            at = [*by].index(board["by"])
            worth = {u: by_part[u] or F(0) for u in scores if rows[u]["components"][at]["value"] is not None}
        if kind in (board.get("periods") or [kind]):
            lists |= listed(board, places_of(worth) if by_part else ranks, worth)
    return lists


def main(path, digest=""):
    """Say every difference between a bundle and what it should be."""
    with zipfile.ZipFile(path) as bundle:
        files = {name: bundle.read(name).decode() for name in bundle.namelist()}
    told, rule = json.loads(files["ranking.json"]), json.loads(files["rule.json"])
    sha = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in files.items()}
    found = {"inputs.json": (told["inputs_sha256"], sha["inputs.json"]), "rule.json": (told["rule"]["spec"], rule)}
    found["ranking.json"] = digest or files["ranking.sha256"].split()[0], sha["ranking.json"]
    code, rows = told["period"], {row["unit"]: row for row in told["rows"]}
    kind = {10: "day", 4: "year"}.get(len(code)) or {"W": "week", "Q": "quarter"}.get(code[5], "month")
    said = {(entry["unit"], entry.get("board", "")): entry["color"] for entry in told["lists"]}
    found["lists"] = said, compare(rule, rows, kind, found)
    wrong = [f"{what}: published {a}, recomputed {b}" for what, (a, b) in found.items() if a != b]
    print("\n".join(wrong) or f"verified {sha['ranking.json']}")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]) if sys.argv[1:] else "python3 -I recompute.py BUNDLE.zip [SHA-256]")
