"""A unit's places through time."""

from datetime import datetime

from campaign.models import User
from units.models import Unit

from ..models import Ranking, RankingRow
from ..rules.periods import Span

#: Periods of a trend: a quarter of weeks.
LENGTH = 13


def row_before(row: RankingRow, user: User, span: Span | None = None) -> RankingRow | None:
    """The unit's row in the period before, or in ``span``, in the newest revision that a person may see."""
    ranking = row.ranking
    wanted = span or ranking.period.span.previous()
    found = RankingRow.objects.filter(
        ranking__in=Ranking.objects.visible_to(user),
        ranking__period__code=wanted.code,
        ranking__group=ranking.group_id,
        unit=row.unit_id,
    )
    return (
        found.select_related("ranking__period", "unit")
        .defer("ranking__inputs", "ranking__snapshot")
        .order_by("-ranking__revision")
        .first()
    )


def rows_of(unit: Unit, user: User, *, kind: str = "week", until: datetime | None = None) -> list[RankingRow]:
    """A unit's rows of the last `LENGTH` periods of a kind, the oldest first, each in its newest revision.

    ``until`` leaves out periods that end after it (those that still run).
    """
    found = RankingRow.objects.filter(
        ranking__in=Ranking.objects.visible_to(user), ranking__period__kind=kind, unit=unit
    )
    if until:
        found = found.filter(ranking__period__ends_at__lte=until)
    found = found.select_related("ranking__period", "ranking__group", "ranking__rule", "unit").defer(
        "ranking__inputs", "ranking__snapshot"
    )
    rows: dict[int, RankingRow] = {}
    for row in found.order_by("-ranking__period__starts_on", "-ranking__revision")[: LENGTH * 3]:
        rows.setdefault(row.ranking.period_id, row)
    return list(rows.values())[:LENGTH][::-1]
