"""What runs by itself."""

from celery import shared_task
from django.utils import timezone

from .services import citizens, digests, ladder, papers
from .services.bulk_runs import forgotten_runs, work_on
from .services.ledger import resume_ended
from .services.photos import sweep


@shared_task
def sweep_photos() -> None:
    """Once a day: photographs that nothing claimed, and files that lost their row, go."""
    sweep(at=timezone.now())


@shared_task
def forget_contacts() -> None:
    """Once a day: what citizens left to be asked back goes when its time is over."""
    citizens.forget_contacts(at=timezone.now())


@shared_task
def resume_suspended() -> None:
    """Every few minutes: what was suspended until a day that is over runs again from the end of that day."""
    resume_ended(at=timezone.now())


@shared_task
def climb_ladder() -> None:
    """Every few minutes, in office hours: overdue problems climb, and once a working day everybody hears of theirs."""
    now = timezone.now()
    ladder.climb(now=now)
    digests.write_digest(now=now)


@shared_task
def run_bulk(pk: int) -> None:
    """Do one act on many problems, a few in each transaction."""
    while work_on(pk=pk, at=timezone.now()):
        pass


@shared_task
def sweep_bulk() -> None:
    """At every sweep: runs whose task was lost, or whose worker died."""
    for pk in forgotten_runs(at=timezone.now()):
        run_bulk(pk)


@shared_task
def issue_papers(pk: int) -> None:
    """Issue and write the papers of one run."""
    papers.work(pk=pk, at=timezone.now())


@shared_task
def take_up_papers() -> None:
    """At every sweep: runs whose task was lost, or whose worker died."""
    now = timezone.now()
    for pk in papers.sweep_runs(now=now):
        papers.work(pk=pk, at=now)
