"""The layout of GB/T 9704-2012, read from the files themselves; texts that would break a file do not."""

import io
import re
from datetime import datetime
from zipfile import ZipFile

import openpyxl
import pypdf
import pytest
from docx import Document
from docx.oxml.ns import qn

from campaign.rules import SHANGHAI
from inspections.documents import pdf, sheet, word
from inspections.documents.measures import CELL_PADDING, ends, head_size
from inspections.documents.paper import Cell, Paper, Part, frozen, thawed
from inspections.documents.wording import LEDGER, Issuer, Matter, Order, repair_notice
from tests.city import MONDAY, at
from tests.inspections.pictures import jpeg

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=SHANGHAI)
ISSUER = Issuer(
    "某市创建全国文明城市指挥部办公室", "某市创建办", "市委督查室", "张敏，0911-8000000", "（一）举一反三。"
)
#: X5 and X6: formulas, control characters, halves of surrogates, markup of the writers, length.
HOSTILE = [
    "=1+1", "+1", "-1", "@SUM(A1)", "＝1", "\t=1", "\x0b", "\ud800", "\ufffe", "#panic()", "$x$", "*粗*_斜_",
    "<w:p/>", "&amp;", "\\u{1F600}", "长" * 40_000,
]  # fmt: skip


def matter(text: str = "门口垃圾未清理", before: tuple[str, ...] = ()) -> Matter:
    return Matter(
        code="WT-2611-0001", site="东街农贸市场", text=text, unit="东街", person="李建国", severity="一般",
        source="日常巡查", state="整改中", requirement="立即整改", measures="", due_at=at(MONDAY, 18),
        noted_at=at(MONDAY, 9), closed_at=None, before=before, after=(),
    )  # fmt: skip


def notice(*matters: Matter) -> Paper:
    order = Order(number="创建办改〔2026〕1号", day=MONDAY, to="东街")
    return thawed(frozen(repair_notice(matters or [matter()], ISSUER, order)))


def ledger(text: str, photos: tuple[str, ...] = ()) -> Paper:
    row = tuple(Cell(text if place == 2 else "—", photos if place == 8 else ()) for place in range(len(LEDGER)))
    return thawed(frozen(Paper("台账", (Part("table", columns=LEDGER, rows=(row,)),), number="1号", wide=True)))


def word_of(paper: Paper, pictures=None):
    return Document(written(paper, pictures))


def written(paper: Paper, pictures=None) -> io.BytesIO:
    target = io.BytesIO()
    word.write([paper], pictures or {}, target, made_at=NOW)
    target.seek(0)
    return target


def style_of(paper_word, name: str):
    return paper_word.styles[name]


def fonts(style) -> str:
    return style.element.rPr.rFonts.get(qn("w:eastAsia"))


def test_the_page_has_the_margins_and_the_grid_of_the_standard():
    section = word_of(notice()).sections[0]

    sides = [section.top_margin, section.bottom_margin, section.left_margin, section.right_margin]
    assert [round(side.mm) for side in sides] == [37, 35, 28, 26]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    grid = section._sectPr.find(qn("w:docGrid"))
    pitch, space = int(grid.get(qn("w:linePitch"))), int(grid.get(qn("w:charSpace")))
    assert 225 / 25.4 * 1440 // pitch == 22
    assert 156 / 25.4 * 72 // (16 + space / 4096) == 28


@pytest.mark.parametrize(
    ("name", "font", "points"),
    [
        ("公文标题", "方正小标宋简体", 22), ("公文正文", "仿宋_GB2312", 16), ("一级标题", "黑体", 16),
        ("二级标题", "楷体_GB2312", 16), ("发文机关标志", "方正小标宋简体", 42), ("页码单", "宋体", 14),
    ],
)  # fmt: skip
def test_each_element_has_its_font_and_size(name, font, points):
    style = style_of(word_of(notice()), name)

    assert (fonts(style), style.font.size.pt) == (font, points)


def test_body_is_indented_by_two_characters_on_fixed_lines():
    shape = style_of(word_of(notice()), "公文正文")

    assert shape.element.pPr.ind.get(qn("w:firstLineChars")) == "200"
    assert 28 <= shape.paragraph_format.line_spacing.pt <= 30


def test_head_and_rule_are_red():
    made = word_of(notice())

    assert str(style_of(made, "发文机关标志").font.color.rgb) == "FF0000"
    rule = style_of(made, "发文字号").element.pPr.find(qn("w:pBdr")).find(qn("w:bottom"))
    assert rule.get(qn("w:color")) == "FF0000"


def test_elements_stand_in_their_order():
    said = [(line.style.name, line.text) for line in word_of(notice()).paragraphs if line.text]

    assert said[0] == ("发文机关标志", ISSUER.head)
    assert said[1] == ("发文字号", "创建办改〔2026〕1号")
    assert said[2] == ("公文标题", "整改通知书")
    assert said[3] == ("主送机关", "东街：")
    assert said[-3:] == [
        ("成文日期", "2026年11月23日"),
        ("抄送机关", "抄送：市委督查室。"),
        ("印发机关", "某市创建办\t2026年11月23日印发"),
    ]  # fmt: skip


def test_page_numbers_stand_right_on_odd_and_left_on_even_pages():
    made = word_of(notice())
    section = made.sections[0]

    assert made.settings.odd_and_even_pages_header_footer
    assert section.footer.paragraphs[0].style.name == "页码单"
    assert section.even_page_footer.paragraphs[0].style.name == "页码双"
    assert section.footer.paragraphs[0].text == "— 1 —"


def test_heads_of_tables_repeat_and_rows_stay_whole():
    rows = word_of(notice()).tables[0].rows

    assert rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    assert rows[1]._tr.trPr.find(qn("w:cantSplit")) is not None


def test_no_font_comes_along_with_the_file():
    with ZipFile(written(notice())) as archive:
        assert not [name for name in archive.namelist() if "font" in name and not name.endswith(".xml")]
        assert b"embedTrueTypeFonts" not in archive.read("word/settings.xml")


def test_a_ledger_lies_across_with_its_binding_edge_above():
    section = word_of(ledger("问题")).sections[0]

    sides = [section.top_margin, section.right_margin, section.bottom_margin, section.left_margin]
    assert [round(side.mm) for side in sides] == [28, 37, 26, 35]
    assert round(section.page_width.mm) == 297
    assert sum(column.width for column in LEDGER) == 225


@pytest.mark.parametrize(
    ("head", "points"), [("某市创建办", 42), ("某市创建全国文明城市工作指挥部办公室", 24), ("长" * 40, 20)]
)
def test_the_head_is_as_large_as_its_line_allows(head, points):
    assert head_size(head) == points


@pytest.mark.parametrize(("signer", "right"), [("某市创建办", (5.0, 4.0)), ("某" * 20, (0.0, 6.5))])
def test_signer_and_day_share_one_middle(signer, right):
    assert ends(signer, "2026年11月23日") == right


@pytest.mark.parametrize("made", [word_of, lambda paper, pictures=None: pdf.write([paper], {}, made_at=NOW)])
@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_breaks_no_letter(text, made):
    assert made(notice(matter(text)))


@pytest.mark.parametrize("text", HOSTILE[:6] + HOSTILE[9:-1])
def test_hostile_text_stands_in_word_and_pdf_as_typed(text):
    paper = notice(matter(text))
    said = [cell.text for row in word_of(paper).tables[0].rows for cell in row.cells]
    pages = pypdf.PdfReader(io.BytesIO(pdf.write([paper], {}, made_at=NOW))).pages
    printed = "".join(page.extract_text() for page in pages)

    assert f"{text}\n（WT-2611-0001）" in said
    assert re.sub(r"\s", "", text) in re.sub(r"\s", "", printed)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_is_no_formula_and_no_link_in_a_sheet(text):
    target = io.BytesIO()
    sheet.write(ledger(text), {}, target, made_at=NOW)

    cell = openpyxl.load_workbook(target).active.cell(4, 3)
    clean = re.sub("[\x0b\ud800\ufffe]", "", text)
    assert cell.data_type != "f"
    assert cell.hyperlink is None
    assert (cell.value or "") == clean or (cell.value.endswith("……") and len(cell.value) == 32_767)


@pytest.mark.parametrize("data", [b"", b"\xff\xd8\xff broken", b"GIF89a"])
def test_a_broken_picture_breaks_neither_word_nor_sheet(data):
    paper, target = ledger("问题", ("a",)), io.BytesIO()
    sheet.write(paper, {"a": data}, target, made_at=NOW)

    assert "照片无法显示" in "".join(
        cell.text for row in word_of(paper, {"a": data}).tables[0].rows for cell in row.cells
    )
    assert "照片无法显示" in openpyxl.load_workbook(target).active.cell(4, 9).value


def test_a_sheet_prints_as_a4_landscape_with_repeated_heads():
    target = io.BytesIO()
    sheet.write(ledger("问题", ("a",)), {"a": jpeg((600, 900))}, target, made_at=NOW)

    page = openpyxl.load_workbook(target).active
    assert (page.page_setup.paperSize, page.page_setup.orientation) == (9, "landscape")
    assert page.print_title_rows == "$3:$3"
    anchor = page._images[0].anchor
    assert (anchor._from.row, anchor.to.row, anchor.to.col) == (3, 3, 8)


def test_the_same_pdf_at_the_same_moment_is_the_same_bytes():
    assert pdf.write([notice()], {}, made_at=NOW) == pdf.write([notice()], {}, made_at=NOW)


def test_each_paper_of_one_pdf_begins_on_an_odd_page():
    data = pdf.write([notice(), notice()], {}, made_at=NOW)

    pages = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages]
    begin = [place for place, text in enumerate(pages, 1) if ISSUER.head in text]
    assert len(begin) == 2
    assert all(place % 2 for place in begin)


def test_a_row_of_a_pdf_stays_whole_where_a_page_can_hold_it():
    rows = [matter(f"首{n}、{'积水未清理，' * 20}尾{n}、") for n in range(10, 30)]
    tall = matter(f"首9、{'人行道地砖破损，' * 100}尾9、")  # taller than a page: it goes on

    data = pdf.write([notice(*rows, tall)], {}, made_at=NOW)

    pages = ["".join(page.extract_text().split()) for page in pypdf.PdfReader(io.BytesIO(data)).pages]
    for n in range(10, 30):
        first, last = ([f"{end}{n}、" in page for page in pages] for end in "首尾")
        assert first.count(True) == 1
        assert first == last
    assert sum("人行道地砖" in page for page in pages) >= 2
    assert any("尾9、" in page for page in pages)


def test_places_of_four_digits_fit_their_column():
    for columns in (LEDGER, notice().parts[2].columns):
        room = (columns[0].width - 2 * CELL_PADDING) / 25.4 * 72
        assert room >= 2 * 10.5  # 序号, 1000


def test_photographs_stand_above_how_many_more_there_are():
    photos = tuple("abcd")
    paper = notice(matter(before=photos))

    cell = word_of(paper, {photo: jpeg((60, 40)) for photo in photos}).tables[0].rows[1].cells[5]

    assert len(cell._tc.xpath(".//pic:pic")) == 2
    assert [line.text for line in cell.paragraphs] == ["", "", "（另有2张）"]
    assert {line.style.name for line in cell.paragraphs} == {"表格照片"}


def test_a_photograph_that_was_never_taken_is_a_dash():
    assert word_of(notice()).tables[0].rows[1].cells[5].text == "—"


def test_a_sheet_holds_a_long_text_whole_and_never_behind_a_picture():
    target = io.BytesIO()
    sheet.write(ledger("人行道地砖破损，" * 62, ("a", "gone")), {"a": jpeg((600, 900))}, target, made_at=NOW)

    page = openpyxl.load_workbook(target).active
    text, beside = page.cell(4, 3), page.cell(4, 9)
    lines = -(-len(text.value) // (LEDGER[2].width / (text.font.sz * 0.371)))
    assert lines * text.font.sz * 4 / 3 <= page.row_dimensions[4].height <= 409
    assert page.cell(4, 1).font.sz == 10.5
    assert (beside.value, beside.alignment.vertical) == ("—\n（照片无法显示）", "top")
    assert page._images[0].anchor._from.rowOff > 14 * 12_700
