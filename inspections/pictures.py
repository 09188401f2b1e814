"""Foreign pictures made ours: bytes in, bytes out; decoding happens in a bounded process of its own.

What is kept is drawn anew from the pixels, upright, at most 2,048 pixels long, as JPEG: no metadata, no comment and
nothing behind the picture's end comes along. What the camera wrote about time, place and model is returned apart.
"""

import json
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from threading import Timer
from typing import Any, Self

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from campaign.rules import SHANGHAI

WORKER = Path(__file__).with_name("picture_worker.py")
MOST_BYTES = 30 * 1024 * 1024
WALL_SECONDS = 20
LONG_SIDE, THUMB_SIDE = 2048, 320  # pixels of what is kept
#: How the process ends when a picture takes it more time than it has.
OUT_OF_TIME = (-signal.SIGKILL, -signal.SIGXCPU)

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


class Decoder:
    """A bounded process that decodes pictures one after the other: starting it costs more than most pictures do.

    It starts with the first picture, ends with the ``with`` block, and is replaced where a picture ended it.
    """

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self._end()

    def take(self, data: bytes) -> Picture:
        """Decode, turn and shrink a photograph. Raises PictureRefused with a sentence for what is not one."""
        head, files = self._ask(data, LONG_SIDE, THUMB_SIDE)
        lat, lon = _place(head)
        return Picture(
            file=files[: head["sizes"][0]],
            thumb=files[head["sizes"][0] :],
            width=head["width"],
            height=head["height"],
            taken_at=_moment(head["taken"]),
            lat=lat,
            lon=lon,
            camera=head["model"] or "",
            look=int.from_bytes(bytes.fromhex(head["look"]), signed=True),
        )

    def scaled(self, data: bytes, side: int) -> bytes:
        """A JPEG of a picture whose long side is at most ``side`` pixels. Raises PictureRefused as ``take``."""
        return self._ask(data, side)[1]

    def _ask(self, data: bytes, side: int, thumb_side: int = 0) -> tuple[dict[str, Any], bytes]:
        if not data:
            raise PictureRefused("empty")
        if len(data) > MOST_BYTES:
            raise PictureRefused("bytes")
        process = self.process = self.process or _started()
        late = Timer(WALL_SECONDS, process.kill)
        late.start()
        try:
            told, files = _answer(process, b"%d %d %d\n" % (side, thumb_side, len(data)), data)
        except (OSError, ValueError) as ended:  # its pipe broke, or what it said last is no answer
            raise PictureRefused("slow" if self._end() in OUT_OF_TIME else "broken") from ended
        finally:
            late.cancel()
        if "refused" in told:
            raise PictureRefused(told["refused"])
        return told, files

    def _end(self) -> int:
        """End the process; returns how it ended."""
        process, self.process = self.process, None
        if process is None:
            return 0
        with process, suppress(OSError):
            process.stdin.close()  # type: ignore[union-attr]
        return process.returncode


def _started() -> subprocess.Popen[bytes]:
    command = [sys.executable, "-I", str(WORKER)]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, env={})


def _answer(process: subprocess.Popen[bytes], *sent: bytes) -> tuple[dict[str, Any], bytes]:
    """What the process says to this. Raises OSError or ValueError where it ends instead."""
    asked, said = process.stdin, process.stdout
    asked.writelines(sent)  # type: ignore[union-attr]
    asked.flush()  # type: ignore[union-attr]
    told = json.loads(said.readline())  # type: ignore[union-attr]
    length = sum(told["sizes"])
    files = said.read(length)  # type: ignore[union-attr]
    if len(files) < length:
        raise BrokenPipeError
    return told, files


def take_picture(data: bytes) -> Picture:
    """One photograph, by a process of its own; raises as ``Decoder.take``."""
    with Decoder() as decoder:
        return decoder.take(data)


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
