"""Outlines for the map of the demonstration city: not the real borders, which nobody gave us.

Each county gets what lies nearer to its seat than to any other (a Voronoi cell), cut off at a frame.
"""

from units.models import Boundary

from .places import Locality, Map

Point = tuple[float, float]
#: The frame lies so many degrees outside the outermost seats.
MARGIN = 0.35


def make_outlines(city_map: Map) -> None:
    """Draw one outline for each county."""
    seats = list(city_map.counties.values())
    Boundary.objects.bulk_create(
        Boundary(code=seat.unit.code, name=seat.unit.name, rings=[_cell(seat, seats)]) for seat in seats
    )


def _cell(seat: Locality, seats: list[Locality]) -> list[Point]:
    lons, lats = [other.lon for other in seats], [other.lat for other in seats]
    west, east, south, north = min(lons) - MARGIN, max(lons) + MARGIN, min(lats) - MARGIN, max(lats) + MARGIN
    ring: list[Point] = [(west, south), (east, south), (east, north), (west, north)]
    for other in seats:
        if other is not seat:
            ring = _nearer(ring, (seat.lon, seat.lat), (other.lon, other.lat))
    return [(round(lon, 4), round(lat, 4)) for lon, lat in [*ring, ring[0]]]


def _nearer(ring: list[Point], here: Point, there: Point) -> list[Point]:
    """The part of a convex ring that lies nearer to ``here`` than to ``there`` (Sutherland and Hodgman)."""
    across, up = there[0] - here[0], there[1] - here[1]
    middle = (here[0] + there[0]) / 2 * across + (here[1] + there[1]) / 2 * up
    kept: list[Point] = []
    for start, end in zip(ring, [*ring[1:], ring[0]], strict=True):
        first, second = (lon * across + lat * up - middle for lon, lat in (start, end))
        if first <= 0:
            kept.append(start)
        if first * second < 0:
            part = first / (first - second)
            kept.append((start[0] + (end[0] - start[0]) * part, start[1] + (end[1] - start[1]) * part))
    return kept
