"""Text that a file format can hold: what it cannot is taken out and counted, never cut in silence."""

import re
from dataclasses import dataclass

#: The most characters an Excel cell holds; longer texts are cut there and say so.
CELL_LIMIT = 32_767
#: What XML 1.0 cannot hold (tab, line feed and carriage return are fine).
ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
NOT_IN_SHEET_NAME = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
SHEET_NAME_LIMIT = 31
CUT_MARK = "……"


@dataclass(slots=True)
class Cleaner:
    """Makes texts fit for a cell and keeps count of what had to be changed."""

    removed: int = 0
    cut: int = 0

    def cell(self, text: str) -> str:
        """The text without illegal characters, at most ``CELL_LIMIT`` long."""
        if ILLEGAL.search(text):
            self.removed += 1
            text = ILLEGAL.sub("", text)
        if length(text) > CELL_LIMIT:
            self.cut += 1
            text = shortened(text, CELL_LIMIT - len(CUT_MARK)) + CUT_MARK
        return text


def length(text: str) -> int:
    """The length as Excel counts it: in UTF-16 units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2


def shortened(text: str, limit: int) -> str:
    """The longest beginning of at most ``limit`` UTF-16 units; no character is halved."""
    return text.encode("utf-16-le")[: limit * 2].decode("utf-16-le", "ignore")


def sheet_names(wanted: list[str]) -> list[str]:
    """Names that Excel accepts, in order: legal characters, at most 31 long, no two alike."""
    taken: set[str] = {"history"}  # reserved by Excel
    return [
        _free(NOT_IN_SHEET_NAME.sub(" ", ILLEGAL.sub("", name)).strip().strip("'") or "—", taken) for name in wanted
    ]


def _free(name: str, taken: set[str]) -> str:
    number, candidate = 1, shortened(name, SHEET_NAME_LIMIT)
    while candidate.casefold() in taken:
        number += 1
        ending = f" ({number})"
        candidate = shortened(name, SHEET_NAME_LIMIT - len(ending)) + ending
    taken.add(candidate.casefold())
    return candidate
