"""Objections as closing, publishing and the pages ask for them."""

from datetime import datetime

from django.db.models import QuerySet

from campaign.models import User
from campaign.queries import work_clock
from campaign.rules import ONE_DAY, day_of, start_of

from ..models import Objection, ObjectionTime, Ranking, RankingRow


def objections_end(kind: str, *, closed_at: datetime) -> datetime | None:
    """The end of the last day (Asia/Shanghai) on which a ranking closed at a moment is open to objection; None: never.

    Days are counted from the day after the closing. Raises UnknownYear where working days run out of the calendar.
    """
    time = ObjectionTime.objects.filter(kind=kind, days__gt=0).first()
    if time is None:
        return None
    last, clock = day_of(closed_at), work_clock() if time.working else None
    for _day in range(time.days):
        last = clock.next_working(last) if clock else last + ONE_DAY
    return start_of(last + ONE_DAY)


def held_back(ranking: Ranking, *, at: datetime) -> str:
    """Why a closed ranking cannot be published yet: ``window``, ``objections``, or nothing."""
    if ranking.objections_until and at < ranking.objections_until:
        return "window"
    return "objections" if Objection.objects.open().filter(ranking=ranking).exists() else ""


def announced_row(user: User, period: str, group: str, unit: str) -> RankingRow | None:
    """The row of a person's own unit in the closed ranking of a period, once it was open to objection."""
    return _light(_named(RankingRow.objects.announced_to(user), period, group, unit)).first()


def was_published(user: User, period: str, group: str, unit: str) -> bool:
    """Whether the row of a person's own unit has been published, so that it is no longer open to objection."""
    rows = RankingRow.objects.own_to(user).filter(ranking__state=Ranking.State.PUBLISHED)
    return _named(rows, period, group, unit).exists()


def _named(rows: QuerySet[RankingRow], period: str, group: str, unit: str) -> QuerySet[RankingRow]:
    return rows.filter(ranking__period__code=period, ranking__group__code=group, unit__code=unit)


def announced_rows(user: User, *, at: datetime) -> list[RankingRow]:
    """The rows that a person's units may object to now; what ends first stands first."""
    rows = RankingRow.objects.announced_to(user).filter(ranking__objections_until__gt=at)
    return list(_light(rows).order_by("ranking__objections_until", "ranking__period__starts_on", "unit__code")[:20])


def _light(rows: QuerySet[RankingRow]) -> QuerySet[RankingRow]:
    """With unit and ranking, without the ranking's frozen texts."""
    found = rows.select_related("unit", "ranking__period", "ranking__group", "ranking__rule")
    return found.defer("ranking__inputs", "ranking__snapshot")
