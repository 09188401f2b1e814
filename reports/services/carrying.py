"""Late entries that count in the next period that is not closed, where the rule of their own says so."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import Q

from campaign.models import FactChange

from ..models import Period, Ranking, ScoringRule
from ..queries.carried import carry, takers
from ..queries.locks import lock_carrying
from ..rules.periods import Span


def ensure_period(span: Span, *, now: datetime) -> Period:
    """The row of a period, made if it is new."""
    period, _made = Period.objects.get_or_create(
        code=span.code,
        defaults={
            "kind": span.kind, "starts_on": span.starts_on, "ends_on": span.ends_on,
            "starts_at": span.starts_at, "ends_at": span.ends_at, "opened_at": now,
        },
    )  # fmt: skip
    return period


def carry_late(*, days: Iterable[date | None], now: datetime) -> set[Span]:
    """Let what was entered late for some days count in later periods; returns those that take from these days.

    Of a ranking that is closed under a rule with ``late: next`` the first later period takes it that the group is
    ranked in and that is not closed; where the group is ranked no more it waits for a revision, as without that rule.
    Until the transaction ends nobody else closes a period: what is entered while one is closing is late for it or not,
    and never both. Call it before a period is locked.
    """
    if not ScoringRule.objects.filter(spec__late="next").exists():
        return set()
    lock_carrying()
    goes = takers(list(_closed(days)))
    periods = {span: ensure_period(span, now=now).pk for span in set(goes.values())}
    carry({ranking: periods[span] for ranking, span in goes.items()})
    return set(periods)


def carry_pending(*, now: datetime) -> None:
    """The same for all that the roll-up has not seen yet; it computes the drafts."""
    carry_late(days=FactChange.objects.values_list("day", flat=True).distinct(), now=now)


def _closed(days: Iterable[date | None]) -> Iterable[Ranking]:
    """The closed rankings of these days whose rule lets late entries count in the next period."""
    holding = Q()
    for day in sorted({day for day in days if day}):
        holding |= Q(period__starts_on__lte=day, period__ends_on__gte=day)
    if not holding:
        return []
    closed = Ranking.objects.light().filter(holding, revision=1, closed_at__isnull=False, rule__spec__late="next")
    return closed.select_related("period")
