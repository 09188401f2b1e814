"""Measures of GB/T 9704-2012 that Word and PDF share. Millimetres, points and characters of 3号 (16 pt)."""

import unicodedata

#: Margins of an upright A4 page, in millimetres (§5.2.1: 天头 37, 订口 28, text block 156 × 225).
TOP, BOTTOM, LEFT, RIGHT = 37, 35, 28, 26
TEXT_WIDTH, TEXT_HEIGHT, WIDE_TEXT_HEIGHT = 156, 225, 156
#: What the repeated head of a table and the padding of a cell take of a page at most.
HEAD_HEIGHT = 16
#: 22 lines of 225 mm (§5.2.3), in twentieths of a point: 28.95 pt.
LINE_PITCH = 579
#: Left and right of a table's cell, millimetres; and the height that a picture may have.
CELL_PADDING = 1.9
PICTURE_HEIGHT = 42
#: The head is one line: as large as it fits, in points.
LARGEST_HEAD, SMALLEST_HEAD = 42, 20
TEXT_WIDTH_POINTS = 436


def characters(text: str) -> float:
    """The length of a text in full-width characters."""
    return sum(1 if unicodedata.east_asian_width(letter) in "WFA" else 0.5 for letter in text)


def head_size(head: str) -> int:
    """The size of 发文机关标志 (points): it fills the line and stays below 42."""
    fits = int(TEXT_WIDTH_POINTS / max(characters(head), 1))
    return min(max(fits, SMALLEST_HEAD), LARGEST_HEAD)


def ends(signer: str, day: str) -> tuple[float, float]:
    """How far signer and day stand from the right edge (characters): centred on each other (§7.3.5.1).

    The day has four characters free for the seal; where the signer is too long for that, the day gives way.
    """
    more = (characters(signer) - characters(day)) / 2
    right = 4 - more
    return (right, 4.0) if right >= 0 else (0.0, more)
