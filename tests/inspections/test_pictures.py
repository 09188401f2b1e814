"""Foreign pictures made ours: upright, bare of metadata, or refused with a sentence (rows X9, X10, X12)."""

import csv
import os
import re
import signal
import subprocess
import sys
import zlib
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from struct import pack

import pillow_heif
import pytest
from PIL import Image

from inspections import pictures
from inspections.pictures import MOST_BYTES, WORKER, Decoder, PictureRefused, take_picture
from tests.city import MONDAY, at

from .pictures import encoded, jpeg

REAL = Path(__file__).parents[2].parent / "shared" / "data" / "photos"


def opened(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data))


def refusal(data: bytes) -> str:
    with pytest.raises(PictureRefused) as refused:
        take_picture(data)
    return refused.value.key


def png_of_zeros(width: int, height: int) -> bytes:
    """A picture that is tiny on the wire and huge in memory."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return pack(">I", len(body)) + kind + body + pack(">I", zlib.crc32(kind + body))

    line = bytes(1 + (width + 7) // 8)
    packer = zlib.compressobj(9)
    body = b"".join(packer.compress(line) for _ in range(height)) + packer.flush()
    head = pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


#: Orientation → the colour of the upper left corner once upright, and whether the sides change places.
UPRIGHT = {
    1: ("red", False), 2: ("blue", False), 3: ("blue", False), 4: ("red", False),
    5: ("red", True), 6: ("red", True), 7: ("blue", True), 8: ("blue", True),
}  # fmt: skip


@pytest.mark.parametrize("orientation", UPRIGHT)
def test_picture_is_turned_upright(orientation):
    corner, turned = UPRIGHT[orientation]

    picture = take_picture(jpeg(orientation=orientation))

    assert (picture.width, picture.height) == ((20, 40) if turned else (40, 20))
    red, _, blue = opened(picture.file).getpixel((2, 2))
    assert (red > blue) == (corner == "red")


def test_what_the_camera_wrote_is_read_and_kept_apart():
    picture = take_picture(jpeg(gps=True))

    assert picture.taken_at == at(MONDAY, 10, 42)
    assert (picture.lat, picture.lon) == (Decimal("36.585"), Decimal("109.49"))
    assert picture.camera == "Redmi Note 9S"


def test_nothing_but_pixels_comes_along():
    source = jpeg(gps=True, comment=b"<script>alert(1)</script>") + b"<?php evil(); ?>PK\x03\x04"

    picture = take_picture(source)

    for data in (picture.file, picture.thumb):
        assert not any(word in data for word in (b"<script", b"<?php", b"PK\x03\x04", b"Redmi", b"Exif"))
        assert set(opened(data).info) <= {
            "jfif",
            "jfif_version",
            "jfif_unit",
            "jfif_density",
            "progressive",
            "progression",
        }
        assert not opened(data).getexif()


def test_large_picture_is_shrunk_to_what_a_screen_shows():
    picture = take_picture(jpeg((5000, 2500)))

    assert (picture.width, picture.height) == (2048, 1024)
    assert opened(picture.thumb).size == (320, 160)


@pytest.mark.parametrize("mode", ["L", "RGBA", "P", "CMYK", "I;16", "1", "LA"])
def test_every_kind_of_pixels_becomes_plain_colours(mode):
    image = Image.new(mode if mode != "P" else "RGB", (60, 40))
    if mode == "P":
        image = image.quantize(8)

    picture = take_picture(encoded(image, "TIFF" if mode == "TIFF" else ("JPEG" if mode == "CMYK" else "PNG")))

    assert opened(picture.file).mode == "RGB"


def test_webp_and_heic_are_taken():
    pillow_heif.register_heif_opener()
    image = Image.new("RGB", (64, 48), "red")

    for form in ("WEBP", "HEIF"):
        assert take_picture(encoded(image, form)).width == 64


@pytest.mark.parametrize(
    "data",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<html><script>alert(1)</script></html>",
        b"GIF89a=1;alert(1)//" + bytes(200),
        encoded(Image.new("RGB", (9, 9)), "GIF"),
        encoded(Image.new("RGB", (9, 9)), "BMP"),
        b"%PDF-1.7",
        b"\xff\xd8\xff",
        bytes(1000),
    ],
)
def test_what_is_no_photograph_is_refused(data):
    assert refusal(data) == "unknown"


def test_damaged_empty_and_huge_files_each_have_their_sentence():
    whole = jpeg((400, 400))

    assert refusal(whole[: len(whole) // 2]) == "broken"
    assert refusal(b"") == "empty"
    assert refusal(bytes(MOST_BYTES + 1)) == "bytes"
    assert refusal(png_of_zeros(13_000, 13_000)) == "pixels"


#: Run apart, so that the memory of the worker alone is seen: its answer, seconds of processor time, megabytes.
MEASURE = """
import resource, subprocess, sys
done = subprocess.run([sys.executable, "-I", sys.argv[1]], stdin=sys.stdin.buffer, stdout=subprocess.PIPE)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(done.stdout[:20], used.ru_utime + used.ru_stime, used.ru_maxrss // 1024, sep="|")
"""


def animated(frames: int) -> bytes:
    pictures = [Image.new("RGB", (16, 16), (n % 255, 0, 0)) for n in range(frames)]
    return encoded(pictures[0], "WEBP", save_all=True, append_images=pictures[1:])


@pytest.mark.parametrize(
    ("bomb", "told"),
    [
        (png_of_zeros(20_000, 20_000), "pixels"),
        (png_of_zeros(50_000, 1), "taken"),
        (png_of_zeros(7_000, 7_000), "taken"),
        (animated(5000), "taken"),
    ],
    ids=["400 Mpx", "50k x 1", "49 Mpx", "5000 frames"],
)
def test_bombs_are_met_quickly_and_in_little_memory(bomb, told):
    asked = b"2048 320 %d\n" % len(bomb) + bomb
    measured = subprocess.run([sys.executable, "-c", MEASURE, WORKER], input=asked, capture_output=True, check=True)

    answer, seconds, megabytes = measured.stdout.decode().split("|")
    assert told in answer
    assert float(seconds) < 3
    assert int(megabytes) < 300


def test_one_process_decodes_many_pictures_and_what_is_refused_stops_none():
    with Decoder() as decoder:
        first = decoder.scaled(jpeg((400, 200)), 100)
        worker = decoder.process
        for bad in (b"%PDF-1.7", b"", jpeg((400, 400))[:4000], png_of_zeros(13_000, 13_000)):
            with pytest.raises(PictureRefused):
                decoder.scaled(bad, 100)
        last = decoder.take(jpeg((400, 200), orientation=6))
        assert decoder.process is worker

    assert opened(first).size == (100, 50)
    assert (last.width, last.height) == (200, 400)
    assert worker.returncode == 0


def test_a_picture_that_ends_the_process_is_refused_and_the_next_one_taken():
    with Decoder() as decoder:
        decoder.scaled(jpeg(), 100)
        os.kill(decoder.process.pid, signal.SIGSEGV)
        with pytest.raises(PictureRefused) as refused:
            decoder.scaled(jpeg(), 100)
        assert refused.value.key == "broken"
        assert opened(decoder.scaled(jpeg((400, 200)), 100)).size == (100, 50)


def test_a_picture_that_takes_too_long_is_given_up_and_the_next_one_taken(monkeypatch):
    with Decoder() as decoder:
        decoder.scaled(jpeg(), 100)
        os.kill(decoder.process.pid, signal.SIGSTOP)  # as if it decoded for ever
        monkeypatch.setattr(pictures, "WALL_SECONDS", 0.2)
        with pytest.raises(PictureRefused) as refused:
            decoder.scaled(jpeg(), 100)
        monkeypatch.undo()
        assert refused.value.key == "slow"
        assert opened(decoder.scaled(jpeg((400, 200)), 100)).size == (100, 50)


def test_each_picture_has_the_limits_of_a_process_of_its_own():
    with Decoder() as decoder:
        most = []
        for _picture in range(2):
            decoder.scaled(png_of_zeros(7_000, 7_000), 100)
            limits = Path(f"/proc/{decoder.process.pid}/limits").read_text()
            most.append(int(re.search(r"Max cpu time\s+(\d+)", limits)[1]))

    assert re.search(r"Max address space\s+1073741824\s+1073741824", limits)
    assert re.search(r"Max file size\s+0\s+0", limits)
    assert 11 <= most[0] <= most[1] < 20


def real_rows() -> list[dict[str, str]]:
    table = REAL / "expected.csv"
    return list(csv.DictReader(table.read_text(encoding="utf-8").splitlines())) if table.exists() else []


@pytest.mark.skipif(not real_rows(), reason="the real photographs (../shared/data/photos) are not here")
@pytest.mark.parametrize("row", real_rows(), ids=lambda row: row["file"][-40:])
def test_real_photographs_come_out_as_expected(row):
    data = (REAL / row["file"]).read_bytes()
    if row["format"] not in ("JPEG", "HEIF") or row["load_error"] or row["open_error"]:
        assert refusal(data) in ("unknown", "broken")
        return

    picture = take_picture(data)

    turned = row["orientation"] and float(row["orientation"]) >= 5 and row["format"] == "JPEG"
    width, height = (float(row[side]) for side in ("hw" if turned else "wh"))
    shrink = min(1, 2048 / max(width, height))
    assert abs(picture.width - width * shrink) <= 1
    assert abs(picture.height - height * shrink) <= 1
    assert picture.camera == row["model"]
    assert f"{picture.taken_at:%Y:%m:%d %H:%M:%S}" == row["dto"] if row["dto"] else picture.taken_at is None
    for found, wanted in ((picture.lat, row["lat"]), (picture.lon, row["lon"])):
        assert abs(found - Decimal(wanted)) < Decimal("0.00001") if wanted else found is None
