"""Closing periods: by the job when they have ended, or by the office."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.utils.translation import gettext as _

from campaign.models import User
from campaign.queries import record

from ..models import Period, Ranking, RuleUse
from ..queries.inputs import inputs_of
from ..queries.locks import lock_period
from ..rules.periods import Span
from .refreshing import ensure_period, in_time, refresh

#: After so many failed refreshes in a row the job leaves a ranking to people.
TRIES = 5


@transaction.atomic
def close_period(*, period: Period, by: User | None, now: datetime) -> list[Ranking]:
    """Compute a period's drafts a last time, cut at its end, and fix them with their inputs; returns those closed.

    Rankings that cannot be computed stay drafts with their ``error``. Without a person (``by`` None: the job) first
    revisions only are closed, a correction waits for its author. Raises ValidationError before the period's end.
    """
    if now < period.ends_at:
        raise ValidationError(_("%(period)s has not ended yet.") % {"period": period.span.label()})
    lock_period(period.pk)
    closed = [ranking for ranking in refresh(period=period, now=now) if by or ranking.revision == 1]
    Ranking.objects.filter(pk__in=[ranking.pk for ranking in closed]).update(
        state=Ranking.State.CLOSED, closed_at=now, closed_by=by
    )
    for ranking in closed:
        ranking.refresh_from_db(fields=["state", "closed_at", "closed_by", "refreshed_at"])
        ranking.inputs = inputs_of(ranking)
        ranking.save(update_fields=["inputs"])
        record("ranking.closed", ranking, by=by, reference=str(ranking), after={"state": ranking.state})
    return closed


def close_ended(*, now: datetime) -> list[Period]:
    """Close every period that has ended and was opened before its end, and those missed since, in the order of time.

    Each is cut at its own end. Periods made afterwards from old facts are left to the office. Running it twice, or
    with a clock set back, closes nothing twice and opens nothing.
    """
    closed = []
    for span in sorted((span for kind in _kinds() for span in _ended(kind, now)), key=in_time):
        period = ensure_period(span, now=now)
        if close_period(period=period, by=None, now=now):
            closed.append(period)
    return closed


def _kinds() -> list[str]:
    return sorted(set(RuleUse.objects.filter(active=True).values_list("kind", flat=True)))


def _ended(kind: str, now: datetime) -> list[Span]:
    """The periods of a kind to close: from the first that was opened in its own time, all that are not done."""
    periods = Period.objects.filter(kind=kind)
    first = periods.filter(opened_at__lt=F("ends_at")).order_by("starts_on").first()
    if first is None:
        return []
    drafts = Ranking.objects.filter(period=OuterRef("pk"), state=Ranking.State.DRAFT)
    waiting = drafts.filter(failures__lt=TRIES, revision=1)
    done = periods.filter(rankings__isnull=False).filter(~Exists(waiting))
    known = set(done.values_list("code", flat=True))
    found, span = [], first.span
    while span.ends_at <= now:
        if span.code not in known:
            found.append(span)
        span = span.next()
    return found
