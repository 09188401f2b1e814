"""Outlines of counties or towns as a GeoJSON file brings them: polygons in longitude and latitude (RFC 7946)."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

Point = tuple[float, float]

MOST_BYTES = 10 * 1024 * 1024
MOST_OUTLINES = 500
#: A corner is left out where the line runs this near to it: 0.002° is about 200 m, half a pixel of a county's map.
TOLERANCE = 0.002
#: Where the properties of a feature tell its code and its name; the first that is there.
CODES = ("code", "adcode", "区划代码", "id")
NAMES = ("name", "NAME", "名称")


@dataclass(frozen=True, slots=True)
class Outline:
    """One county or town: closed rings of ``[longitude, latitude]``."""

    code: str
    name: str
    rings: list[list[Point]]


def read_outlines(data: bytes) -> list[Outline]:
    """The outlines in a file, simplified. Raises ValidationError with what is wrong with which of them."""
    if len(data) > MOST_BYTES:
        raise ValidationError(_("The file is larger than %(most)s MB.") % {"most": MOST_BYTES // 1024 // 1024})
    try:
        content = json.loads(data)
        features = content["features"] if content["type"] == "FeatureCollection" else None
    except (ValueError, KeyError, TypeError, RecursionError) as wrong:
        raise ValidationError(_("This is not a GeoJSON file with a list of features.")) from wrong
    if not isinstance(features, list) or not 0 < len(features) <= MOST_OUTLINES:
        raise ValidationError(_("The file must hold between 1 and %(most)s features.") % {"most": MOST_OUTLINES})
    found = [_outline(feature, place) for place, feature in enumerate(features, 1)]
    if len({outline.code for outline in found}) < len(found):
        raise ValidationError(_("Two features bear the same code."))
    return found


def _outline(feature: Any, place: int) -> Outline:
    try:
        properties, geometry = feature["properties"] or {}, feature["geometry"]
        polygons = {"Polygon": [geometry["coordinates"]], "MultiPolygon": geometry["coordinates"]}[geometry["type"]]
        rings = [simplified([_point(*corner[:2]) for corner in ring]) for polygon in polygons for ring in polygon]
    except (KeyError, TypeError, ValueError, IndexError) as wrong:
        words = _("Feature %(place)s is not a polygon of longitudes and latitudes in degrees.")
        raise ValidationError(words % {"place": place}) from wrong
    name = next(_told(properties, NAMES), "")
    code = next(_told({**properties, "id": properties.get("id", feature.get("id"))}, CODES), name)
    kept = [ring for ring in rings if len(ring) >= 4]
    if not name or len(name) > 100 or len(code) > 40 or "\x00" in name + code or not kept:
        raise ValidationError(_("Feature %(place)s has no name, or no area.") % {"place": place})
    return Outline(code, name, kept)


def _told(properties: dict[str, Any], names: tuple[str, ...]) -> Iterator[str]:
    values = (properties.get(name) for name in names)
    return (str(value).strip() for value in values if isinstance(value, str | int) and str(value).strip())


def _point(lon: Any, lat: Any) -> Point:
    """Raises ValueError for what is no place in degrees (a projected map has metres)."""
    x, y = round(float(lon), 5), round(float(lat), 5)
    if not (-180 <= x <= 180 and -85 <= y <= 85):
        raise ValueError(x, y)
    return x, y


def simplified(line: list[Point], tolerance: float = TOLERANCE) -> list[Point]:
    """The line without the corners that lie within ``tolerance`` degrees of it (Ramer, Douglas and Peucker)."""
    keep = {0, len(line) - 1}
    spans = [(0, len(line) - 1)]
    if line and line[0] == line[-1]:  # a ring has no ends: its farthest corner is the other one
        far = max(range(len(line)), key=lambda at: _squared(line[at], line[0], line[0]))
        keep.add(far)
        spans = [(0, far), (far, len(line) - 1)]
    while spans:
        first, last = spans.pop()
        between = range(first + 1, last)
        if not between:
            continue
        far = max(between, key=lambda at: _squared(line[at], line[first], line[last]))
        if _squared(line[far], line[first], line[last]) > tolerance**2:
            keep.add(far)
            spans += [(first, far), (far, last)]
    return [line[at] for at in sorted(keep) if 0 <= at < len(line)]


def _squared(point: Point, start: Point, end: Point) -> float:
    """The squared distance of a point from a stretch of line."""
    (x, y), (x1, y1), (x2, y2) = point, start, end
    length = (x2 - x1) ** 2 + (y2 - y1) ** 2
    along = max(0.0, min(1.0, ((x - x1) * (x2 - x1) + (y - y1) * (y2 - y1)) / length)) if length else 0.0
    return (x - x1 - along * (x2 - x1)) ** 2 + (y - y1 - along * (y2 - y1)) ** 2
