"""What a foreign sheet of inspections names and we do not have: units, sites, site types, items and their indicators.

They are made before the rows are examined, in the same transaction: what is not written in the end was never made.
"""

from decimal import Decimal

from django.utils.translation import gettext as _

from campaign.documents.mappings import TRAILING_NUMBER
from campaign.models import CheckItem, Standard
from campaign.resources.sheet import Check, Names
from campaign.services.standards import (
    IndicatorRow,
    ItemRow,
    open_draft,
    site_types,
    store_indicators,
    store_items,
    stored_indicators,
    stored_items,
)
from units.models import Site, Unit
from units.models.unit import ALWAYS
from units.resources.names import site_names, unit_names
from units.services.sheets import SiteRow, UnitRow, store_sites, store_units

LAST_WORD = {"街道": "street", "镇": "town", "乡": "town", "社区": "community", "村": "village", "医院": "hospital"}


def make_missing(check: Check) -> None:
    """Make what the options allow; rows without a site or an item are left to the examination."""
    options = check.options
    if check.has("units") and options.creates("units"):
        _make_units(check)
    if options.creates("sites"):
        _make_sites(check)
    if options.creates("items"):
        _make_items(check)


def _make_units(check: Check) -> None:
    known = unit_names()
    named = dict.fromkeys(name for names in check.cleaned["units"] for name in names or ())
    missing = [name for name in named if name not in known.known and name not in known.doubtful]
    rows = [UnitRow(name[:40], name, _kind_of(name), "", ALWAYS, None, ()) for name in missing]
    if rows:
        store_units(rows=rows, new={row.code for row in rows}, by=check.by, on=check.on)
        check.note(_("New units: %(names)s") % {"names": "、".join(missing)})


def _kind_of(name: str) -> str:
    return next((kind for word, kind in LAST_WORD.items() if name.endswith(word)), Unit.Kind.DEPARTMENT.value)


def _make_sites(check: Check) -> None:
    """Sites by what the cell calls them; the first unit named at a site, or one of its name, answers for it."""
    cells, known, units = check.cleaned, site_names(), unit_names()
    kinds = site_types([kind for kind in cells["site_type"] if kind] if check.options.creates("types") else [])
    rows: dict[str, SiteRow] = {}
    holders = _holders(check, units)
    for row in check.right():
        code = cells["site"][row]
        name = cells["site_name"][row] or code
        unit = holders.get(code) or holders.get(name)
        kind = kinds.get(cells["site_type"][row])
        if code and code not in known.known and code not in rows and unit and kind:
            rows[code] = SiteRow(code[:60], name[:100], kind, unit, (), "", None, None)
    if rows:
        store_sites(rows=list(rows.values()), new=len(rows), by=check.by)
        check.note(_("New sites: %(count)s") % {"count": len(rows)})


def _holders(check: Check, units: Names) -> dict[str, int]:
    """What sites are called, by code or name → the first unit named at them."""
    cells = check.cleaned
    found: dict[str, int] = {}
    for row in check.right():
        for unit in filter(None, map(units.known.get, cells["units"][row] or ())):
            found.setdefault(cells["site"][row], unit)
            found.setdefault(cells["site_name"][row], unit)
    return found


def _make_items(check: Check) -> None:
    """For every item and type of site a check item; ``公共服务7`` is branch 7 of 公共服务, an indicator below it."""
    cells = check.cleaned
    code, name = check.options.standard
    edition = Standard.objects.filter(code=code).first() if code else None
    if edition is None:
        edition = open_draft(code=code, name=name, by=check.by, on=check.on)
    nodes = {node.code: node for node in stored_indicators(edition)}
    stored = stored_items(edition)
    types = _types_of_sites()
    made: dict[str, ItemRow] = {}
    scoring = "deduction" if check.has("deduction") else "per_occurrence" if check.has("count") else "binary"
    for row in check.right():
        text, kind = cells["item"][row], types.get(cells["site"][row], cells["site_type"][row])
        if not text or not kind:
            continue
        branch = _branch(text, nodes)
        item = f"{text}-{kind}"[:60]
        cells["item"][row] = item
        if item not in stored:
            made[item] = ItemRow(item, kind, branch, text, "", scoring, "{}", Decimal(1),
                                 CheckItem.Severity.NORMAL.value, "3d")  # fmt: skip
    if made:
        before = {node.code for node in stored_indicators(edition)}
        new = [node for node in nodes.values() if node.code not in before]
        store_indicators(standard=edition, rows=new, by=check.by)
        store_items(standard=edition, rows=list(made.values()), by=check.by)
        check.note(_("New check items: %(count)s") % {"count": len(made)})


def _types_of_sites() -> dict[str, str]:
    """What sites are called → the name of their type."""
    kinds = dict(Site.objects.values_list("pk", "type__name"))
    return {name: kinds[pk] for name, pk in site_names().known.items()}


def _branch(text: str, nodes: dict[str, IndicatorRow]) -> str:
    """The code of an item's branch; it and the item above it are added to ``nodes`` where they are not there."""
    above = TRAILING_NUMBER.sub("", text) or text
    branch = text if text != above else f"{text}-1"
    nodes.setdefault(above[:58], IndicatorRow(above[:58], "", 1, above, "", Decimal(1), ()))
    nodes.setdefault(branch[:60], IndicatorRow(branch[:60], above[:58], 2, text, "", Decimal(1), ("field",)))
    return branch[:60]
