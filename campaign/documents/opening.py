"""Opens an uploaded spreadsheet in a process of its own, with little memory and time.

Run as a file (``python -I opening.py PATH``) by ``campaign.documents.sheets``; it imports nothing of ours. It prints
one JSON object: ``{"sheets": [[name, rows], …]}`` with every cell as text, or ``{"refused": reason, "detail": text}``.

What is looked at before the reader (calamine) sees a workbook: the number of parts, their unpacked size and ratio,
DOCTYPE declarations, macros, the number of sheets, and how far the cells with content reach; a file of 5 KB can
otherwise declare 17 billion cells. Whatever still gets through meets the limits of the process.
"""

import csv
import io
import json
import re
import resource
import sys
import zipfile
import zlib
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

MEMORY = 640 * 1024**2  # bytes of address space
SECONDS = 30  # of processor time
PARTS = 1_000
SHEETS = 50
ROWS = 200_000
COLUMNS = 256
CELLS = 5_200_000  # 200,000 rows of 26 columns
UNPACKED = 160 * 1024**2  # bytes
RATIO = 150
SMALL = 8 * 1024**2  # bytes; parts below this may be packed however tightly
PIECE = 1024**2

COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
CELL = re.compile(rb'<(?:\w+:)?c r="([A-Z]{1,4})(\d{1,9})"(?:[^>]*[^/])?>')
GUARDED = re.compile(r"'[ ;]*[=+\-@\t\r＝＋－＠]")
#: A cell beyond column Z or row 199,999: only where there is one, every cell is looked at.
WIDE = re.compile(rb' r="(?:[A-Z]{2}|[A-Z](?:[2-9]\d{5}|\d{7}))')
DECLARATIONS = (b"<!DOCTYPE", b"<!ENTITY", b"<!doctype", b"<!entity")


class Refused(Exception):
    """The file is not taken; the arguments are the reason's name and a detail."""


def sheets_of(path: Path) -> list[tuple[str, list[list[str]]]]:
    """The sheets of a file, by what it is rather than by what it is called."""
    with path.open("rb") as file:
        start = file.read(4096)
    if start.startswith(b"PK\x03\x04"):
        check_package(path)
        return workbook(path)
    if start.startswith(COMPOUND):
        if ENCRYPTED in path.read_bytes():
            raise Refused("encrypted")
        return workbook(path)
    return [("", text_table(path.read_bytes()))]


def check_package(path: Path) -> None:
    """Refuse a zip package that is no plain workbook or unpacks to too much."""
    try:
        package = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise Refused("damaged") from error
    with package:
        parts = package.infolist()
        names = {part.filename for part in parts}
        if any(name.lower().endswith("vbaproject.bin") for name in names):
            raise Refused("macros")
        pages = [part for part in parts if re.match(r"xl/worksheets/[^/]+\.xml$", part.filename)]
        if len(pages) > SHEETS:
            raise Refused("sheets", len(pages))
        if len(parts) > PARTS:
            raise Refused("size")
        if "xl/workbook.xml" not in names:
            raise Refused("wrong_type")
        if sum(part.file_size for part in parts) > UNPACKED or any(too_tight(part) for part in parts):
            raise Refused("size")
        for part in parts:
            if part.filename.endswith((".xml", ".rels")):
                check_part(package, part, is_page=part in pages)


def too_tight(part: zipfile.ZipInfo) -> bool:
    """Whether a part unpacks to suspiciously much."""
    return part.file_size > max(SMALL, RATIO * part.compress_size)


def check_part(package: zipfile.ZipFile, part: zipfile.ZipInfo, *, is_page: bool) -> None:
    """Read one part piece by piece: no DOCTYPE, and on a sheet no cell too far out."""
    seen = columns = rows = 0
    tail = b""
    try:
        with package.open(part) as stream:
            while piece := stream.read(PIECE):
                seen += len(piece)
                if seen > UNPACKED:
                    raise Refused("size")
                text = tail + piece
                if any(word in text for word in DECLARATIONS):
                    raise Refused("doctype")
                if is_page:
                    rows, columns = reach(text, rows, columns)
                    check_reach(rows, columns)
                tail = text[-200:]
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
        raise Refused("damaged") from error


def reach(text: bytes, rows: int, columns: int) -> tuple[int, int]:
    """How far the cells with content in a piece of a sheet reach, beyond what was seen before."""
    if WIDE.search(text):
        found = CELL.findall(text)
        columns = max([columns, *map(column_number, {letters for letters, _ in found})])
        return max([rows, *(int(row) for _, row in found)]), columns
    last = CELL.findall(text, max(0, len(text) - 20_000))
    return max([rows, *(int(row) for _, row in last)]), columns


def column_number(letters: bytes) -> int:
    """``A`` → 1, ``AA`` → 27."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def check_reach(rows: int, columns: int) -> None:
    """Refuse a sheet that reaches too far down or right."""
    if columns > COLUMNS:
        raise Refused("columns", columns)
    if rows > ROWS:
        raise Refused("rows", rows)
    if rows * columns > CELLS:
        raise Refused("cells", rows * columns)


def workbook(path: Path) -> list[tuple[str, list[list[str]]]]:
    """The visible sheets of a workbook; formulas give the value they had when the file was saved."""
    import python_calamine  # noqa: PLC0415 - text files do not need it

    try:
        book = python_calamine.CalamineWorkbook.from_path(str(path))
        sheets = [book.get_sheet_by_name(name) for name in book.sheet_names[:SHEETS]]
        found = []
        for sheet in sheets:
            check_reach(sheet.total_height, sheet.total_width)
            rows = sheet.to_python(skip_empty_area=False)
            found.append((sheet.name, [[as_text(cell) for cell in row] for row in rows]))
    except python_calamine.PasswordError as error:
        raise Refused("encrypted") from error
    except (python_calamine.CalamineError, ValueError, OSError) as error:
        raise Refused("damaged") from error
    return found


def as_text(cell: Any) -> str:
    """One cell as text: whole numbers without ``.0``, fractions to 15 digits as a spreadsheet shows them, ISO dates."""
    kind = type(cell)
    if kind is str:
        return cell.strip()
    if kind is float:
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else format(cell, ".15g")
    if kind is datetime:
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ", "seconds")
    if kind in (date, time):
        return cell.isoformat()
    if kind is timedelta:
        return str(cell)
    return str(cell)


def text_table(data: bytes) -> list[list[str]]:
    """The rows of comma, semicolon or tab separated text in UTF-8, UTF-16 or GB18030."""
    text = decoded(data)
    head = text.lstrip()[:200].lower()
    if head.startswith(("<html", "<!doctype", "<?xml", "<table", "{\\rtf", "%pdf")):
        raise Refused("wrong_type")
    if any(ord(letter) < 32 and letter not in "\t\r\n" for letter in text[:4096]):
        raise Refused("wrong_type")
    first = text.lstrip("\r\n").split("\n", 1)[0]
    delimiter = max(",\t;", key=first.count)
    csv.field_size_limit(1_000_000)
    rows = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            rows.append([unquoted(cell.strip()) for cell in row])
            check_reach(len(rows), len(row))
    except csv.Error as error:
        raise Refused("damaged") from error
    return rows


def unquoted(cell: str) -> str:
    """Text without the apostrophe that a csv file gets before what could be taken for a formula."""
    return cell[1:] if cell.startswith("'") and GUARDED.match(cell) else cell


def decoded(data: bytes) -> str:
    """Text of bytes: by its mark, else UTF-8, else GB18030 (what Chinese offices save)."""
    marked = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    tries = ["utf-16"] if marked else ["utf-8-sig", "gb18030"]
    for encoding in tries:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refused("wrong_type")


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        answer: dict[str, Any] = {"sheets": sheets_of(Path(sys.argv[1]))}
    except Refused as refused:
        reason, *detail = refused.args
        answer = {"refused": reason, "detail": str(detail[0]) if detail else ""}
    except MemoryError:
        answer = {"refused": "size", "detail": ""}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main()
