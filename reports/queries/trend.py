"""A group's scores and places through time, beside the same period of the year before: one statement for all units."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection

from campaign.models import User

from ..models import Ranking
from ..rules.periods import Span
from .history import LENGTH
from .ranking_page import PAGE, SHOWN_FIRST

#: Of the newest ranking the units in its order, each with what the other rankings say of it, in their order.
ROWS = """
SELECT u.id, u.code, u.label, newest.position,
       array_agg(r.score ORDER BY wanted.at), array_agg(r.rank ORDER BY wanted.at)
  FROM reports_rankingrow newest
  JOIN units_unit u ON u.id = newest.unit_id
 CROSS JOIN unnest(%(rankings)s) WITH ORDINALITY AS wanted(ranking_id, at)
  LEFT JOIN reports_rankingrow r ON r.ranking_id = wanted.ranking_id AND r.unit_id = newest.unit_id
 WHERE newest.ranking_id = %(newest)s AND newest.position > %(after)s
 GROUP BY u.id, u.code, u.label, newest.position
 ORDER BY newest.position
 LIMIT %(most)s"""


class Point(NamedTuple):
    """A unit's score in points and its place in one period; None for a period in which it has none."""

    score: Decimal | None
    rank: int | None


@dataclass(slots=True)
class Line:
    """One unit: its scores and places in the order of the trend's periods, and a year before the last of them."""

    unit: int
    code: str
    label: str
    position: int
    #: One more of each than periods: the last is the year before's.
    scores: Sequence[Decimal | None]
    ranks: Sequence[int | None]

    @property
    def points(self) -> Sequence[Point]:
        """Score and place in each period; made when a line is shown, there may be thousands."""
        return list(map(Point, self.scores, self.ranks))[:-1]

    @property
    def year_before(self) -> Point:
        """The same period a year before."""
        return Point(self.scores[-1], self.ranks[-1])

    @property
    def change(self) -> Decimal | None:
        """The last score against the one of the year before, in points."""
        *_earlier, now, then = self.scores
        return None if now is None or then is None else now - then


@dataclass(frozen=True, slots=True)
class Trend:
    """Units in the order of the newest ranking; ``rankings`` stands beside ``spans``, None where there was none."""

    spans: Sequence[Span]
    rankings: Sequence[Ranking | None]
    year_before: Span
    lines: Sequence[Line]


def trend_of(ranking: Ranking, user: User, *, after: int = 0, most: int = PAGE) -> Trend:
    """The last 13 periods of a ranking's group up to its own; two statements, whatever the number of units.

    Of other periods the revision that the person would be shown counts: the published one, else the newest.
    """
    spans = ranking.period.span.back(LENGTH)
    year_before = ranking.period.span.year_before()
    found = _rankings(ranking, user, [*spans, year_before])
    shown = [found.get(span.code) for span in spans]
    return Trend(spans, shown, year_before, _lines(ranking, [*shown, found.get(year_before.code)], after, most))


def _rankings(ranking: Ranking, user: User, spans: Sequence[Span]) -> Mapping[str, Ranking]:
    others = Ranking.objects.visible_to(user).light().filter(
        group=ranking.group_id, period__code__in={span.code for span in spans} - {ranking.period.code}
    )  # fmt: skip
    one_each = others.order_by("period__code", *SHOWN_FIRST).distinct("period__code").select_related("period", "group")
    return {other.period.code: other for other in one_each} | {ranking.period.code: ranking}


def _lines(ranking: Ranking, wanted: Sequence[Ranking | None], after: int, most: int) -> list[Line]:
    values: dict[str, Any] = {
        "rankings": [other.pk if other else 0 for other in wanted], "newest": ranking.pk, "after": after, "most": most,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(ROWS, values)
        rows = cursor.fetchall()
    return [Line(*row) for row in rows]
