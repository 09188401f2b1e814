"""Sending in: once, explained, and nothing that was not asked for."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from campaign.models import Event, Standard
from inspections.models import Inspection, Photo, Problem
from inspections.services.voiding import void_inspection
from tests.api.calls import API, a_jpeg, a_problem, a_text, an_inspection, caller, post, send_photo
from units.models import TaskDuty


def test_an_inspection_is_stored_with_its_score_and_its_problem(city):
    response = post(caller(city.inspector), "inspections/", an_inspection())

    stored = response.json()
    assert response.status_code == 201
    assert stored["score"] == "66.67"
    assert [answer["earned"] for answer in stored["answers"]] == ["2.0000", "0.0000", "0.0000"]
    assert stored["answers"][1]["problem"] == Problem.objects.get().code
    assert stored["unit"] == {"code": "S1", "name": "东街"}


@pytest.mark.parametrize(("address", "body"), [("inspections/", an_inspection()), ("problems/", a_problem())])
def test_the_same_again_answers_as_the_first_time(city, address, body):
    client = caller(city.inspector)

    first, again = post(client, address, body), post(client, address, body)

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()


def test_the_same_again_after_the_standard_has_changed(city):
    client, body = caller(city.inspector), an_inspection()
    first = post(client, "inspections/", body)
    city.campaign.standard = Standard.objects.create(code="STD2", name="新体系")
    city.campaign.save()

    assert post(client, "inspections/", body).json() == first.json()


@pytest.mark.parametrize(("address", "body"), [("inspections/", an_inspection()), ("problems/", a_problem())])
def test_other_content_under_the_same_number_is_a_conflict(city, address, body):
    client = caller(city.inspector)
    post(client, address, body)

    other = post(client, address, body | {"text": "别的", "kind": "spot"})

    assert other.status_code == 409
    assert other.json()["code"] == "different"
    assert "text" not in other.json()
    assert Event.objects.filter(result="refused").exists()


def test_a_voided_inspection_is_not_sent_again(city):
    client, body = caller(city.inspector), an_inspection()
    code = post(client, "inspections/", body).json()["code"]
    void_inspection(inspection=Inspection.objects.get(code=code), reason="错", by=city.office, at=timezone.now())

    again = post(client, "inspections/", body)

    assert (again.status_code, again.json()["code"]) == (409, "voided")


@pytest.mark.parametrize(("address", "body"), [("inspections/", an_inspection()), ("problems/", a_problem())])
def test_another_persons_number_tells_nothing(city, address, body):
    stored = post(caller(city.inspector), address, body).json()["code"]

    theirs = post(caller(city.office), address, body)

    assert (theirs.status_code, theirs.json()["code"]) == (404, "taken")
    assert stored not in theirs.text


@pytest.mark.django_db(transaction=True)
def test_the_same_inspection_at_the_same_instant_is_stored_once(city):
    clients, bodies = [caller(city.inspector) for _ in range(8)], [an_inspection() for _ in range(10)]

    def send(client, body):
        try:
            return post(client, "inspections/", body)
        finally:
            connection.close()

    for body in bodies:
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(send, clients, [body] * 8))
        assert {answer.status_code for answer in answers} <= {200, 201}
        assert len({answer.content for answer in answers}) == 1
    assert Inspection.objects.count() == Problem.objects.count() == 10


def test_a_unit_may_not_enter_inspections(city):
    assert post(caller(city.leader), "inspections/", an_inspection()).status_code == 403


def test_faults_are_told_by_field_and_in_the_callers_language(city):
    body = an_inspection(kind="?", answers=[{"item": "M1", "outcome": "perhaps", "count": -1}])

    english = post(caller(city.inspector), "inspections/", body).json()
    chinese = post(caller(city.inspector, **{"accept-language": "zh-CN"}), "inspections/", body).json()

    assert [error["field"] for error in english["errors"]] == ["kind", "answers.0.outcome", "answers.0.count"]
    assert english["errors"][1]["detail"] == '"perhaps" is not a valid choice.'
    assert chinese["errors"][1]["detail"] == "“perhaps” 不是合法选项。"
    assert chinese["title"] == "请求有误"


def test_an_item_of_another_checklist_is_named_by_its_place(city):
    body = an_inspection(answers=[{"item": "M1", "outcome": "met"}, {"item": "X9", "outcome": "met"}])

    errors = post(caller(city.inspector), "inspections/", body).json()["errors"]

    assert [error["field"] for error in errors] == ["answers.1.item"]


def test_a_fault_the_service_finds_is_named_by_its_place(city):
    body = an_inspection()
    body["answers"][1]["problem"] = {"limit": "soon"}

    errors = post(caller(city.inspector), "inspections/", body).json()["errors"]

    assert [error["field"] for error in errors] == ["answers.1"]


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"{", 400), (b"[" * 100_000, 400), (b'{"text": "\\u0000"}', 400), (b"\xff", 400), (b"[]", 400), (b"null", 400)],
)
def test_broken_json_is_refused(city, body, status):
    response = caller(city.inspector).post(f"{API}problems/", body, content_type="application/json")

    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"


def test_other_formats_and_huge_bodies_are_refused(city):
    client = caller(city.inspector)

    xml = client.post(f"{API}problems/", b"<a/>", content_type="text/xml")
    huge = client.post(f"{API}problems/", b" " * (10 * 1024 * 1024 + 1), content_type="application/json")

    assert (xml.status_code, huge.status_code) == (415, 413)


def test_a_problem_is_handed_over_received_repaired_and_closed(entered):
    office, leader, address = caller(entered.office), caller(entered.leader), f"problems/{entered.problem.code}/moves/"

    received = post(leader, address, {"move": "receive", "version": 1})
    submitted = post(leader, address, {"move": "submit", "version": 2, "note": "已清理"})
    closed = post(office, address, {"move": "close", "version": 3})

    assert [answer.status_code for answer in (received, submitted, closed)] == [200, 200, 200]
    assert "submit" in received.json()["moves"]
    assert [step["move"] for step in closed.json()["steps"]] == ["note", "hand_over", "receive", "submit", "close"]


def test_a_stale_move_says_who_was_faster_and_when(entered):
    move, address = {"move": "receive", "version": 1}, f"problems/{entered.problem.code}/moves/"
    post(caller(entered.leader), address, move)

    late = post(caller(entered.leader), address, move)

    assert late.status_code == 409
    assert late["Content-Type"] == "application/problem+json"
    assert {"code": "stale", "by": "leader", "state": "received", "version": 2}.items() <= late.json().items()
    assert late.json()["at"]


def test_a_unit_does_not_close_its_own_problem(entered):
    response = post(caller(entered.leader), f"problems/{entered.problem.code}/moves/", {"move": "close", "version": 1})

    assert response.status_code == 403


def test_a_neighbour_moves_nothing(entered):
    move = {"move": "receive", "version": 1}

    response = post(caller(entered.neighbour), f"problems/{entered.problem.code}/moves/", move)

    assert response.status_code == 404


def test_a_unit_is_not_told_who_reported(entered):
    steps = caller(entered.leader).get(f"{API}problems/{entered.problem.code}/").json()["steps"]

    assert steps[0]["by"] == "Inspector"


def test_fields_that_are_not_asked_for_change_nothing(city):
    everything = {field.name: 7 for field in Problem._meta.fields} | {"state": "closed", "code": "WT-1", "version": 9}

    asked_for = a_problem(severity="minor", limit="2d", source="inspection", unit="S1", fixed_on_spot=False)
    stored = post(caller(city.inspector), "problems/", everything | asked_for).json()

    problem = Problem.objects.get()
    assert (problem.state, problem.version, problem.sent_back) == ("noted", 0, 0)
    assert problem.noted_by == city.inspector
    assert (problem.closed_at, problem.answer_id, problem.inspection_id) == (None, None, None)
    assert stored["code"] == problem.code != "WT-1"


def test_fields_of_an_inspection_that_are_not_asked_for_change_nothing(city):
    everything = {field.name: 7 for field in Inspection._meta.fields}

    stored = post(caller(city.inspector), "inspections/", everything | an_inspection(kind="daily", note="")).json()

    assert (stored["score"], stored["inspector"], stored["voided_at"]) == ("66.67", "inspector", None)
    assert stored["code"] != 7


def test_fields_of_a_move_that_are_not_asked_for_change_nothing(entered):
    everything = {field.name: 7 for field in Problem._meta.fields} | {"move": "receive", "version": 1, "note": ""}
    left_out = {name: value for name, value in everything.items() if name not in {"unit", "limit", "text", "photos"}}
    before = Problem.objects.values().get()

    assert post(caller(entered.leader), f"problems/{entered.problem.code}/moves/", left_out).status_code == 200

    after = Problem.objects.values().get()
    assert {name for name in after if after[name] != before[name]} == {"state", "version", "received_at"}


def test_a_unit_does_not_rewrite_its_problem_while_it_moves_it(entered):
    before = Problem.objects.values().get()
    move = {"move": "receive", "version": 1, "unit": "S1-1", "limit": "30d", "text": "别的"}

    post(caller(entered.leader), f"problems/{entered.problem.code}/moves/", move)

    after = Problem.objects.values().get()
    assert {name for name in after if after[name] != before[name]} == {"state", "version", "received_at"}


def test_fields_of_a_photograph_that_are_not_asked_for_change_nothing(city):
    everything = {field.name: "7" for field in Photo._meta.fields} | {"client_uuid": str(uuid4()), "file": a_jpeg()}

    assert caller(city.inspector).post(f"{API}photos/", everything).status_code == 201

    photo = Photo.objects.get()
    assert (photo.uploaded_by, photo.role, photo.width, photo.camera) == (city.inspector, "before", 40, "")
    assert (photo.problem, photo.inspection, photo.lat, photo.taken_at) == (None, None, None, None)


def test_fields_of_a_report_that_are_not_asked_for_change_nothing(entered):
    everything = {"state": "accepted", "accepted_at": "2026-01-01T00:00:00Z", "due_on": "2030-01-01", "task": "X"}
    before = TaskDuty.objects.values().get()

    report = everything | {"unit": "S1", "version": 0, "note": "完成"}
    assert post(caller(entered.leader), "tasks/R1/reports/", report).status_code == 201

    after = TaskDuty.objects.values().get()
    assert {name for name in after if after[name] != before[name]} == {"state", "version", "reported_at"}


def test_an_inspector_does_not_pass_a_problem_off_as_a_leaders(city):
    response = post(caller(city.inspector), "problems/", a_problem(source="leader"))

    assert response.status_code == 400
    assert response.json()["errors"][0]["field"] == "source"


def test_a_photograph_is_kept_once_and_shown_to_who_may_see_it(city):
    client, number = caller(city.inspector), uuid4()

    first, again = send_photo(client, number=number), send_photo(client, number=number)
    other = send_photo(client, number=number, color="blue")
    file = client.get(f"{API}photos/{number}/file/")

    assert (first.status_code, again.status_code, other.status_code) == (201, 200, 409)
    assert first.json() == again.json()
    assert file["Content-Type"] == "image/jpeg"
    assert b"".join(file.streaming_content)[:2] == b"\xff\xd8"
    assert caller(city.leader).get(f"{API}photos/{number}/thumb/").json()["code"] == "not_found"


def test_a_photograph_goes_with_the_answer_it_belongs_to(city):
    client, number = caller(city.inspector), str(uuid4())
    send_photo(client, number=number)
    body = an_inspection()
    body["answers"][1]["photos"] = [number]

    stored = post(client, "inspections/", body).json()

    assert stored["answers"][1]["photos"] == [number]
    assert Photo.objects.get().problem == Problem.objects.get()
    assert caller(city.leader).get(f"{API}photos/{number}/").status_code == 200


def test_what_is_no_photograph_is_refused_with_a_sentence(city):
    client = caller(city.inspector)

    response = client.post(f"{API}photos/", {"client_uuid": str(uuid4()), "file": a_text()})

    assert response.status_code == 400
    assert response.json()["errors"][0]["field"] == "file"


def test_a_unit_reports_its_task_with_a_file(entered):
    client, address = caller(entered.leader), f"{API}tasks/R1/reports/"

    response = client.post(
        address, {"unit": "S1", "version": 0, "note": "完成", "files": [a_text()], "captions": ["现场"]}
    )
    again = client.post(address, {"unit": "S1", "version": 0, "note": "完成"})

    duty = response.json()["duties"][0]
    assert (response.status_code, duty["state"], duty["version"]) == (201, "reported", 1)
    assert duty["progress"][0]["evidence"][0]["caption"] == "现场"
    assert (again.status_code, again.json()["code"]) == (409, "stale")


def test_a_neighbours_duty_is_not_reported(entered):
    report = {"unit": "S1", "version": 0, "note": "完成"}

    assert post(caller(entered.neighbour), "tasks/R1/reports/", report).status_code == 404
    assert post(caller(entered.office), "tasks/R1/reports/", report).status_code == 403
