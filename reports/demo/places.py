"""Groups and units of the demonstration city, and what names of places are made from."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle

from units.models import PeerGroup, Unit
from units.services import relabel, set_superiors

from .tables import dice, table

#: The unit above all others.
ROOT = "6106"
#: Kinds of named places in a town.
KINDS = ("community", "village")
#: How far from the county's seat a town is drawn, in degrees.
SPREAD = {"street": 0.02, "town": 0.15}
TABLES = ("counties", "towns", "departments", "hospitals", "schools", "windows")


def make_units() -> dict[str, Unit]:
    """Create groups and units with their superiors; returns the units by code."""
    groups = {
        row["code"]: PeerGroup(code=row["code"], name=row["name"], position=n)
        for n, row in enumerate(table("groups"), 1)
    }
    PeerGroup.objects.bulk_create(groups.values())
    rows = [row for name in TABLES for row in table(name)]
    root = Unit(
        code=ROOT,
        name="延安市创建指挥部（演示）",
        label=ROOT,
        short_name="指挥部",
        kind=Unit.Kind.HEADQUARTERS,
    )
    units = {ROOT: root} | {row["code"]: _unit(row, groups) for row in rows}
    Unit.objects.bulk_create(units.values())
    above: dict[int, list[int]] = {root.pk: []}
    above.update((units[row["code"]].pk, [units[row["superior"]].pk]) for row in rows)
    set_superiors(superiors=above, by=None)
    relabel()
    return {unit.code: unit for unit in Unit.objects.select_related("group")}


def _unit(row: dict[str, str], groups: dict[str, PeerGroup]) -> Unit:
    return Unit(
        code=row["code"],
        name=row["name"],
        label=row["code"],
        short_name=short(row["name"]),
        kind=row["kind"],
        group=groups[row["group"]],
    )


def short(name: str) -> str:
    """How people call a place: 枣园街道 → 枣园, 临镇 → 临镇."""
    for ending in ("街道", "镇", "乡", "县", "区", "市"):
        if name.endswith(ending) and len(name) - len(ending) >= 2:
            return name.removesuffix(ending)
    return name


@dataclass(slots=True)
class Locality:
    """What names are made from in one county or town; each list is gone through in its own order, again and again."""

    unit: Unit
    address: str
    lat: float
    lon: float
    roads: Iterator[str]
    lanes: Iterator[str]
    communities: Iterator[str] | None = None
    villages: Iterator[str] | None = None


@dataclass(frozen=True, slots=True)
class Map:
    """Counties and towns by code, and the code of the county (or the city) that each unit stands under."""

    counties: dict[str, Locality]
    towns: dict[str, Locality]
    superior: dict[str, str]

    def towns_of(self, county: str) -> list[Locality]:
        """The towns of a county, in the order of their codes."""
        return [where for code, where in self.towns.items() if self.superior[code] == county]


def make_map(units: dict[str, Unit]) -> Map:
    """Draw the map. Towns lie somewhere around their county's seat: their real places are not claimed."""
    throw = dice("map")
    streets = {kind: [row["name"] for row in table("roads") if row["kind"] == kind] for kind in ("road", "lane")}
    places: dict[tuple[str, str], list[str]] = {}
    for row in table("places"):
        places.setdefault((row["town"], row["kind"]), []).append(row["name"])

    def locality(row: dict[str, str], address: str, lat: float, lon: float) -> Locality:
        communities, villages = (places.get((row["code"], kind)) for kind in KINDS)
        return Locality(
            unit=units[row["code"]],
            address=address,
            lat=lat,
            lon=lon,
            roads=cycle(throw.sample(streets["road"], len(streets["road"]))),
            lanes=cycle(throw.sample(streets["lane"], len(streets["lane"]))),
            communities=cycle(communities) if communities else None,
            villages=cycle(villages) if villages else None,
        )

    counties = {
        row["code"]: locality(row, row["name"], float(row["lat"]), float(row["lon"])) for row in table("counties")
    }
    towns = {}
    for row in table("towns"):
        county, spread = counties[row["superior"]], SPREAD[row["kind"]]
        towns[row["code"]] = locality(
            row,
            county.address + row["name"],
            county.lat + throw.uniform(-spread, spread),
            county.lon + throw.uniform(-spread, spread),
        )
    superior = {row["code"]: row["superior"] for name in TABLES for row in table(name)}
    return Map(counties, towns, superior)
