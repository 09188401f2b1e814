"""What a late entry makes anew; and of one group of all 5,000 units: closing, publishing, its trend, its bootstrap.

What is made here is taken back: the database is left as it was.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import TypeVar

from django.db import connection, transaction

from campaign.models import User
from campaign.queries import facts_changed
from reports.models import Period, Ranking, RuleUse, ScoringRule
from reports.queries.analysis import analysis_of
from reports.queries.trend import trend_of
from reports.services import close_period, open_period, publish, roll_up
from reports.services.refreshing import ensure_period
from units.models import PeerGroup, Unit

from .measure import Line, best_of, milliseconds

Made = TypeVar("Made")

#: The rankings of the months before, with the same rows: a year's trend and the same month a year before it.
EARLIER = """
INSERT INTO reports_ranking (period_id, group_id, rule_id, revision, state, refreshed_at, error, failures, reason,
                             inputs, snapshot, digest, code_version)
SELECT p.id, r.group_id, r.rule_id, 1, 'draft', r.refreshed_at, '', 0, '', '', '', '', ''
  FROM reports_ranking r JOIN reports_period p ON p.kind = 'month' AND p.id <> r.period_id WHERE r.id = %(ranking)s;
INSERT INTO reports_rankingrow (ranking_id, unit_id, position, rank, score, movement, components, footnote)
SELECT e.id, r.unit_id, r.position, r.rank, r.score, r.movement, r.components, r.footnote
  FROM reports_rankingrow r JOIN reports_ranking e ON e.group_id = %(group)s AND e.id <> %(ranking)s
 WHERE r.ranking_id = %(ranking)s;
ANALYZE reports_rankingrow, reports_ranking, reports_period;
"""
BACK = 13
#: A late entry's day, the drafts it touches (the next week reads its movement from its own), and drafts beside them.
LATE = date(2026, 11, 10)
TOUCHED = {"2026-11-10", "2026-11-11", "2026-W46", "2026-W47", "2026-11"}
OTHERS = ("2026-11-09", "2026-11-10", "2026-11-11", "2026-11-12", "2026-W45", "2026-W46", "2026-W47", "2026-W48")


def published_month(period: Period) -> list[Line]:
    """Close and publish the month of one group of all units, then read its trend and analyse it."""
    with taken_back():
        group = one_group()
        now = period.ends_at + timedelta(hours=1)
        office, supervisor = (User.objects.get(username=name) for name in ("office", "supervisor"))
        closing, closed = timed(lambda: close_period(period=period, by=office, now=now))
        ranking = next(ranking for ranking in closed if ranking.group_id == group.pk)
        publishing, ranking = timed(lambda: publish(ranking=ranking, by=supervisor, now=now))
        rows = ranking.rows.count()
        analysing, _analysis = timed(lambda: analysis_of(ranking))
        earlier_months(ranking)
        [trend] = best_of(lambda: trend_of(ranking, office, most=rows))
        periods = sum(shown is not None for shown in trend_of(ranking, office, most=1).rankings)
    return [
        Line("rows of the group", f"{rows:,}"),
        Line("closing: computed anew, inputs frozen", f"{closing:.2f} s"),
        Line("publishing: snapshot, digests, notices", f"{publishing:.2f} s"),
        Line("closing and publishing together", f"{closing + publishing:.2f} s", "< 5 s", closing + publishing < 5),
        Line("1,000 resamples, bands and variants", f"{analysing:.2f} s", "< 10 s", analysing < 10),
        Line(f"a trend of {periods} periods", milliseconds(trend), "< 300 ms", trend < 0.3 and periods == BACK),
    ]


def late_entry(now: datetime) -> list[Line]:
    """The roll-up after one late entry, beside drafts of other days, weeks and months."""
    with taken_back():
        rule = ScoringRule.objects.get(code="R")
        for group in PeerGroup.objects.all():
            RuleUse.objects.bulk_create(RuleUse(rule=rule, group=group, kind=kind) for kind in ("day", "week"))
        for code in OTHERS:
            open_period(code=code, now=now)
        roll_up(now=now)
        facts_changed({LATE})
        seconds, done = timed(lambda: roll_up(now=now))
        drafts = Period.objects.filter(rankings__state=Ranking.State.DRAFT).distinct().count()
    codes = {period.code for period in done}
    return [
        Line(
            "the late entry's own, and the next ones' movement",
            "only these" if codes == TOUCHED else ", ".join(sorted(codes)),
            "no others",
            codes == TOUCHED,
        ),
        Line("made anew", f"{len(codes)} of {drafts} in {milliseconds(seconds)}"),
    ]


def one_group() -> PeerGroup:
    """The first group, with the units of all groups in it."""
    group = PeerGroup.objects.order_by("position")[0]
    Unit.objects.update(group=group)
    return group


def earlier_months(ranking: Ranking) -> None:
    """The same rows in the months before."""
    span = ranking.period.span
    for _month in range(BACK - 1):
        span = span.previous()
        ensure_period(span, now=span.starts_at)
    with connection.cursor() as cursor:
        cursor.execute(EARLIER, {"ranking": ranking.pk, "group": ranking.group_id})


def timed(act: Callable[[], Made]) -> tuple[float, Made]:
    """Seconds that an act takes, and what it gave."""
    start = time.perf_counter()
    made = act()
    return time.perf_counter() - start, made


@contextmanager
def taken_back() -> Iterator[None]:
    """A transaction that leaves nothing behind."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
