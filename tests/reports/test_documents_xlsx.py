"""The writer of workbooks: pure tables in, bytes out."""

import io
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal

import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from reports.documents import xlsx
from reports.documents.tables import Book, Column, Line, Sheet
from reports.documents.text import CELL_LIMIT, Cleaner, length, sheet_names

MADE = datetime(2026, 11, 23, tzinfo=UTC)
COLUMNS = [
    Column("序号", "whole", 6),
    Column("单位"),
    Column("比率", "rate", 8, "实地"),
    Column("得分", "score", 8, "实地"),
]


def made(*lines: Line, columns=COLUMNS, **fields) -> bytes:
    target = io.BytesIO()
    sheet = Sheet(name="街道", title="考核表", columns=columns, lines=lines, **fields)
    xlsx.write(Book("考核表", [sheet], mark="2026-Q4 & 终稿"), target, made_at=MADE)
    return target.getvalue()


def opened(data: bytes):
    return openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]


def of_texts(*texts: str) -> bytes:
    return made(*(Line([text]) for text in texts), columns=[Column("文字")])


@pytest.mark.parametrize(
    "start", ["=", "+", "-", "@", "\t", "＝", ";=", "=cmd|' /C calc'!A0", '=HYPERLINK("http://x")']
)
def test_text_stays_text_and_comes_back_unchanged(start):
    data = of_texts(f"{start}1+1")
    cell = opened(data)["A3"]

    assert (cell.value, cell.data_type, cell.number_format) == (f"{start}1+1", "s", "@")


def test_no_formula_and_no_link_in_the_file():
    data = of_texts("=1+1", "http://example.com/", "mailto:a@b", "file:///etc/passwd", "{=SUM(A1)}")

    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml")
        assert b"<f>" not in sheet
        assert b"hyperlink" not in sheet
        assert not [name for name in parts.namelist() if "externalLink" in name or name.endswith("sheet1.xml.rels")]


def test_a_carriage_return_comes_back_in_excel():
    rows = CalamineWorkbook.from_filelike(io.BytesIO(of_texts("\r=1", "甲_x000D_乙"))).get_sheet_by_index(0).to_python()

    assert rows[2:4] == [["\r=1"], ["甲_x000D_乙"]]


def test_characters_that_xml_cannot_hold_are_left_out_and_told():
    page = opened(of_texts("甲\x0b乙", "\ud800丙", "丁\ufffe"))

    assert [page.cell(row, 1).value for row in (3, 4, 5)] == ["甲乙", "丙", "丁"]
    assert "3" in page["A6"].value


def test_40000_characters_are_cut_and_told():
    page = opened(of_texts("长" * 40_000))

    assert length(page["A3"].value) == CELL_LIMIT
    assert page["A3"].value.endswith("……")
    assert "1" in page["A4"].value


def test_a_pair_of_surrogates_is_never_halved():
    assert Cleaner().cell("𠮷" * 40_000).endswith("𠮷……")


def test_figures_are_numbers_and_nothing_is_a_dash():
    page = opened(made(Line([1, "东街", Decimal("93.31"), None])))

    assert [page.cell(4, at).value for at in (1, 3, 4)] == [1, 93.31, "—"]
    assert page["C4"].number_format == "0.00"


def test_days_are_dates():
    page = opened(made(Line([date(2026, 11, 23)]), columns=[Column("日期", "day")]))

    assert page["A3"].value.date() == date(2026, 11, 23)


def test_it_prints_like_an_official_table():
    page = opened(made(Line([1, "东街", None, None]), lead="考核分组:街道", signatures=["制表:", "审核:"]))

    assert (page.page_setup.orientation, page.page_setup.paperSize) == ("landscape", 9)
    assert page.sheet_properties.pageSetUpPr.fitToPage
    assert page.page_setup.fitToHeight == 0
    assert page.print_title_rows == "$3:$4"
    assert "&P" in page.oddFooter.center.text
    assert page["A3"].font.name == "黑体"
    assert page["A5"].font.name == "仿宋"
    assert {"A1:D1", "A3:A4", "B3:B4", "C3:D3"} <= {str(area) for area in page.merged_cells.ranges}


def test_a_long_table_goes_on_in_another_sheet(monkeypatch):
    monkeypatch.setattr(xlsx, "ROWS_PER_SHEET", 2)
    data = made(*(Line([number, "东街", None, None]) for number in range(5)))

    book = openpyxl.load_workbook(io.BytesIO(data))

    assert [sheet.title for sheet in book] == ["街道", "街道 (2)", "街道 (3)"]
    assert book["街道 (3)"]["A4"].value == 4


def test_an_empty_table_is_a_head():
    assert opened(made())["B2"].value == "单位"


def test_sheet_names_are_legal_short_and_different():
    names = sheet_names(["a/b:c", "A B C", "'x'", "", "History", "单" * 40, "单" * 40])

    assert names == ["a b c", "A B C (2)", "x", "—", "History (2)", "单" * 31, "单" * 27 + " (2)"]


def test_the_same_book_is_the_same_bytes():
    assert made(Line([1, "东街", None, None])) == made(Line([1, "东街", None, None]))
