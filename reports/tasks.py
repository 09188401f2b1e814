"""Jobs. Each may run twice, late, or be killed at any point."""

from celery import shared_task
from django.utils import timezone

from . import services


@shared_task
def refresh_stale() -> None:
    """Recompute drafts whose facts changed, every half minute."""
    services.roll_up(now=timezone.now())


@shared_task
def close_ended_periods() -> None:
    """Close ended periods and open those that have begun; catches up after any gap."""
    now = timezone.now()
    services.close_ended(now=now)
    services.roll_up(now=now)
