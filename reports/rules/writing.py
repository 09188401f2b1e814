"""Ranking rows as lines of PostgreSQL's COPY text format; made by the thousand, so in few steps each."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any, Protocol

from .columns import Column, bounded
from .lists import entries_of
from .parts import Component, Part
from .scoring import Placed
from .spec import RuleSpec

NULL = r"\N"
NOTHING = ',"value":null,"counted":null,"points":null,"numerator":null,"denominator":null}'


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


class Opening(dict[int, str]):
    """A printed value of one component → the beginning of its JSON, up to its points; each made once."""

    def __init__(self, spec: RuleSpec, component: Component) -> None:
        super().__init__()
        self.head = head(component)
        self.texts, self.full = texts(spec.component_places), 100 * 10**spec.component_places
        self.invert = component.invert

    def __missing__(self, value: int) -> str:
        counted = bounded(value, self.full, invert=self.invert)
        text = f'{self.head},"value":"{self.texts[value]}","counted":"{self.texts[counted]}","points":"'
        self[value] = text
        return text


class RowText(Protocol):
    """Writes the JSON of a row's components."""

    def of(self, row: Placed) -> str:
        """The JSON text of one row."""


class RatesText:
    """The JSON of a row's components under a rule of rates alone."""

    def __init__(self, spec: RuleSpec) -> None:
        self.openings = [Opening(spec, component) for component in spec.components if isinstance(component, Component)]
        self.points = texts(spec.places)

    def of(self, row: Placed) -> str:
        """The JSON text of one row."""
        points = self.points
        parts = [
            f'{opening[value]}{points[point]}","numerator":"{ratio[0]!s}","denominator":"{ratio[1]}"}}'
            if ratio is not None and value is not None and point is not None
            else opening.head + NOTHING
            for opening, ratio, value, point in zip(
                self.openings, row.ratios, row.scored.values, row.scored.points, strict=True
            )
        ]
        return f"[{','.join(parts)}]"


class PartsText:
    """The JSON of a row's components under any rule: also what each costs, its lines of events, and its own parts."""

    def __init__(self, spec: RuleSpec) -> None:
        self.values, self.points = texts(spec.component_places), texts(spec.places)
        self.head = cache(head)

    def of(self, row: Placed) -> str:
        """The JSON text of one row."""
        lost: Sequence[int | None] = row.scored.lost or []
        return self._list(row.columns, row.at, row.scored.points, lost, self.points)

    def _list(
        self,
        columns: Sequence[Column],
        at: int,
        points: Sequence[int | None],
        lost: Sequence[int | None],
        written: Texts,
    ) -> str:
        rows = zip(columns, points, lost, strict=True)
        return f"[{','.join(self._part(column, at, point, loss, written) for column, point, loss in rows)}]"

    def _part(self, column: Column, at: int, point: int | None, loss: int | None, written: Texts) -> str:
        ratio, value, counted = column.ratios[at], column.values[at], column.counted[at]
        text = (
            f'{self.head(column.part)},"value":{_quoted(value, self.values)},"counted":{_quoted(counted, self.values)},'
            f'"points":{_quoted(point, written)},"lost":{_quoted(loss, written)},'
            + (f'"numerator":"{ratio[0]}","denominator":"{ratio[1]}"' if ratio else NO_RATIO)
        )
        if column.lines:
            lines = ",".join(f'[{line},{count},"{self.values[found]}"]' for line, count, found in column.lines[at])
            text += f',"lines":[{lines}]'
        if column.parts:
            inner = self._list(column.parts, at, column.sums[at].points, column.losses[at], self.values)
            text += f',"parts":{inner}'
        return text + "}"


NO_RATIO = '"numerator":null,"denominator":null'


def _quoted(units: int | None, written: Texts) -> str:
    return "null" if units is None else f'"{written[units]}"'


@lru_cache(maxsize=16)
def components_text(spec: RuleSpec) -> RowText:
    """What writes the components of a rule's rows; groups and runs under one rule share what was made."""
    return RatesText(spec) if spec.plain else PartsText(spec)


def copy_lines(ranking: int, spec: RuleSpec, rows: Iterable[Placed], ranks_before: Mapping[int, int]) -> Iterator[str]:
    """The lines of a ranking, in the order of ``reports.queries.writing.COLUMNS``."""
    components, scores = components_text(spec), texts(spec.places)
    for position, row in enumerate(rows, 1):
        text = components.of(row)
        if "\\" in text:
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


def components_of(spec: RuleSpec, row: Placed) -> list[dict[str, Any]]:
    """The components of a row as ``RankingRow.components`` holds them."""
    return json.loads(components_text(spec).of(row))
