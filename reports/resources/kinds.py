"""The kinds of sheets by name, and reading a file of one kind."""

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaign.documents.mappings import BadMapping, apply, heads_of, shipped
from campaign.documents.sheets import Table, read, table_of
from campaign.models import ImportMapping, User
from campaign.permissions import Permission
from campaign.resources.check_items import CheckItemSheet
from campaign.resources.sheet import Check, Options, SheetResource
from campaign.resources.standard import StandardSheet
from inspections.resources import InspectionSheet, ProblemSheet
from units.resources import SiteSheet, TaskSheet, UnitSheet, UserSheet

from .marks import MarkSheet

#: In the order in which an empty system is filled.
KINDS: dict[str, type[SheetResource]] = {
    sheet.kind: sheet
    for sheet in (
        UnitSheet, StandardSheet, CheckItemSheet, SiteSheet, UserSheet, TaskSheet, InspectionSheet, ProblemSheet,
        MarkSheet,
    )
}  # fmt: skip


def is_allowed(user: User, kind: str, permission: Permission = Permission.IMPORT) -> bool:
    """Whether a person may import (or export) a kind: accounts belong to the system administrator."""
    return user.can(Permission.MANAGE_USERS if kind == UserSheet.kind else permission)


def options_of(rules: Mapping[str, Any]) -> Options:
    """What a mapping's rules allow besides writing rows."""
    code, name = (*rules.get("standard", ()), "", "")[:2]
    return Options(
        create=frozenset(rules["create"]) if "create" in rules else None,
        forgive=frozenset(rules.get("forgive", ())),
        keep=rules.get("stored") == "keep",
        standard=(code, name),
    )


def table_of_file(path: Path, kind: str, rules: Mapping[str, Any] | None = None) -> Table:
    """The table of a file, its columns mapped where there are rules. Raises UnreadableSheet or BadMapping."""
    columns = (rules or {}).get("columns", {})
    known = heads_of(rules or {}) or set(KINDS[kind].names())
    table = table_of(read(path), known=known, name=(rules or {}).get("sheet", ""))
    ordered = {code: columns[code] for code in KINDS[kind].columns() if code in columns}  # jsonb keeps no order
    return apply(table, {"columns": ordered}) if ordered else table


def import_file(
    *, kind: str, path: Path, rules: Mapping[str, Any], by: User | None, on: date, dry_run: bool = False
) -> Check:
    """Check a file whole and write it unless something is wrong. Raises UnreadableSheet or BadMapping."""
    with no_collection():
        table = table_of_file(path, kind, rules)
        return KINDS[kind]().import_data(table, by=by, on=on, options=options_of(rules), dry_run=dry_run)


@contextmanager
def no_collection() -> Iterator[None]:
    """Pause the collector of circular garbage: walking half a million cells over and over took a third of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def mappings_for(kind: str) -> dict[str, dict[str, Any]]:
    """The rules kept for a kind, by name: those that come with the product, and those that people named."""
    found = {name: entry["rules"] for name, entry in shipped().items() if entry["kind"] == kind}
    return found | dict(ImportMapping.objects.filter(kind=kind).values_list("name", "rules"))


#: What those that come with the product are called on a page; a kept one has the name that a person gave it.
MAPPING_TITLES = {
    "digital-city": gettext_lazy("Cases of the digital city office"),
    "hotline-12345": gettext_lazy("Calls of the hotline 12345"),
    "nankai-duties": gettext_lazy("Nankai: sheet of duties"),
    "nankai-standard": gettext_lazy("Nankai: table of the standard"),
    "nankai-units": gettext_lazy("Nankai: list of units"),
    "soochow": gettext_lazy("Field assessment of 2016"),
}


def mapping_title(name: str) -> str:
    """What a mapping is called on a page."""
    return str(MAPPING_TITLES.get(name, name))


def mapping_named(kind: str, name: str) -> dict[str, Any]:
    """The rules kept under a name. Raises KeyError with a sentence."""
    rules = mappings_for(kind)
    if name not in rules:
        listed = "、".join(sorted(rules)) or "-"
        raise KeyError(
            _("There is no mapping “%(name)s” for this kind. Known: %(known)s") % {"name": name, "known": listed}
        )
    return rules[name]


def sentence(error: Exception) -> str:
    """What to tell the person about a file that cannot be read or a mapping that does not fit."""
    if isinstance(error, BadMapping):
        return _("The sheet has no column %(heads)s.") % {"heads": "、".join(f"“{head}”" for head in error.args)}
    return str(error)
