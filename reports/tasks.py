"""Jobs. Each may run twice, late, or be killed at any point."""

from celery import shared_task
from django.utils import timezone

from . import services
from .models import Ranking
from .resources import runs
from .services import analysing, documents


@shared_task
def refresh_stale() -> None:
    """Recompute drafts whose facts changed, at every sweep."""
    services.roll_up(now=timezone.now())


@shared_task
def close_ended_periods() -> None:
    """Close ended periods and open those that have begun; catches up after any gap."""
    now = timezone.now()
    services.close_ended(now=now)
    services.roll_up(now=now)


@shared_task
def make_document(pk: int) -> None:
    """Make one file that was asked for."""
    documents.make_document(pk=pk, now=timezone.now())


@shared_task
def make_waiting_documents() -> None:
    """At every sweep: files whose task was lost, or whose worker died."""
    for pk in documents.sweep_documents(now=timezone.now()):
        documents.make_document(pk=pk, now=timezone.now())


@shared_task
def run_import(pk: int) -> None:
    """Check or write one uploaded sheet."""
    runs.work(pk=pk, now=timezone.now())


@shared_task
def sweep_imports() -> None:
    """At every sweep: uploads whose task was lost, or whose worker died."""
    now = timezone.now()
    for pk in runs.unfinished(now=now):
        runs.work(pk=pk, now=now)


@shared_task
def analyse_ranking(pk: int) -> None:
    """Work out how far one ranking carries."""
    ranking = Ranking.objects.select_related("period", "group", "rule").filter(pk=pk).first()
    if ranking:
        analysing.make_analysis(ranking)
