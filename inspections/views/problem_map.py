"""The ledger on a map drawn here: outlines, problems where their sites are, and a list of the same beside it."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from campaign.guard import UserRequest, require
from campaign.permissions import Permission
from units.documents.windows import Bounds, Window
from units.models import Boundary

from ..models import Problem
from ..queries import ledger, places
from .looking import Look, answer, link, looked, set_left, tabs

LISTED = 20
#: What is shown where neither an outline nor a site has a place: all of China.
CHINA = Bounds(73, 18, 135, 54)
#: A press on an arrow moves the picture by so many pixels.
STEP = 320


@require_safe
@require(Permission.SEE_PROBLEMS)
def problem_map(request: UserRequest) -> HttpResponse:
    """The window that the address names, or the whole city; works as a still picture with links."""
    look = looked(request)
    drawn = places.outlines()
    tiled = bool(settings.MAP_TILES)
    window = Window.parse(request.GET.get("at", "")) or Window.around(places.whole(drawn) or CHINA, whole=tiled)
    if tiled and window.zoom % 1:
        window = window.nearer(0) or window
    found = ledger.in_state(look.found, look.state)
    listed = ledger.page_of(
        places.within(found, window.bounds), by_due=True, after=look.wanted.get("after") or "", size=LISTED
    )
    set_left(listed.rows, look)
    context = {
        "tabs": tabs(request, look),
        "window": window,
        "outlines": list(_outlines(drawn, window)),
        "points": list(_points(request, look, found, window)),
        "rows": listed.rows,
        "next": link(request.GET, after=listed.after) if listed.after else "",
        "first": link(request.GET) if look.wanted.get("after") else "",
        "unplaced": places.without_place(found),
        "tiles": list(_tiles(window)),
        "attribution": settings.MAP_ATTRIBUTION,
        "may_load": request.user.can(Permission.MANAGE_UNITS),
        **_controls(request, window),
    }
    return answer(request, look, "inspections/map.html", context)


def _outlines(drawn: list[Boundary], window: Window) -> Iterator[dict[str, Any]]:
    """Paths of what lies in the window; a name stands in the middle of its largest ring."""
    for boundary in drawn:
        ring = max(boundary.rings, key=len)
        lons, lats = [corner[0] for corner in ring], [corner[1] for corner in ring]
        x, y = window.point((min(lons) + max(lons)) / 2, (min(lats) + max(lats)) / 2)
        inside = 0 < x < window.width and 0 < y < window.height
        yield {"path": window.path(boundary.rings), "name": boundary.name if inside else "", "x": x, "y": y}


def _tiles(window: Window) -> Iterator[dict[str, Any]]:
    if settings.MAP_TILES:
        for tile in window.tiles():
            yield {"url": settings.MAP_TILES.format(z=tile.z, x=tile.x, y=tile.y), "left": tile.left, "top": tile.top}


def _points(request: UserRequest, look: Look, found: QuerySet[Problem], window: Window) -> Iterator[dict[str, Any]]:
    """Clusters as circles with a number, single problems as the sign of their state; overdue ones last, on top."""
    words = dict(Problem.STATES)
    clusters = places.clusters(found, window, at=look.at)
    for one in sorted(clusters, key=lambda cluster: (bool(cluster.late), cluster.total)):
        x, y = window.point(one.lon, one.lat)
        state = _("Overdue") if one.late else str(words[one.first.state]) if one.first else ""
        count = ngettext("%(count)s problem", "%(count)s problems", one.total) % {"count": one.total}
        late = _("%(count)s overdue") % {"count": one.late} if one.late and one.total > 1 else ""
        title = " · ".join(filter(None, [one.sites[0].name if len(one.sites) == 1 else "", count, late or state]))
        yield {
            "x": x, "y": y, "cluster": one, "title": title, "radius": _radius(one.total),
            "sign": "overdue" if one.late else one.first.state if one.first else "open",
            "url": _url(request, look, one, window),
        }  # fmt: skip


def _radius(total: int) -> int:
    """Pixels; the area grows far slower than the number."""
    return 12 + 3 * len(str(total))


def _url(request: UserRequest, look: Look, one: places.Cluster, window: Window) -> str:
    """One problem opens itself, one site its list, several come nearer."""
    if one.first:
        return one.first.get_absolute_url()
    nearer = window.nearer(2, lon=one.lon, lat=one.lat) or window.nearer(1, lon=one.lon, lat=one.lat)
    if len(one.sites) == 1 or nearer is None:
        every = reverse("inspections:problems")
        return every + link(request.GET, drop=["at"], state=look.state, site=one.sites[0].code)
    return link(request.GET, at=str(nearer))


def _controls(request: UserRequest, window: Window) -> dict[str, Any]:
    """The links that move the picture; no JavaScript is needed."""
    nearer, further = window.nearer(1), window.nearer(-1)
    moves = (("west", -STEP, 0), ("north", 0, -STEP), ("south", 0, STEP), ("east", STEP, 0))
    return {
        "nearer": link(request.GET, at=str(nearer)) if nearer else "",
        "further": link(request.GET, at=str(further)) if further else "",
        "whole": link(request.GET, drop=["at"]) if request.GET.get("at") else "",
    } | {side: link(request.GET, at=str(window.moved(right, down))) for side, right, down in moves}
