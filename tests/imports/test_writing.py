"""Files out: text stays text, whatever it begins with and whatever it holds."""

import csv
import io
import zipfile

import openpyxl
import pytest

from campaign.documents.tables import LONGEST, XlsxTable, csv_lines
from tests.imports.sheets import export, load
from units.models import Site

FORMULAS = ["=1+1", "+1", "-1+2", "@SUM(A1)", "\t=1", "\uff1d1", ";=1", '=HYPERLINK("http://x")']
TRICKS = [*FORMULAS, "http://example.org", "00123"]


def xlsx(rows) -> bytes:
    file = io.BytesIO()
    table = XlsxTable(file, name="表", heads=["文字"])
    for row in rows:
        table.add(row)
    table.close()
    return file.getvalue()


@pytest.mark.parametrize("text", TRICKS)
def test_text_in_xlsx_is_never_a_formula_nor_a_link(text):
    data = xlsx([[text]])

    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
        assert "<f>" not in sheet
        assert not any("externalLink" in name or "sheet1.xml.rels" in name for name in parts.namelist())
    assert openpyxl.load_workbook(io.BytesIO(data)).active["A2"].value == text


@pytest.mark.parametrize("text", FORMULAS)
def test_text_in_csv_gets_an_apostrophe(text):
    lines = b"".join(csv_lines(["文字"], [[text]])).decode("utf-8-sig")

    assert list(csv.reader(io.StringIO(lines)))[1] == [f"'{text}"]


def test_numbers_in_csv_stay_numbers():
    assert b"".join(csv_lines(["n"], [[-5]])).splitlines()[1] == b"-5"


@pytest.mark.parametrize(("text", "kept"), [("a\x0bb", "ab"), ("a\ud800b", "ab"), ("长" * 40_000, "长" * LONGEST)])
def test_what_a_cell_cannot_hold_is_taken_out_and_noted(text, kept):
    book = openpyxl.load_workbook(io.BytesIO(xlsx([["x"], [text]])))

    assert book["表"]["A3"].value == kept
    assert book.worksheets[1]["B2"].value == 3


@pytest.mark.django_db
@pytest.mark.parametrize("format", ["xlsx", "csv"])
def test_tricky_text_comes_back_as_it_was(city, tmp_path, format):
    Site.objects.bulk_create(
        Site(code=f"T{n}", name=f"点{n}", type=city.market_type, unit=city.east, address=text.strip())
        for n, text in enumerate(TRICKS)
    )

    check = load("sites", export("sites", tmp_path, format))

    assert check.counts["unchanged"] == len(TRICKS) + 2
