"""Complaints and suggestions about the system itself (投诉建议)."""

from datetime import datetime, timedelta

from django.db import transaction

from ..contact import decrypted, encrypted
from ..models import Suggestion, User
from ..queries import record, record_unnamed, take_numbers
from ..rules import day_of
from .allowances import take, writing_limits

#: A contact is kept this long after the answer, and this long where none was ever marked.
KEPT_AFTER_ANSWER = timedelta(days=30)
KEPT_WITHOUT_ANSWER = timedelta(days=365)


@transaction.atomic
def suggest(
    *, text: str, contact: str = "", by: User | None, named: bool = False, address: str, at: datetime
) -> Suggestion:
    """Keep a suggestion. ``by`` is whoever is signed in: their role is kept, their name only if they say so.

    Raises TooMany for somebody not signed in whose hour is full.
    """
    if by is None:
        take(writing_limits("suggestion", address=address), at=at)
    month = f"JY-{day_of(at):%y%m}-"
    suggestion = Suggestion.objects.create(
        code=f"{month}{take_numbers(month)[0]:04}",
        text=text,
        contact=encrypted(contact),
        role=by.role if by else "",
        by=by if named else None,
        received_at=at,
    )
    record_unnamed("suggestion.received", suggestion)
    return suggestion


@transaction.atomic
def mark_answered(*, suggestion: Suggestion, by: User, at: datetime) -> None:
    """The suggestion was answered or dealt with; a second mark changes nothing."""
    if Suggestion.objects.filter(pk=suggestion.pk, answered_at=None).update(answered_at=at, answered_by=by):
        record("suggestion.answered", suggestion, by=by)


@transaction.atomic
def show_contact(*, suggestion: Suggestion, by: User) -> str:
    """The contact in full; that it was looked at is a line of the trail."""
    record("suggestion.contact_shown", suggestion, by=by)
    return decrypted(suggestion.contact)


def forget_contacts(*, at: datetime) -> int:
    """Delete contacts whose time is over; returns how many."""
    kept = Suggestion.objects.exclude(contact="")
    answered = kept.filter(answered_at__lte=at - KEPT_AFTER_ANSWER).update(contact="")
    return answered + kept.filter(received_at__lte=at - KEPT_WITHOUT_ANSWER).update(contact="")
