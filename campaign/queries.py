"""The audit writer, the two small books every app keeps, and the clock of the work calendar.

The writers run inside the caller's transaction.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from contextvars import ContextVar
from datetime import date
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db import connection, models
from django.db.models import Count, Q

from .chain import COLUMNS, Link
from .models import Campaign, CheckItem, Event, FactChange, Indicator, Numbering, Standard, User, WorkDay
from .rules import WorkClock, days_of_year, parse_office_hours

#: The address the current request came from; set by ``campaign.middleware``, empty in jobs and commands.
request_ip: ContextVar[str | None] = ContextVar("request_ip", default=None)


#: A code that we give out: two letters, year and month, number.
OUR_CODE = re.compile(r"([A-Z]{2}-\d{4}-)(\d{1,9})")


def record(action: str, thing: models.Model | None = None, *, by: User | None, **values: Any) -> Event:
    """Add one line to the audit trail; the arguments are those of ``an_event``.

    If the line cannot be written, the caller's change fails with it.
    """
    event = an_event(action, thing, by=by, **values)
    event.save(force_insert=True)
    return event


def record_unnamed(action: str, thing: models.Model, *, reference: str = "") -> None:
    """A line about what somebody without an account did: neither a person nor an address is written down."""
    event = an_event(action, thing, by=None, reference=reference)
    event.ip = None
    event.save(force_insert=True)


def an_event(
    action: str,
    thing: models.Model | None = None,
    *,
    by: User | None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reference: str = "",
    result: str = Event.Result.DONE,
) -> Event:
    """A line of the audit trail that is not written yet; ``record`` writes one, ``record_all`` many at once.

    ``action`` reads ``thing.done`` (``problem.closed``); ``reference`` defaults to the thing's code; values in
    ``before`` and ``after`` must be JSON types.
    """
    return Event(
        actor=by,
        actor_name=str(by) if by else "",
        ip=request_ip.get(),
        action=action,
        thing=thing._meta.model_name or "" if thing is not None else "",
        reference=reference or str(getattr(thing, "code", "") or getattr(thing, "pk", "") or ""),
        result=result,
        before=before or {},
        after=after or {},
    )


def record_all(events: Iterable[Event]) -> None:
    """Add many lines to the audit trail in one statement (a batch of moves); the lines come from ``an_event``."""
    Event.objects.bulk_create(events)


#: The columns of an event that are sealed. Python knows the years 1 to 9999 only.
A_DATE = "CASE WHEN event.at BETWEEN '0001-01-02' AND '9999-12-30' THEN event.at END"
SEALED = ", ".join(A_DATE if column == "at" else f"event.{column}" for column in COLUMNS)


def unsealed_events(*, after: int, most: int) -> list[tuple[Any, ...]]:
    """The first ``most`` events without a seal whose id is above ``after``, in order: ``chain.COLUMNS``."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {SEALED} FROM campaign_event event WHERE event.id > %s"  # noqa: S608
            " AND NOT EXISTS (SELECT FROM campaign_seal seal WHERE seal.event_id = event.id)"
            " ORDER BY event.id LIMIT %s",
            [after, most],
        )
        return cursor.fetchall()


def links(*, after: int = -(2**63)) -> Iterator[Link]:
    """All seals above a number, in order, through a cursor of the server: inside a transaction only."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(
            f"SELECT seal.sequence, seal.day::text, seal.hash, seal.event_id, {SEALED} FROM campaign_seal seal"  # noqa: S608
            " LEFT JOIN campaign_event event ON event.id = seal.event_id"
            " WHERE seal.sequence > %s ORDER BY seal.sequence",
            [after],
        )
        for sequence, day, digest, event_id, *event in cursor:
            yield Link(sequence, day, digest, event_id, event if event[0] is not None else ())


def facts_changed(days: Iterable[date | None]) -> None:
    """Tell the roll-up which days' facts changed (``None``: any day); see ``FactChange``."""
    FactChange.objects.bulk_create(FactChange(day=day) for day in set(days))


def changes_between(first: date, last: date) -> set[int]:
    """The ids of what waits for the roll-up of these days, or of any."""
    waiting = FactChange.objects.filter(Q(day=None) | Q(day__range=(first, last)))
    return set(waiting.values_list("pk", flat=True))


def take_numbers(prefix: str, count: int = 1) -> range:
    """Take the next ``count`` numbers under a prefix; two takers never get the same one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO campaign_numbering (prefix, last) VALUES (%s, %s)"
            " ON CONFLICT (prefix) DO UPDATE SET last = campaign_numbering.last + EXCLUDED.last RETURNING last",
            [prefix, count],
        )
        last = cursor.fetchone()[0]
    return range(last - count + 1, last + 1)


def last_numbers(prefixes: Iterable[str]) -> dict[str, int]:
    """Prefix → the last number that was given out under it; prefixes that gave none are missing."""
    return dict(Numbering.objects.filter(prefix__in=set(prefixes)).values_list("prefix", "last"))


def go_on_from(prefix: str, number: int) -> None:
    """Let the next number under a prefix be ``number``, unless that or a later one was given out already."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO campaign_numbering (prefix, last) VALUES (%s, %s)"
            " ON CONFLICT (prefix) DO UPDATE SET last = greatest(campaign_numbering.last, EXCLUDED.last)",
            [prefix, number - 1],
        )


def keep_numbers(codes: Iterable[str]) -> None:
    """Never give out again the numbers of codes that came from elsewhere (``WT-2611-0482``: 482 of ``WT-2611-``)."""
    last: dict[str, int] = {}
    for found in filter(None, map(OUR_CODE.fullmatch, codes)):
        last[found[1]] = max(last.get(found[1], 0), int(found[2]))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO campaign_numbering (prefix, last) SELECT * FROM unnest(%s::text[], %s::int[])"
            " ON CONFLICT (prefix) DO UPDATE SET last = greatest(campaign_numbering.last, EXCLUDED.last)",
            [list(last), list(last.values())],
        )


def running_campaign(*, on: date | None = None) -> Campaign | None:
    """The campaign that began last, not later than ``on``; its office hours and limits hold for the city."""
    begun = Campaign.objects.all() if on is None else Campaign.objects.filter(starts_on__lte=on)
    return begun.order_by("-starts_on", "-pk").first()


def work_clock(campaign: Campaign | None = None) -> WorkClock:
    """The clock of the work calendar with a campaign's office hours (without one: the running campaign's).

    A year is known only when each of its days has a row; running into another raises ``UnknownYear``. One statement
    for the calendar, one for the campaign.
    """
    campaign = campaign or running_campaign()
    years = (
        WorkDay.objects.order_by()
        .values_list("date__year")
        .annotate(days=Count("pk"), worked=ArrayAgg("date", filter=Q(working=True), default=[]))
    )
    known = {year: worked for year, days, worked in years if days == days_of_year(year)}
    working = frozenset(day for worked in known.values() for day in worked)
    if campaign is None:
        return WorkClock(working, frozenset(known))
    return WorkClock(working, frozenset(known), parse_office_hours(campaign.office_hours))


def standards_by_preference() -> list[int]:
    """Ids of the editions of the standard: those in force first, then published ones, then drafts; newest first."""
    rows = Standard.objects.annotate(uses=Count("campaigns")).values_list("pk", "state", "uses")
    return [pk for pk, state, uses in sorted(rows, key=lambda row: (row[1] != "published", not row[2], -row[0]))]


def indicator_ids(codes: Collection[str]) -> dict[str, tuple[int, str]]:
    """Indicator code → its id and text; of several editions the preferred one."""
    return _preferred(Indicator.objects.filter(code__in=codes).values_list("code", "standard", "pk", "text"))


def item_ids(codes: Collection[str], *, first: str = "") -> dict[str, int]:
    """Check item code → its id; of several editions that with the code ``first``, then the preferred one."""
    rows = CheckItem.objects.filter(code__in=codes)
    found = {code: pk for code, (pk,) in _preferred(rows.values_list("code", "standard", "pk")).items()}
    return found | dict(rows.filter(standard__code=first).values_list("code", "pk") if first else ())


def _preferred(rows: Iterable[tuple[Any, ...]]) -> dict[str, tuple[Any, ...]]:
    """Rows of a code, an edition and values by code; where several editions have a code, the preferred one's values."""
    order = {pk: place for place, pk in enumerate(standards_by_preference())}
    listed = sorted(rows, key=lambda row: -order[row[1]])
    return {code: tuple(values) for code, _standard, *values in listed}
