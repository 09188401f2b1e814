"""What a kept ranking page depends on, in one short statement: it is asked on every request."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from campaign.models import User

from ..models import Ranking

#: The published revision is shown before newer ones, as in ``ranking_page.rankings_in``; the last four columns change
#: whenever any ranking is made, refreshed, closed or published, and are the ends of indexes.
STATEMENT = """
SELECT r.id, r.state, r.refreshed_at, r.error, r.closed_by_id, p.ends_at,
       (SELECT max(id) FROM reports_ranking), (SELECT max(refreshed_at) FROM reports_ranking),
       (SELECT max(closed_at) FROM reports_ranking), (SELECT max(published_at) FROM reports_ranking)
  FROM reports_ranking r JOIN reports_period p ON p.id = r.period_id JOIN units_peergroup g ON g.id = r.group_id
 WHERE p.code = %(period)s AND g.code = %(group)s AND r.state = ANY(%(states)s)
   AND (%(revision)s::int IS NULL OR r.revision = %(revision)s::int)
 ORDER BY r.published_at DESC NULLS LAST, r.revision DESC LIMIT 1
"""


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
