"""Ranking rows as lines of PostgreSQL's COPY text format; made by the thousand, so in few steps each."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from .lists import RED, listed
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
        digits = f"{units:0{self.places + 1}}"
        text = f"{digits[: -self.places]}.{digits[-self.places :]}" if self.places else digits
        self[units] = text
        return text


texts = cache(Texts)


class ComponentsText:
    """The JSON of a row's components under one rule."""

    def __init__(self, spec: RuleSpec) -> None:
        self.heads = [json.dumps(part.as_json(), ensure_ascii=False)[:-1] for part in spec.components]
        self.values, self.points = texts(spec.component_places), texts(spec.places)

    def of(self, row: Placed) -> str:
        """The JSON text of one row."""
        scored, values, points = row.scored, self.values, self.points
        parts = [
            head + NOTHING
            if ratio is None or value is None or counted is None or point is None
            else f'{head},"value":"{values[value]}","counted":"{values[counted]}","points":"{points[point]}"'
            f',"numerator":"{ratio[0]}","denominator":"{ratio[1]}"}}'
            for head, ratio, value, counted, point in zip(
                self.heads, row.ratios, scored.values, scored.counted, scored.points, strict=True
            )
        ]
        return f"[{','.join(parts)}]"


def copy_lines(ranking: int, spec: RuleSpec, rows: Iterable[Placed], ranks_before: Mapping[int, int]) -> Iterator[str]:
    """The lines of a ranking, in the order of ``reports.queries.writing.COLUMNS``."""
    components, scores = ComponentsText(spec), texts(spec.places)
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
    ranking: int, spec: RuleSpec, rows: Sequence[Placed], before: Mapping[int, tuple[str, int]]
) -> Iterator[str]:
    """The lines of a ranking's red and black list; ``before`` says who stood on which list how many times running."""
    scores = texts(spec.places)
    for row, color in listed(spec, rows):
        earlier, running = before.get(row.unit, ("", 0))
        bound = (spec.red if color == RED else spec.black).bound
        reason = json.dumps(
            {
                "rank": row.rank,
                "score": scores[row.scored.score or 0],
                "bound": None if bound is None else str(bound),
            }
        )
        yield f"{ranking}\t{row.unit}\t{color}\t{running + 1 if earlier == color else 1}\t{reason}\n"


def components_of(spec: RuleSpec, row: Placed) -> list[dict[str, Any]]:
    """The components of a row as ``RankingRow.components`` holds them."""
    return json.loads(ComponentsText(spec).of(row))
