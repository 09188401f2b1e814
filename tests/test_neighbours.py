"""What is not yours does not exist: its address answers to the letter as that of a thing that is not there."""

import re
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile

from campaign.permissions import Role
from inspections.models import Photo
from inspections.rules import Move
from inspections.services.entry import Seen, record_inspection
from inspections.services.ledger import move_problem
from tests.city import MONDAY, NOON, at, make_user
from units.models import Evidence, Task
from units.services.tasks import Carriers, give_task, report_progress

NOWHERE = "NOPE-0000"


@pytest.fixture
def east(city) -> SimpleNamespace:
    """Things of 东街 only: an inspection, its problem handed over, a photograph, a task with evidence."""
    inspection = record_inspection(
        site=city.market, seen_at=at(MONDAY), kind="daily", answers=[Seen(item=city.items[0], outcome="not_met")],
        client_uuid=uuid4(), by=city.inspector, recorded_at=NOON,
    )  # fmt: skip
    problem = inspection.problems.get()
    move_problem(problem=problem, move=Move.HAND_OVER, version=problem.version, by=city.office, at=NOON, note="")
    photo = Photo.objects.create(
        client_uuid=uuid4(), problem=problem, inspection=inspection, width=1, height=1, sha256="0" * 64,
        uploaded_by=city.inspector, file=ContentFile(b"jpeg", "a.jpg"), thumb=ContentFile(b"jpeg", "t.jpg"),
    )  # fmt: skip
    task = give_task(task=Task(code="T1", title="公益广告"), carriers={"lead": Carriers([city.east])}, by=None)
    files = [(SimpleUploadedFile("a.pdf", b"%PDF"), "")]
    report_progress(duty=task.duties.get(), version=0, note="x", files=files, by=city.leader, at=NOON)
    paths = {
        f"/inspections/{inspection.code}/": f"/inspections/{NOWHERE}/",
        f"/problems/{problem.code}/": f"/problems/{NOWHERE}/",
        f"/photos/{photo.client_uuid}/": f"/photos/{uuid4()}/",
        f"/photos/{photo.client_uuid}/thumb/": f"/photos/{uuid4()}/thumb/",
        "/tasks/T1/": f"/tasks/{NOWHERE}/",
        Evidence.objects.get().get_absolute_url(): f"/evidence/{NOWHERE}/",
        "/units/S1/": f"/units/{NOWHERE}/",
        f"/api/v1/inspections/{inspection.code}/": f"/api/v1/inspections/{NOWHERE}/",
        f"/api/v1/problems/{problem.code}/": f"/api/v1/problems/{NOWHERE}/",
        f"/api/v1/photos/{photo.client_uuid}/": f"/api/v1/photos/{uuid4()}/",
        f"/api/v1/photos/{photo.client_uuid}/file/": f"/api/v1/photos/{uuid4()}/file/",
        "/api/v1/tasks/T1/": f"/api/v1/tasks/{NOWHERE}/",
        "/api/v1/units/S1/": f"/api/v1/units/{NOWHERE}/",
        "/api/v1/sites/D1/": f"/api/v1/sites/{NOWHERE}/",
    }
    posts = {
        f"/problems/{problem.code}/receive/": f"/problems/{NOWHERE}/receive/",
        "/tasks/T1/S1/lead/report/": f"/tasks/{NOWHERE}/S1/lead/report/",
        f"/api/v1/problems/{problem.code}/moves/": f"/api/v1/problems/{NOWHERE}/moves/",
    }
    return SimpleNamespace(paths=paths, posts=posts, city=city, problem=problem)


def body(answer, path: str) -> str:
    """The body without what differs on every page: the token, and the address itself."""
    text = answer.content.decode()
    text = re.sub(r'(name="csrfmiddlewaretoken" value|data-csrf|content)="[\w-]{64}"', "", text)
    return text.replace(path, "PATH")


def test_a_neighbour_cannot_tell_another_units_things_from_nothing(client, east):
    client.force_login(east.city.neighbour)
    for theirs, nothing in east.paths.items():
        found, missing = client.get(theirs), client.get(nothing)
        assert (found.status_code, missing.status_code) == (404, 404), theirs
        assert body(found, theirs) == body(missing, nothing), theirs


def test_nor_by_acting_on_them(client, east):
    client.force_login(east.city.neighbour)
    for theirs, nothing in east.posts.items():
        form = {"version": 1, "move": "receive"}
        found, missing = client.post(theirs, form), client.post(nothing, form)
        assert (found.status_code, missing.status_code) == (404, 404), theirs
        assert body(found, theirs) == body(missing, nothing), theirs
    east.problem.refresh_from_db()
    assert east.problem.state == "handed_over"


@pytest.mark.parametrize("role", [Role.INSPECTOR, Role.MONITOR, Role.UNIT])
def test_nor_can_others_who_took_no_part(client, east, role):
    client.force_login(make_user("stranger", role))
    for theirs in east.paths:
        if role == Role.INSPECTOR and any(place in theirs for place in ("/units/", "/sites/")):
            continue  # inspectors work with every unit and site of the city
        assert client.get(theirs).status_code in (403, 404), theirs


@pytest.mark.parametrize("person", ["leader", "office", "supervisor"])
def test_those_whose_things_they_are_see_them(client, east, person):
    client.force_login(getattr(east.city, person))
    for theirs in east.paths:
        answer = client.get(theirs)
        assert answer.status_code == 200, theirs
        assert b"".join(answer) if answer.streaming else answer.content, theirs


def test_lists_counts_and_searches_keep_to_the_person(client, east):
    client.force_login(east.city.neighbour)
    for path in (
        "/inspections/",
        "/problems/?q=WT",
        "/tasks/",
        "/units/?q=S1",
        "/sites/?q=D1",
        "/sites/search/?q=djnmsc",
    ):
        text = client.get(path).text
        for canary in ("东街", east.problem.code, "T1<", "公益广告"):
            assert canary not in text, (path, canary)
    for path in ("inspections", "problems", "tasks", "units", "sites"):
        assert "东街" not in client.get(f"/api/v1/{path}/").text, path
