"""Rules that a published table suggests: weights that it tells, and columns that count alike."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from . import heads as meaning
from .guesses import Proposal
from .joining import core
from .tables import PublishedTable

#: A weight in a head: 实地考察(85%), 问卷 15 %, 权重0.4, 满分20分.
PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*%")
SHARE = re.compile(r"(?:权重|占比|系数|weight|×|\*)\s*[:：=]?\s*(0?\.\d+)", re.IGNORECASE)
MARKS = re.compile(r"[(（](?:满分|共|计)?\s*(\d+(?:\.\d+)?)\s*分?[)）]")


@dataclass(frozen=True)
class Heads:
    """The heads that count, and what of the rest is added, taken off or multiplied."""

    main: list[str]
    rest: dict[str, Any]


def heads_in(table: PublishedTable) -> Heads:
    heads = [table.columns[at] for at in table.components] if not table.by_places else []
    said = {"plus": meaning.PLUS, "minus": meaning.MINUS, "times": meaning.FACTOR}
    found = {name: [head for head in heads if words.search(head)] for name, words in said.items()}
    taken = {head for named in found.values() for head in named}
    return Heads([head for head in heads if head not in taken], {name: one for name, one in found.items() if one})


def told(table: PublishedTable) -> Iterator[Proposal]:
    """Weights in a row or on a sheet, in the heads or in the remarks."""
    heads = heads_in(table)
    main, full = heads.main, _row(table, table.marks)
    for words, shares in (
        (_("weights as in the table's row of weights"), _row(table, table.weights)),
        (_("weights as in the heads"), {head: _head_weight(head) for head in main}),
        (_("weights as in the remarks"), _told_weights(table, main)),
    ):
        if main and all(shares.get(head) for head in main):
            weights = {head: str(shares[head]) for head in main}
            complete = bool(full) and all(full.get(head) for head in main)
            marks = {"full": {head: str(full[head]) for head in main}} if complete else {}
            yield words, {"weights": weights} | heads.rest | marks
            yield _("%(words)s, added up") % {"words": words}, {"weights": weights, "total": "sum"} | heads.rest


def alike(table: PublishedTable) -> Iterator[Proposal]:
    """Mean, sum and geometric mean of columns that count alike."""
    heads = heads_in(table)
    main, bonus = heads.main, heads.rest
    if not main:
        return
    yield _("the mean of the columns"), {"weights": dict.fromkeys(main, "1")} | bonus
    ones = {"weights": dict.fromkeys(main, "1"), "full": dict.fromkeys(main, "1"), "total": "sum"}
    yield _("the sum of the columns"), ones | bonus
    if bonus:
        yield _("what is added and taken off, from 100"), {"weights": {}, "base": "100"} | bonus
        yield _("the sum of the columns"), ones | {"plus": bonus.get("plus", [])}
    yield _("the geometric mean of the columns"), {"weights": dict.fromkeys(main, "1"), "total": "geometric"} | bonus


def _told_weights(table: PublishedTable, heads: Sequence[str]) -> dict[str, Decimal | None]:
    """Weights that titles and remarks tell: 注：总分=实地×70%+问卷×30%."""
    told, found = "\n".join(table.remarks), dict[str, Decimal | None]()
    for head in heads:
        name = re.escape(core(head))
        said = re.search(rf"{name}[^\d\n%]{{0,10}}?(\d+(?:\.\d+)?)\s*%", told, re.IGNORECASE)
        share = re.search(rf"{name}[^\d\n%]{{0,10}}?(0?\.\d+)", told, re.IGNORECASE)
        before = re.search(rf"(\d+(?:\.\d+)?)\s*%\s*[×xX*]?\s*{name}", told, re.IGNORECASE)
        match = said or before or share
        found[head] = Decimal(match[1]) * (100 if match is share else 1) if match else None
    return found


def _row(table: PublishedTable, values: Mapping[int, Decimal]) -> dict[str, Decimal]:
    return {table.columns[at]: value for at, value in values.items()}


def _head_weight(head: str) -> Decimal | None:
    for pattern, factor in ((PERCENT, 1), (SHARE, 100), (MARKS, 1)):
        found = pattern.search(head)
        if found and Decimal(found[1]) > 0:
            return Decimal(found[1]) * factor
    return None
