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

from .models import Unit, UnitLink
from .models.unit import ALWAYS
from .rules import Circle, closure, initials, labels


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
    """The units something on a day counts for: ``(unit id, direct)`` for those named and their superiors of that day."""
    named = set(unit_ids)
    return Accountability.of(named).on(on, named)
