"""Foreign pictures made ours: bytes in, bytes out; decoding happens in a bounded process of its own.

What is kept is drawn anew from the pixels, upright, at most 2,048 pixels long, as JPEG: no metadata, no comment and
nothing behind the picture's end comes along. What the camera wrote about time, place and model is returned apart.
"""

import json
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from campaign.rules import SHANGHAI

WORKER = Path(__file__).with_name("picture_worker.py")
MOST_BYTES = 30 * 1024 * 1024
WALL_SECONDS = 20
LONG_SIDE = 2048  # pixels of what is kept

#: Why a picture is not taken, in words for the person who sent it.
SENTENCES: dict[str, Promise] = {
    "empty": _("The file is empty. Take the photograph again."),
    "bytes": _("The photograph is larger than 30 MB. Choose a smaller one."),
    "pixels": _("The photograph has too many pixels (at most 50 million, WebP 16 million). Choose a smaller one."),
    "unknown": _("This is not a photograph we can read: JPEG, PNG, WebP or HEIC, please."),
    "broken": _("The photograph is damaged or incomplete. Take or choose it again."),
    "slow": _("The photograph could not be read in time. Choose another one."),
}


class PictureRefused(ValueError):
    """A file that is not taken as a photograph; ``key`` is one of ``SENTENCES``, the message its sentence."""

    def __init__(self, key: str) -> None:
        super().__init__(str(SENTENCES[key]))
        self.key = key


@dataclass(frozen=True, slots=True)
class Picture:
    """A photograph as we keep it (JPEG files and pixels), and what the camera wrote (evidence, never served).

    ``look`` is what it looks like in 64 bits, as a signed number.
    """

    file: bytes
    thumb: bytes
    width: int
    height: int
    taken_at: datetime | None
    lat: Decimal | None
    lon: Decimal | None
    camera: str
    look: int


def take_picture(data: bytes) -> Picture:
    """Decode, turn and shrink a photograph. Raises PictureRefused with a sentence for anything that is not one."""
    if not data:
        raise PictureRefused("empty")
    if len(data) > MOST_BYTES:
        raise PictureRefused("bytes")
    head, files = _ask_worker(data, LONG_SIDE)
    place = _place(head)
    return Picture(
        file=files[: head["sizes"][0]],
        thumb=files[head["sizes"][0] :],
        width=head["width"],
        height=head["height"],
        taken_at=_moment(head["taken"]),
        lat=place[0],
        lon=place[1],
        camera=head["model"] or "",
        look=int.from_bytes(bytes.fromhex(head["look"]), signed=True),
    )


def scaled(data: bytes, side: int) -> bytes:
    """A JPEG of a picture whose long side is at most ``side`` pixels. Raises PictureRefused as ``take_picture``."""
    head, files = _ask_worker(data, side)
    return files[: head["sizes"][0]]


def _ask_worker(data: bytes, side: int) -> tuple[dict[str, Any], bytes]:
    """One process per picture: about 40 ms to start, and it can neither grow nor stay."""
    try:
        done = subprocess.run(
            [sys.executable, "-I", str(WORKER), str(side)],
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={},
            timeout=WALL_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        raise PictureRefused("slow") from late
    head, found, files = done.stdout.partition(b"\n")
    if done.returncode or not found:
        raise PictureRefused("broken")
    told = json.loads(head)
    if "refused" in told:
        raise PictureRefused(told["refused"])
    return told, files


def _moment(text: str | None) -> datetime | None:
    """The camera's own clock, which knows no zone, read as Asia/Shanghai."""
    try:
        return datetime.strptime(text or "", "%Y:%m:%d %H:%M:%S").replace(tzinfo=SHANGHAI)
    except ValueError:
        return None


def _place(head: dict[str, Any]) -> tuple[Decimal | None, Decimal | None]:
    """Latitude and longitude, both or neither."""
    if head["lat"] is None or head["lon"] is None:
        return None, None
    return Decimal(head["lat"]), Decimal(head["lon"])
