"""Papers as Word files in the layout of GB/T 9704-2012.

Fonts are named, never embedded; all looks are styles of the file, so that staff can change them in Word.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from io import BytesIO
from typing import IO, Any

from docx import Document
from docx.document import Document as Word
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.image.exceptions import UnrecognizedImageError
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.section import Section, _Footer
from docx.shape import InlineShape
from docx.shared import Length, Mm, Pt
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph

from . import word_styles as styles
from .measures import BOTTOM, CELL_PADDING, LEFT, LINE_PITCH, PICTURE_HEIGHT, RIGHT, TOP, ends, head_size
from .paper import JPEG, NO_PICTURE, Cell, Paper, Part

Pictures = Mapping[str, bytes]


def write(papers: Sequence[Paper], pictures: Pictures, target: IO[bytes], *, made_at: datetime) -> None:
    """Write papers into one file, each on a sheet of its own with its own page numbers.

    ``pictures`` are JPEG files by number; one that is missing or broken is replaced by a sentence.
    """
    word = Document()
    styles.define(word)
    _properties(word, papers, made_at)
    word.settings.odd_and_even_pages_header_footer = True
    for place, paper in enumerate(papers):
        section = word.sections[0] if place == 0 else word.add_section(WD_SECTION.ODD_PAGE)
        _page(section, wide=paper.wide)
        _Writer(word, paper, pictures).write()
    word.save(target)


def _properties(word: Word, papers: Sequence[Paper], made_at: datetime) -> None:
    about = word.core_properties
    first = papers[0]
    about.title = f"{first.title} {first.number}".strip()[:255]
    about.author = about.last_modified_by = first.signer[:255]
    about.comments = ""
    about.created = about.modified = made_at.replace(tzinfo=None)
    about.language = "zh-CN"


def _page(section: Section, *, wide: bool) -> None:
    """A4; a wide page is an upright one turned, its binding edge above."""
    section.orientation = WD_ORIENT.LANDSCAPE if wide else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = (Mm(297), Mm(210)) if wide else (Mm(210), Mm(297))
    top, right, bottom, left = (LEFT, TOP, RIGHT, BOTTOM) if wide else (TOP, RIGHT, BOTTOM, LEFT)
    section.top_margin, section.right_margin = Mm(top), Mm(right)
    section.bottom_margin, section.left_margin = Mm(bottom), Mm(left)
    section.header_distance = Mm(15)
    section.footer_distance = Mm(16 if wide else 25)
    properties = section._sectPr
    _set(properties, "w:docGrid", type="linesAndChars", linePitch=LINE_PITCH, charSpace=styles.CHARACTER_SPACE)
    _set(properties, "w:pgNumType", start=1)
    _number(section.footer, "页码单")
    _number(section.even_page_footer, "页码双")


def _set(parent: Any, name: str, **values: object) -> None:
    """A child of ``w:sectPr`` with these attributes, in the place that the schema wants."""
    found = parent.find(qn(name))
    if found is None:
        found = OxmlElement(name)
        after = parent.find(qn("w:docGrid"))
        columns = parent.find(qn("w:cols"))
        if name == "w:pgNumType" and columns is not None:
            columns.addprevious(found)
        elif after is not None:
            after.addprevious(found)
        else:
            parent.append(found)
    for key, value in values.items():
        found.set(qn(f"w:{key}"), str(value))


def _number(footer: _Footer, style: str) -> None:
    """— 1 —"""
    footer.is_linked_to_previous = False
    line = styled(footer.paragraphs[0], style)
    line.add_run("— ")
    for kind, text in (("begin", ""), ("", "PAGE"), ("separate", ""), ("number", "1"), ("end", "")):
        run = line.add_run(text if kind == "number" else "")
        if kind in ("begin", "separate", "end"):
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
            run._r.append(mark)
        elif not kind:
            code = OxmlElement("w:instrText")
            code.text = f" {text} "
            run._r.append(code)
    line.add_run(" —")


def styled(line: Paragraph, name: str) -> Paragraph:
    """Give a line a style of ours, whose id is its name: to look it up took half the time of a file."""
    line._p.style = name
    return line


class _Writer:
    """Writes one paper at the end of a file."""

    def __init__(self, word: Word, paper: Paper, pictures: Pictures) -> None:
        self.word, self.paper, self.pictures = word, paper, pictures

    def write(self) -> None:
        self._head()
        self._line(self.paper.title, "公文标题")
        if self.paper.wide and self.paper.number:
            self._line(self.paper.number, "台账字号")
        if self.paper.to:
            self._line(f"{self.paper.to}：", "主送机关")
        for part in self.paper.parts:
            self._part(part)
        self._end()
        self._imprint()

    def _head(self) -> None:
        if not self.paper.head:
            return
        line = self._line(self.paper.head, "发文机关标志")
        line.runs[0].font.size = Pt(head_size(self.paper.head))
        self._line(self.paper.number, "发文字号")

    def _line(self, text: str, style: str) -> Paragraph:
        return styled(self.word.add_paragraph(text), style)

    def _part(self, part: Part) -> None:
        if part.style in ("table", "facts"):
            self._table(part)
            return
        for line in part.text.split("\n"):
            self._line(line, "一级标题" if part.style == "heading" else "公文正文")

    def _table(self, part: Part) -> None:
        heads = part.style == "table"
        table = self._grid([column.width for column in part.columns], len(part.rows) + heads)
        if heads:
            for room, column in zip(table.rows[0].cells, part.columns, strict=True):
                self._text(room, column.title, "表头")
            _mark(table.rows[0]._tr, "w:tblHeader")
        last = len(part.columns) - 1
        for row, cells in zip(table.rows[int(heads) :], part.rows, strict=True):
            _mark(row._tr, "w:cantSplit")
            places = row.cells
            for place, cell in enumerate(cells):
                column = part.columns[place]
                label = not heads and place % 2 == 0
                room, width = places[place], column.width
                if place == len(cells) - 1 and place < last:
                    room = room.merge(places[last])
                    width = sum(rest.width for rest in part.columns[place:])
                centred = column.centred and len(cells) > 2 if not heads else column.centred
                self._cell(room, cell, width, "表头" if label else "表格居中" if centred else "表格文字")
        self._line("", "表后")

    def _grid(self, widths: Sequence[int], rows: int) -> Table:
        table = self.word.add_table(rows=rows, cols=len(widths))
        table._tbl.tblStyle_val = "公文表格"
        table.autofit = False
        table.alignment = WD_TABLE_ALIGNMENT.CENTER
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Mm(width)
        for row in table.rows:
            for place, cell in enumerate(row._tr.tc_lst):
                cell.width = Mm(widths[place])
        return table

    def _cell(self, room: _Cell, cell: Cell, width: int, style: str) -> None:
        lines = [room.paragraphs[0] if place == 0 else room.add_paragraph() for place in range(len(cell.photos))]
        for line, photo in zip(lines, cell.photos, strict=True):
            self._picture(styled(line, "表格照片"), photo, Length(Mm(width) - 2 * Mm(CELL_PADDING) - Pt(1)))
        if not lines:
            self._text(room, cell.text, style)
        elif cell.text:
            styled(room.add_paragraph(cell.text), "表格照片")

    def _text(self, room: _Cell, text: str, style: str) -> None:
        for place, words in enumerate(text.split("\n")):
            line = room.paragraphs[0] if place == 0 else room.add_paragraph()
            styled(line, style).add_run(words)

    def _picture(self, line: Paragraph, photo: str, width: Length) -> None:
        data = self.pictures.get(photo, b"")
        shape = _drawn(line, data, width) if data.startswith(JPEG) else None
        if shape is None:
            line.add_run(NO_PICTURE)
            return
        for side in ("distT", "distB", "distL", "distR"):
            shape._inline.set(side, "0")
        if shape.height > Mm(PICTURE_HEIGHT):
            shape.width = Length(shape.width * Mm(PICTURE_HEIGHT) // shape.height)
            shape.height = Mm(PICTURE_HEIGHT)

    def _end(self) -> None:
        """The signer above the day, both about one middle, the day four characters from the edge (sealed)."""
        if not self.paper.signer:
            return
        self.word.paragraphs[-1].paragraph_format.keep_with_next = True  # an end never stands alone on a page
        signer, day = ends(self.paper.signer, self.paper.day)
        for text, style, right in ((self.paper.signer, "发文机关署名", signer), (self.paper.day, "成文日期", day)):
            line = self._line(text, style)
            indent = line._p.get_or_add_pPr().get_or_add_ind()
            indent.set(qn("w:rightChars"), str(round(right * 100)))
            indent.set(qn("w:right"), str(round(right * 320)))

    def _imprint(self) -> None:
        """版记: whom copies go to, who printed it and when."""
        if not self.paper.printer:
            return
        if self.paper.copies:
            self._line(f"抄送：{self.paper.copies}。", "抄送机关")
        self._line(f"{self.paper.printer}\t{self.paper.day}印发", "印发机关")


def _drawn(line: Paragraph, data: bytes, width: Length) -> InlineShape | None:
    try:
        return line.add_run().add_picture(BytesIO(data), width=width)
    except (UnrecognizedImageError, ValueError, EOFError):
        return None


def _mark(row: Any, name: str) -> None:
    row.get_or_add_trPr().append(OxmlElement(name))
