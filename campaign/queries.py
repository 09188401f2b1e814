"""The audit writer, and the two small books every app keeps. All run inside the caller's transaction."""

from collections.abc import Iterable
from contextvars import ContextVar
from datetime import date
from typing import Any

from django.db import connection, models

from .models import Event, FactChange, User

#: The address the current request came from; set by ``campaign.middleware``, empty in jobs and commands.
request_ip: ContextVar[str | None] = ContextVar("request_ip", default=None)


def record(
    action: str,
    thing: models.Model | None = None,
    *,
    by: User | None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reference: str = "",
    result: str = Event.Result.DONE,
) -> Event:
    """Add one line to the audit trail.

    ``action`` reads ``thing.done`` (``problem.closed``); ``reference`` defaults to the thing's code; values in
    ``before`` and ``after`` must be JSON types. If the line cannot be written, the caller's change fails with it.
    """
    return Event.objects.create(
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


def facts_changed(days: Iterable[date | None]) -> None:
    """Tell the roll-up which days' facts changed (``None``: any day); see ``FactChange``."""
    FactChange.objects.bulk_create(FactChange(day=day) for day in set(days))


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
