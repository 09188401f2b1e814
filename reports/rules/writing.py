"""Ranking rows as lines of PostgreSQL's COPY text format; made by the thousand, so in few steps each."""

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from operator import attrgetter
from typing import Any

from .columns import Column
from .lists import entries_of
from .parts import Part, SubTable
from .scoring import Placed
from .spec import RuleSpec

NULL = r"\N"
NO_RATIO = '"numerator":null,"denominator":null'


class Texts(dict[int, str]):
    """Units of the last place → decimal text (9397 at two places → 93.97), each made once."""

    def __init__(self, places: int) -> None:
        super().__init__()
        self.places = places

    def __missing__(self, units: int) -> str:
        digits = f"{abs(units):0{self.places + 1}}"
        text = f"{digits[: -self.places]}.{digits[-self.places :]}" if self.places else digits
        self[units] = f"-{text}" if units < 0 else text
        return self[units]


texts = cache(Texts)


def head(part: Part) -> str:
    """The beginning of a component's JSON: what its rule says of it."""
    data = {name: value for name, value in part.as_json().items() if name not in ("lines", "parts")}
    return json.dumps(data, ensure_ascii=False)[:-1]


class Quoted(dict[int | None, str]):
    """Units of the last place → decimal text as JSON has it, nothing → null; each made once."""

    def __init__(self, places: int) -> None:
        super().__init__({None: "null"})
        self.texts = texts(places)

    def __missing__(self, units: int) -> str:
        self[units] = text = f'"{self.texts[units]}"'
        return text


class Opening(dict[tuple[int | None, int | None], str]):
    """The value a part has and what of it counts → the beginning of its JSON, up to its points; made once."""

    def __init__(self, part: Part, values: Quoted) -> None:
        super().__init__()
        self.head, self.written = head(part), values

    def __missing__(self, key: tuple[int | None, int | None]) -> str:
        value, counted = key
        self[key] = text = f'{self.head},"value":{self.written[value]},"counted":{self.written[counted]},"points":'
        return text


class PartText:
    """The JSON of one part, column by column: also its lines of events, and its own parts."""

    def __init__(self, part: Part, values: Quoted) -> None:
        self.openings, self.values = Opening(part, values), values
        self.parts = [PartText(one, values) for one in part.parts] if isinstance(part, SubTable) else []

    def cells(self, column: Column) -> tuple[list[str], list[str]]:
        """Of every unit what stands before and behind what the part brings and costs."""
        openings, values = self.openings, self.values
        before = [openings[pair] for pair in zip(column.values, column.counted, strict=True)]
        behind = [
            f'"numerator":"{ratio[0]!s}","denominator":"{ratio[1]!s}"' if ratio else NO_RATIO for ratio in column.ratios
        ]
        if column.lines:
            lines = [
                ",".join([f"[{at},{count},{values[points]}]" for at, count, points in one]) for one in column.lines
            ]
            behind = [f'{text},"lines":[{one}]' for text, one in zip(behind, lines, strict=True)]
        if self.parts:
            inner = texts_of(self.parts, column.parts, [one.points for one in column.sums], column.losses, values)
            behind = [f'{text},"parts":{one}' for text, one in zip(behind, inner, strict=True)]
        return before, behind


def texts_of(
    writers: Sequence[PartText],
    columns: Sequence[Column],
    points: Sequence[Sequence[int | None]],
    lost: Sequence[Sequence[int | None]] | None,
    written: Quoted,
) -> list[str]:
    """The JSON list of the parts of every unit, in the order of the columns; without ``lost`` it says nothing of it."""
    cells = [writer.cells(column) for writer, column in zip(writers, columns, strict=True)]
    before, behind = (zip(*side, strict=True) for side in zip(*cells, strict=True))
    if lost is None:
        brought = ([written[point] for point in row] for row in points)
    else:
        brought = (
            [f'{written[point]},"lost":{written[loss]}' for point, loss in zip(*row, strict=True)]
            for row in zip(points, lost, strict=True)
        )
    return [
        f"[{','.join([f'{start}{middle},{end}}}' for start, middle, end in zip(*row, strict=True)])}]"
        for row in zip(before, brought, behind, strict=True)
    ]


class ComponentsText:
    """Writes the JSON of the components of a ranking's rows; of rates alone without what each costs."""

    def __init__(self, spec: RuleSpec) -> None:
        values, self.points, self.plain = Quoted(spec.component_places), Quoted(spec.places), spec.plain
        self.writers = [PartText(part, values) for part in spec.components]

    def of(self, rows: Sequence[Placed]) -> list[str]:
        """The JSON texts of all rows of a ranking."""
        if not rows:
            return []
        units = [row.scored for row in sorted(rows, key=attrgetter("at"))]
        points, lost = [one.points for one in units], None if self.plain else [one.lost or [] for one in units]
        found = texts_of(self.writers, rows[0].columns, points, lost, self.points)
        return [found[row.at] for row in rows]


@lru_cache(maxsize=16)
def components_text(spec: RuleSpec) -> ComponentsText:
    """What writes the components of a rule's rows; groups and runs under one rule share what was made."""
    return ComponentsText(spec)


def copy_lines(ranking: int, spec: RuleSpec, rows: Sequence[Placed], ranks_before: Mapping[int, int]) -> Iterator[str]:
    """The lines of a ranking, in the order of ``reports.queries.writing.COLUMNS``."""
    scores = texts(spec.places)
    for position, (row, text) in enumerate(zip(rows, components_text(spec).of(rows), strict=True), 1):
        text = text.replace("\\", "\\\\")
        if row.rank is None:
            yield f"{ranking}\t{row.unit}\t{position}\t{NULL}\t{NULL}\t{NULL}\t{text}\t{row.footnote}\n"
            continue
        before = ranks_before.get(row.unit)
        movement = NULL if before is None else before - row.rank
        score = scores[row.scored.score or 0]
        yield f"{ranking}\t{row.unit}\t{position}\t{row.rank}\t{score}\t{movement}\t{text}\t{row.footnote}\n"


def entry_lines(
    ranking: int,
    spec: RuleSpec,
    rows: Sequence[Placed],
    before: Mapping[tuple[int, str], tuple[str, int]],
    kind: str,
) -> Iterator[str]:
    """The lines of a ranking's lists in a kind of period; ``before`` says who (unit, board) was listed how often."""
    for board in spec.boards_in(kind):
        for entry in entries_of(spec, board, rows):
            earlier, running = before.get((entry.row.unit, board.name), ("", 0))
            reason = json.dumps(entry.reason, ensure_ascii=False).replace("\\", "\\\\")
            count = running + 1 if earlier == entry.color else 1
            name = board.name.replace("\\", "\\\\").replace("\t", " ")
            yield f"{ranking}\t{entry.row.unit}\t{name}\t{entry.color}\t{count}\t{reason}\n"


def components_of(spec: RuleSpec, rows: Sequence[Placed]) -> list[list[dict[str, Any]]]:
    """The components of all rows of a ranking as ``RankingRow.components`` holds them."""
    return [json.loads(text) for text in components_text(spec).of(rows)]
