"""What the period before said of the groups: places and lists, for movement and consecutive listings."""

from collections import defaultdict
from dataclasses import dataclass, field

from django.db import connection

from ..models import ListEntry, Period, Ranking


@dataclass(slots=True)
class Before:
    """Places by unit, and lists by unit and board as (color, how many running)."""

    ranks: dict[int, int] = field(default_factory=dict)
    entries: dict[tuple[int, str], tuple[str, int]] = field(default_factory=dict)


def groups_before(period: Period) -> dict[int, Before]:
    """Group id → its latest revision in the previous period of the same kind; three statements for all groups."""
    latest = dict(
        Ranking.objects.filter(period__kind=period.kind, period__starts_on=period.span.previous().starts_on)
        .order_by("group_id", "-revision")
        .distinct("group_id")
        .values_list("id", "group_id")
    )
    found: dict[int, Before] = defaultdict(Before)
    for ranking, unit, rank in _ranks(list(latest)):
        found[latest[ranking]].ranks[unit] = rank
    entries = ListEntry.objects.filter(ranking__in=latest).values_list(
        "ranking_id", "unit_id", "board", "color", "consecutive"
    )
    for ranking, unit, board, color, running in entries:
        found[latest[ranking]].entries[unit, board] = (color, running)
    return found


def _ranks(rankings: list[int]) -> list[tuple[int, int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ranking_id, unit_id, rank FROM reports_rankingrow WHERE ranking_id = ANY(%s) AND rank IS NOT NULL",
            [rankings],
        )
        return cursor.fetchall()
