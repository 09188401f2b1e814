"""Opening files: encodings, heads, cells; and what is turned away with a sentence."""

import io
import subprocess
import sys
import zipfile

import openpyxl
import pytest
import xlwt

from campaign.documents.sheets import OPENER, UnreadableSheet, read, table_of

ROWS = '编码,名称\r\nA,"两行\n的格"\r\nB,乙\r\n'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_text_is_read_in_any_of_the_usual_encodings(tmp_path, encoding):
    (tmp_path / "a.csv").write_bytes(ROWS.encode(encoding))

    table = table_of(read(tmp_path / "a.csv"))

    assert table.column("名称") == ["两行\n的格", "乙"]


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_other_delimiters_are_seen(tmp_path, delimiter):
    (tmp_path / "a.csv").write_text(f"编码{delimiter}名称\nA{delimiter}甲,乙\n")

    assert table_of(read(tmp_path / "a.csv")).column("名称") == ["甲,乙"]


def test_the_older_excel_format_is_read(tmp_path):
    book = xlwt.Workbook()
    sheet = book.add_sheet("单位")
    for row, values in enumerate([["编码", "名称", "排序"], ["0601", "东街", 3]]):
        for column, value in enumerate(values):
            sheet.write(row, column, value)
    path = tmp_path / "units.xls"
    book.save(str(path))

    assert [column[0] for column in table_of(read(path)).columns] == ["0601", "东街", "3"]


@pytest.fixture
def book(tmp_path):
    def save(rows, name="a.xlsx", sheet="单位"):
        book = openpyxl.Workbook()
        book.active.title = sheet
        for row in rows:
            book.active.append(row)
        book.save(tmp_path / name)
        return tmp_path / name

    return save


def test_whole_numbers_have_no_point(book):
    table = table_of(read(book([["code", "n", "x"], ["610602001001", 7, 0.1 + 0.2]])))

    assert [column[0] for column in table.columns] == ["610602001001", "7", "0.3"]


def test_heads_are_found_below_a_title(book):
    table = table_of(
        read(book([["某市单位一览表"], [], ["编码", "名称", "分组"], ["A", "甲", ""], [], ["B", "乙", ""]]))
    )

    assert table.heads == ["编码", "名称", "分组"]
    assert table.numbers == [4, 6]


def test_the_sheet_with_our_heads_is_taken(book, tmp_path):
    path = book([["说明", "用途"], ["x", "y"]], sheet="封面")
    more = openpyxl.load_workbook(path)
    for row in (["code", "name"], ["A", "甲"]):
        more["单位" if "单位" in more.sheetnames else more.create_sheet("单位").title].append(row)
    more.save(path)

    assert table_of(read(path), known={"code", "name"}).sheet == "单位"


def package(**parts: str | bytes) -> bytes:
    """A workbook from its parts; what is missing is filled in."""
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    sheet = f'<worksheet xmlns="{space}"><sheetData>{{}}</sheetData></worksheet>'
    book = io.BytesIO()
    openpyxl.Workbook().save(book)
    given = {name.replace("__", "/").replace("_xml", ".xml"): content for name, content in parts.items()}
    out = io.BytesIO()
    with zipfile.ZipFile(book) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            if part not in given:
                new.writestr(part, old.read(part))
        for name, content in given.items():
            new.writestr(
                name, sheet.format(content) if isinstance(content, str) and name.endswith("sheet1.xml") else content
            )
    return out.getvalue()


def far_cell() -> bytes:
    cells = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    return package(xl__worksheets__sheet1_xml=cells)


def many_sheets() -> bytes:
    out = io.BytesIO(package())
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as book:
        for number in range(2, 10_001):
            book.writestr(f"xl/worksheets/sheet{number}.xml", "<worksheet/>")
    return out.getvalue()


def laughs() -> bytes:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    text = f'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY l0 "ha">{entities}]><sst><si><t>&l9;</t></si></sst>'
    return package(xl__sharedStrings_xml=text.encode())


def external() -> bytes:
    text = '<?xml version="1.0"?><!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]><sst><si><t>&x;</t></si></sst>'
    return package(xl__sharedStrings_xml=text.encode())


def nested() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inner.zip", package())
    return out.getvalue()


def encrypted() -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 1000 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 3000


BOMBS = {
    "size": lambda: package(xl__media__big_xml=b"0" * 300_000_000),
    "columns": far_cell,
    "sheets": many_sheets,
    "doctype": laughs,
    "doctype external": external,
    "wrong_type nested": nested,
    "macros": lambda: package(**{"xl/vbaProject.bin": b"macro"}),
    "encrypted": encrypted,
    "wrong_type": lambda: b"%PDF-1.7\n" + b"x" * 1000,
    "damaged": lambda: package()[:2000],
}


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_are_turned_away(tmp_path, name):
    path = tmp_path / "bomb.xlsx"
    path.write_bytes(BOMBS[name]())

    with pytest.raises(UnreadableSheet) as refused:
        read(path)

    assert refused.value.reason == name.split()[0]


WATCH = "import resource, subprocess, sys; subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL)"
WATCH += "; used = resource.getrusage(resource.RUSAGE_CHILDREN); print(used.ru_maxrss, used.ru_utime + used.ru_stime)"


@pytest.mark.parametrize("name", BOMBS)
def test_turning_away_takes_little_time_and_memory(tmp_path, name):
    path = tmp_path / "bomb.xlsx"
    path.write_bytes(BOMBS[name]())

    opener = [sys.executable, "-I", OPENER, path]
    told = subprocess.run([sys.executable, "-c", WATCH, *opener], capture_output=True, check=True, text=True).stdout

    kilobytes, seconds = map(float, told.split())
    assert kilobytes < 300_000
    assert seconds < 3


def test_cells_without_content_far_below_do_no_harm(tmp_path):
    cell = '<c r="{}" t="inlineStr"><is><t>{}</t></is></c>'
    rows = f'<row r="1">{cell.format("A1", "code")}{cell.format("B1", "name")}</row>'
    rows += f'<row r="2">{cell.format("A2", "A")}</row><row r="1048576"><c r="A1048576" s="1"/></row>'
    path = tmp_path / "a.xlsx"
    path.write_bytes(package(xl__worksheets__sheet1_xml=rows))

    assert len(table_of(read(path))) == 1
