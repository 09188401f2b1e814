"""The measure of an import runs, and leaves the database as it was."""

import pytest

from inspections.models import Answer
from reports.resources.bench import bench_import


@pytest.mark.django_db
def test_the_measure_leaves_nothing_behind(city):
    found = bench_import(rows=300)

    assert found["ratio"] > 0
    assert Answer.objects.count() == 0
