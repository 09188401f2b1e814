"""Row J1 for the ladder: a real worker is killed while it climbs; then each rung stands once, nobody hears twice.

The worker is caught in the act by a lock: it waits for the table of the supervision notices, its first rung committed.
"""

import os
import signal
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.utils import timezone

from campaign.models import Campaign, Notice, WorkDay
from inspections.models import Climb, Digest, LedgerSettings, Problem, Supervision
from tests.running.product import START_SECONDS, Product, wait_for

COUNT = 50
pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def product(tmp_path_factory) -> Iterator[Product]:
    running = Product(tmp_path_factory.mktemp("product"))
    yield running
    running.end()


@pytest.fixture
def overdue(city) -> None:
    """Problems long overdue in a city that works day and night, whenever this runs."""
    Campaign.objects.update(office_hours="00:00-23:59:59.999999")
    WorkDay.objects.update(working=True)
    LedgerSettings.objects.create(remind_before="", digest_at="00:00")
    now = timezone.now()
    late = now - timedelta(days=20)
    Problem.objects.bulk_create(
        Problem(
            code=f"P-{number}", unit=city.east, text="垃圾", state="handed_over", noted_by=city.inspector,
            noted_at=late, handed_over_at=late, due_at=late + timedelta(days=1), receive_due_at=late,
        )
        for number in range(COUNT)
    )  # fmt: skip


def worker_waits_for_the_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_stat_clear_snapshot();"
            "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            " AND query LIKE '%inspections_supervision%' AND pid <> pg_backend_pid()"
        )
        return cursor.fetchone() is not None


def child_of(pid: int) -> int:
    """The process of the pool that does the work."""
    return int(Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[-1])


@pytest.mark.parametrize("killed", ["the process that works", "all of it"])
def test_each_rung_is_climbed_once(city, overdue, product, killed):
    product.start("worker")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE inspections_supervision IN ACCESS EXCLUSIVE MODE")
        product.send("inspections.tasks.climb_ladder")
        wait_for(worker_waits_for_the_lock, START_SECONDS, lambda: "the worker climbs")
        if killed == "all of it":
            product.kill("worker")
        else:
            os.kill(child_of(product.running["worker"].pid), signal.SIGKILL)
    if killed == "all of it":
        product.start("worker")
        product.send("inspections.tasks.climb_ladder")  # beat rings again; a process alone is replaced by the worker

    wait_for(Digest.objects.exists, START_SECONDS, lambda: "the digest")
    product.send("inspections.tasks.climb_ladder")
    rungs = Climb.objects.order_by("problem", "rung").values_list("problem", "rung")

    assert len(rungs) == len(set(rungs)) == 3 * COUNT
    assert Supervision.objects.count() == COUNT
    told = sorted(Notice.objects.filter(kind="digest").values_list("person__username", flat=True))
    assert told == ["leader", "office", "supervisor"]
