"""The ledger on the map: problems where their sites are, near ones together, and the outlines beneath."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, Min, Q, QuerySet

from units.documents.windows import Bounds, Window
from units.models import Boundary, Site

from ..models import Problem
from ..rules import State

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
    key: int = 0
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
    return problems.filter(
        site__lon__gte=bounds.west, site__lon__lt=bounds.east, site__lat__gte=bounds.south, site__lat__lt=bounds.north
    )


def clusters(problems: QuerySet[Problem], window: Window, *, at: datetime) -> list[Cluster]:
    """What stands in the window, by a grid of squares; three statements.

    The database adds up by site, of which there are few; a million problems are grouped in one pass.
    """
    late = Q(closed_at=None, due_at__lt=at) & ~Q(state=State.CANCELLED)
    by_site = within(problems, window.bounds).order_by().values_list("site")
    counted = list(by_site.annotate(total=Count("pk"), late=Count("pk", filter=late), key=Min("pk")))
    sites = Site.objects.only("code", "name", "lon", "lat").in_bulk([line[0] for line in counted])
    lon, lat = window.cell(CELL)
    cells: dict[tuple[int, int], Cluster] = defaultdict(Cluster)
    for pk, total, overdue, key in counted:
        site = sites[pk]
        cell = cells[int(float(site.lon or 0) // lon), int(float(site.lat or 0) // lat)]
        cell.sites.append(site)
        cell.total, cell.late, cell.key = cell.total + total, cell.late + overdue, key
    alone = [cell for cell in cells.values() if cell.total == 1]
    problem = Problem.objects.only("code", "state").in_bulk([cell.key for cell in alone])
    for cell in alone:
        cell.first = problem[cell.key]
    return list(cells.values())


def without_place(problems: QuerySet[Problem]) -> int:
    """How many problems have no site, or one whose place nobody knows."""
    return problems.filter(Q(site=None) | Q(site__lat=None)).count()


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
