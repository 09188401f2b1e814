"""The demonstration city, built again and at odd hours."""

from datetime import datetime

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from campaign.rules import SHANGHAI
from inspections.models import Inspection, Problem
from reports.demo.city import build

pytestmark = pytest.mark.django_db
SMALL = {"weeks": 2, "sites": 40, "illustrated": 0}


def rows() -> list[tuple]:
    scores = Inspection.objects.order_by("code").values_list("code", "site__code", "seen_at", "score")
    problems = Problem.objects.order_by("code").values_list("code", "text", "state", "due_at")
    return [*scores, *problems]


def test_the_same_day_gives_the_same_city():
    pictures = []
    for _ in range(2):
        with transaction.atomic():
            build(now=datetime(2026, 11, 23, 15, 20, tzinfo=SHANGHAI), **SMALL)
            pictures.append(rows())
            transaction.set_rollback(True)

    assert pictures[0] == pictures[1]


@pytest.mark.parametrize("hour", [0, 7, 23])
def test_nothing_lies_ahead_at_any_hour_of_a_sunday(hour):
    now = datetime(2026, 11, 22, hour, 10, tzinfo=SHANGHAI)

    build(now=now, **SMALL)

    assert not Inspection.objects.filter(recorded_at__gt=now).exists()
    assert not Problem.objects.filter(noted_at__gt=now).exists()


def test_a_year_may_end_inside_the_history():
    build(now=datetime(2027, 1, 5, 9, 0, tzinfo=SHANGHAI), **SMALL)

    assert Problem.objects.filter(noted_at__year=2026).exists()


def test_the_command_wants_demo_mode(settings):
    settings.DEMO = False
    with pytest.raises(CommandError, match="DEMO=1"):
        call_command("demo")
