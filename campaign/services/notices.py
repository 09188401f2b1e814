"""Telling people: rows of their inbox, written in the transaction of what they speak of."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser

from ..models import Notice, User
from ..models.notice import told


def notify(
    people: Iterable[User | int],
    *,
    sentence: str,
    key: str,
    at: datetime,
    values: Mapping[str, Any] | None = None,
    url: str = "",
    kind: str = Notice.Kind.PROBLEM,
) -> None:
    """Tell many people one sentence, in the caller's transaction and in one statement.

    ``people`` are accounts or their ids, each told once; who left them out of sight is the caller's care.
    ``sentence`` is marked with ``gettext_noop`` where it is written: ``"%(code)s was returned by %(unit)s."``;
    ``values`` are JSON types. ``key`` names the occasion (``returned:WT-2611-0482:7``): whoever has been told under
    it is not told again. ``url`` is an address of this site. Raises KeyError for a sentence whose values are missing.
    """
    given = dict(values or {})
    told(sentence, given)
    ids = {person.pk if isinstance(person, AbstractBaseUser) else person for person in people}
    deliver(
        Notice(person_id=pk, sentence=sentence, values=given, url=url, kind=kind, key=key, at=at) for pk in sorted(ids)
    )


def deliver(notices: Iterable[Notice]) -> None:
    """Write notices that differ from person to person; one statement, those that came before are left as they are."""
    Notice.objects.bulk_create(notices, ignore_conflicts=True)


def mark_read(*, by: User, at: datetime, uuids: Collection[UUID] | None = None) -> int:
    """A person has read some of their notices (None: all); returns how many were unread."""
    unread = Notice.objects.visible_to(by).unread()
    chosen = unread if uuids is None else unread.filter(uuid__in=uuids)
    return chosen.update(read_at=at)
