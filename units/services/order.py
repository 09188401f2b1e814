"""Writes about units that touch several rows."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from campaign.models import User
from campaign.queries import facts_changed, record

from ..models import Membership, PeerGroup, Site, Unit, UnitLink
from ..models.unit import ALWAYS
from ..rules import Circle, closure, initials, labels


@transaction.atomic
def set_superiors(*, superiors: Mapping[int, Iterable[int]], by: User | None, on: date = ALWAYS) -> None:
    """Give units (ids) their direct superiors (ids) from the day ``on``, and bring the closure up to date.

    Units that the mapping does not name keep theirs. Raises ValidationError where a unit would stand above itself.
    """
    current = direct_superiors()
    current.update({unit: set(above) for unit, above in superiors.items()})
    try:
        wanted = closure(current)
    except Circle as circle:
        unit = Unit.objects.get(pk=circle.args[0])
        raise ValidationError(_("%(unit)s would be its own superior.") % {"unit": unit.label}) from circle
    existing = {
        (link.ancestor_id, link.descendant_id): link
        for link in UnitLink.objects.select_for_update().filter(valid_to=None)
    }
    gone = [link.pk for key, link in existing.items() if wanted.get(key) != link.depth]
    UnitLink.objects.filter(pk__in=gone, valid_from__gte=on).delete()
    UnitLink.objects.filter(pk__in=gone).update(valid_to=on)
    UnitLink.objects.bulk_create(
        UnitLink(ancestor_id=ancestor, descendant_id=descendant, depth=depth, valid_from=on)
        for (ancestor, descendant), depth in wanted.items()
        if (ancestor, descendant) not in existing or existing[ancestor, descendant].depth != depth
    )
    record("units.superiors_set", by=by, after={"units": len(superiors), "on": on.isoformat()})
    facts_changed([None])


def direct_superiors() -> dict[int, set[int]]:
    """Every unit's id → the ids of its direct superiors today."""
    found: dict[int, set[int]] = {unit: set() for unit in Unit.objects.values_list("pk", flat=True)}
    links = UnitLink.objects.filter(valid_to=None, depth=1).values_list("descendant_id", "ancestor_id")
    for unit, superior in links:
        found[unit].add(superior)
    return found


@transaction.atomic
def relabel() -> int:
    """Tell apart the units that share a name, and spell initials anew; returns how many rows changed.

    Run it after names, units or superiors changed. New units may carry their code as a label until then.
    """
    superior = dict(
        UnitLink.objects.filter(valid_to=None, depth=1)
        .order_by("descendant_id", "-ancestor__code")
        .values_list("descendant_id", "ancestor__name")
    )
    units = list(Unit.objects.only("code", "name", "label", "initials"))
    wanted = labels((unit.code, unit.name, superior.get(unit.pk, "")) for unit in units)
    changed = [unit for unit in units if (unit.label, unit.initials) != (wanted[unit.code], initials(unit.name))]
    Unit.objects.filter(pk__in=[unit.pk for unit in changed]).update(label=F("code"))
    for unit in changed:
        unit.label, unit.initials = wanted[unit.code], initials(unit.name)
    Unit.objects.bulk_update(changed, ["label", "initials"], batch_size=1000)
    return len(changed)


@dataclass(frozen=True, slots=True)
class Accountability:
    """The superiors that some units have or had: read once, asked for any day."""

    links: Mapping[int, list[tuple[int, date, date | None]]]

    @classmethod
    def of(cls, unit_ids: Iterable[int]) -> "Accountability":
        """Read the links above these units, in one query."""
        links = defaultdict(list)
        rows = UnitLink.objects.filter(descendant__in=set(unit_ids))
        for unit, superior, start, end in rows.values_list("descendant_id", "ancestor_id", "valid_from", "valid_to"):
            links[unit].append((superior, start, end))
        return cls(links)

    def on(self, day: date, unit_ids: Iterable[int]) -> list[tuple[int, bool]]:
        """The units something on a day counts for: ``(unit id, direct)`` for those named and their superiors then."""
        named = set(unit_ids)
        above = {
            superior
            for unit in named
            for superior, start, end in self.links.get(unit, ())
            if start <= day and (end is None or end > day)
        }
        return [(unit, unit in named) for unit in sorted(named | above)]


def accountable(*, unit_ids: Iterable[int], on: date) -> list[tuple[int, bool]]:
    """What something counts for: ``(unit id, direct)`` of those named and their superiors of that day."""
    named = set(unit_ids)
    return Accountability.of(named).on(on, named)


@transaction.atomic
def save_unit(*, unit: Unit, superiors: Iterable[Unit], by: User, on: date) -> Unit:
    """Save a unit from a form with its direct superiors from the day ``on``. Raises ValidationError on a circle."""
    new = unit.pk is None
    unit.label = unit.label or unit.code
    unit.save()
    wanted = {superior.pk for superior in superiors}
    if new or wanted != direct_superiors()[unit.pk]:
        set_superiors(superiors={unit.pk: wanted}, by=by, on=unit.valid_from if new else on)
    relabel()
    record("unit.created" if new else "unit.changed", unit, by=by, after={"name": unit.name, "kind": unit.kind})
    facts_changed([None])
    return unit


@transaction.atomic
def save_site(*, site: Site, unit: Unit, others: Iterable[Unit], by: User) -> Site:
    """Save a site from a form with the units that answer for it."""
    new = site.pk is None
    site.unit, site.initials = unit, initials(site.name)
    site.save()
    site.other_units.set(other for other in others if other != unit)
    record("site.created" if new else "site.changed", site, by=by, after={"name": site.name, "unit": unit.code})
    return site


@transaction.atomic
def set_memberships(*, user: User, leads: Iterable[Unit], works_for: Iterable[Unit], by: User) -> None:
    """Make a person a member of exactly these units; who leads one does not also work for it. Nobody sets their own."""
    if user == by:
        raise ValidationError(_("Nobody changes their own units."))
    before = sorted(user.memberships.values_list("unit__code", flat=True))
    wanted = {unit.pk: (unit, Membership.Position.STAFF) for unit in works_for}
    wanted |= {unit.pk: (unit, Membership.Position.LEADER) for unit in leads}
    user.memberships.all().delete()
    Membership.objects.bulk_create(
        Membership(user=user, unit=unit, position=position) for unit, position in wanted.values()
    )
    after = sorted(unit.code for unit, _position in wanted.values())
    record("user.units_set", user, by=by, reference=user.username, before={"units": before}, after={"units": after})


@transaction.atomic
def save_group(*, group: PeerGroup, by: User) -> PeerGroup:
    """Save a ranking group from a form."""
    new = group.pk is None
    group.save()
    record("group.created" if new else "group.changed", group, by=by, after={"name": group.name})
    return group
