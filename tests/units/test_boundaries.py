"""Outlines for the map: read, simplified, loaded, refused with a reason; windows on the map."""

import json

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st

from campaign.models import Event
from units.documents.outlines import MOST_BYTES, read_outlines, simplified
from units.documents.windows import Bounds, Window
from units.models import Boundary

SQUARE = [[109, 36], [110, 36], [110, 37], [109, 37], [109, 36]]


def feature(coordinates=SQUARE, kind="Polygon", **properties) -> dict:
    values = {"name": "宝塔区", "adcode": 610602} | properties
    geometry = {"type": kind, "coordinates": [coordinates] if kind == "Polygon" else coordinates}
    return {"type": "Feature", "properties": values, "geometry": geometry}


def collection(*features) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def test_a_polygon_is_read_with_code_and_name():
    (outline,) = read_outlines(collection(feature()))

    assert (outline.code, outline.name) == ("610602", "宝塔区")
    assert len(outline.rings) == 1


def test_islands_are_rings_of_one_outline():
    island = [[120, 30], [121, 30], [121, 31], [120, 30]]

    (outline,) = read_outlines(collection(feature([[SQUARE], [island]], "MultiPolygon")))

    assert len(outline.rings) == 2


def test_corners_on_a_straight_line_are_left_out():
    line = [(109 + n / 1000, 36 + (n % 2) / 10_000) for n in range(1000)]

    assert len(simplified(line)) == 2
    assert simplified([(0, 0), (1, 1), (2, 0)]) == [(0, 0), (1, 1), (2, 0)]


@given(st.lists(st.tuples(st.floats(-1, 1), st.floats(-1, 1)), max_size=60))
def test_simplifying_keeps_the_ends_and_adds_nothing(line):
    kept = simplified(line)

    assert set(kept) <= set(line)
    assert kept[:1] == line[:1]
    assert kept[-1:] == line[-1:]


@pytest.mark.parametrize(
    "data",
    [
        b"", b"[]", b"{}", b"\xff\xfe", b"[" * 100_000, collection(), collection("x"), collection({"properties": {}}),
        collection(feature(name="")), collection(feature(name="a\x00b")), collection(feature(), feature()),
        collection(feature([[500_000, 4_000_000]] * 5)), collection(feature([["x", "y"]])),
        collection(feature([[109, 36], [110, 36]])), collection(feature([[float("nan"), 36]] * 5)),
        collection({"properties": {"name": "x"}, "geometry": {"type": "Point", "coordinates": [1, 2]}}),
    ],
)  # fmt: skip
def test_what_is_no_outline_is_refused_in_words(data):
    with pytest.raises(ValidationError):
        read_outlines(data)


def test_too_large_a_file_is_refused():
    with pytest.raises(ValidationError, match="MB"):
        read_outlines(b" " * (MOST_BYTES + 1))


def test_the_office_loads_another_set(client, city):
    client.force_login(city.office)
    Boundary.objects.create(code="old", name="旧", rings=[SQUARE])
    file = SimpleUploadedFile("counties.geojson", collection(feature()))

    response = client.post("/boundaries/", {"file": file})

    assert response.status_code == 302
    assert [boundary.name for boundary in Boundary.objects.all()] == ["宝塔区"]
    assert Event.objects.filter(action="boundaries.loaded").count() == 1


def test_a_wrong_file_leaves_what_was_there(client, city):
    client.force_login(city.office)
    Boundary.objects.create(code="old", name="旧", rings=[SQUARE])

    response = client.post("/boundaries/", {"file": SimpleUploadedFile("x.json", b"nonsense")})

    assert response.status_code == 422
    assert Boundary.objects.get().name == "旧"


def test_others_load_nothing(client, city):
    client.force_login(city.supervisor)

    assert client.post("/boundaries/", {}).status_code == 403


@given(st.floats(-170, 170), st.floats(-80, 80), st.integers(4, 17))
def test_the_middle_of_a_window_is_its_place(lon, lat, zoom):
    window = Window(lon, lat, zoom)

    assert window.point(lon, lat) == (480, 320)
    west, south, east, north = window.bounds
    assert west < lon < east
    assert south < lat < north


def test_a_window_around_an_area_shows_all_of_it():
    window = Window.around(Bounds(107.6, 35.3, 110.6, 37.6))

    assert all(0 <= x <= 960 and 0 <= y <= 640 for x, y in (window.point(107.6, 37.6), window.point(110.6, 35.3)))
    assert Window.parse(str(window)).zoom == window.zoom


@pytest.mark.parametrize("text", ["", "x", "109,36", "109,36,99", "999,36,9", "109,89,9", "109.5,36.6,9\n"])
def test_an_address_that_names_no_window_is_none(text):
    assert Window.parse(text) is None


def test_tiles_cover_the_window():
    tiles = list(Window(109.5, 36.6, 9).tiles())

    assert min(tile.left for tile in tiles) <= 0 < 960 <= max(tile.left for tile in tiles) + 256
    assert len({(tile.x, tile.y) for tile in tiles}) == len(tiles)
