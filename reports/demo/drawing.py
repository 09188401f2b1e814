"""Drawn pictures in place of photographs: a street with its fault, and the same street put right; stamped 演示照片."""

import io
from collections.abc import Callable
from random import Random

from PIL import Image, ImageDraw

from .tables import DATA

#: Drawn at twice the size and reduced, in pixels.
SIZE = (1920, 1440)
GROUND, KERB = 860, 980
WALLS = ("#d9c7ab", "#c9b79c", "#d8d2c4", "#c4cdd1", "#d3bfae")
ROOFS = ("#8a5a44", "#6f7c84", "#7a6a58")
TREE, TRUNK, PAVING, ROAD, LINE = "#6f9a5b", "#6b543f", "#b9b4aa", "#5d6167", "#e8e6dd"
LITTER = ("#f4f1e8", "#d8483b", "#e3b23c", "#3f7fb5", "#8b6b4a")
STAMP_INK = (180, 35, 24, 235)
JPEG_QUALITY = 80

Draw = ImageDraw.ImageDraw


def picture(fault: str, throw: Random, *, repaired: bool) -> bytes:
    """One JPEG. The same dice draw the same street; ``fault`` is a key of ``FAULTS`` and is gone when repaired."""
    image = Image.new("RGB", SIZE, "#cfdde6")
    draw = ImageDraw.Draw(image)
    _street(draw, throw)
    if not repaired:
        FAULTS[fault](draw, throw)
    small = image.reduce(2)
    _stamp(small)
    written = io.BytesIO()
    small.save(written, "JPEG", quality=JPEG_QUALITY)
    return written.getvalue()


def _street(draw: Draw, throw: Random) -> None:
    """Sky, a row of houses, the pavement and the road."""
    left = -40
    while left < SIZE[0]:
        width, top = throw.randint(260, 460), throw.randint(260, 480)
        draw.rectangle((left, top, left + width - 12, GROUND), throw.choice(WALLS))
        draw.rectangle((left - 8, top - 26, left + width - 4, top), throw.choice(ROOFS))
        for x in range(left + 36, left + width - 90, 96):
            for y in range(top + 50, GROUND - 190, 130):
                draw.rectangle((x, y, x + 58, y + 84), "#7f95a3", "#f0ece2", 5)
        draw.rectangle((left + width // 2 - 48, GROUND - 150, left + width // 2 + 40, GROUND), "#5b4a3d")
        left += width
    draw.rectangle((0, GROUND, SIZE[0], KERB), PAVING)
    for x in range(0, SIZE[0], 60):
        draw.line((x, GROUND, x - 40, KERB), "#a8a399", 3)
    draw.rectangle((0, KERB, SIZE[0], KERB + 18), "#d9d5cb")
    draw.rectangle((0, KERB + 18, *SIZE), ROAD)
    for x in range(60, SIZE[0], 260):
        draw.rectangle((x, 1200, x + 130, 1216), LINE)
    for x in (throw.randint(120, 500), throw.randint(1300, 1750)):
        draw.rectangle((x - 12, 560, x + 12, GROUND + 20), TRUNK)
        draw.ellipse((x - 130, 360, x + 130, 640), TREE)


def _litter(draw: Draw, throw: Random) -> None:
    for _ in range(46):
        x, y, size = throw.gauss(960, 330), throw.gauss(1010, 50), throw.randint(10, 34)
        corners = [(x + throw.uniform(-size, size), y + throw.uniform(-size, size) / 2) for _ in range(5)]
        draw.polygon(corners, throw.choice(LITTER))


def _posters(draw: Draw, throw: Random) -> None:
    for _ in range(16):
        x, y = throw.randint(300, 1500), throw.randint(600, 780)
        draw.rectangle((x, y, x + 54, y + 72), throw.choice(("#f7f3da", "#f2d7d3", "#dbe8f5")), "#8d8d8d", 2)
        for line in range(3):
            draw.line((x + 8, y + 14 + line * 18, x + 46, y + 14 + line * 18), "#a33", 5)


def _bicycles(draw: Draw, throw: Random) -> None:
    for n in range(7):
        x, y = 420 + n * 150 + throw.randint(-40, 40), 930 + throw.randint(-30, 60)
        colour = throw.choice(("#e3b23c", "#3f7fb5", "#4a4a4a", "#3d9a78"))
        for wheel in (x, x + 96):
            draw.ellipse((wheel - 38, y - 38, wheel + 38, y + 38), None, "#2e2e2e", 9)
        draw.line((x, y, x + 36, y - 62, x + 84, y - 62, x + 96, y), colour, 11)
        draw.line((x + 26, y - 88, x + 52, y - 88), "#2e2e2e", 11)


def _stall(draw: Draw, throw: Random) -> None:
    x = throw.randint(520, 900)
    draw.polygon(((x, 700), (x + 420, 700), (x + 470, 770), (x - 50, 770)), "#c0392b")
    for post in (x, x + 410):
        draw.rectangle((post, 770, post + 14, 960), "#777")
    draw.rectangle((x - 20, 870, x + 440, 960), "#9b7653")
    for n in range(18):
        fruit = (x + n * 24, 846 + throw.randint(-8, 8))
        draw.ellipse((*fruit, fruit[0] + 28, fruit[1] + 28), throw.choice(("#d35400", "#7fb03c", "#c23b3b")))


def _boxes(draw: Draw, throw: Random) -> None:
    for n in range(9):
        x, y, size = 640 + (n % 4) * 150 + throw.randint(-20, 20), 960 - (n // 4) * 110, throw.randint(90, 120)
        draw.rectangle((x, y - size, x + size + 20, y), "#b98d5b", "#8d6840", 5)
        draw.line((x, y - size // 2, x + size + 20, y - size // 2), "#d8c09a", 9)


def _puddle(draw: Draw, throw: Random) -> None:
    for _ in range(5):
        x, y, width = throw.randint(500, 1300), throw.randint(1040, 1180), throw.randint(160, 360)
        draw.ellipse((x, y, x + width, y + width // 4), "#8aa0ab", "#46505a", 5)


def _wires(draw: Draw, throw: Random) -> None:
    for _ in range(6):
        y = throw.randint(300, 460)
        points = [(x, y + ((x - 960) / 960) ** 2 * -90 + throw.randint(-6, 6)) for x in range(0, 1980, 60)]
        draw.line(points, "#222", 7)
    draw.line((1240, 430, 1250, 900), "#222", 7)
    draw.rectangle((1215, 890, 1285, 930), "#f2f2f2", "#444", 4)


#: What can be wrong in a picture.
FAULTS: dict[str, Callable[[Draw, Random], None]] = {
    "litter": _litter,
    "posters": _posters,
    "bicycles": _bicycles,
    "stall": _stall,
    "boxes": _boxes,
    "puddle": _puddle,
    "wires": _wires,
}


def _stamp(image: Image.Image) -> None:
    """演示照片, from dots, so that no font need be there."""
    dots = (DATA / "stamp.txt").read_text(encoding="ascii").split()
    mask = Image.new("L", (len(dots[0]), len(dots)))
    mask.putdata([255 * (dot == "#") for row in dots for dot in row])
    mask = mask.resize((mask.width * 2, mask.height * 2), Image.Resampling.LANCZOS)
    place = (image.width - mask.width - 28, image.height - mask.height - 24)
    frame = (place[0] - 14, place[1] - 12, image.width - 14, image.height - 12)
    ImageDraw.Draw(image).rectangle(frame, "#fff7f5", STAMP_INK[:3], 3)
    image.paste(STAMP_INK[:3], place, mask)
