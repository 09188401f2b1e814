"""The styles of a paper's Word file. Sizes: 2号 22 pt, 3号 16 pt, 4号 14 pt, 五号 10.5 pt."""

from typing import Any

from docx.document import Document as Word
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle

from .measures import CELL_PADDING, LINE_PITCH, TEXT_WIDTH

SONG_TITLE, SONG, HEI, KAI, FANGSONG = "方正小标宋简体", "宋体", "黑体", "楷体_GB2312", "仿宋_GB2312"
RED = "FF0000"
#: 28 characters of 156 mm (§5.2.3) where a character is 16 pt: its distance less its size, in 4,096ths of a point.
CHARACTER_SPACE = -849
#: The same in twentieths of a point, said of the characters themselves: programs read the grid differently.
CLOSER = -5
LINE = Pt(LINE_PITCH / 20)
CENTRE, RIGHT, LEFT, BOTH = (
    WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT, WD_ALIGN_PARAGRAPH.LEFT, WD_ALIGN_PARAGRAPH.JUSTIFY,
)  # fmt: skip

#: Name, font, points, alignment, lines before and after (points), first line indented by so many characters.
LINES: tuple[tuple[str, str, float, Any, float, float, int], ...] = (
    ("公文正文", FANGSONG, 16, BOTH, 0, 0, 2),
    ("一级标题", HEI, 16, BOTH, 0, 0, 2),
    ("二级标题", KAI, 16, BOTH, 0, 0, 2),
    ("公文标题", SONG_TITLE, 22, CENTRE, 0, 29, 0),
    ("主送机关", FANGSONG, 16, LEFT, 0, 0, 0),
    ("发文字号", FANGSONG, 16, CENTRE, 58, 58, 0),
    ("台账字号", FANGSONG, 14, RIGHT, 0, 4, 0),
    ("发文机关署名", FANGSONG, 16, RIGHT, 58, 0, 0),
    ("成文日期", FANGSONG, 16, RIGHT, 0, 0, 0),
    ("页码单", SONG, 14, RIGHT, 0, 0, 0),
    ("页码双", SONG, 14, LEFT, 0, 0, 0),
)
#: The same of lines that take the height they need: in tables, and the head.
FREE_LINES: tuple[tuple[str, str, float, Any, float, float, int], ...] = (
    ("发文机关标志", SONG_TITLE, 42, CENTRE, 99, 0, 0),
    ("表头", HEI, 10.5, CENTRE, 2, 2, 0),
    ("表格文字", FANGSONG, 10.5, LEFT, 2, 2, 0),
    ("表格居中", FANGSONG, 10.5, CENTRE, 2, 2, 0),
    ("表格照片", FANGSONG, 10.5, CENTRE, 2, 2, 0),
    ("抄送机关", FANGSONG, 14, LEFT, 3, 3, 0),
    ("印发机关", FANGSONG, 14, LEFT, 3, 3, 0),
)


def define(word: Word) -> None:
    """Add the styles of a paper to an empty file."""
    normal = word.styles["Normal"]
    _fonts(normal, FANGSONG)
    normal.font.size = Pt(16)
    _off_the_grid(normal)
    language = word.styles.element.find(f".//{qn('w:lang')}")
    language.set(qn("w:eastAsia"), "zh-CN")
    for line in LINES:
        style = _line(word, *line)
        style.paragraph_format.line_spacing_rule = WD_LINE_SPACING.EXACTLY
        style.paragraph_format.line_spacing = LINE
        style.element.rPr.find(qn("w:sz")).addprevious(_put(style.element.rPr, "w:spacing", val=CLOSER))
    for line in FREE_LINES:
        style = _line(word, *line)
        style.paragraph_format.line_spacing = 1.0
    after = _line(word, "表后", FANGSONG, 2, LEFT, 0, 0, 0)
    after.paragraph_format.line_spacing_rule = WD_LINE_SPACING.EXACTLY
    after.paragraph_format.line_spacing = Pt(6)
    _details(word)
    _tables(word)


def _line(
    word: Word, name: str, font: str, points: float, align: Any, before: float, after: float, indent: int
) -> ParagraphStyle:
    style = word.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    style.base_style = word.styles["Normal"]
    style.quick_style = True
    _fonts(style, font)
    style.font.size = Pt(points)
    shape = style.paragraph_format
    shape.alignment, shape.space_before, shape.space_after = align, Pt(before), Pt(after)
    shape.widow_control = False
    if indent:
        first = style.element.get_or_add_pPr().get_or_add_ind()
        first.set(qn("w:firstLineChars"), str(indent * 100))
        first.set(qn("w:firstLine"), str(int(indent * points * 20)))
    return style


def _fonts(style: Any, name: str) -> None:
    style.font.name = name
    style.element.rPr.rFonts.set(qn("w:eastAsia"), name)
    style.element.rPr.rFonts.set(qn("w:hint"), "eastAsia")


def _off_the_grid(style: Any) -> None:
    """Lines and characters are set by the styles; the grid of the page says the same to whoever asks it."""
    off = OxmlElement("w:snapToGrid")
    off.set(qn("w:val"), "0")
    style.element.get_or_add_pPr().append(off)


def _put(parent: Any, name: str, **values: object) -> Any:
    """Add a child with these attributes."""
    child = OxmlElement(name)
    for key, value in values.items():
        child.set(qn(f"w:{key}"), str(value))
    parent.append(child)
    return child


def _details(word: Word) -> None:
    """Red head, the red rule below the number, what stays together, and the edge of page numbers."""
    word.styles["发文机关标志"].font.color.rgb = RGBColor.from_string(RED)
    _ruled(word.styles["发文字号"], bottom=(18, 11, RED))
    for name in ("一级标题", "二级标题", "公文标题", "主送机关", "发文机关署名"):
        word.styles[name].paragraph_format.keep_with_next = True
    word.styles["页码双"].paragraph_format.left_indent = Pt(14)
    word.styles["页码单"].paragraph_format.right_indent = Pt(14)
    _imprint(word)


def _ruled(style: ParagraphStyle, **sides: tuple[int, int, str]) -> None:
    """Rules of a paragraph: side → thickness (eighths of a point), distance (points), colour."""
    properties = style.element.get_or_add_pPr()
    borders = OxmlElement("w:pBdr")
    for side, (size, space, colour) in sides.items():
        _put(borders, f"w:{side}", val="single", sz=size, space=space, color=colour)
    properties.find(qn("w:spacing")).addprevious(borders)


def _imprint(word: Word) -> None:
    """版记: lines in a frame at the foot of the last page, the first and the last rule thick, as wide as the text;
    the words stand one character from its edges (§7.4).
    """
    thick, thin = (8, 3, "000000"), (6, 3, "000000")
    for name, sides in (("抄送机关", {"top": thick}), ("印发机关", {"top": thin, "bottom": thick})):
        style = word.styles[name]
        _ruled(style, **sides)
        frame = _put(
            style.element.pPr, "w:framePr", w=int(Mm(TEXT_WIDTH).twips), wrap="notBeside", vAnchor="margin",
            hAnchor="margin", xAlign="center", yAlign="bottom",
        )  # fmt: skip
        style.element.pPr.insert(0, frame)
        style.paragraph_format.first_line_indent = Pt(14)
        style.paragraph_format.tab_stops.add_tab_stop(Mm(TEXT_WIDTH) - Pt(14), WD_TAB_ALIGNMENT.RIGHT)


def _tables(word: Word) -> None:
    """A table with lines all over, its cells centred between them."""
    style = word.styles.add_style("公文表格", WD_STYLE_TYPE.TABLE)
    properties = OxmlElement("w:tblPr")
    _put(properties, "w:jc", val="center")
    borders, margins = OxmlElement("w:tblBorders"), OxmlElement("w:tblCellMar")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        _put(borders, f"w:{side}", val="single", sz=4, space=0, color="000000")
    for side in ("left", "right"):
        _put(margins, f"w:{side}", w=int(Mm(CELL_PADDING).twips), type="dxa")
    properties.append(borders)
    properties.append(margins)
    style.element.append(properties)
    middle = OxmlElement("w:tcPr")
    _put(middle, "w:vAlign", val="center")
    style.element.append(middle)
