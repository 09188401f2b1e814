"""The ledger on the map: problems where their sites are, near ones together, and the outlines beneath."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Avg, Count, F, FloatField, Max, Min, Q, QuerySet
from django.db.models.functions import Cast, Floor

from units.documents.windows import Bounds, Window
from units.models import Boundary, Site

from ..models import Problem

#: Points nearer to each other than this stand together.
CELL = 60  # pixels


@dataclass(frozen=True, slots=True)
class Cluster:
    """Problems near each other: how many and how many of them overdue, at how many sites, the middle of these.

    ``code`` and ``state`` are those of the only problem, ``site`` and ``name`` those of the only site.
    """

    lon: float
    lat: float
    total: int
    late: int
    sites: int
    code: str
    state: str
    site: str
    name: str


def within(problems: QuerySet[Problem], bounds: Bounds) -> QuerySet[Problem]:
    """The problems whose sites lie in an area."""
    return problems.filter(
        site__lon__gte=bounds.west, site__lon__lt=bounds.east, site__lat__gte=bounds.south, site__lat__lt=bounds.north
    )


def clusters(problems: QuerySet[Problem], window: Window, *, at: datetime) -> list[Cluster]:
    """What stands in the window, by a grid of squares; one statement."""
    lon, lat = window.cell(CELL)
    cells = (
        within(problems, window.bounds)
        .order_by()
        .values(across=Floor(_degrees("site__lon") / lon), up=Floor(_degrees("site__lat") / lat))
    )
    lines = cells.annotate(
        lon=Avg(_degrees("site__lon")),
        lat=Avg(_degrees("site__lat")),
        total=Count("pk"),
        late=Count("pk", filter=Q(closed_at=None, due_at__lt=at) & ~Q(state="cancelled")),
        sites=Count("site", distinct=True),
        code=Min("code"),
        one_state=Min("state"),
        at_site=Min("site__code"),
        called=Min("site__name"),
    )
    return [
        Cluster(
            line["lon"], line["lat"], line["total"], line["late"], line["sites"], line["code"], line["one_state"],
            line["at_site"], line["called"],
        )
        for line in lines
    ]  # fmt: skip


def _degrees(field: str) -> Cast:
    return Cast(F(field), FloatField())


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
