"""A paper's table as an Excel sheet with its photographs: A4 landscape, heads repeated, pages numbered."""

from collections.abc import Mapping
from datetime import datetime
from io import BytesIO
from math import ceil
from typing import IO

import xlsxwriter
from PIL import Image, UnidentifiedImageError
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from campaign.documents.tables import LONGEST

from .measures import BOTTOM, LEFT, PICTURE_HEIGHT, RIGHT, TOP, characters
from .paper import NO_PICTURE, Cell, Column, Paper

A4 = 9
#: Pixels of a millimetre where Excel draws (96 per inch), points of a millimetre.
PIXELS, POINTS = 96 / 25.4, 72 / 25.4
#: Sizes of text (points): a row is at most so high, and what it cannot hold in one size it holds in a smaller one.
SIZES, HIGHEST = (10.5, 9, 8, 7, 6), 409
PADDING = 4  # pixels around a picture
FONT = {"font_name": "仿宋", "font_size": 10.5, "valign": "vcenter", "text_wrap": True, "num_format": "@", "border": 1}
OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
CUT = "……"


def write(paper: Paper, pictures: Mapping[str, bytes], target: IO[bytes], *, made_at: datetime) -> None:
    """Write the table of a paper; ``pictures`` are JPEG files by number, one that is missing is said in its cell."""
    with xlsxwriter.Workbook(target, OPTIONS) as book:
        book.set_properties({"title": f"{paper.title} {paper.number}", "created": made_at.replace(tzinfo=None)})
        _Sheet(book, paper, pictures).write()


class _Sheet:
    def __init__(self, book: xlsxwriter.Workbook, paper: Paper, pictures: Mapping[str, bytes]) -> None:
        self.paper, self.pictures = paper, pictures
        self.table = next(part for part in paper.parts if part.style == "table")
        self.page: Worksheet = book.add_worksheet("整改台账")
        self.book = book
        self.looks: dict[tuple[float, bool, bool], Format] = {}
        self.head = book.add_format({**FONT, "font_name": "黑体", "align": "center"})
        title = {"font_name": "方正小标宋简体", "font_size": 22, "align": "center", "valign": "vcenter"}
        self.title = book.add_format(title)
        self.number = book.add_format({"font_name": "仿宋", "font_size": 14, "align": "right"})

    def write(self) -> None:
        last = len(self.table.columns) - 1
        self.page.merge_range(0, 0, 0, last, self.paper.title, self.title)
        self.page.merge_range(1, 0, 1, last, self.paper.number, self.number)
        self.page.set_row(0, 40)
        for place, column in enumerate(self.table.columns):
            self.page.set_column_pixels(place, place, round(column.width * PIXELS))
            self.page.write_string(2, place, column.title, self.head)
        self.page.set_row(2, 30)
        for row, cells in enumerate(self.table.rows, 3):
            self._row(row, cells)
        self._page_setup(last)

    def _page_setup(self, last: int) -> None:
        page = self.page
        page.set_landscape()
        page.set_paper(A4)
        page.set_margins(left=BOTTOM / 25.4, right=TOP / 25.4, top=LEFT / 25.4, bottom=RIGHT / 25.4)
        page.fit_to_pages(1, 0)
        page.repeat_rows(2)
        page.freeze_panes(3, 0)
        page.print_area(0, 0, len(self.table.rows) + 2, last)
        page.set_footer('&C&"宋体"&14— &P —')

    def _row(self, row: int, cells: tuple[Cell, ...]) -> None:
        heights = [self._fill(row, place, cell, self.table.columns[place]) for place, cell in enumerate(cells)]
        self.page.set_row(row, min(max(heights), HIGHEST))

    def _fill(self, row: int, place: int, cell: Cell, column: Column) -> float:
        """Write one cell, its pictures below its text; returns the height (points) that it wants."""
        drawn = [self._size(photo, column) for photo in cell.photos]
        lost = [NO_PICTURE for size in drawn if size is None]
        text = "\n".join(filter(None, [cell.text, *lost]))
        size, below = _fitting(text, column)
        look = self._look(size, centred=column.centred, top=any(drawn))
        self.page.write_string(row, place, text if len(text) <= LONGEST else text[: LONGEST - len(CUT)] + CUT, look)
        for photo, picture in zip(cell.photos, drawn, strict=True):
            if picture is not None:
                below = self._draw(row, place, photo, picture, below)
        return below

    def _look(self, size: float, *, centred: bool, top: bool) -> Format:
        """Text stands in the middle of its cell, above pictures where there are some."""
        key = (size, centred, top)
        if key not in self.looks:
            align, valign = "center" if centred else "left", "top" if top else "vcenter"
            self.looks[key] = self.book.add_format({**FONT, "font_size": size, "align": align, "valign": valign})
        return self.looks[key]

    def _size(self, photo: str, column: Column) -> tuple[float, float] | None:
        """By how much a picture is scaled, and how high it then is (pixels); None where there is none."""
        try:
            with Image.open(BytesIO(self.pictures.get(photo, b"")), formats=("JPEG",)) as picture:
                width, height = picture.size
        except (UnidentifiedImageError, OSError):
            return None
        scale = min((column.width * PIXELS - 2 * PADDING) / width, PICTURE_HEIGHT * PIXELS / height)
        return scale, height * scale

    def _draw(self, row: int, place: int, photo: str, size: tuple[float, float], below: float) -> float:
        scale, height = size
        pixels = below / POINTS * PIXELS
        self.page.insert_image(
            row, place, f"{photo}.jpg",
            {
                "image_data": BytesIO(self.pictures[photo]), "x_scale": scale, "y_scale": scale,
                "x_offset": PADDING, "y_offset": pixels + PADDING, "object_position": 1,
                "description": self.table.columns[place].title,
            },
        )  # fmt: skip
        return below + (height + 2 * PADDING) / PIXELS * POINTS


def _fitting(text: str, column: Column) -> tuple[float, float]:
    """The size (points) in which a row can hold a text, and the height (points) that it takes there."""
    if not text:
        return SIZES[0], 0.0
    for size in SIZES:
        room = max(column.width / (size * 0.371), 1)  # a character takes about so many millimetres
        lines = sum(ceil(characters(line) / room) or 1 for line in text.split("\n"))
        height = lines * size * 4 / 3 + 6
        if height <= HIGHEST:
            break
    return size, height
