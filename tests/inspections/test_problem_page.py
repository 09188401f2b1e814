"""The page of one problem and its moves by address."""

import re
from datetime import date

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from inspections.models import Problem
from inspections.rules import TRANSITIONS, Move
from tests.city import MONDAY, at
from tests.inspections.ledger import advance, make_problem
from tests.inspections.pictures import jpeg


@pytest.fixture(autouse=True)
def tuesday_morning():
    with time_machine.travel(at(date(2026, 11, 24), 9), tick=False):
        yield


#: Moves behind the fold of the office's page.
RARE = ["add", "merge", "split", "cancel"]


def page_of(client, person, problem):
    client.force_login(person)
    return client.get(problem.get_absolute_url())


def upload(content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("image.jpg", content, "image/jpeg")


def body(response) -> str:
    """The page without its token, which differs each time."""
    return re.sub(r'value="\w{64}"', "", response.content.decode())


def moves(response) -> list[str]:
    return [choice.move.value for choice in response.context["choices"]]


def send(client, person, problem, move, **data):
    client.force_login(person)
    values = {"version": problem.version, "note": "说明"} | data
    return client.post(f"{problem.get_absolute_url()}{move}/", values)


def test_story_clock_and_item_are_shown(client, city):
    problem = make_problem(city, item=city.items[0], limit="4h")
    advance(problem, Move.HAND_OVER, city=city, when=at(date(2026, 11, 20), 16))

    page = page_of(client, city.office, problem).content.decode()

    assert "公平秤设在明显位置" in page
    assert "16:00–18:00" in page
    assert "08:00–10:00" in page
    assert "4 个工作时" in page
    assert "超期 1 天" in page


@pytest.mark.parametrize(
    ("made", "office", "leader"),
    [
        ([], ["hand_over", *RARE], None),
        ([Move.HAND_OVER], ["transfer", *RARE], ["receive", "return", "ask_time"]),
        (
            [Move.HAND_OVER, Move.RECEIVE],
            ["transfer", "suspend", *RARE],
            ["submit", "plan", "return", "ask_time", "ask_suspend"],
        ),
        (
            [Move.HAND_OVER, Move.RECEIVE, Move.SUBMIT],
            ["close", "send_back", "assign_check", "add", "merge", "cancel"],
            [],
        ),
        (
            [Move.HAND_OVER, Move.RECEIVE, Move.SUBMIT, Move.SEND_BACK],
            ["transfer", "suspend", *RARE],
            ["submit", "plan", "ask_time", "ask_suspend"],
        ),
        ([Move.HAND_OVER, Move.RECEIVE, Move.SUBMIT, Move.CLOSE], ["reopen"], []),
        ([Move.HAND_OVER, Move.RETURN], ["hand_over", *RARE], None),
        ([Move.CANCEL], [], None),
    ],
)
def test_only_the_moves_this_person_may_make(client, city, made, office, leader):
    problem = advance(make_problem(city), *made, city=city)

    assert moves(page_of(client, city.office, problem)) == office
    response = page_of(client, city.leader, problem)
    assert (None if response.status_code == 404 else moves(response)) == leader
    assert moves(page_of(client, city.supervisor, problem)) == []


def test_a_neighbour_gets_what_a_missing_problem_gives(client, city):
    problem = advance(make_problem(city), Move.HAND_OVER, city=city)
    client.force_login(city.neighbour)

    foreign, missing = client.get(problem.get_absolute_url()), client.get("/problems/WT-2611-9999/")

    assert (foreign.status_code, missing.status_code) == (404, 404)
    assert body(foreign).replace("0001", "9999") == body(missing)


def test_a_neighbour_cannot_move_it(client, city):
    problem = advance(make_problem(city), Move.HAND_OVER, city=city)

    assert send(client, city.neighbour, problem, "receive").status_code == 404


def test_a_unit_is_not_told_who_reported(client, city):
    monitor = city.people["monitor"]
    monitor.name = "王监督"
    monitor.save()
    problem = advance(make_problem(city, noted_by=monitor, source="citizen"), Move.HAND_OVER, city=city)

    assert "王监督" in page_of(client, city.office, problem).content.decode()
    assert "王监督" not in page_of(client, city.leader, problem).content.decode()


def test_the_loop_by_its_forms(client, city):
    problem = make_problem(city)
    hand_over = {"unit": "东街", "limit": "1d", "text": "门口垃圾"}

    for person, move, data in [
        (city.office, "hand_over", hand_over), (city.leader, "receive", {}), (city.leader, "submit", {}),
        (city.office, "send_back", {}), (city.leader, "submit", {}), (city.office, "close", {}),
    ]:  # fmt: skip
        problem.refresh_from_db()
        response = send(client, person, problem, move, **data)
        assert (response.status_code, response.headers["Location"]) == (302, problem.get_absolute_url())

    problem.refresh_from_db()
    assert (problem.state, problem.sent_back, problem.text) == ("closed", 1, "门口垃圾")


def test_the_late_one_gets_409_with_who_was_faster_and_keeps_the_words(client, city):
    problem = advance(make_problem(city), Move.HAND_OVER, Move.RECEIVE, Move.SUBMIT, city=city)
    advance(problem, Move.CLOSE, city=city)

    response = send(client, city.office, problem, "send_back", note="北门还有一堆")

    page = response.content.decode()
    assert response.status_code == 409
    assert "北门还有一堆" in page
    assert "office" in page
    assert "已销号" in page


def test_after_a_conflict_the_form_carries_the_new_version(client, city):
    problem = advance(make_problem(city), Move.HAND_OVER, Move.RECEIVE, Move.SUBMIT, city=city)
    advance(problem, Move.SEND_BACK, Move.SUBMIT, city=city)

    response = send(client, city.office, problem, "close", note="已核查")
    again = response.context["choices"][0].form

    assert response.status_code == 409
    assert (again["version"].value(), again["note"].value()) == ("5", "已核查")


@pytest.mark.parametrize("move", list(TRANSITIONS))
def test_a_move_by_address_from_a_wrong_state_is_409(client, city, move):
    ends = [Move.CLOSE] if move not in (Move.REOPEN, Move.UNMERGE) else []
    noted = make_problem(city, noted_at=at(date(2026, 11, 24), 8))
    problem = advance(noted, Move.HAND_OVER, Move.RECEIVE, Move.SUBMIT, *ends, city=city)
    person = city.leader if TRANSITIONS[move].permission == "repair" else city.office
    make_problem(city, "WT-2")
    goes_with = {
        "unit": "西街", "limit": "3d", "text": "改写", "until": "2026-12-30", "responsible": "张三",
        "inspector": city.inspector.username, "original": "WT-2", "part-0-unit": "东街", "part-0-text": "一",
        "part-0-limit": "3d", "part-1-unit": "西街", "part-1-text": "二", "part-1-limit": "3d",
        "files": [upload(jpeg())], "proofs": [upload(jpeg())],
    }  # fmt: skip

    response = send(client, person, problem, move, **goes_with)

    assert response.status_code == 409
    assert Problem.objects.get(pk=problem.pk).version == problem.version


@pytest.mark.parametrize(
    ("person", "move"),
    [
        ("leader", "close"),
        ("leader", "send_back"),
        ("office", "submit"),
        ("office", "receive"),
        ("supervisor", "close"),
    ],
)
def test_a_move_that_is_not_yours_is_403(client, city, person, move):
    problem = advance(make_problem(city), Move.HAND_OVER, Move.RECEIVE, Move.SUBMIT, city=city)

    assert send(client, getattr(city, person), problem, move).status_code == 403


def test_a_move_that_does_not_exist_is_404(client, city):
    assert send(client, city.office, make_problem(city), "erase").status_code == 404


def test_the_address_of_a_move_leads_to_the_problem(client, city):
    client.force_login(city.office)

    assert client.get("/problems/WT-2611-0001/close/").status_code == 404
    problem = make_problem(city)
    assert client.get(f"{problem.get_absolute_url()}close/").headers["Location"] == problem.get_absolute_url()


@pytest.mark.parametrize(
    ("move", "data"),
    [
        ("hand_over", {"unit": "没有这个单位", "limit": "3d", "text": "x"}),
        ("hand_over", {"unit": "东街", "limit": "soon", "text": "x"}),
        ("hand_over", {"unit": "东街", "limit": "3d", "text": ""}),
        ("hand_over", {"unit": "东街", "limit": "60d", "text": "x"}),
        ("cancel", {"note": " "}),
        ("cancel", {"note": "长" * 501}),
        ("cancel", {"version": "x"}),
        ("cancel", {"version": "-1"}),
        ("cancel", {"version": "99999999999"}),
        ("cancel", {"note": "a\x00b"}),
    ],
)
def test_bad_input_explains_itself(client, city, move, data):
    response = send(client, city.office, make_problem(city), move, **data)

    assert response.status_code == 422
    assert 'role="alert"' in response.content.decode()
    assert Problem.objects.get().state == "noted"


@pytest.mark.parametrize("photos", [["nonsense"], ["\x00"], ["00000000-0000-4000-8000-000000000000"]])
def test_a_photo_that_never_arrived_is_said(client, city, photos):
    problem = advance(make_problem(city), Move.HAND_OVER, Move.RECEIVE, city=city)

    assert send(client, city.leader, problem, "submit", photos=photos).status_code == 422


def test_panel_gets_the_body_alone_and_answers_in_it(client, city):
    problem = make_problem(city)
    client.force_login(city.office)

    opened = client.get(problem.get_absolute_url(), headers={"HX-Request": "true", "HX-Target": "panel-body"})
    moved = client.post(
        f"{problem.get_absolute_url()}cancel/", {"version": 0, "note": "重复"}, headers={"HX-Request": "true"}
    )

    assert "<html" not in opened.content.decode()
    assert moved.headers["HX-Trigger"] == "problem-moved"
    assert 'id="problem-body"' in moved.content.decode()


@pytest.mark.parametrize("behind", ["", "?from=board", "#move-cancel"])
def test_on_its_own_page_a_move_opens_the_page_anew(client, city, behind):
    """Else the state in the page's head would stay the one from before."""
    problem = make_problem(city)
    client.force_login(city.office)
    url = problem.get_absolute_url()
    here = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{url}{behind}"}

    moved = client.post(f"{url}cancel/", {"version": 0, "note": "重复"}, headers=here)

    assert moved.headers["HX-Redirect"] == url
    assert "已作废" in client.get(url).text


def test_on_its_own_page_bad_input_comes_back_in_place(client, city):
    problem = make_problem(city)
    client.force_login(city.office)
    url = problem.get_absolute_url()
    here = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{url}"}

    refused = client.post(f"{url}cancel/", {"version": 0, "note": ""}, headers=here)

    assert refused.status_code == 422
    assert "panel-head" not in refused.text
    assert "<html" not in refused.text


def test_the_page_costs_few_statements(client, city):
    problem = advance(make_problem(city), Move.HAND_OVER, Move.RECEIVE, Move.SUBMIT, city=city)
    client.force_login(city.office)

    with CaptureQueriesContext(connection) as queries:
        client.get(problem.get_absolute_url())

    assert len(queries) <= 24, [query["sql"] for query in queries]


def test_a_deadline_of_another_calendar_is_not_explained_wrongly(client, city):
    problem = advance(make_problem(city), Move.HAND_OVER, city=city)
    Problem.objects.update(due_at=at(date(2026, 12, 1)))

    assert page_of(client, city.office, problem).context["way"] is None


def test_in_english(client, city):
    problem = advance(make_problem(city), Move.HAND_OVER, city=city, when=at(MONDAY))
    client.cookies["django_language"] = "en"

    page = page_of(client, city.leader, problem).content.decode()

    assert "What happened" in page
    assert "2 working days left" in page


def test_photographs_go_with_the_form_and_are_attached(client, city):
    problem = advance(make_problem(city), Move.HAND_OVER, Move.RECEIVE, city=city)

    response = send(client, city.leader, problem, "submit", note="", files=[upload(jpeg())])

    assert response.status_code == 302
    assert [photo.role for photo in problem.photos.all()] == ["after"]
    assert "/thumb/" in page_of(client, city.office, problem).content.decode()


def test_a_good_photograph_stays_when_another_is_refused(client, city):
    problem = advance(make_problem(city), Move.HAND_OVER, Move.RECEIVE, city=city)

    refused = send(client, city.leader, problem, "submit", files=[upload(jpeg()), upload(b"no picture")])
    kept = [str(photo.client_uuid) for photo in refused.context["choices"][0].photos]
    again = send(client, city.leader, problem, "submit", photos=kept)

    assert (refused.status_code, len(kept), again.status_code) == (422, 1, 302)
    assert problem.photos.count() == 1


def test_the_text_to_paste_is_what_a_group_reads(client, city, settings):
    settings.SITE_URL = "https://wenming.example"
    problem = advance(make_problem(city), Move.HAND_OVER, city=city)
    client.force_login(city.office)
    with time_machine.travel(at(date(2026, 11, 27), 9), tick=False):
        text = client.get(problem.get_absolute_url()).context["as_text"]

    assert text.splitlines() == [
        "【已交办】WT-2611-0001",
        "点位：东街农贸市场",
        "问题：门口垃圾未清理",
        "责任单位：东街",
        "期限：2026年11月26日 10:00（超期 1 天）",
        "https://wenming.example/problems/WT-2611-0001/",
    ]
