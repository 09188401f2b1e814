"""A published ranking as a zip that a stranger recomputes: frozen texts byte for byte, their tables, and the verifier.

The same ranking always gives the same bytes: fixed order, fixed times, fixed compression.
"""

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from campaign.documents.tables import csv_cell

NUMBER = re.compile(r"-?[0-9.]+")
VERIFIER = Path(__file__).parent.parent / "verify"
SCRIPTS = ("recompute.py", "recount.py", "arithmetic.py")
#: What components.csv says of a part of a unit.
SIDES = ("weight", "numerator", "denominator", "value", "counted", "points", "lost")
#: What a file in the zip is dated: zip knows no earlier moment.
DATE = (1980, 1, 1, 0, 0, 0)


def write(file: IO[bytes], *, snapshot: str, digest: str, inputs: str, sentences: Iterable[str]) -> None:
    """Write the bundle of a published ranking, given its frozen texts, digest and rule in sentences."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as bundle:
        for name, text in contents(snapshot, digest, inputs, sentences):
            info = zipfile.ZipInfo(name, DATE)
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            bundle.writestr(info, text.encode())


def contents(snapshot: str, digest: str, inputs: str, sentences: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The files of a bundle by name, in their order."""
    said, data = json.loads(snapshot), json.loads(inputs)
    yield "README.md", (VERIFIER / "README.md").read_text()
    for script in SCRIPTS:
        yield script, (VERIFIER / script).read_text()
    yield "ranking.json", snapshot
    yield "ranking.sha256", f"{digest}  ranking.json\n"
    yield "inputs.json", inputs
    yield "rule.json", json.dumps(said["rule"]["spec"], ensure_ascii=False, indent=1, sort_keys=True)
    yield "rule.txt", "".join(f"{sentence}\n" for sentence in sentences)
    for name, rows in tables(said, data).items():
        yield name, table(rows)


def tables(said: Mapping[str, Any], data: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The csv files: name → rows."""
    rows, parts = said["rows"], said["rule"]["spec"]["components"]
    cells = [(row["unit"], *cell) for row in rows for cell in _flat(parts, row["components"])]
    return {
        "rows.csv": [{name: value for name, value in row.items() if name != "components"} for row in rows],
        "components.csv": [
            {"unit": unit, "part": name, **{side: cell.get(side) for side in SIDES}}
            for unit, name, _part, cell in cells
        ],
        "lines.csv": [
            {
                "unit": unit,
                "part": name,
                "line": at + 1,
                "event": part["lines"][at]["event"],
                "events": n,
                "points": sum_,
            }
            for unit, name, part, cell in cells
            for at, n, sum_ in cell.get("lines", ())
        ],
        "lists.csv": said["lists"],
        **{f"inputs/{name}.csv": section for name, section in sorted(data.items())},
    }


def _flat(
    parts: Iterable[Mapping[str, Any]], cells: Iterable[Mapping[str, Any]], above: str = ""
) -> Iterator[tuple[str, Mapping[str, Any], Mapping[str, Any]]]:
    """The parts of one row by name, as the rule has them and as the row does; those of a table under its name."""
    for part, cell in zip(parts, cells, strict=True):
        name = above + part["figure"]
        yield name, part, cell
        yield from _flat(part.get("parts", ()), cell.get("parts", ()), f"{name}/")


def table(rows: list[dict[str, Any]]) -> str:
    """Rows as csv with a byte order mark: columns as the rows name them; what is no text as JSON, null empty."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerows([names, *([_cell(row.get(name)) for name in names] for row in rows)] if rows else [])
    return "\ufeff" + out.getvalue()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value if NUMBER.fullmatch(value) else str(csv_cell(value))
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
