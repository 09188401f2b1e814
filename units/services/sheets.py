"""Units, sites, accounts and tasks as a sheet brings them: many rows, a handful of statements, one transaction.

The rows were examined before (``units.resources``); what a row holds is said by the tuples below.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from campaign.bulk import copy, merge
from campaign.models import User
from campaign.queries import facts_changed, record

from ..models import Membership, PeerGroup, Site, Unit
from ..models.unit import ALWAYS
from ..rules import initials
from .order import relabel, set_superiors

#: The password of an account that cannot sign in yet (what Django writes for an unusable one).
NO_PASSWORD = "!"  # noqa: S105


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A unit of a sheet; ``group`` by name; ``superiors`` by code, None where the sheet says nothing of them."""

    code: str
    name: str
    kind: str
    group: str
    valid_from: date
    valid_to: date | None
    superiors: tuple[str, ...] | None
    short_name: str = ""
    aliases: str = ""


@transaction.atomic
def store_units(*, rows: Sequence[UnitRow], new: Collection[str], by: User | None, on: date) -> None:
    """Write new and changed units. New ones stand under their superiors from the beginning, others from ``on``."""
    groups = _groups(dict.fromkeys(row.group for row in rows if row.group))
    merge(
        Unit,
        [
            "code", "name", "label", "short_name", "aliases", "initials", "kind", "group_id", "valid_from", "valid_to",
        ],
        (
            (
                row.code, row.name, row.code, row.short_name, row.aliases, "", row.kind, groups.get(row.group),
                row.valid_from, row.valid_to,
            )
            for row in rows
        ),
        keep=["label", "initials"],
    )  # fmt: skip
    ids = dict(Unit.objects.values_list("code", "pk"))
    added = {ids[row.code]: [ids[code] for code in row.superiors or ()] for row in rows if row.code in new}
    moved = {
        ids[row.code]: [ids[code] for code in row.superiors]
        for row in rows
        if row.superiors is not None and row.code not in new
    }
    if added:
        set_superiors(superiors=added, by=by, on=ALWAYS)
    if moved:
        set_superiors(superiors=moved, by=by, on=on)
    relabel()
    record("units.imported", by=by, after={"rows": len(rows), "new": len(new)})
    facts_changed([None])


def _groups(names: Collection[str]) -> dict[str, int]:
    """Code or name of every group named → its id; those that do not exist are made, in the order of the sheet."""
    found: dict[str, int] = {}
    for pk, code, name in PeerGroup.objects.values_list("pk", "code", "name"):
        found |= {code: pk, name: pk}
    taken = set(PeerGroup.objects.values_list("code", flat=True))
    for position, name in enumerate((name for name in names if name not in found), 100):
        code = wanted = initials(name)[:36].replace(" ", "-") or "group"
        number = 1
        while code in taken:
            number += 1
            code = f"{wanted}-{number}"
        taken.add(code)
        found[name] = PeerGroup.objects.create(code=code, name=name, position=position).pk
    return found


@dataclass(frozen=True, slots=True)
class SiteRow:
    """A site of a sheet; type and units by id; ``others`` None where the sheet says nothing of them."""

    code: str
    name: str
    type_id: int
    unit_id: int
    others: tuple[int, ...] | None
    address: str
    lat: Decimal | None
    lon: Decimal | None
    aliases: str = ""


@transaction.atomic
def store_sites(*, rows: Sequence[SiteRow], new: int, by: User | None) -> None:
    """Write new and changed sites with the units that answer for them."""
    merge(
        Site,
        ["code", "name", "aliases", "initials", "type_id", "unit_id", "address", "lat", "lon", "active"],
        (
            (
                row.code, row.name, row.aliases, initials(row.name), row.type_id, row.unit_id, row.address, row.lat,
                row.lon, True,
            )
            for row in rows
        ),
        keep=["active"],
    )  # fmt: skip
    shared = {row.code: row.others for row in rows if row.others is not None}
    ids = dict(Site.objects.filter(code__any_of=list(shared)).values_list("code", "pk")) if shared else {}
    through = Site.other_units.through
    if len(shared) > new:
        through.objects.filter(site__code__any_of=list(shared)).delete()
    pairs = [(ids[code], unit) for code, others in shared.items() for unit in others]
    if pairs:
        copy(through, ["site_id", "unit_id"], pairs)
    record("sites.imported", by=by, after={"rows": len(rows), "new": new})


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account of a sheet; memberships by unit id, None where the sheet says nothing of them."""

    username: str
    name: str
    role: str
    active: bool
    works_for: tuple[int, ...] | None
    leads: tuple[int, ...] | None

    @property
    def code(self) -> str:
        """What the row is found again by."""
        return self.username


@transaction.atomic
def store_accounts(*, rows: Sequence[AccountRow], new: int, by: User | None) -> None:
    """Write new and changed accounts. New ones cannot sign in before an administrator gives them a password."""
    moment = timezone.now().isoformat()
    merge(
        User,
        [
            "username", "name", "role", "is_active", "email", "password", "is_demo", "must_change_password",
            "password_changed_at", "date_joined",
        ],
        (
            (row.username, row.name, row.role, row.active, "", NO_PASSWORD, False, True, moment, moment)
            for row in rows
        ),
        key=["username"],
        keep=["email", "password", "is_demo", "must_change_password", "password_changed_at", "date_joined"],
    )  # fmt: skip
    ids = dict(User.objects.filter(username__in=[row.username for row in rows]).values_list("username", "pk"))
    placed = [row for row in rows if row.works_for is not None or row.leads is not None]
    Membership.objects.filter(user__in=[ids[row.username] for row in placed]).delete()
    Membership.objects.bulk_create(
        Membership(user_id=ids[row.username], unit_id=unit, position=position)
        for row in placed
        for unit, position in _positions(row).items()
    )
    record("users.imported", by=by, after={"rows": len(rows), "new": new})


def _positions(row: AccountRow) -> dict[int, str]:
    staff = dict.fromkeys(row.works_for or (), Membership.Position.STAFF.value)
    return staff | dict.fromkeys(row.leads or (), Membership.Position.LEADER.value)
