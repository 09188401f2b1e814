"""Writing the rows of rankings in one COPY."""

import io
from collections.abc import Iterable

from django.db import connection

from ..models import RankingRow

COLUMNS = ("ranking_id", "unit_id", "position", "rank", "score", "movement", "components", "footnote")


def copy_rows(lines: Iterable[str]) -> None:
    """Add ranking rows given as lines of PostgreSQL's COPY text format, in the order of ``COLUMNS``."""
    with connection.cursor() as cursor:
        cursor.copy_from(io.StringIO("".join(lines)), RankingRow._meta.db_table, columns=COLUMNS)
