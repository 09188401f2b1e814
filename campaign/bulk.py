"""Rows into the database by the thousand: one COPY, and one statement that merges it.

Never read through the ORM while a COPY of the same connection runs; build the lines first.
"""

import io
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, models

#: What COPY's text format wants escaped.
ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
NULL = "\\N"


@models.CharField.register_lookup
class AnyOf(models.Lookup):
    """``code__any_of=[…]``: like ``__in``, with the whole list as one parameter; tens of thousands cost nothing."""

    lookup_name = "any_of"

    def get_prep_lookup(self) -> list[Any]:
        return list(self.rhs)

    def get_db_prep_lookup(self, value: Any, connection: Any) -> tuple[str, tuple[Any]]:
        return "%s", (value,)

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        left, left_params = self.process_lhs(compiler, connection)
        right, right_params = self.process_rhs(compiler, connection)
        return f"{left} = ANY({right}::text[])", (*left_params, *right_params)


def cell(value: Any) -> str:
    """A value in COPY's text format: None is NULL, moments must carry their zone."""
    if value is None:
        return NULL
    return value.translate(ESCAPES) if type(value) is str else str(value)


def line(values: Iterable[Any]) -> str:
    """One line in COPY's text format."""
    return "\t".join([cell(value) for value in values]) + "\n"


def reserve(model: type[models.Model], count: int) -> list[int]:
    """Take ``count`` primary keys from a table's sequence."""
    if not count:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [model._meta.db_table, count],
        )
        return [row[0] for row in cursor.fetchall()]


def quoted(columns: Iterable[str]) -> str:
    """Column names for a statement; some are reserved words."""
    return ", ".join(map(connection.ops.quote_name, columns))


def copy_lines(table: str, columns: Sequence[str], lines: Iterable[str]) -> None:
    """COPY lines of ``line()`` into a table."""
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {table} ({quoted(columns)}) FROM STDIN", io.StringIO("".join(lines)))


def copy(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """COPY new rows into a model's table; ``columns`` are the database's names."""
    copy_lines(model._meta.db_table, columns, map(line, rows))


def merge(
    model: type[models.Model],
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    key: Sequence[str] = ("code",),
    keep: Sequence[str] = (),
) -> None:
    """Insert rows, or bring those that exist under ``key`` up to date; ``keep`` is only set on insertion."""
    table, listed = model._meta.db_table, quoted(columns)
    changed = map(connection.ops.quote_name, [name for name in columns if name not in key and name not in keep])
    action = ", ".join(f"{column} = EXCLUDED.{column}" for column in changed)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE incoming AS SELECT {listed} FROM {table} WHERE false")  # noqa: S608
        copy_lines("incoming", columns, map(line, rows))
        cursor.execute(
            f"INSERT INTO {table} ({listed}) SELECT {listed} FROM incoming"  # noqa: S608
            f" ON CONFLICT ({quoted(key)}) DO UPDATE SET {action}"
        )
        cursor.execute("DROP TABLE incoming")
