"""What a kept ranking page depends on, in one short statement: it is asked on every request."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from campaign.models import User

from ..models import Ranking

#: The published revision is shown before newer ones, as in ``ranking_page.rankings_in``. The function (migration 0007)
#: also looks at the newest row, refresh, closing and publication of all rankings: they are the ends of indexes.
STATEMENT = "SELECT * FROM reports_glance(%(period)s, %(group)s, %(states)s::text[], %(revision)s::int)"


@dataclass(frozen=True, slots=True)
class Glance:
    """Which ranking an address means for a person, and everything its page changes with."""

    ranking: int
    state: str
    refreshed_at: datetime | None
    error: str
    closed_by: int | None
    ends_at: datetime
    newest: int
    newest_refresh: datetime | None
    newest_closing: datetime | None
    newest_publication: datetime | None


def glance(user: User, period: str, group: str, revision: int | None = None) -> Glance | None:
    """The ranking that ``ranking_page.find_ranking`` would find, at a glance; None where the person may see none."""
    values = {"period": period, "group": group, "revision": revision}
    with connection.cursor() as cursor:
        cursor.execute(STATEMENT, values | {"states": Ranking.objects.all().states_for(user)})
        row = cursor.fetchone()
    return Glance(*row) if row else None
