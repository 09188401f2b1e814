"""The tables under ``data/``, the dice everything is thrown with, and the one way rows go into the database."""

import csv
import io
import random
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from django.db import connection, models

DATA = Path(__file__).parent / "data"
#: What COPY's text format wants escaped.
ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def table(name: str) -> list[dict[str, str]]:
    """The rows of ``data/NAME.csv``, by column name."""
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def column(name: str, key: str = "name") -> list[str]:
    """One column of a table."""
    return [row[key] for row in table(name)]


def dice(*key: object) -> random.Random:
    """Dice that fall the same way for the same key, on every machine."""
    return random.Random(":".join(map(str, key)))


def reserve(model: type[models.Model], count: int) -> list[int]:
    """Take ``count`` primary keys from a table's sequence."""
    sql = "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)"
    with connection.cursor() as cursor:
        cursor.execute(sql, [model._meta.db_table, count])
        return [row[0] for row in cursor.fetchall()]


def copy(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write rows with one COPY; ``columns`` are the database's names, None is NULL, moments carry their zone."""
    text = io.StringIO()
    for row in rows:
        cells = ("\\N" if cell is None else str(cell).translate(ESCAPES) for cell in row)
        text.write("\t".join(cells) + "\n")
    text.seek(0)
    into = f"COPY {model._meta.db_table} ({', '.join(columns)}) FROM STDIN"
    with connection.cursor() as cursor:
        cursor.copy_expert(into, text)


def analyze(*models_: type[models.Model]) -> None:
    """Let the planner know what has just been written; it would find out by itself in a minute or so."""
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {', '.join(model._meta.db_table for model in models_)}")
