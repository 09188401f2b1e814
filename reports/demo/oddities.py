"""What the fairness watch is there to find: a few units whose inspections or repairs run oddly."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from units.models import Site, Unit

#: The two weekdays of a unit whose inspections can be foreseen: Tuesday and Thursday.
WEEKDAYS = (1, 3)
#: Sites that are always seen where the others hardly are, and the chance of those in a week.
FAVOURITES, OTHERS = 3, 0.08


@dataclass(frozen=True, slots=True)
class Oddities:
    """Ids of units; ``favourites`` are those of sites."""

    foreseen: frozenset[int] = frozenset()
    few_sites: int = 0
    last_minute: int = 0
    at_once: int = 0
    favourites: frozenset[int] = frozenset()


def oddities(sites: Iterable[Site]) -> Oddities:
    """Who is odd: of the largest streets two report oddly and three are seen oddly, and so is the smallest."""
    streets = [site for site in sites if site.unit.kind == Unit.Kind.STREET]
    by_size = [unit for unit, _sites in Counter(site.unit_id for site in sorted(streets, key=_code)).most_common()]
    if len(by_size) < 8:
        return Oddities()
    at_once, last_minute, few_sites = by_size[0], by_size[2], by_size[-1]
    foreseen = frozenset(by_size[4:7])  # one blind re-inspection on another day hides one of them
    chosen = sorted((site for site in streets if site.unit_id == few_sites), key=_code)[:FAVOURITES]
    return Oddities(foreseen, few_sites, last_minute, at_once, frozenset(site.pk for site in chosen))


def _code(site: Site) -> str:
    return site.code
