"""The pages of appeals: the unit makes one, the office decides it, nobody else sees it."""

from datetime import timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaign.permissions import Role
from inspections.models import Appeal
from inspections.rules import Move
from inspections.services.appeals import decide_appeal, make_appeal
from tests.city import MONDAY, at, make_user
from tests.inspections.ledger import advance, make_problem

ELEVEN = at(MONDAY, 11)


@pytest.fixture
def second(city):
    return make_user("second", "office", name="第二人")


@pytest.fixture
def held(city, second):
    return advance(make_problem(city), Move.HAND_OVER, city=city)


@pytest.fixture
def made(city, held):
    pdf = SimpleUploadedFile("证明.pdf", b"%PDF-1.4")
    return make_appeal(problem=held, against="problem", text="划线内", proofs=[pdf], by=city.leader, at=ELEVEN)


def page(client, person, address, data=None, *, when=ELEVEN):
    client.force_login(person)
    with time_machine.travel(when, tick=False):
        return client.get(address) if data is None else client.post(address, data)


def test_the_holder_appeals_on_the_problem_s_page(client, city, held):
    shown = page(client, city.leader, held.get_absolute_url()).content.decode()
    address = f"{held.get_absolute_url()}appeal/"
    proof = SimpleUploadedFile("证明.pdf", b"%PDF-1.4")

    answer = page(client, city.leader, address, {"against": "problem", "text": "划线内", "proofs": [proof]})

    assert address in shown
    assert answer.headers["Location"] == Appeal.objects.get().get_absolute_url()
    assert Appeal.objects.get().proofs.count() == 1


def test_when_the_time_is_over_there_is_no_way_in(client, city, held):
    late = ELEVEN + timedelta(days=9)

    assert "/appeal/" not in page(client, city.leader, held.get_absolute_url(), when=late).content.decode()
    answer = page(
        client, city.leader, f"{held.get_absolute_url()}appeal/", {"against": "problem", "text": "x"}, when=late
    )
    assert answer.status_code == 422


@pytest.mark.parametrize(
    "data",
    [{}, {"against": "problem", "text": " "}, {"against": "luck", "text": "x"}, {"against": "severity", "text": "x"}],
)
def test_what_is_missing_is_said_and_what_was_typed_stays(client, city, held, data):
    answer = page(client, city.leader, f"{held.get_absolute_url()}appeal/", data)

    assert answer.status_code == 422
    assert answer.context["form"].errors


def test_files_of_a_form_that_comes_back_are_asked_for_again(client, city, held):
    proof = SimpleUploadedFile("证明.pdf", b"%PDF-1.4")

    answer = page(client, city.leader, f"{held.get_absolute_url()}appeal/", {"against": "severity", "proofs": [proof]})

    assert (answer.status_code, "请重新选择文件" in answer.text) == (422, True)


def test_a_file_that_is_none_of_ours_is_refused(client, city, held):
    bad = SimpleUploadedFile("x.html", b"<script>")

    answer = page(
        client, city.leader, f"{held.get_absolute_url()}appeal/", {"against": "problem", "text": "x", "proofs": [bad]}
    )

    assert (answer.status_code, Appeal.objects.count()) == (422, 0)


def test_a_second_appeal_is_409(client, city, held, made):
    answer = page(client, city.leader, f"{held.get_absolute_url()}appeal/", {"against": "problem", "text": "x"})

    assert answer.status_code == 409


def test_a_second_person_of_the_office_decides(client, city, held, made, second):
    first = page(client, city.office, made.get_absolute_url())
    shown = page(client, second, made.get_absolute_url())
    answer = page(client, second, f"{made.get_absolute_url()}decide/", {"act": "uphold", "answer": "属实"})

    made.refresh_from_db()
    assert (first.context["may_decide"], shown.context["may_decide"]) == (False, True)
    assert (answer.status_code, made.state) == (302, "upheld")


@pytest.mark.parametrize("data", [{}, {"act": "uphold"}, {"answer": "x"}, {"act": "burn", "answer": "x"}])
def test_a_decision_explains_what_is_missing(client, made, second, data):
    answer = page(client, second, f"{made.get_absolute_url()}decide/", data)

    made.refresh_from_db()
    assert (answer.status_code, made.state) == (422, "open")


def test_the_one_who_handed_it_over_is_told_so(client, city, made):
    answer = page(client, city.office, f"{made.get_absolute_url()}decide/", {"act": "refuse", "answer": "x"})

    assert answer.status_code == 422
    made.refresh_from_db()
    assert made.state == "open"


def test_what_somebody_decided_meanwhile_is_409(client, made, second):
    decide_appeal(appeal=made, upheld=False, answer="x", by=second, at=ELEVEN)

    answer = page(client, second, f"{made.get_absolute_url()}decide/", {"act": "refuse", "answer": "另有依据"})

    assert answer.status_code == 409
    assert "form-error" in answer.text
    assert "另有依据" in answer.text


def test_the_list_has_its_tabs_and_the_void_one_is_marked(client, city, held, made, second):
    decide_appeal(appeal=made, upheld=True, answer="属实", by=second, at=ELEVEN)

    rows = page(client, city.supervisor, "/appeals/?state=upheld")
    problem = page(client, city.leader, held.get_absolute_url()).content.decode()

    assert list(rows.context["rows"]) == [made]
    assert page(client, city.office, "/appeals/").context["rows"] == []
    assert "不再计分" in problem


def test_a_neighbour_sees_neither_appeal_nor_proof(client, city, made):
    proof = made.proofs.get().get_absolute_url()

    assert page(client, city.neighbour, made.get_absolute_url()).status_code == 404
    assert page(client, city.neighbour, proof).status_code == 404
    assert page(client, city.leader, proof).getvalue() == b"%PDF-1.4"
    assert page(client, city.neighbour, f"{made.problem.get_absolute_url()}appeal/", {"text": "x"}).status_code == 404


@pytest.mark.parametrize("role", [Role.INSPECTOR, Role.MONITOR, Role.AUDIT_ADMIN])
def test_who_has_no_part_in_it_is_refused(client, city, made, role):
    assert page(client, city.people[role], made.get_absolute_url()).status_code == 403


def test_a_list_costs_the_same_for_two_and_forty(client, city, second):
    counts = []
    page(client, city.office, "/appeals/")
    for size in (2, 40):
        for n in range(size):
            held = advance(make_problem(city, f"{size}-{n}"), Move.HAND_OVER, city=city)
            make_appeal(problem=held, against="problem", text="划线内", by=city.leader, at=ELEVEN)
        with CaptureQueriesContext(connection) as found:
            page(client, city.office, "/appeals/")
        counts.append(len(found))

    assert counts[0] == counts[1]
