"""Objections through the API: raised by a unit while its ranking is open, answered by the office."""

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile

from reports.models import Objection
from reports.services.objections import set_objection_time
from tests.reports import ranked as made

from .calls import API, caller, post


@pytest.fixture
def open_week(city):
    """The week closed, open to objection for two working days."""
    with time_machine.travel(made.NOW):
        made.facts(city)
        set_objection_time(kind="week", days=2, working=True, by=city.office)
        city.ranking = made.closed(city)
        yield city


def objection(person, **data):
    proof = SimpleUploadedFile("证明.pdf", b"%PDF-1.4", content_type="application/pdf")
    given = {"period": made.WEEK, "group": "streets", "unit": "S1", "about": "conformity", "text": "当日已整改"}
    return caller(person).post(f"{API}objections/", given | {"proofs": [proof]} | data)


def test_an_objection_is_raised_answered_and_found(open_week):
    raised = objection(open_week.leader)
    code = raised.json()["code"]
    answered = post(caller(open_week.office), f"objections/{code}/answer/", {"upheld": False, "answer": "照片为上周"})

    listed = caller(open_week.leader).get(f"{API}objections/?state=refused&period={made.WEEK}").json()
    assert (raised.status_code, raised.json()["stated"]["value"]) == (201, "85.00")
    assert (answered.status_code, answered.json()["state"]) == (200, "refused")
    assert [row["code"] for row in listed["results"]] == [code]
    assert Objection.objects.get().proofs.get().name == "证明.pdf"


def test_a_second_answer_is_409(open_week):
    code = objection(open_week.leader).json()["code"]
    first, late = (
        post(caller(open_week.office), f"objections/{code}/answer/", {"upheld": True, "answer": "已更正"})
        for _time in range(2)
    )

    assert (first.status_code, late.status_code, late.json()["code"]) == (200, 409, "stale")


@pytest.mark.parametrize("data", [{"about": "luck"}, {"text": ""}, {"group": "nowhere"}, {"unit": ""}])
def test_what_is_wrong_is_said_by_its_field(open_week, data):
    answer = objection(open_week.leader, **data)

    assert answer.status_code == 400
    assert not Objection.objects.exists()


def test_neighbours_find_nothing_and_others_are_refused(open_week):
    code = objection(open_week.leader).json()["code"]

    assert objection(open_week.neighbour).status_code == 404
    assert caller(open_week.neighbour).get(f"{API}objections/{code}/").status_code == 404
    assert caller(open_week.inspector).get(f"{API}objections/{code}/").status_code == 403
    assert objection(open_week.office).status_code == 403
    assert post(caller(open_week.leader), f"objections/{code}/answer/", {}).status_code == 403
