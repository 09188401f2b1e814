"""Appeals through the API: make one with proof, decide it, find it again."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from inspections.models import Appeal
from tests.city import make_user

from .calls import API, caller, post


def appeal(person, problem, **data):
    proof = SimpleUploadedFile("证明.pdf", b"%PDF-1.4", content_type="application/pdf")
    given = {"against": "problem", "text": "划线内", "proofs": [proof]} | data
    return caller(person).post(f"{API}problems/{problem.code}/appeals/", given)


def test_an_appeal_is_made_decided_and_found(city, entered):
    second = make_user("second", "office")

    made = appeal(city.leader, entered.problem)
    code = made.json()["code"]
    own = post(caller(city.office), f"appeals/{code}/decision/", {"upheld": True, "answer": "属实"})
    decided = post(caller(second), f"appeals/{code}/decision/", {"upheld": True, "answer": "属实"})

    listed = caller(city.leader).get(f"{API}appeals/?state=upheld").json()
    assert (made.status_code, made.json()["proofs"][0]["name"]) == (201, "证明.pdf")
    assert (own.status_code, decided.status_code, decided.json()["state"]) == (400, 200, "upheld")
    assert [row["code"] for row in listed["results"]] == [code]
    assert caller(city.leader).get(f"{API}problems/{entered.problem.code}/").json()["voided_at"]


def test_a_second_one_is_409_and_another_decision_too(city, entered):
    second = make_user("second", "office")
    code = appeal(city.leader, entered.problem).json()["code"]

    again = appeal(city.leader, entered.problem)
    post(caller(second), f"appeals/{code}/decision/", {"upheld": False, "answer": "不属实"})
    late = post(caller(second), f"appeals/{code}/decision/", {"upheld": True, "answer": "属实"})

    assert (again.status_code, again.json()["code"], late.status_code) == (409, "appealed", 409)


@pytest.mark.parametrize(
    "data", [{"against": "luck"}, {"text": ""}, {"against": "severity"}, {"against": "severity", "severity": "serious"}]
)
def test_an_appeal_explains_what_is_wrong(city, entered, data):
    assert appeal(city.leader, entered.problem, **data).status_code == 400
    assert not Appeal.objects.exists()


def test_neighbours_find_nothing_and_others_are_refused(city, entered):
    code = appeal(city.leader, entered.problem).json()["code"]

    assert appeal(city.neighbour, entered.problem).status_code == 404
    assert caller(city.neighbour).get(f"{API}appeals/{code}/").status_code == 404
    assert caller(city.inspector).get(f"{API}appeals/{code}/").status_code == 403
    assert appeal(city.office, entered.problem).status_code == 403
