"""Ranking rows as lines of PostgreSQL's COPY text format; made by the thousand, so in few steps each."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from .scoring import Number, Placed, Scored
from .spec import RuleSpec

NULL = r"\N"


def fixed(units: int, places: int) -> str:
    """Units of the last place as decimal text: 9397 at two places → 93.97."""
    if not places:
        return str(units)
    text = f"{units:0{places + 1}}"
    return f"{text[:-places]}.{text[-places:]}"


def plain(number: Number) -> str:
    """A count or a decimal without exponent."""
    return str(number) if isinstance(number, int) else f"{number:f}"


class ComponentsText:
    """The JSON of a row's components under one rule."""

    def __init__(self, spec: RuleSpec) -> None:
        self.spec = spec
        self.heads = [json.dumps(part.as_json(), ensure_ascii=False)[:-1] for part in spec.components]

    def of(self, row: Placed) -> str:
        """The JSON text of one row."""
        return f"[{','.join(self._parts(row))}]"

    def _parts(self, row: Placed) -> Iterator[str]:
        values, scored = self.spec.component_places, row.scored
        points = self.spec.places
        for at, head in enumerate(self.heads):
            ratio, value, counted, point = row.ratios[at], scored.values[at], scored.counted[at], scored.points[at]
            if ratio is None or value is None or counted is None or point is None:
                yield head + NOTHING
                continue
            yield (
                f'{head},"value":"{fixed(value, values)}","counted":"{fixed(counted, values)}"'
                f',"numerator":"{plain(ratio[0])}","denominator":"{plain(ratio[1])}"'
                f',"points":"{fixed(point, points)}"}}'
            )


NOTHING = ',"value":null,"counted":null,"numerator":null,"denominator":null,"points":null}'


def copy_lines(ranking: int, spec: RuleSpec, rows: Iterable[Placed], ranks_before: Mapping[int, int]) -> Iterator[str]:
    """The lines of a ranking, in the order of ``reports.queries.writing.COLUMNS``."""
    components = ComponentsText(spec)
    for position, row in enumerate(rows, 1):
        before = ranks_before.get(row.unit)
        movement = NULL if before is None or row.rank is None else before - row.rank
        rank, score = (NULL, NULL) if row.rank is None else (row.rank, _score(row.scored, spec))
        text = components.of(row).replace("\\", "\\\\")
        yield f"{ranking}\t{row.unit}\t{position}\t{rank}\t{score}\t{movement}\t{text}\t{row.footnote}\n"


def _score(scored: Scored, spec: RuleSpec) -> str:
    return fixed(scored.score or 0, spec.places)


def components_of(spec: RuleSpec, row: Placed) -> list[dict[str, Any]]:
    """The components of a row as ``RankingRow.components`` holds them."""
    return json.loads(ComponentsText(spec).of(row))
