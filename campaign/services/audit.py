"""Sealing the audit trail after it was written, so that writers never wait for one another, and proving the chain."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, transaction

from .. import bulk, chain, queries
from ..models import ChainHead, Seal
from ..rules import day_of

BATCH = 10_000  # events per transaction
LOOK_BACK = 5  # seals of which one must fit the key before another is made


def seal_events(*, now: datetime) -> int:
    """Seal every event that has no seal, in order of id, and write the heads of the days that have ended.

    An event that was committed late is sealed when it is seen. What came since the last head is looked through each
    time, the whole trail at the first sealing after a day with events. Returns how many events were sealed.
    """
    day, count = day_of(now), 0
    after = _begin(day=day)
    while sealed := _seal_batch(day=day, after=after):
        after = sealed[-1]
        count += len(sealed)
    return count


@transaction.atomic
def _begin(*, day: date) -> int:
    """Write the heads that are due; the event after which to look for events without a seal."""
    _alone()
    _refuse_another_key()
    last = ChainHead.objects.first()
    ended = Seal.objects.filter(day__lt=day)
    if last:
        ended = ended.filter(day__gt=last.day, sequence__gt=last.sequence)
    ends = ended.order_by("day", "-sequence").distinct("day")
    heads = ChainHead.objects.bulk_create(ChainHead(day=end.day, sequence=end.sequence, hash=end.hash) for end in ends)
    seal = Seal.objects.filter(sequence=last.sequence).first() if last and not heads else None
    return seal.event_id if seal else 0


@transaction.atomic
def _seal_batch(*, day: date, after: int) -> list[int]:
    """Seal the next events above an id; their ids."""
    _alone()
    last = Seal.objects.last()
    start, digest = (last.sequence + 1, last.hash) if last else (1, "")
    rows = []
    for sequence, event in enumerate(queries.unsealed_events(after=after, most=BATCH), start):
        digest = chain.link_hash(settings.AUDIT_KEY, digest, sequence=sequence, day=day.isoformat(), event=event)
        rows.append((sequence, event[0], day, digest))
    bulk.copy(Seal, ("sequence", "event_id", "day", "hash"), rows)
    return [event_id for _sequence, event_id, *_values in rows]


def _alone() -> None:
    """One sealer at a time, until this transaction ends: two would fork the chain."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('audit chain'))")


def _refuse_another_key() -> None:
    """A seal made with a wrong key stays wrong for ever, so better none is made."""
    last = Seal.objects.last()
    before = max(last.sequence - LOOK_BACK - 1, 0) if last else 0
    tail = queries.links(after=before)
    check = chain.Verification(settings.AUDIT_KEY, after=next(tail) if before else None)
    list(check.faults(tail))
    if check.no_seal_fits:
        raise ImproperlyConfigured("AUDIT_KEY does not fit the last seals of the audit trail: nothing was sealed.")


def verify(*, outside: Iterable[chain.Head] = ()) -> tuple[chain.Verification, Iterator[str]]:
    """Recompute the whole chain and compare it with its heads, those in the database and those kept ``outside``.

    Answers the pass and its faults; it runs as the faults are read, inside a transaction.
    """
    kept = [chain.Head(str(head.day), head.sequence, head.hash, "in the database") for head in ChainHead.objects.all()]
    check = chain.Verification(settings.AUDIT_KEY, heads=[*outside, *kept])
    return check, check.faults(queries.links())
