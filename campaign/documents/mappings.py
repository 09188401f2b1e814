"""Foreign sheets: how their columns become ours. Tables in, tables out; no database.

A mapping's ``rules``::

    {"sheet": "",                               the sheet's name; empty: the first with these columns
     "columns": {"units": {
         "from": ["区域", "责任单位2"],           heads; the cells are joined with ``join`` (default ";")
         "any": [["地址", "位置"], ["描述"]],    in place of "from": of each group the first head that the sheet has
         "take": "squeeze",                     one of TAKES, applied to each cell first
         "values": {"1": "街道"},                translations of whole cells after that; "*" is every other value
         "prefix": "", "constant": "",          put in front; or used where nothing is mapped or the cell is empty
         "fill": false}},                       an empty cell repeats the one above (merged cells)
     "create": ["units"], "forgive": ["superiors"], "standard": ["code", "name"],
     "stored": "keep"}                          problems that are in the ledger already stay as they are, with a note
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from .headings import site_types_named
from .sheets import Table, plain

SHIPPED = Path(__file__).parent.parent / "mappings"
SHORT = 380
TRAILING_NUMBER = re.compile(r"[\d０-９]+$")

TAKES: dict[str, Callable[[str], str]] = {
    "": str,
    # every blank and line break out: Chinese headings broken over lines
    "squeeze": lambda text: "".join(text.split()),
    "first_line": lambda text: text.strip().split("\n")[0].strip(),
    # 公共服务12 → 公共服务
    "without_number": lambda text: TRAILING_NUMBER.sub("", text.strip()),
    # 公共广场、主干道：… → 公共广场;主干道
    "site_types": lambda text: ";".join(site_types_named(text)[0]),
    "after_site_types": lambda text: site_types_named(text)[1],
    # what is longer ends in …: a sentence of the hotline beside its place
    "shorten": lambda text: text if len(text) <= SHORT else text[: SHORT - 1] + "…",
    # 0.2 → partly: what a deduction says about the outcome
    "outcome_of_deduction": lambda text: {"": "", "0": "met", "1": "not_met"}.get(text.strip(), "partly"),
}


class BadMapping(ValueError):
    """The rules do not fit the sheet; the arguments are the heads that are missing."""


def heads_of(rules: Mapping[str, Any]) -> set[str]:
    """All heads that a mapping may read, folded: by them a sheet's row of heads is found."""
    columns = rules.get("columns", {}).values()
    groups = (head for rule in columns for group in rule.get("any", ()) for head in group)
    return {plain(head) for head in [*(head for rule in columns for head in rule.get("from", ())), *groups]}


def resolved(columns: Mapping[str, Mapping[str, Any]], heads: Sequence[str]) -> dict[str, dict[str, Any]]:
    """The rules of columns with ``any`` replaced by the heads that a sheet has of it."""
    known = {plain(head): head for head in reversed(heads)}
    found: dict[str, dict[str, Any]] = {}
    for code, rule in columns.items():
        found[code] = {name: value for name, value in rule.items() if name != "any"}
        if "any" in rule:
            chosen = (next((known[plain(head)] for head in group if plain(head) in known), "") for group in rule["any"])
            found[code]["from"] = list(filter(None, chosen))
    return found


def apply(table: Table, rules: Mapping[str, Any]) -> Table:
    """The table with our columns in place of its own. Raises BadMapping where a mapped head is missing."""
    columns = resolved(rules.get("columns", {}), table.heads)
    missing = sorted({head for rule in columns.values() for head in rule.get("from", ()) if head not in table.heads})
    if missing:
        raise BadMapping(*missing)
    used = {code: rule for code, rule in columns.items() if rule.get("from") or rule.get("constant")}
    heads = list(used)
    found = [_column(table, rule) for rule in used.values()]
    origins = {code: " + ".join(rule.get("from") or []) for code, rule in used.items()}
    return replace(table, heads=heads, columns=found, origins=origins, notes=list(table.notes))


def _column(table: Table, rule: Mapping[str, Any]) -> list[str]:
    """One of our columns, cell by cell."""
    constant, prefix, join = rule.get("constant", ""), rule.get("prefix", ""), rule.get("join", ";")
    parts = [_cells(table, head, rule) for head in rule.get("from", ())]
    if not parts:
        return [constant] * len(table)
    joined = (join.join(filter(None, cells)) for cells in zip(*parts, strict=True))
    return [prefix + cell if cell else constant for cell in joined]


def _cells(table: Table, head: str, rule: Mapping[str, Any]) -> list[str]:
    take = TAKES[rule.get("take", "")]
    values: Mapping[str, str] = rule.get("values", {})
    other = values.get("*")
    found: dict[str, str] = {}
    for cell in set(table.column(head) or ()):
        taken = take(cell)
        found[cell] = values.get(taken, taken if other is None or not taken else other)
    cells = [found[cell] for cell in table.column(head) or ()]
    if rule.get("fill"):
        for row in range(1, len(cells)):
            cells[row] = cells[row] or cells[row - 1]
    return cells


def shipped() -> dict[str, dict[str, Any]]:
    """The mappings that come with the product, by name: ``kind`` and ``rules``."""
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(SHIPPED.glob("*.json"))}
