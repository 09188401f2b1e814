"""The tree of rows that a posted page, or a rule, is made of: parts with their lines and parts, and further lists."""

import re

from django.http import QueryDict

from .rule_parts import KIND_WORDS, MANY, BoardForm, LineForm, PartForm, Raw, written_steps


def posted_parts(data: QueryDict, prefix: str) -> list[Raw]:
    """The parts of a posted page as they were typed."""
    found = []
    for at in range(60):
        name = f"{prefix}{at}"
        if f"{name}-kind" not in data:
            continue
        raw = _posted(data, name)
        raw["lines"] = [_posted(data, f"{name}l{number}") for number in range(60) if f"{name}l{number}-event" in data]
        raw["parts"] = posted_parts(data, f"{name}c") if raw["kind"] == "table" else []
        found.append(raw)
    return found


def posted_boards(data: QueryDict) -> list[Raw]:
    """The further lists of a posted page as they were typed."""
    return [_posted(data, f"b{at}") for at in range(60) if f"b{at}-name" in data]


def _posted(data: QueryDict, prefix: str) -> Raw:
    own = [key for key in data if key.startswith(f"{prefix}-")]
    names = {key.removeprefix(f"{prefix}-"): key for key in own}
    return {name: data.getlist(key) if name in MANY else data.get(key) for name, key in names.items()}


def spec_parts(rows: list[Raw]) -> list[Raw]:
    """The parts of a rule's data as the page shows them."""
    found = []
    for row in rows:
        raw: Raw = {"kind": "rate"} | row
        raw["lines"], raw["parts"] = [*row.get("lines", [])], spec_parts(row.get("parts", []))
        if "weights" in raw:
            raw["weights"] = "/".join(raw["weights"])
        found.append(raw)
    return found


def spec_boards(rows: list[Raw]) -> list[Raw]:
    """The further lists of a rule's data as the page shows them."""
    return [
        {
            "name": row["name"], "by": row["by"], "periods": row["periods"], "steps": written_steps(row["steps"]),
            **row["red"], "red_word": row["red"].get("word", ""),
            **row["black"], "black_word": row["black"].get("word", ""),
        }
        for row in rows
    ]  # fmt: skip


class PartNode:
    """A part's form with the forms of its lines and of the parts within it."""

    def __init__(self, raw: Raw, name: str, *, bound: bool) -> None:
        self.name = name
        self.form = PartForm(**_given(raw, name, bound=bound), kind=raw.get("kind", "rate"))
        self.kind = self.form.kind_name
        self.lines = [
            (f"{name}l{at}", LineForm(**_given(line, f"{name}l{at}", bound=bound)))
            for at, line in enumerate(raw.get("lines", []))
        ]
        self.parts = [PartNode(part, f"{name}c{at}", bound=bound) for at, part in enumerate(raw.get("parts", []))]

    def is_valid(self) -> bool:
        """Whether all of it can be read."""
        forms_of = [self.form.is_valid(), *(line.is_valid() for _name, line in self.lines)]
        return all([*forms_of, *(part.is_valid() for part in self.parts)])

    def as_data(self) -> Raw:
        """The part as the rule's data has it."""
        data = self.form.as_data()
        if self.kind == "points":
            data["lines"] = [line.as_data() for _name, line in self.lines]
        if self.kind == "table":
            data["parts"] = [part.as_data() for part in self.parts]
        return data


def _given(raw: Raw, name: str, *, bound: bool) -> Raw:
    """What a form of one row is given: what was typed, to be read, or to be shown only."""
    if not bound:
        return {"prefix": name, "initial": {key: value for key, value in raw.items() if value is not None}}
    data = QueryDict(mutable=True)
    for key, value in raw.items():
        if key in MANY:
            data.setlist(f"{name}-{key}", value or [])
        elif key not in ("lines", "parts") and value is not None:
            data[f"{name}-{key}"] = value
    return {"prefix": name, "data": data}


def board_forms(raws: list[Raw], *, bound: bool) -> list[tuple[str, BoardForm]]:
    """The forms of the further lists with their names on the page."""
    return [(f"b{at}", BoardForm(**_given(raw, f"b{at}", bound=bound))) for at, raw in enumerate(raws)]


def changed(parts: list[Raw], boards: list[Raw], act: str) -> None:
    """Do what a button of the page says: ``add:rate``, ``add:rate:p2`` (into a table), ``line:p0``, ``list``, or
    ``remove:`` and the name of a part, line or list. What is not understood does nothing.
    """
    verb, _colon, rest = act.partition(":")
    if verb == "list":
        boards.append({})
    elif verb == "line" and (part := _find(parts, rest)) is not None:
        part["lines"].append({})
    elif verb == "add":
        kind, _colon, where = rest.partition(":")
        table = _find(parts, where)
        if kind in KIND_WORDS:
            (parts if table is None else table["parts"]).append(
                {"kind": kind, "lines": [{}] if kind == "points" else [], "parts": []}
            )
    elif verb == "remove":
        _remove(parts, boards, rest)


def _find(parts: list[Raw], name: str) -> Raw | None:
    match = re.fullmatch(r"p(\d+)(?:c(\d+))?", name)
    if not match or int(match[1]) >= len(parts):
        return None
    part = parts[int(match[1])]
    if match[2] is None:
        return part
    return part["parts"][int(match[2])] if int(match[2]) < len(part["parts"]) else None


def _remove(parts: list[Raw], boards: list[Raw], name: str) -> None:
    match = re.fullmatch(r"(?:(b)|(p\d+(?:c\d+)?)l|(p\d+)c|(p))(\d+)", name)
    if not match:
        return
    board, line_of, part_of, _top, number = match.groups()
    if board:
        rows = boards
    elif line_of or part_of:
        part = _find(parts, line_of or part_of)
        rows = [] if part is None else part["lines" if line_of else "parts"]
    else:
        rows = parts
    if int(number) < len(rows):
        del rows[int(number)]
