"""Lists: filters, order, pages."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from inspections.models import Inspection, Problem
from inspections.services.entry import Seen, record_inspection
from tests.api.calls import API, caller
from tests.city import MONDAY, at, make_unit
from units.models import Site, Task, TaskDuty
from units.services.tasks import Carriers, give_task


def make_rows(city, count: int) -> None:
    """So many more units, sites, tasks, inspections and problems."""
    units = [make_unit(f"N{number:03}", "新单位", group=city.group) for number in range(count)]
    Site.objects.bulk_create(
        Site(code=f"N{number:03}", name="点位", type=city.market_type, unit=unit) for number, unit in enumerate(units)
    )
    for number, unit in enumerate(units[: max(2, count // 10)]):
        give_task(task=Task(code=f"N{number:03}", title="任务"), carriers={"lead": Carriers([unit])}, by=city.office)
    for number in range(count):
        record_inspection(
            site=city.market, seen_at=at(MONDAY, 8, number % 60), kind="daily", client_uuid=uuid4(), by=city.inspector,
            answers=[Seen(item=city.items[0], outcome="not_met")], recorded_at=at(MONDAY, 9),
        )  # fmt: skip


@pytest.mark.parametrize("address", ["units", "sites", "tasks", "inspections", "problems", "standards/STD/items"])
def test_a_list_costs_the_same_queries_for_2_rows_and_200(city, address):
    client = caller(city.office)

    def queries() -> int:
        client.get(f"{API}me/")
        with CaptureQueriesContext(connection) as captured:
            assert client.get(f"{API}{address}/?limit=200").status_code == 200
        return len(captured)

    make_rows(city, 2)
    few = queries()
    TaskDuty.objects.all().delete()
    Task.objects.all().delete()
    Site.objects.filter(code__startswith="N").delete()
    for unit in city.group.units.filter(code__startswith="N"):
        unit.delete()
    make_rows(city, 200)

    assert queries() == few <= 15


@pytest.mark.parametrize("ordering", ["-noted", "noted", "due"])
def test_pages_show_every_problem_once(city, ordering):
    make_rows(city, 7)
    Problem.objects.filter(pk__in=Problem.objects.values("pk")[:3]).update(
        state="handed_over", handed_over_at=at(MONDAY), due_at=at(MONDAY, 15)
    )
    client, codes, address = caller(city.office), [], f"{API}problems/?limit=2&ordering={ordering}"

    while address:
        page = client.get(address).json()
        codes += [row["code"] for row in page["results"]]
        address = page["next"]

    assert len(codes) == 7
    assert set(codes) == set(Problem.objects.values_list("code", flat=True))


def test_inspections_come_newest_first_and_every_one_once(city):
    make_rows(city, 5)
    client, codes, address = caller(city.office), [], f"{API}inspections/?limit=2"

    while address:
        page = client.get(address).json()
        codes += [row["code"] for row in page["results"]]
        address = page["next"]

    assert codes == list(Inspection.objects.order_by("-seen_at", "-id").values_list("code", flat=True))


@pytest.mark.parametrize(
    ("query", "found"),
    [("state=handed_over", 1), ("state=noted", 0), ("state=open", 1), ("q=划行", 0), ("q=占道", 1), ("unit=S1", 1),
     ("unit=C1", 1), ("unit=S2", 0), ("site=D1", 1), ("severity=serious", 0), ("source=inspection", 1),
     ("first=2026-01-01&last=2026-01-02", 0), ("mine=true", 0), ("overdue=true", 0), ("overdue=false", 1)],
)  # fmt: skip
def test_problems_are_filtered(entered, query, found):
    assert len(caller(entered.office).get(f"{API}problems/?{query}").json()["results"]) == found


@pytest.mark.parametrize(
    ("query", "found"), [("q=清洁", 1), ("unit=S1", 1), ("unit=S2", 0), ("state=open", 1), ("overdue=true", 0)]
)
def test_tasks_are_filtered(entered, query, found):
    assert len(caller(entered.office).get(f"{API}tasks/?{query}").json()["results"]) == found


@pytest.mark.parametrize(
    ("query", "field"),
    [("state=lost", "state"), ("first=yesterday", "first"), ("first=9999-12-31", "first"), ("overdue=1", "overdue"),
     ("limit=0", "limit"), ("limit=x", "limit"), ("after=NONE", "after"), ("ordering=text", "ordering"),
     ("stat=open", "stat"), ("state=", "state"), ("q=%00", "q"), ("unit=" + "x" * 61, "unit")],
)  # fmt: skip
def test_a_parameter_that_is_not_understood_is_refused(entered, query, field):
    response = caller(entered.office).get(f"{API}problems/?{query}")

    assert response.status_code == 400
    assert [error["field"] for error in response.json()["errors"]] == [field]


def test_a_neighbours_row_is_no_place_to_go_on_from(entered):
    response = caller(entered.neighbour).get(f"{API}problems/?after={entered.problem.code}")

    assert response.status_code == 400


def test_searching_finds_nothing_of_a_neighbour(entered):
    for query in ("q=占道", "unit=S1", "site=D1", "state=all"):
        assert caller(entered.neighbour).get(f"{API}problems/?{query}").json()["results"] == []
