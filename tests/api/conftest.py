from datetime import timedelta

import pytest
from django.utils import timezone

from inspections.models import Inspection, Problem
from tests.api.calls import an_inspection, caller, post
from tests.city import work_year
from units.models import Task
from units.services.tasks import Carriers, give_task


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def city(city):
    """The small city, with a work calendar around today."""
    for year in {timezone.localdate().year, timezone.localdate().year + 1} - {2026}:
        work_year(year)
    return city


@pytest.fixture
def entered(city):
    """An inspection of 东街's market with one problem, handed over, and a task of 东街."""
    given = post(caller(city.inspector), "inspections/", an_inspection()).json()
    city.inspection = Inspection.objects.get(code=given["code"])
    city.problem = Problem.objects.get(inspection=city.inspection)
    move = {"move": "hand_over", "version": 0}
    assert post(caller(city.office), f"problems/{city.problem.code}/moves/", move).status_code == 200
    task = Task(code="R1", title="每周清洁", due_on=timezone.localdate() + timedelta(days=9))
    city.task = give_task(task=task, carriers={"lead": Carriers(units=[city.east])}, by=city.office)
    return city
