"""Computing draft rankings, in one transaction per run: readers see old rows or new, a killed run leaves no trace."""

import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from itertools import chain

import structlog
from django.db import DatabaseError, transaction
from django.db.models import F

from campaign.queries import facts_changed
from campaign.rules import day_of

from ..models import ListEntry, Period, Ranking, RankingRow, RuleUse
from ..queries.before import Before, groups_before
from ..queries.locks import lock_period, take_fact_changes, try_lock_roll_up
from ..queries.tables import Facts
from ..queries.writing import copy_rows
from ..rules.periods import KINDS, Span, all_containing, containing, parse
from ..rules.scoring import Placed, place
from ..rules.spec import RuleSpec
from ..rules.writing import copy_lines, entry_lines
from .carrying import carry_late, ensure_period

logger = structlog.get_logger(__name__)

#: How old a running period's drafts may grow although no fact changed: deadlines pass by themselves.
LIVE = {
    "day": timedelta(minutes=5), "week": timedelta(minutes=5), "month": timedelta(minutes=10),
    "quarter": timedelta(minutes=30), "year": timedelta(minutes=30),
}  # fmt: skip
#: Periods computed in one transaction.
AT_ONCE = 100
#: What bad data of one group may raise; it must not stop the other groups.
BAD_DATA = (ArithmeticError, LookupError, TypeError, ValueError, DatabaseError)


@transaction.atomic
def open_period(*, code: str, now: datetime) -> Period:
    """The row of a period with its drafts computed. Raises ValueError where the code is none."""
    period = ensure_period(parse(code), now=now)
    refresh(period=period, now=now)
    period.refresh_from_db()
    return period


@transaction.atomic
def roll_up(*, now: datetime) -> list[Period]:
    """Recompute the drafts of every period whose facts changed, and those of running periods that have grown old.

    Takes the days from ``FactChange``; returns the periods that were computed. What it leaves is done by the next run:
    periods beyond the first hundred, and everything while another roll-up is at work.
    """
    if not try_lock_roll_up():
        return []
    changed = take_fact_changes()
    spans = sorted({*stale_spans(changed, now=now), *carry_late(days=changed, now=now)}, key=in_time)
    facts_changed(span.starts_on for span in spans[AT_ONCE:])
    periods = [ensure_period(span, now=now) for span in spans[:AT_ONCE]]
    return [period for period in periods if refresh(period=period, now=now)]


def stale_spans(days: Iterable[date | None], *, now: datetime) -> list[Span]:
    """The periods to compute anew, in the order of time: movement reads the one before."""
    today, changed = day_of(now), set(days)
    kinds = set(RuleUse.objects.filter(active=True).values_list("kind", flat=True))
    spans = {containing(day, kind) for day in changed if day and day <= today for kind in kinds}
    drafts = {period.span for period in Period.objects.filter(rankings__state=Ranking.State.DRAFT).distinct()}
    if None in changed:
        spans |= drafts
    spans |= {span.next() for span in spans} & drafts
    running = [span for span in all_containing(today) if span.kind in kinds]
    spans.update(span for span in running if _has_grown_old(span, now))
    return sorted(spans, key=in_time)


def in_time(span: Span) -> tuple[date, int]:
    """Order of closing: what ends first, and the shorter first."""
    return span.ends_on, KINDS.index(span.kind)


def _has_grown_old(span: Span, now: datetime) -> bool:
    period = Period.objects.filter(code=span.code).first()
    return period is None or period.refreshed_at is None or period.refreshed_at + LIVE[span.kind] <= now


@dataclass(slots=True)
class Computed:
    """A ranking computed and not yet written."""

    ranking: Ranking
    spec: RuleSpec
    rows: list[Placed]
    before: Before
    merged: list[dict[str, str]]


@transaction.atomic
def refresh(*, period: Period, now: datetime) -> list[Ranking]:
    """Compute all drafts of a period anew, cut at ``now`` or at its end; returns those that were written.

    A group whose data or rule is bad keeps its older rows and says why in ``error``; the others are not held up.
    """
    lock_period(period.pk)
    drafts = _drafts(period)
    if not drafts:
        return []
    with collector_resting():
        done = _compute_all(drafts, Facts(period, now))
        _write(done, now)
        written = [computed.ranking for computed in done]
        del done  # its thousands of rows, or the collector walks them all when it is let loose
    Period.objects.filter(pk=period.pk).update(refreshed_at=now)
    return written


def _drafts(period: Period) -> list[Ranking]:
    """The drafts, made for groups that have none yet; first revisions follow the rule in use."""
    existing: dict[int, Ranking] = {}
    for ranking in period.rankings.light().select_related("rule", "group").order_by("revision"):
        existing[ranking.group_id] = ranking
    uses = RuleUse.objects.filter(kind=period.kind, active=True).select_related("rule", "group")
    for use in uses.order_by("group__position", "group__code"):
        known = existing.get(use.group_id)
        if known is None:
            existing[use.group_id] = Ranking.objects.create(period=period, group=use.group, rule=use.rule)
        elif known.state == Ranking.State.DRAFT and known.revision == 1 and known.rule_id != use.rule_id:
            known.rule = use.rule
            known.save(update_fields=["rule"])
    return [ranking for ranking in existing.values() if ranking.state == Ranking.State.DRAFT]


@contextmanager
def collector_resting() -> Iterator[None]:
    """Thousands of rows made at once would set the garbage collector off again and again; they hold no circles."""
    at_work = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if at_work:
            gc.enable()


def _compute_all(drafts: Iterable[Ranking], facts: Facts) -> list[Computed]:
    befores = groups_before(facts.period)
    read = cache(lambda rule: RuleSpec.parse(rule.spec))
    done = []
    for ranking in drafts:
        try:
            spec = read(ranking.rule)
            rows = place(spec, facts.table(spec, ranking.group_id))
            merged = facts.merged(spec, ranking.group_id)
            done.append(Computed(ranking, spec, rows, befores.get(ranking.group_id, Before()), merged))
        except BAD_DATA as error:
            _note_failure(ranking, error)
    return done


def _note_failure(ranking: Ranking, error: Exception) -> None:
    logger.error("ranking.failed", ranking=str(ranking), error=repr(error))
    text = f"{type(error).__name__}: {error}"[:300]
    Ranking.objects.filter(pk=ranking.pk).update(error=text, failures=F("failures") + 1)


def _write(computed: list[Computed], now: datetime) -> None:
    ids = [one.ranking.pk for one in computed]
    RankingRow.objects.filter(ranking__in=ids)._raw_delete("default")
    ListEntry.objects.filter(ranking__in=ids)._raw_delete("default")
    rows = (copy_lines(one.ranking.pk, one.spec, one.rows, one.before.ranks) for one in computed)
    copy_rows(RankingRow, "".join(chain.from_iterable(rows)))
    entries = (
        entry_lines(one.ranking.pk, one.spec, one.rows, one.before.entries, one.ranking.period.kind) for one in computed
    )
    copy_rows(ListEntry, "".join(chain.from_iterable(entries)))
    Ranking.objects.filter(pk__in=ids).update(refreshed_at=now, error="", failures=0)
    for one in computed:
        one.ranking.refreshed_at, one.ranking.error, one.ranking.failures = now, "", 0
        if one.ranking.merged != one.merged:
            one.ranking.merged = one.merged
            one.ranking.save(update_fields=["merged"])
