"""Writing the rows of rankings in one COPY."""

import io

from django.db import connection

from ..models import RankingRow

COLUMNS = ("ranking_id", "unit_id", "position", "rank", "score", "movement", "components", "footnote")


def copy_rows(text: str) -> None:
    """Add ranking rows given in PostgreSQL's COPY text format, columns in the order of ``COLUMNS``."""
    with connection.cursor() as cursor:
        cursor.copy_from(io.StringIO(text), RankingRow._meta.db_table, columns=COLUMNS)
