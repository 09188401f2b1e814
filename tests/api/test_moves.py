"""The moves of the ledger by API: what goes with each, and what is refused in words."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from inspections.models import Photo, Problem
from inspections.rules import TRANSITIONS, Move
from tests.api.calls import API, caller, post
from tests.inspections.ledger import advance, make_problem

pytestmark = pytest.mark.django_db


def move(person, problem, name, **given):
    return post(
        caller(person),
        f"problems/{problem.code}/moves/",
        {"move": name, "version": problem.version, "note": "说明"} | given,
    )


def test_units_that_help_are_named_and_shown(city):
    answer = move(city.office, make_problem(city), "hand_over", supporting=["S2"])

    assert answer.status_code == 200
    assert [unit["code"] for unit in answer.json()["supporting"]] == ["S2"]


def test_a_plan_is_shown(city):
    problem = advance(make_problem(city), Move.HAND_OVER, Move.RECEIVE, city=city)

    shown = move(city.leader, problem, "plan", responsible="王强", until="2026-12-30").json()

    assert [plan["responsible"] for plan in shown["plans"]] == ["王强"]


def test_a_copy_and_its_original_name_each_other(city):
    original, copy = make_problem(city, "WT-1"), make_problem(city, "WT-2")

    assert move(city.office, copy, "merge", original="WT-1").json()["merged_into"] == "WT-1"
    assert caller(city.office).get(f"/api/v1/problems/{original.code}/").json()["copies"] == ["WT-2"]


def test_parts_are_noted_and_handed_over(city):
    parts = [{"unit": "S1", "text": "一", "limit": "4h"}, {"unit": "S2", "text": "二", "limit": "3d"}]

    shown = move(city.office, make_problem(city, "WT-9"), "split", parts=parts, hand_over=True).json()

    assert shown["state"] == "split"
    assert set(Problem.objects.filter(code__in=shown["parts"]).values_list("state", flat=True)) == {"handed_over"}


@pytest.mark.parametrize(
    ("name", "given", "field"),
    [
        ("merge", {"original": "WT-0"}, "original"), ("merge", {}, "original"), ("split", {}, "parts"),
        ("split", {"parts": [{"unit": "S9", "text": "一", "limit": "4h"}]}, "parts.0.unit"),
        ("fix", {}, "photos"), ("hand_over", {"supporting": ["S1"]}, "supporting"),
    ],
)  # fmt: skip
def test_what_is_missing_is_said_by_field(city, monkeypatch, name, given, field):
    monkeypatch.setattr("inspections.services.effects.on_the_spot", lambda *_given, **_at: True)

    answer = move(city.office, make_problem(city), name, **given)

    assert answer.status_code == 400
    assert field in {fault["field"] for fault in answer.json()["errors"]}, answer.json()


@pytest.mark.parametrize("name", ["merge", "split", "fix", "add", "assign_check", "plan"])
def test_a_neighbour_learns_nothing(city, name):
    problem = advance(make_problem(city), Move.HAND_OVER, city=city)

    assert move(city.neighbour, problem, name).status_code == 404


def ask_suspension(person, problem, **given):
    until = (timezone.now() + timedelta(days=30)).date().isoformat()
    asked = {"move": "ask_suspend", "version": problem.version, "note": "等待管网改造", "until": until} | given
    return caller(person).post(f"{API}problems/{problem.code}/moves/", asked)


def test_a_suspension_is_asked_for_with_its_proof(city):
    problem = advance(make_problem(city), Move.HAND_OVER, Move.RECEIVE, city=city)

    answer = ask_suspension(city.leader, problem, proofs=[SimpleUploadedFile("计划.pdf", b"%PDF-1.4")])

    assert answer.status_code == 200
    assert [proof["name"] for proof in answer.json()["suspensions"][0]["proofs"]] == ["计划.pdf"]


@pytest.mark.parametrize("given", [{}, {"move": "close"}, {"version": "x"}, {"until": ""}])
def test_a_suspension_that_will_not_do_is_explained(city, given):
    problem = advance(make_problem(city), Move.HAND_OVER, Move.RECEIVE, city=city)

    answer = ask_suspension(city.leader, problem, **given)

    assert answer.status_code == 400
    assert {error["field"] for error in answer.json()["errors"]} <= {"proofs", *given}


def note(person, **given):
    return post(caller(person), "problems/", {"client_uuid": str(uuid4()), "text": "门口垃圾", "site": "D1"} | given)


def test_what_is_seen_again_is_added_to_the_problem_it_is(city):
    problem = make_problem(city)

    answer = note(city.inspector, same_as=problem.code)

    assert (answer.status_code, answer.json()["code"]) == (200, problem.code)
    assert (Problem.objects.count(), answer.json()["steps"][-1]["note"]) == (1, "门口垃圾")


def test_fixed_on_the_spot_it_is_closed_at_once_and_once(city):
    photo = Photo.objects.create(client_uuid=uuid4(), width=1, height=1, uploaded_by=city.inspector)
    given = {"client_uuid": str(uuid4()), "fixed_on_spot": True, "after_photos": [str(photo.client_uuid)]}

    first, again = note(city.inspector, **given), note(city.inspector, **given)

    assert (first.status_code, again.status_code) == (201, 200)
    assert (first.json()["state"], first.json()["fixed_on_spot"]) == ("closed", True)
    assert Problem.objects.count() == 1


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"fixed_on_spot": True}, "after_photos"),
        ({"after_photos": [str(UUID(int=1))]}, "after_photos"),
        ({"same_as": "WT-NONE"}, "same_as"),
    ],
)
def test_noting_with_a_second_thought_explains_what_is_missing(city, given, field):
    answer = note(city.inspector, **given)

    assert answer.status_code == 400
    assert field in {error["field"] for error in answer.json()["errors"]}
    assert not Problem.objects.exists()


#: What goes with any move, so that nothing but where the problem stands refuses it.
ALL_OF_IT = {
    "note": "说明", "unit": "S2", "until": "2027-01-20", "responsible": "张三", "inspector": "inspector",
    "original": "WT-2", "parts": [{"unit": unit, "text": "门前", "limit": "4h"} for unit in ("S1", "S2")],
}  # fmt: skip


@pytest.mark.parametrize("name", list(Move))
def test_no_move_starts_from_a_state_it_does_not_start_from(city, monkeypatch, name):
    monkeypatch.setattr("inspections.services.effects.on_the_spot", lambda *_given, **_at: True)
    make_problem(city, "WT-2")
    ends = [] if name in (Move.REOPEN, Move.UNMERGE) else [Move.CLOSE]
    problem = advance(make_problem(city), Move.HAND_OVER, Move.RECEIVE, Move.SUBMIT, *ends, city=city)
    person = city.leader if TRANSITIONS[name].permission == "repair" else city.office

    of_unit = {key: ALL_OF_IT[key] for key in ("until", "responsible")}
    answer = move(person, problem, name, **(ALL_OF_IT if person == city.office else of_unit))

    wants_files = name in (Move.FIX, Move.ASK_SUSPEND)
    assert answer.status_code == (400 if wants_files else 409), answer.json()
    assert Problem.objects.get(pk=problem.pk).version == problem.version


@pytest.mark.parametrize("name", list(Move))
def test_who_may_only_read_makes_no_move(city, client, name):
    problem = make_problem(city)
    client.force_login(city.supervisor)

    by_page = client.post(f"{problem.get_absolute_url()}{name}/", {"version": 0, "note": "说明"})

    assert move(city.supervisor, problem, name, **ALL_OF_IT | {"original": problem.code}).status_code == 403
    assert by_page.status_code == 403
    assert Problem.objects.get().version == 0
