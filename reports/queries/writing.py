"""Writing the rows of rankings and of their lists, each in one COPY."""

import io

from django.db import connection
from django.db.models import Model

from ..models import ListEntry, RankingRow

#: The columns that ``rules.writing`` writes, in its order.
COLUMNS: dict[type[Model], tuple[str, ...]] = {
    RankingRow: ("ranking_id", "unit_id", "position", "rank", "score", "movement", "components", "footnote"),
    ListEntry: ("ranking_id", "unit_id", "board", "color", "consecutive", "reason"),
}


def copy_rows(model: type[Model], text: str) -> None:
    """Add rows of rankings or of lists given in PostgreSQL's COPY text format."""
    with connection.cursor() as cursor:
        cursor.copy_from(io.StringIO(text), model._meta.db_table, columns=COLUMNS[model])
