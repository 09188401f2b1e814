"""Papers as PDF files in the layout of GB/T 9704-2012, with the Chinese fonts that the machine has.

``paper.typ`` is the layout; words reach it as JSON only, pictures as files of a folder that goes afterwards.
"""

import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import typst

from .measures import (
    BOTTOM,
    CELL_PADDING,
    HEAD_HEIGHT,
    LEFT,
    LINE_PITCH,
    PICTURE_HEIGHT,
    RIGHT,
    TEXT_HEIGHT,
    TOP,
    WIDE_TEXT_HEIGHT,
    ends,
    head_size,
)  # fmt: skip
from .paper import JPEG, NO_PICTURE, Paper

LAYOUT = Path(__file__).with_name("paper.typ")
#: Fonts that hold Chinese, by what they may stand for; the first that is installed is taken.
SERIF = ("Noto Serif CJK SC", "Source Han Serif SC", "Noto Serif SC", "AR PL UMing CN", "SimSun", "STSong")
SANS = ("Noto Sans CJK SC", "Source Han Sans SC", "Noto Sans SC", "WenQuanYi Zen Hei", "SimHei", "STHeiti")


class NoChineseFont(RuntimeError):
    """The machine has no font that holds Chinese: a PDF would be empty boxes."""


@cache
def installed_fonts() -> typst.Fonts:
    """What the machine has; read once in a process."""
    return typst.Fonts()


def chinese_fonts() -> dict[str, list[str]]:
    """The installed families that may be printed with: ``serif`` and ``sans``, each falling back to the other.

    Raises NoChineseFont.
    """
    installed = set(installed_fonts().families())
    serif = [name for name in SERIF if name in installed]
    sans = [name for name in SANS if name in installed]
    if not serif and not sans:
        raise NoChineseFont
    return {"serif": [*serif, *sans], "sans": [*sans, *serif]}


def write(papers: Sequence[Paper], pictures: Mapping[str, bytes], *, made_at: datetime) -> bytes:
    """Papers as one PDF, each beginning on an odd page with its own page numbers.

    ``pictures`` are JPEG files by number; one that is missing or broken is replaced by a sentence. The same papers at
    the same moment are the same bytes. Raises NoChineseFont.
    """
    fonts = chinese_fonts()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        names = _kept(root, pictures)
        given = _given(papers, names, fonts)
        (root / "paper.json").write_text(json.dumps(given, ensure_ascii=False), encoding="utf-8")
        (root / "paper.typ").write_bytes(LAYOUT.read_bytes())
        compiler = typst.Compiler(root / "paper.typ", root=root, font_paths=installed_fonts())
        return compiler.compile(format="pdf", timestamp=int(made_at.timestamp()), pdf_tags=False)  # type: ignore[return-value]


def _kept(root: Path, pictures: Mapping[str, bytes]) -> dict[str, str]:
    """Write the pictures that are JPEG files; returns their names by number."""
    names = {}
    for place, (number, data) in enumerate(pictures.items()):
        if data.startswith(JPEG):
            names[number] = f"{place}.jpg"
            (root / names[number]).write_bytes(data)
    return names


def _given(papers: Sequence[Paper], names: Mapping[str, str], fonts: Mapping[str, list[str]]) -> dict[str, Any]:
    measures = {
        "top": TOP, "right": RIGHT, "bottom": BOTTOM, "left": LEFT, "line": LINE_PITCH / 20,
        "cell_padding": CELL_PADDING, "picture_height": PICTURE_HEIGHT,
    }  # fmt: skip
    return {
        "papers": [_measured(paper) for paper in papers],
        "pictures": names,
        "no_picture": NO_PICTURE,
        "measures": measures,
    } | dict(fonts)


def _measured(paper: Paper) -> dict[str, Any]:
    signer, day = ends(paper.signer, paper.day)
    room = (WIDE_TEXT_HEIGHT if paper.wide else TEXT_HEIGHT) - HEAD_HEIGHT
    return {**asdict(paper), "room": room, "head_size": head_size(paper.head), "signer_right": signer, "day_right": day}
