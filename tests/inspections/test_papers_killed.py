"""A worker that is killed while it issues papers: no number twice, none left out, each unit one paper."""

import signal
from datetime import timedelta

import pytest
from django.utils import timezone

from inspections.models import Paper
from inspections.services import papers as services
from tests.inspections.ledger import TEN
from tests.inspections.test_papers import handed, run_of
from tests.processes import ended, in_process, killed_after


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("statements", [3, 10, 18, 25, 33])
def test_a_run_killed_anywhere_takes_no_number_twice(city, statements):
    for number, unit in enumerate((city.east, city.west, city.community), 1):
        handed(city, f"WT-2611-000{number}", unit=unit)
    run = run_of(city)
    assert (
        ended(in_process(lambda: killed_after(statements, lambda: services.work(pk=run.pk, at=TEN)))) == -signal.SIGKILL
    )

    services.sweep_runs(now=timezone.now() + timedelta(minutes=10))
    services.work(pk=run.pk, at=TEN)

    issued = Paper.objects.order_by("pk").values_list("number", "unit__code")
    assert list(issued) == [(f"创建办改〔2026〕{n}号", unit) for n, unit in enumerate(("S1", "S1-1", "S2"), 1)]
