"""Ranking rows as lines of PostgreSQL's COPY text format; made by the thousand, so in few steps each."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any

from .lists import RED, listed
from .scoring import Placed, counts
from .spec import Component, RuleSpec

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


class Opening(dict[int, str]):
    """A printed value of one component → the beginning of its JSON, up to its points; each made once."""

    def __init__(self, spec: RuleSpec, component: Component) -> None:
        super().__init__()
        self.head = json.dumps(component.as_json(), ensure_ascii=False)[:-1]
        self.texts, self.full = texts(spec.component_places), 100 * 10**spec.component_places
        self.invert = component.invert

    def __missing__(self, value: int) -> str:
        counted = counts(value, self.full, invert=self.invert)
        text = f'{self.head},"value":"{self.texts[value]}","counted":"{self.texts[counted]}","points":"'
        self[value] = text
        return text


class ComponentsText:
    """The JSON of a row's components under one rule."""

    def __init__(self, spec: RuleSpec) -> None:
        self.openings = [Opening(spec, component) for component in spec.components]
        self.points = texts(spec.places)

    def of(self, row: Placed) -> str:
        """The JSON text of one row."""
        points = self.points
        parts = [
            f'{opening[value]}{points[point]}","numerator":"{ratio[0]}","denominator":"{ratio[1]}"}}'
            if ratio is not None and value is not None and point is not None
            else opening.head + NOTHING
            for opening, ratio, value, point in zip(
                self.openings, row.ratios, row.scored.values, row.scored.points, strict=True
            )
        ]
        return f"[{','.join(parts)}]"


#: Groups and runs under one rule share what was made.
components_text = lru_cache(maxsize=16)(ComponentsText)


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
    return json.loads(components_text(spec).of(row))
