"""Jobs of the lowest app. Each may run twice, late, or be killed at any point."""

from celery import shared_task
from django.utils import timezone

from .services import audit


@shared_task
def seal_events() -> None:
    """Every minute: seal what was written to the audit trail."""
    audit.seal_events(now=timezone.now())
