"""How far a ranking carries, from its inputs: places under other weights and means, intervals, bands."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar
from zlib import crc32

from ..models import Ranking
from ..rules.analysis import Analysed, Analysis, Variant, looks_of, variants
from ..rules.parts import Need
from ..rules.recompute import Inputs
from ..rules.scoring import Table
from ..rules.spec import RuleSpec
from .inputs import inputs_of
from .rankings import window_of

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Named:
    """A unit's code and its name with the place it belongs to."""

    code: str
    label: str


@dataclass(frozen=True, slots=True)
class AnalysedRanking:
    """A ranking's variants and, in the order of its places, its units with what was found."""

    variants: list[Variant]
    rows: list[tuple[Named, Analysed]]


def analysis_of(ranking: Ranking) -> AnalysedRanking:
    """Analyse a ranking: a published or closed one from its frozen inputs, a draft from those of its last refresh.

    The same ranking is always analysed alike: the dice are seeded with its name.
    """
    data = json.loads(ranking.inputs or inputs_of(ranking))
    spec = RuleSpec.parse(ranking.rule.spec)
    units = list(ranking.rows.values_list("unit_id", "unit__code", "unit__label"))
    ids = {code: pk for pk, code, _label in units}
    read = Inputs(data, ranking.period.span)
    read.window = window_of(ranking)
    table = Table(
        units=[(pk, code) for code, pk in ids.items()],
        figures=[_by_id(read.measured(need), ids) for need in spec.needs()],
        inspections=_by_id(read.inspections(), ids),
    )
    other = {need for variant in variants(spec) for need in variant.spec.needs()} - set(spec.needs())
    more = {need: _by_id(read.measured(need), ids) for need in other if isinstance(need, Need)}
    rates = [need for need in spec.needs() if isinstance(need, Need) and need.figure == "conformity"]
    analysis = Analysis(spec, table, more, {need: looks_of(read.data, need, ids) for need in rates})
    named = {pk: Named(code, label) for pk, code, label in units}
    rows = analysis.rows([crc32(str(ranking).encode())])
    return AnalysedRanking(variants(spec), [(named[row.unit], row) for row in rows])


def _by_id(measured: Mapping[str, Value], ids: Mapping[str, int]) -> dict[int, Value]:
    return {ids[code]: value for code, value in measured.items() if code in ids}
