"""Closing periods: by the job when they have ended, or by the office."""

from datetime import datetime

import structlog
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, F, Max, OuterRef
from django.utils.translation import gettext as _

from campaign.models import User
from campaign.queries import changes_between, record
from campaign.rules import UnknownYear, day_of
from campaign.sentences import joined
from inspections.models import Inspection
from inspections.queries.entering import wait_for_entries

from ..models import Period, Ranking, RuleUse
from ..queries.carried import window_at
from ..queries.inputs import inputs_of
from ..queries.locks import lock_period
from ..queries.objections import objections_end
from ..rules.canonical import digest
from ..rules.periods import Span
from .carrying import carry_pending, ensure_period
from .objections import announce
from .refreshing import in_time, refresh

logger = structlog.get_logger(__name__)

#: How often a closing reads the facts before it gives up.
READINGS = 5
#: After so many failed refreshes in a row the job leaves a ranking to people.
TRIES = 5


@transaction.atomic
def close_period(*, period: Period, by: User | None, now: datetime) -> list[Ranking]:
    """Compute a period's drafts a last time, cut at its end, and fix them with their inputs; returns those closed.

    Rankings that cannot be computed stay drafts with their ``error``. Without a person (``by`` None: the job) first
    revisions only are closed, a correction waits for its author. Where the kind of period has a time for objections
    it begins now, and the units are told. Raises ValidationError before the period's end, or where that time runs into
    a year without a work calendar.
    """
    if now < period.ends_at:
        raise ValidationError(_("%(period)s has not ended yet.") % {"period": period.span.label()})
    try:
        until = objections_end(period.kind, closed_at=now)
    except UnknownYear as unknown:
        raise ValidationError(str(unknown)) from unknown
    carry_pending(now=now)
    lock_period(period.pk)
    wait_for_entries()
    closed_at = _closed_at(period, now)
    closed = _computed(period, first_only=by is None, now=now)
    for ranking, inputs in closed.items():
        _fix(ranking, inputs, by=by, at=closed_at, until=until)
        record("ranking.closed", ranking, by=by, reference=str(ranking), after={"state": ranking.state})
    announce(list(closed), at=now)
    return list(closed)


def _computed(period: Period, *, first_only: bool, now: datetime) -> dict[Ranking, str]:
    """The drafts computed a last time, each with its inputs; figures and inputs are of the same facts.

    They are read by several statements: where facts of the period change meanwhile (an inspection is voided, an appeal
    upheld), all is read again. Raises ValidationError where they do not come to rest.
    """
    since = day_of(window_at(period.span, now).since)
    for _time in range(READINGS):
        before = changes_between(since, period.ends_on)
        found = {
            ranking: inputs_of(ranking)
            for ranking in refresh(period=period, now=now)
            if ranking.revision == 1 or not first_only
        }
        if changes_between(since, period.ends_on) <= before:
            return found
    raise ValidationError(
        _("What %(period)s is computed from is changing at this moment. Try again in a minute.")
        % {"period": period.span.label()}
    )


def _closed_at(period: Period, now: datetime) -> datetime:
    """Now, or when the last inspection that counts was recorded: later ones are late, and none is late that counts."""
    seen = Inspection.objects.filter(seen_at__gte=period.starts_at, seen_at__lt=period.ends_at)
    return max(now, seen.aggregate(last=Max("recorded_at"))["last"] or now)


def _fix(ranking: Ranking, inputs: str, *, by: User | None, at: datetime, until: datetime | None) -> None:
    """Close a ranking with the inputs of its rows."""
    ranking.refresh_from_db(fields=["refreshed_at"])
    ranking.state, ranking.closed_at, ranking.closed_by = Ranking.State.CLOSED, at, by
    ranking.objections_until, ranking.inputs = until, inputs
    ranking.save(update_fields=["state", "closed_at", "closed_by", "objections_until", "inputs"])


@transaction.atomic
def recompute(*, ranking: Ranking, reason: str, by: User, now: datetime) -> Ranking:
    """Compute a closed ranking anew from the facts as they stand now, and freeze its inputs again.

    The act of the office after an objection was upheld and the facts corrected; the time for objections stays as it
    was. Raises ValidationError without a reason, for a ranking that is not closed, or where it cannot be computed.
    """
    if not reason.strip():
        raise ValidationError(_("Say why the ranking is recomputed."))
    carry_pending(now=now)
    lock_period(ranking.period_id)
    wait_for_entries()
    ranking = Ranking.objects.select_for_update(of=("self",)).select_related("period", "group").get(pk=ranking.pk)
    if ranking.state != Ranking.State.CLOSED:
        raise ValidationError(_("Only a closed ranking can be recomputed; a published one is revised."))
    before = digest(ranking.inputs)
    Ranking.objects.filter(pk=ranking.pk).update(state=Ranking.State.DRAFT)
    computed = _computed(ranking.period, first_only=False, now=now)
    if ranking not in computed:
        raise ValidationError(_("The ranking cannot be computed from today's facts."))
    until = ranking.objections_until
    _fix(ranking, computed[ranking], by=by, at=_closed_at(ranking.period, now), until=until)
    after = {"reason": reason.strip(), "inputs": digest(ranking.inputs)}
    record("ranking.recomputed", ranking, by=by, reference=str(ranking), before={"inputs": before}, after=after)
    return ranking


def close_ended(*, now: datetime) -> list[Period]:
    """Close every period that has ended and was opened before its end, and those missed since, in the order of time.

    Each is cut at its own end. Periods made afterwards from old facts are left to the office. Running it twice, or
    with a clock set back, closes nothing twice and opens nothing. One that cannot be closed holds up no other.
    """
    closed = []
    for span in sorted((span for kind in _kinds() for span in _ended(kind, now)), key=in_time):
        period = ensure_period(span, now=now)
        try:
            done = close_period(period=period, by=None, now=now)
        except ValidationError as refused:
            logger.exception("period.not_closed", period=span.code, reason=joined(refused.messages))
            continue
        if done:
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
