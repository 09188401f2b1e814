"""What part of the earth a picture of the map shows, in Web Mercator (EPSG:3857), as public map tiles do."""

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple, Self

TILE = 256  # pixels
LEAST_ZOOM, MOST_ZOOM = 4, 17
#: Longitude, latitude and zoom as they stand in an address: 109.4898,36.5853,9
PLACE = re.compile(r"(-?\d{1,3}(?:\.\d{1,6})?),(-?\d{1,2}(?:\.\d{1,6})?),(\d{1,2}(?:\.\d{1,2})?)")


class Bounds(NamedTuple):
    """West, south, east and north in degrees."""

    west: float
    south: float
    east: float
    north: float


class Tile(NamedTuple):
    """A tile's zoom, column and row, and where its left upper corner stands in the picture."""

    z: int
    x: int
    y: int
    left: float
    top: float


@dataclass(frozen=True, slots=True)
class Window:
    """A picture of ``width`` × ``height`` pixels around a place; a step of ``zoom`` doubles the scale.

    Tiles exist for whole steps only; a picture without tiles may stand between them.
    """

    lon: float
    lat: float
    zoom: float
    width: int = 960
    height: int = 640

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """The window that an address names, None where it names none."""
        found = PLACE.fullmatch(text)
        if not found:
            return None
        lon, lat, zoom = float(found[1]), float(found[2]), float(found[3])
        fits = abs(lon) <= 180 and abs(lat) <= 85 and LEAST_ZOOM <= zoom <= MOST_ZOOM
        return cls(lon, lat, zoom) if fits else None

    @classmethod
    def around(cls, bounds: Bounds, *, whole: bool = False) -> Self:
        """The nearest window that shows all of an area, with a little air about it; ``whole``: for tiles."""
        middle = cls((bounds.west + bounds.east) / 2, (bounds.south + bounds.north) / 2, LEAST_ZOOM)
        steps = 1 if whole else 4
        for quarter in range(14 * steps, LEAST_ZOOM * steps, -1):
            window = cls(middle.lon, middle.lat, quarter / steps)
            left, top = window.point(bounds.west, bounds.north)
            right, bottom = window.point(bounds.east, bounds.south)
            if left >= 20 and top >= 20 and right <= window.width - 20 and bottom <= window.height - 20:
                return window
        return middle

    def __str__(self) -> str:
        return f"{self.lon:.4f},{self.lat:.4f},{self.zoom:g}"

    @property
    def _corner(self) -> tuple[float, float]:
        x, y = _world(self.lon, self.lat, self.zoom)
        return x - self.width / 2, y - self.height / 2

    def point(self, lon: float, lat: float) -> tuple[float, float]:
        """Where a place stands in the picture, in pixels from its left upper corner."""
        (left, top), (x, y) = self._corner, _world(lon, lat, self.zoom)
        return round(x - left, 1), round(y - top, 1)

    @property
    def bounds(self) -> Bounds:
        """The area in the picture."""
        left, top = self._corner
        west, north = _place(left, top, self.zoom)
        east, south = _place(left + self.width, top + self.height, self.zoom)
        return Bounds(west, south, east, north)

    def cell(self, pixels: int) -> tuple[float, float]:
        """How many degrees of longitude and latitude a square of so many pixels holds, at the middle of the picture."""
        lon = 360 * pixels / (TILE * 2**self.zoom)
        return lon, lon * math.cos(math.radians(self.lat))

    def moved(self, right: int, down: int) -> "Window":
        """The window that many pixels further."""
        left, top = self._corner
        lon, lat = _place(left + right + self.width / 2, top + down + self.height / 2, self.zoom)
        return Window(min(max(lon, -180), 180), min(max(lat, -85), 85), self.zoom)

    def nearer(self, steps: int, *, lon: float | None = None, lat: float | None = None) -> "Window | None":
        """The window around the same or another place, so many steps nearer (negative: further); None past the ends."""
        zoom = round(self.zoom) + steps
        if not LEAST_ZOOM <= zoom <= MOST_ZOOM:
            return None
        return Window(self.lon if lon is None else lon, self.lat if lat is None else lat, zoom)

    def tiles(self) -> Iterator[Tile]:
        """The tiles that cover the picture, at whole steps of zoom."""
        left, top = self._corner
        zoom = int(self.zoom)
        most = 2**zoom - 1
        for x in range(int(left // TILE), int((left + self.width) // TILE) + 1):
            for y in range(int(top // TILE), int((top + self.height) // TILE) + 1):
                if 0 <= x <= most and 0 <= y <= most:
                    yield Tile(zoom, x, y, round(x * TILE - left, 1), round(y * TILE - top, 1))

    def path(self, rings: Iterable[Iterable[tuple[float, float]]]) -> str:
        """Rings as the ``d`` of an SVG path."""
        return "".join(
            "M" + "L".join(f"{x:g} {y:g}" for x, y in (self.point(*corner) for corner in ring)) + "Z" for ring in rings
        )


def _world(lon: float, lat: float, zoom: float) -> tuple[float, float]:
    size = TILE * 2**zoom
    y = math.asinh(math.tan(math.radians(lat)))
    return (lon + 180) / 360 * size, (1 - y / math.pi) / 2 * size


def _place(x: float, y: float, zoom: float) -> tuple[float, float]:
    size = TILE * 2**zoom
    return x / size * 360 - 180, math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * y / size))))
