"""Editions of the standard as sheets bring them. A published edition does not change; changes go into a draft."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from ..bulk import merge
from ..models import CheckItem, Indicator, SiteType, Standard, User
from ..queries import record


@dataclass(frozen=True, slots=True)
class IndicatorRow:
    """An indicator of a sheet; its parent by code ("" for none)."""

    code: str
    parent: str
    level: int
    text: str
    guidance: str
    weight: Decimal
    methods: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ItemRow:
    """A check item of a sheet; site type by name, indicator by code; ``parameters`` as JSON text."""

    code: str
    site_type: str
    indicator: str
    text: str
    guidance: str
    scoring: str
    parameters: str
    points: Decimal
    severity: str
    limit: str


@transaction.atomic
def open_draft(*, code: str, name: str, by: User | None, on: date) -> Standard:
    """A new draft edition; without a code it follows the edition in force and begins with its indicators."""
    if code:
        draft = Standard.objects.create(code=code, name=name or code, edition=str(on.year))
    else:
        before = Standard.objects.in_force().order_by("-pk").first()
        code = _free_code(f"STD-{on:%Y%m%d}")
        name = before.name if before else _("Assessment standard")
        draft = Standard.objects.create(code=code, name=name, edition=on.isoformat(), replaces=before)
        if before:
            store_indicators(standard=draft, rows=stored_indicators(before), by=by)
    record("standard.drafted", draft, by=by, after={"name": draft.name})
    return draft


def _free_code(wanted: str) -> str:
    taken = set(Standard.objects.filter(code__startswith=wanted).values_list("code", flat=True))
    numbered = (f"{wanted}-{number}" for number in range(2, len(taken) + 3))
    return next(code for code in (wanted, *numbered) if code not in taken)


def stored_indicators(standard: Standard | None) -> list[IndicatorRow]:
    """The indicators of an edition, in order."""
    fields = ("code", "parent__code", "level", "text", "guidance", "weight", "methods")
    rows = Indicator.objects.filter(standard=standard).order_by("position", "pk").values_list(*fields)
    return [
        IndicatorRow(code, parent or "", level, text, guidance, weight, tuple(methods))
        for code, parent, level, text, guidance, weight, methods in rows
    ]


def stored_items(standard: Standard | None) -> dict[str, ItemRow]:
    """The check items of an edition by code."""
    fields = (
        "code", "site_type__name", "indicator__code", "text", "guidance", "scoring", "parameters", "points",
        "severity", "limit",
    )  # fmt: skip
    rows = CheckItem.objects.filter(standard=standard).values_list(*fields)
    found = {}
    for code, kind, indicator, text, guidance, scoring, parameters, points, severity, limit in rows:
        given = json.dumps(parameters, sort_keys=True)
        found[code] = ItemRow(code, kind, indicator, text, guidance, scoring, given, points, severity, limit)
    return found


@transaction.atomic
def store_indicators(*, standard: Standard, rows: Sequence[IndicatorRow], by: User | None) -> None:
    """Write new and changed indicators into a draft edition."""
    first = Indicator.objects.filter(standard=standard).count()
    merge(
        Indicator,
        ["standard_id", "code", "level", "text", "guidance", "weight", "methods", "position"],
        (
            (
                standard.pk, row.code, row.level, row.text, row.guidance, row.weight, json.dumps(row.methods), place,
            )
            for place, row in enumerate(rows, first)
        ),
        key=["standard_id", "code"],
        keep=["position"],
    )  # fmt: skip
    nodes = {node.code: node for node in Indicator.objects.filter(standard=standard).only("code", "parent")}
    moved = []
    for row in rows:
        parent = nodes[row.parent].pk if row.parent else None
        if nodes[row.code].parent_id != parent:
            nodes[row.code].parent_id = parent
            moved.append(nodes[row.code])
    Indicator.objects.bulk_update(moved, ["parent"], batch_size=1000)
    record("indicators.imported", standard, by=by, after={"rows": len(rows)})


@transaction.atomic
def store_items(*, standard: Standard, rows: Sequence[ItemRow], by: User | None) -> None:
    """Write new and changed check items into a draft edition; site types and indicators they name are made."""
    types = site_types([row.site_type for row in rows])
    missing = {row.indicator for row in rows} - set(standard.indicators.values_list("code", flat=True))
    if missing:
        made = [IndicatorRow(code, "", 1, code, "", Decimal(1), ()) for code in sorted(missing)]
        store_indicators(standard=standard, rows=made, by=by)
    indicators = dict(standard.indicators.values_list("code", "pk"))
    first = standard.items.count()
    merge(
        CheckItem,
        [
            "standard_id", "code", "site_type_id", "indicator_id", "text", "guidance", "scoring", "parameters",
            "points", "severity", "limit", "photos_required", "position", "active",
        ],
        (
            (
                standard.pk, row.code, types[row.site_type], indicators[row.indicator], row.text, row.guidance,
                row.scoring, row.parameters, row.points, row.severity, row.limit, 0, place, True,
            )
            for place, row in enumerate(rows, first)
        ),
        key=["standard_id", "code"],
        keep=["photos_required", "position", "active"],
    )  # fmt: skip
    record("check_items.imported", standard, by=by, after={"rows": len(rows)})


def site_types(names: Sequence[str]) -> dict[str, int]:
    """Code or name of site types → id; those that do not exist are made, their name being their code as well."""
    known: dict[str, int] = {}
    for pk, code, name in SiteType.objects.values_list("pk", "code", "name"):
        known |= {code: pk, name: pk}
    new = [name for name in dict.fromkeys(names) if name not in known]
    first = SiteType.objects.count()
    made = SiteType.objects.bulk_create(
        SiteType(code=name[:40], name=name, position=place) for place, name in enumerate(new, first)
    )
    return known | {kind.name: kind.pk for kind in made}
