"""What an entry page offers: the checklist of a site, who may answer for it, by when, and the sites seen lately."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from campaign.models import CheckItem, User
from campaign.queries import work_clock
from campaign.rules import UnknownYear, parse_limit, start_of
from units.models import Site, Unit
from units.services import accountable

from ..models import Inspection

#: Limits that an entry offers besides the item's own.
USUAL_LIMITS = ("4h", "8h", "1d", "2d", "3d", "5d", "7d", "10d", "15d", "30d")
RECENT = 6
MOST_UNITS = 40


@dataclass(frozen=True, slots=True)
class LimitChoice:
    """A repair limit, and when it would run out if it began now (None: the work calendar does not say)."""

    value: str
    due: datetime | None


def checklist(site: Site) -> list[CheckItem]:
    """The items in force for the type of a site, in their order."""
    return list(CheckItem.objects.in_force().filter(site_type=site.type_id).order_by("position", "id"))


def limit_choices(limits: Iterable[str], *, at: datetime) -> dict[str, LimitChoice]:
    """The usual limits and these, shortest first, with the moment each runs out when it begins at ``at``."""
    clock = work_clock()
    found = {str(limit): limit for limit in map(parse_limit, {*limits, *USUAL_LIMITS})}
    choices = {}
    for value, limit in sorted(found.items(), key=lambda pair: (pair[1].unit == "d", pair[1].amount)):
        try:
            due = clock.due(at, limit)
        except UnknownYear:
            due = None
        choices[value] = LimitChoice(value, due)
    return choices


def units_near(unit: Unit, *, on: date, site: Site | None = None) -> list[Unit]:
    """Units that may answer for a problem: the responsible one first, the site's others, superiors, and those below."""
    others = set(site.other_units.values_list("pk", flat=True)) if site else set()
    above = {pk for pk, _direct in accountable(unit_ids={unit.pk}, on=on)}
    below = Q(links_up__ancestor=unit, links_up__valid_to=None)
    near = Unit.objects.valid_on(on).filter(Q(pk__in=others | above) | below).exclude(pk=unit.pk).distinct()
    return [unit, *near.order_by("code")[:MOST_UNITS]]


def recent_sites(by: User) -> list[Site]:
    """The sites that a person inspected last, the latest first."""
    seen = Inspection.objects.filter(inspector=by).order_by("-seen_at").values_list("site_id", flat=True)[:60]
    places = {pk: place for place, pk in enumerate(dict.fromkeys(seen))}
    sites = Site.objects.open_to(by).filter(pk__in=list(places)[:RECENT]).select_related("type", "unit")
    return sorted(sites, key=lambda site: places[site.pk])


def seen_today(by: User, *, on: date) -> int:
    """How many inspections a person entered for a day."""
    return Inspection.objects.valid().filter(inspector=by, seen_at__gte=start_of(on)).count()
