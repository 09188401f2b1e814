"""The rule of a published table found from its heads and totals."""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from .checking import scores_of
from .grid import PublishedTable
from .rule import TableRule, table_rule

#: A weight in a head: 实地考察(85%), 问卷 15 %, 满分20分.
PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*%")
SHARE = re.compile(r"(?:权重|占比|×|\*)\s*[:：]?\s*(0?\.\d+)")
MARKS = re.compile(r"[(（](?:满分|共|计)?\s*(\d+(?:\.\d+)?)\s*分?[)）]")


def rule_for(table: PublishedTable, data: Mapping[str, Any] | None) -> TableRule:
    """The rule that is given, or the one that fits best. Raises SpecError or LookupError as ``table_rule`` does."""
    return fitting_rule(table) if data is None else table_rule(table, data)


def fitting_rule(table: PublishedTable) -> TableRule:
    """Of the rules that the heads suggest, the one whose totals agree with the most published ones."""
    best: tuple[int, TableRule] | None = None
    for words, data in _proposals(table):
        rule = table_rule(table, data)
        rule = TableRule(rule.spec, rule.columns, rule.inverted, words)
        hits = agreeing(table, rule)
        if best is None or hits > best[0]:
            best = hits, rule
    if best is None:
        raise LookupError(_("No rule could be found; give one."))
    return best[1]


def agreeing(table: PublishedTable, rule: TableRule) -> int:
    """How many published totals are exactly those of a rule."""
    ours = scores_of(table, rule)
    return sum(row.total is not None and row.total == score for row, score in zip(table.rows, ours, strict=True))


def _proposals(table: PublishedTable) -> Iterator[tuple[str, dict[str, Any]]]:
    columns = table.columns
    shares = [_head_weight(head) for head in columns]
    parts = [{"kind": "sheet", "figure": f"c{at}", "title": head[:40]} for at, head in enumerate(columns, 1)]
    named = [part | {"weight": str(share)} for part, share in zip(parts, shares, strict=True) if share]
    if len(named) == len(parts):
        yield _("weights as in the heads"), {"components": named}
        yield _("weights as in the heads, added up"), {"total": "sum", "components": named}
    even = [part | {"weight": "1"} for part in parts]
    yield _("the mean of the columns"), {"components": even}
    added = [part | {"points": "1000", "weight": "1000"} for part in parts]
    yield _("the sum of the columns"), {"total": "sum", "components": added}
    yield _("the geometric mean of the columns"), {"total": "geometric", "components": even}


def _head_weight(head: str) -> Decimal | None:
    for pattern, factor in ((PERCENT, 1), (SHARE, 100), (MARKS, 1)):
        found = pattern.search(head)
        if found and Decimal(found[1]) > 0:
            return Decimal(found[1]) * factor
    return None
