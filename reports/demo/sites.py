"""The sites of the demonstration city, made by the rules of ``data/site_rules.csv``.

A rule names a site type, who holds such sites and how many: a department's total stands under ``main``; towns have
their own number by size (``main``: streets of the main city, ``seat``: the seat of a county, ``town``: the others; a
fraction is a chance of one more); schools, hospitals and windows hold one each.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import cycle
from random import Random
from typing import NamedTuple

from campaign.models import SiteType
from units.models import Site, Unit
from units.rules import initials

from .places import Locality, Map
from .tables import dice, table

SIZE = {"ZCJ": "main", "XCJ": "seat"}
#: 黄龙县 has no street: its seat is 石堡镇.
SEAT_TOWN = "610631100"


class Place(NamedTuple):
    """Where sites of a type belong: the unit that answers, the unit they are named after, how many on average."""

    holder: Unit
    named: Unit
    where: Locality
    wanted: float


@dataclass(slots=True)
class SiteBook:
    """The sites made so far, each with the codes of its other units; no name is given twice."""

    types: dict[str, SiteType]
    taken: set[str] = field(default_factory=set)
    made: list[tuple[Site, list[str]]] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=dict)

    def add(self, rule: dict[str, str], place: Place, throw: Random) -> None:
        """Add one site; nothing where the place has no name left for it."""
        named = self._free_name(rule["pattern"], place)
        if not named:
            return
        name, road = named
        kind, where = rule["site_type"], place.where
        self.numbers[kind] = self.numbers.get(kind, 0) + 1
        site = Site(
            code=f"{kind}-{self.numbers[kind]:03}",
            name=name,
            initials=initials(name),
            type=self.types[kind],
            unit=place.holder,
            address=where.address + road,
            lat=f"{where.lat + throw.uniform(-0.02, 0.02):.6f}",
            lon=f"{where.lon + throw.uniform(-0.02, 0.02):.6f}",
        )
        self.made.append((site, rule["other_units"].split()))

    def _free_name(self, pattern: str, place: Place) -> tuple[str, str] | None:
        """A name that is not taken yet, and the road it lies on."""
        where = place.where
        called = where.unit.short_name
        if "{village}" in pattern and not where.villages:
            return None
        for n in range(1, 40):
            road = next(where.lanes if "{lane}" in pattern else where.roads)
            name = pattern.format(
                short=called,
                county=called,
                town=where.unit.name,
                unit=place.named.name,
                road=road,
                lane=road,
                road2=next(where.roads) if "{road2}" in pattern else "",
                place=next(where.communities) if where.communities else called + road,
                village=next(where.villages) if where.villages else "",
                n=n,
            )
            if name not in self.taken:
                self.taken.add(name)
                return name, road
        return None


def make_sites(units: dict[str, Unit], city_map: Map, *, limit: int) -> list[Site]:
    """Create at most ``limit`` sites; each answers to one unit and may be shared by others."""
    throw = dice("sites")
    book = SiteBook({kind.code: kind for kind in SiteType.objects.all()})
    for rule in table("site_rules"):
        for place in _places(rule, units, city_map):
            for _ in range(int(place.wanted) + (throw.random() < place.wanted % 1)):
                book.add(rule, place, throw)
    kept = sorted(throw.sample(range(len(book.made)), min(limit, len(book.made))))
    chosen = [book.made[n] for n in kept]
    sites = Site.objects.bulk_create(site for site, _ in chosen)
    through = Site.other_units.through
    through.objects.bulk_create(through(site=site, unit=units[code]) for site, others in chosen for code in others)
    return sites


def _places(rule: dict[str, str], units: dict[str, Unit], city_map: Map) -> Iterator[Place]:
    """Who holds sites of a rule's type, and where."""
    kind, _, part = rule["holder"].partition(":")
    if kind in units:
        counties = cycle(city_map.counties.values())
        for _n in range(int(rule["main"])):
            yield Place(units[kind], units[kind], next(counties), 1)
    elif kind in ("town", "street"):
        for code, where in city_map.towns.items():
            unit = where.unit
            if kind == "town" or unit.kind == Unit.Kind.STREET:
                group = unit.group.code if unit.group else ""
                size = "seat" if code == SEAT_TOWN else SIZE.get(group, "town")
                yield Place(unit, unit, where, float(rule[size]))
    elif part == "around":
        yield from _around(kind, units, city_map)
    else:
        for unit in units.values():
            if unit.kind == kind and part in unit.name:
                yield Place(unit, unit, city_map.counties[city_map.superior[unit.code]], 1)


def _around(kind: str, units: dict[str, Unit], city_map: Map) -> Iterator[Place]:
    """What lies around an institution is its town's to answer for; the towns of a county take turns."""
    turns = {code: cycle(city_map.towns_of(code)) for code in city_map.counties}
    for unit in units.values():
        if unit.kind == kind:
            where = next(turns[city_map.superior[unit.code]])
            yield Place(where.unit, unit, where, 1)
