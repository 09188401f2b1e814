"""Jobs of the lowest app. Each may run twice, late, or be killed at any point."""

from celery import shared_task
from django.utils import timezone

from .services import allowances, audit, calendar, sending, suggestions


@shared_task
def seal_events() -> None:
    """At every sweep: seal what was written to the audit trail."""
    audit.seal_events(now=timezone.now())


@shared_task
def forget_contacts() -> None:
    """Once a day: contacts of suggestions whose time is over, and counts of the hours past."""
    now = timezone.now()
    suggestions.forget_contacts(at=now)
    allowances.forget_allowances(at=now)


@shared_task
def send_waiting() -> None:
    """At every sweep: e-mails and messages to chat groups that are due."""
    sending.send_due(now=timezone.now())


@shared_task
def warn_of_missing_years() -> None:
    """Once a day: a year that deadlines will need and that the work calendar lacks."""
    calendar.warn_of_gaps(now=timezone.now())
