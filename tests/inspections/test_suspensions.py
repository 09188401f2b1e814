"""挂账: what cannot be put right for now has no deadline until a day, then its clock runs on by itself."""

from contextlib import closing
from datetime import date

import pytest
import time_machine
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile

from inspections.models import Problem
from inspections.rules import Move
from inspections.services.ledger import resume_ended
from inspections.tasks import resume_suspended
from reports import queries
from reports.queries import Need, measure
from reports.rules.periods import parse
from tests.city import MONDAY, at
from tests.inspections.ledger import advance, make_problem
from tests.inspections.pictures import jpeg

TUESDAY = at(date(2026, 11, 24), 9)
UNTIL = date(2026, 12, 10)
AFTER = at(date(2026, 12, 11), 9)


@pytest.fixture
def held(city):
    return advance(make_problem(city), Move.HAND_OVER, Move.RECEIVE, city=city)


@pytest.fixture
def suspended(city, held):
    return advance(held, Move.SUSPEND, city=city, when=TUESDAY, until=UNTIL)


def send(client, person, problem, move, **data):
    client.force_login(person)
    with time_machine.travel(TUESDAY, tick=False):
        return client.post(f"{problem.get_absolute_url()}{move}/", {"version": problem.version, "note": "说明"} | data)


def paper(name="改造计划.pdf", content=b"%PDF-1.4"):
    return SimpleUploadedFile(name, content, content_type="application/pdf")


def page_of(client, person, problem, when=TUESDAY):
    client.force_login(person)
    with time_machine.travel(when, tick=False):
        return client.get(problem.get_absolute_url())


def test_suspended_it_has_no_deadline_and_is_not_overdue(held, suspended):
    assert (suspended.state, suspended.due_at, suspended.suspended_until) == ("suspended", None, UNTIL)
    assert suspended.suspensions.get().due_before == held.due_at
    assert not Problem.objects.overdue(at=AFTER).exists()


def test_page_and_tab_say_until_when(client, city, suspended):
    assert "挂账至 12月10日" in page_of(client, city.leader, suspended).content.decode()
    assert "挂账至 12月10日" in client.get("/problems/?state=suspended").content.decode()


def test_a_holder_asks_and_the_office_finds_it_filled_in(client, city, held):
    send(client, city.leader, held, "ask_suspend", until="2026-12-10", note="等待管网改造", proofs=paper())

    held.refresh_from_db()
    page = page_of(client, city.office, held)
    form = next(choice.form for choice in page.context["choices"] if choice.move == "suspend")
    assert (held.state, form["until"].value(), form["note"].value()) == ("received", "2026-12-10", "等待管网改造")
    assert client.get("/problems/?asks=on").context["rows"] == [held]


def test_the_office_grants_what_was_asked(city, held):
    asked = advance(held, Move.ASK_SUSPEND, city=city, until=UNTIL)

    granted = advance(asked, Move.SUSPEND, city=city, until=date(2026, 12, 1))

    one = granted.suspensions.get()
    assert (one.granted, one.asked_by, one.decided_by) == (True, city.leader, city.office)
    assert (one.ends_on, granted.suspended_until) == (date(2026, 12, 1), date(2026, 12, 1))


def test_a_refusal_leaves_the_clock_running(city, held):
    asked = advance(held, Move.ASK_SUSPEND, city=city, until=UNTIL)

    refused = advance(asked, Move.REFUSE_SUSPENSION, city=city)

    assert (refused.state, refused.due_at, refused.suspensions.get().granted) == ("received", held.due_at, False)


def test_resumed_early_the_deadline_moves_by_the_working_days(city, suspended):
    again = advance(suspended, Move.RESUME, city=city, when=at(date(2026, 11, 30), 9))

    assert (again.state, again.due_at) == ("received", at(date(2026, 12, 2), 10))
    assert again.suspensions.get().resumed_at == at(date(2026, 11, 30), 9)


def test_working_hours_move_by_working_hours(city):
    held = advance(make_problem(city, limit="8h"), Move.HAND_OVER, Move.RECEIVE, city=city)
    stopped = advance(held, Move.SUSPEND, city=city, when=at(MONDAY, 15), until=UNTIL)

    again = advance(stopped, Move.RESUME, city=city, when=TUESDAY)

    assert (held.due_at, again.due_at) == (at(date(2026, 11, 24), 10), at(date(2026, 11, 24), 16))


@pytest.mark.parametrize("late", [AFTER, at(date(2026, 12, 20), 9)])
def test_after_its_day_it_resumes_by_itself_from_the_end_of_that_day(suspended, late):
    with time_machine.travel(late, tick=False):
        resume_suspended()
        resume_suspended()

    again = Problem.objects.get()
    assert (again.state, again.due_at) == ("received", at(date(2026, 12, 15), 10))
    assert [step.move for step in again.steps.all()].count("resume") == 1
    assert again.steps.last().at == at(date(2026, 12, 11), 0)


def test_reading_it_resumes_it(client, city, suspended):
    page = page_of(client, city.leader, suspended, when=AFTER)

    assert page.context["problem"].state == "received"
    assert "顺延后的期限" in page.content.decode()


def test_it_is_not_resumed_on_its_last_day(suspended):
    assert resume_ended(at=at(UNTIL, 23)) == 0


def test_it_is_in_neither_part_of_on_time(city, held):
    window = parse("2026-12").window(at(date(2026, 12, 5)))
    before = measure(Need("on_time"), window)

    advance(held, Move.SUSPEND, city=city, until=UNTIL)

    assert before[city.east.pk] == (0, 1)
    assert measure(Need("on_time"), window) == {}
    assert not queries.problems_behind("on_time", city.east, window).exists()


@pytest.mark.parametrize("until", ["", "2026-11-24", "2028-01-01", "x"])
def test_a_day_that_will_not_do_explains_itself(client, city, held, until):
    response = send(client, city.office, held, "suspend", until=until)

    assert response.status_code == 422
    assert "until" in next(one for one in response.context["choices"] if one.move == "suspend").form.errors


def test_what_is_suspended_can_be_cancelled(city, suspended):
    done = advance(suspended, Move.CANCEL, city=city, when=AFTER)

    assert (done.suspended_until, done.suspensions.get().resumed_at) == (None, AFTER)


def test_a_neighbour_asks_for_nothing(client, city, held):
    assert send(client, city.neighbour, held, "ask_suspend", until="2026-12-10").status_code == 404
    assert send(client, city.leader, held, "suspend", until="2026-12-10").status_code == 403


def test_a_holder_shows_why_and_whoever_sees_the_problem_may_read_it(client, city, held):
    send(client, city.leader, held, "ask_suspend", until="2026-12-10", proofs=[paper(), paper("现场.jpg", jpeg())])

    proofs = list(held.suspensions.get().proofs.all())
    address = proofs[0].get_absolute_url()
    assert [proof.name for proof in proofs] == ["改造计划.pdf", "现场.jpg"]
    assert address in page_of(client, city.office, held).content.decode()
    with closing(client.get(address)) as sent:
        assert sent.headers["Content-Disposition"].startswith("attachment")


def test_a_neighbour_reads_no_proof(client, city, held):
    address = advance(held, Move.ASK_SUSPEND, city=city, until=UNTIL).suspensions.get().proofs.get().get_absolute_url()
    client.force_login(city.neighbour)

    assert client.get(address).status_code == 404


def test_granted_its_proof_stays_on_the_page(client, city, held):
    asked = advance(held, Move.ASK_SUSPEND, city=city, until=UNTIL)

    granted = advance(asked, Move.SUSPEND, city=city, until=UNTIL)

    assert "改造计划.pdf" in page_of(client, city.leader, granted).content.decode()


@pytest.mark.parametrize("proofs", [[], [paper("run.exe")], [paper() for _n in range(11)]])
def test_proof_that_will_not_do_explains_itself(client, city, held, proofs):
    response = send(client, city.leader, held, "ask_suspend", until="2026-12-10", proofs=proofs)

    assert response.status_code == 422
    assert "proofs" in next(one for one in response.context["choices"] if one.move == "ask_suspend").form.errors
    assert not held.suspensions.exists()


def test_a_request_that_comes_to_nothing_leaves_no_file(client, city, held):
    before = default_storage.listdir("suspensions")[1] if default_storage.exists("suspensions") else []

    send(client, city.leader, held, "ask_suspend", until="2026-12-10", proofs=[paper(), paper("run.exe")])

    after = default_storage.listdir("suspensions")[1] if default_storage.exists("suspensions") else []
    assert after == before
