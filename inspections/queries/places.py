"""The ledger on the map: problems where their sites are, near ones together, and the outlines beneath."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, Min, Q, QuerySet

from units.documents.windows import Bounds, Window
from units.models import Boundary, Site

from ..models import Problem
from ..rules import VOID_ENDS

#: Points nearer to each other than this stand together.
CELL = 60  # pixels


@dataclass(slots=True)
class Cluster:
    """Problems near each other: how many and how many of them overdue, and the sites where they are.

    ``first`` is the only problem where there is one, None for several.
    """

    sites: list[Site] = field(default_factory=list)
    total: int = 0
    late: int = 0
    first: Problem | None = None

    @property
    def lon(self) -> float:
        """The middle of the sites."""
        return sum(float(site.lon or 0) for site in self.sites) / len(self.sites)

    @property
    def lat(self) -> float:
        """The middle of the sites."""
        return sum(float(site.lat or 0) for site in self.sites) / len(self.sites)


def within(problems: QuerySet[Problem], bounds: Bounds) -> QuerySet[Problem]:
    """The problems whose sites lie in an area."""
    return problems.filter(_inside(bounds, "site__"))


def _inside(bounds: Bounds, of: str = "") -> Q:
    ends = {"lon__gte": bounds.west, "lon__lt": bounds.east, "lat__gte": bounds.south, "lat__lt": bounds.north}
    return Q(**{of + end: degrees for end, degrees in ends.items()})


def clusters(problems: QuerySet[Problem], window: Window, *, at: datetime) -> list[Cluster]:
    """What stands in the window, by a grid of squares; four statements, their rows as many as the sites.

    The database counts by site: all problems from an index alone, the overdue ones from among the open. Only where one
    stands by itself it is looked up.
    """
    sites = Site.objects.filter(_inside(window.bounds)).only("code", "name", "lon", "lat").in_bulk()
    here = problems.filter(site__in=list(sites)).order_by()
    late = _by_site(here.filter(closed_at=None, due_at__lt=at).exclude(state__in=VOID_ENDS))
    lon, lat = window.cell(CELL)
    cells: dict[tuple[int, int], Cluster] = defaultdict(Cluster)
    for pk, total in _by_site(here).items():
        site = sites[pk]
        cell = cells[int(float(site.lon or 0) // lon), int(float(site.lat or 0) // lat)]
        cell.sites.append(site)
        cell.total, cell.late = cell.total + total, cell.late + late.get(pk, 0)
    alone = [cell for cell in cells.values() if cell.total == 1]
    single = here.filter(site__in=[cell.sites[0].pk for cell in alone]).only("code", "state", "site_id")
    first = {problem.site_id: problem for problem in single}
    for cell in alone:
        cell.first = first.get(cell.sites[0].pk)
    return list(cells.values())


def _by_site(problems: QuerySet[Problem]) -> dict[int, int]:
    return dict(problems.values_list("site").annotate(Count("pk")))


def without_place(problems: QuerySet[Problem]) -> int:
    """How many problems have no site, or one whose place nobody knows."""
    lost = Site.objects.filter(lat=None).values_list("pk", flat=True)
    return problems.filter(Q(site=None) | Q(site__in=list(lost))).count()


def outlines() -> list[Boundary]:
    """The outlines that the city loaded."""
    return list(Boundary.objects.all())


def whole(drawn: list[Boundary]) -> Bounds | None:
    """The area of all outlines; without them that of all sites, None where nothing has a place."""
    corners = [corner for boundary in drawn for ring in boundary.rings for corner in ring]
    if corners:
        lons, lats = [corner[0] for corner in corners], [corner[1] for corner in corners]
        return Bounds(min(lons), min(lats), max(lons), max(lats))
    ends: dict[str, Any] = Site.objects.filter(active=True).aggregate(
        west=Min("lon"), south=Min("lat"), east=Max("lon"), north=Max("lat")
    )
    if ends["west"] is None:
        return None
    return Bounds(**{side: float(degrees) for side, degrees in ends.items()})
