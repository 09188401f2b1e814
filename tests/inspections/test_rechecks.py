"""Rechecks (回头看): drawn by lot, done by somebody else, and what a repair that does not hold leads to."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse

from campaign.models import Notice
from inspections.models import BlindVisit, Draw, Inspection, Photo, Problem, Recheck
from inspections.queries.rechecks import repeated
from inspections.rules import Move, SubmissionConflict, drawn
from inspections.services.entry import Seen, record_inspection
from inspections.services.rechecks import finish_recheck, make_draw
from inspections.services.voiding import void_inspection
from reports.queries import Need, measure
from reports.rules.periods import parse
from tests.city import MONDAY, at, make_user
from tests.inspections.ledger import advance, make_problem
from tests.inspections.pictures import jpeg

TUESDAY = at(date(2026, 11, 24), 9)
WINDOW = parse("2026-W48").window(at(date(2026, 12, 20)))
POPULATION = [("S1", f"A{n}") for n in range(8)] + [("S2", "B1"), ("S2", "B2"), ("S3", "C1")]


@pytest.fixture
def other(city):
    """An inspector who found nothing yet."""
    return make_user("other", "inspector", name="另一人")


@pytest.fixture
def closed(city):
    return advance(make_problem(city), Move.HAND_OVER, Move.RECEIVE, Move.SUBMIT, Move.CLOSE, city=city)


@pytest.fixture
def sent(city, other, closed):
    return draw(city).rechecks.get()


def draw(city, **given) -> Draw:
    values = {"kind": "repairs", "first": MONDAY, "last": MONDAY, "share": 50, "seed": 7, "by": city.office}
    return make_draw(**(values | {"at": TUESDAY} | given))


def photo(by) -> Photo:
    return Photo.objects.create(client_uuid=uuid4(), uploaded_by=by, width=1, height=1, sha256=uuid4().hex)


def finish(recheck, result, by, **given) -> Recheck:
    values = {"note": "垃圾仍在", "photos": [photo(by).client_uuid], "at": TUESDAY} | given
    return finish_recheck(recheck=recheck, result=result, by=by, **values)


def inspect(city, who, when, *outcomes) -> Inspection:
    answers = [Seen(item=item, outcome=outcome) for item, outcome in zip(city.items, outcomes, strict=False)]
    return record_inspection(
        site=city.market, seen_at=when, kind="recheck", answers=answers, client_uuid=uuid4(), by=who, recorded_at=when
    )


def test_a_broken_photograph_takes_none_of_the_others_along(client, other, sent):
    client.force_login(other)
    files = [SimpleUploadedFile("a.jpg", jpeg((40, 30))), SimpleUploadedFile("b.jpg", b"<html>")]
    address = f"/rechecks/{sent.draw.code}/{sent.problem.code}/"

    page = client.post(address, {"result": "false", "note": "灯仍不亮", "files": files})

    assert (page.status_code, "b.jpg" in page.text) == (422, True)
    assert f'name="photos" value="{Photo.objects.get().client_uuid}"' in page.text


def test_a_share_is_drawn_from_every_unit_at_least_one():
    found = drawn(POPULATION, share=25, per_unit=True, seed=1)

    assert [code[0] for code in found] == ["A", "A", "B", "C"]


def test_a_number_is_divided_by_size_with_the_greatest_remainders():
    found = drawn(POPULATION, number=4, per_unit=True, seed=1)  # 32/11, 8/11, 4/11: 2 + 0 + 0, then A and B

    assert [code[0] for code in found] == ["A", "A", "A", "B"]


@pytest.mark.parametrize("number", [1, 5, 11, 99])
def test_a_draw_is_the_same_for_its_number_whatever_the_order(number):
    there = drawn(POPULATION, number=number, per_unit=False, seed=3)

    assert there == drawn(POPULATION[::-1], number=number, per_unit=False, seed=3)
    assert len(there) == min(number, 11)
    assert number > 8 or there != drawn(POPULATION, number=number, per_unit=False, seed=4)


def test_nothing_is_drawn_from_nothing():
    assert drawn([], number=3, per_unit=True, seed=1) == []


def test_what_was_closed_is_drawn_for_somebody_who_had_no_part(city, other, closed, sent):
    assert (sent.problem, sent.inspector, sent.unit) == (closed, other, city.east)
    assert repeated(sent.draw)


def test_without_a_second_inspector_nothing_is_drawn(city, closed):
    with pytest.raises(ValidationError, match="督查员"):
        draw(city)
    assert not Draw.objects.exists()


def test_what_waits_is_not_drawn_again(city, sent):
    with pytest.raises(ValidationError):
        draw(city)
    with pytest.raises(IntegrityError), transaction.atomic():
        Recheck.objects.create(draw=sent.draw, problem=sent.problem, unit=sent.unit, inspector=sent.inspector)


def test_nobody_but_the_office_draws(city, other, closed):
    with pytest.raises(PermissionDenied):
        draw(city, by=other)


def test_a_repair_that_holds_stays_closed(city, other, sent):
    finish(sent, "holds", other, note="", photos=[])

    problem = Problem.objects.get()
    assert (problem.state, problem.false_repair_at, problem.steps.last().move) == ("closed", None, "recheck")


def test_what_is_not_fixed_goes_back_as_rework_with_a_new_deadline(city, other, closed, sent):
    before = measure(Need("rework"), WINDOW)[city.east.pk]

    finish(sent, "not_fixed", other)

    problem = Problem.objects.get()
    assert (problem.state, problem.closed_at, problem.sent_back, problem.version) == (
        "sent_back", None, 1, closed.version + 1,
    )  # fmt: skip
    assert (problem.due_at, problem.false_repair_at) == (at(date(2026, 11, 27), 9), None)
    assert (before, measure(Need("rework"), WINDOW)[city.east.pk]) == ((0, 1), (1, 1))
    assert Notice.objects.filter(person=city.leader).exists()


def test_a_false_repair_is_marked_with_its_moment(city, other, sent):
    done = finish(sent, "false", other)

    problem = Problem.objects.get()
    assert (problem.false_repair_at, done.result) == (TUESDAY, "false")
    assert problem.photos.get().role == "recheck"


def test_a_false_repair_explains_itself_to_its_unit(client, city, other, sent):
    """The photograph that shows it, what was found in Chinese marks, and the deadline that began anew."""
    finish(sent, "false", other)
    client.force_login(city.leader)

    page = client.get(Problem.objects.get().get_absolute_url())

    assert reverse("inspections:thumb", args=[Photo.objects.get().client_uuid]) in page.text
    assert "虚假整改：垃圾仍在" in page.text
    assert page.context["way"].begun.move == "send_back"
    assert other.name not in page.text


def test_a_unit_that_comes_too_late_is_not_told_which_inspector_was_faster(client, city, other, sent):
    finish(sent, "false", other)
    problem = Problem.objects.get()
    client.force_login(city.leader)

    page = client.post(f"{problem.get_absolute_url()}submit/", {"version": problem.version - 1, "note": "已改"})

    assert page.status_code == 409
    assert "督查员" in page.text
    assert other.name not in page.text


@pytest.mark.parametrize("given", [{"note": " "}, {"photos": []}, {"note": "字" * 451}])
def test_a_failure_takes_words_and_a_photograph(other, sent, given):
    with pytest.raises(ValidationError):
        finish(sent, "false", other, **given)
    assert Problem.objects.get().state == "closed"


def test_a_recheck_is_done_once(other, sent):
    finish(sent, "holds", other)

    with pytest.raises(SubmissionConflict):
        finish(sent, "false", other)


@pytest.mark.parametrize("who", ["inspector", "leader", "supervisor"])
def test_only_who_was_drawn_does_it(city, sent, who):
    with pytest.raises(PermissionDenied):
        finish(sent, "holds", getattr(city, who), photos=[])


def test_the_inspector_who_goes_sees_the_problem_and_nobody_else_knows(city, other, sent):
    assert Problem.objects.visible_to(other).get() == sent.problem
    assert list(Recheck.objects.visible_to(city.leader)) == list(Recheck.objects.visible_to(city.supervisor)) == []


def test_a_second_inspection_finds_the_first(city, other):
    first = inspect(city, city.inspector, at(MONDAY, 9), "not_met", "met")
    draw(city, kind="blind")

    second = inspect(city, other, TUESDAY, "not_met", "not_met")

    visit = BlindVisit.objects.get()
    assert (visit.first, visit.second) == (first, second)
    assert second.problems.get().item == city.items[1]
    assert not Inspection.objects.visible_to(other).filter(pk=first.pk).exists()


def test_a_voided_second_inspection_can_be_done_again(city, other):
    inspect(city, city.inspector, at(MONDAY, 9), "met")
    draw(city, kind="blind")
    void_inspection(inspection=inspect(city, other, TUESDAY, "met"), reason="看错点位", by=city.office, at=TUESDAY)

    again = inspect(city, other, TUESDAY + timedelta(hours=1), "met")

    assert BlindVisit.objects.get().second == again


def ask(client, person, address, data=None):
    client.force_login(person)
    with time_machine.travel(TUESDAY, tick=False):
        return client.get(address) if data is None else client.post(address, data)


def test_the_office_draws_on_its_page(client, city, other, closed):
    answer = ask(client, city.office, "/rechecks/draw/", {
        "kind": "repairs", "first": "2026-11-23", "last": "2026-11-23", "number": "1", "per_unit": "on",
    })  # fmt: skip

    assert answer.headers["Location"] == Draw.objects.get().get_absolute_url()
    assert ask(client, city.office, answer.headers["Location"]).context["repeated"] is True


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"share": "5", "number": "5"},
        {"share": "0"},
        {"number": "1001"},
        {"share": "5", "last": "2026-11-01"},
        {"share": "5", "first": "2020-01-01"},
        {"share": "5", "kind": "luck"},
    ],
)
def test_a_draw_that_will_not_do_explains_itself(client, city, other, closed, wrong):
    data = {"kind": "repairs", "first": "2026-11-23", "last": "2026-11-23"} | wrong

    answer = ask(client, city.office, "/rechecks/draw/", data)

    assert (answer.status_code, bool(answer.context["form"].errors)) == (422, True)


def test_the_list_leads_to_the_form_and_the_form_writes_it_down(client, city, other, sent):
    listed = ask(client, other, "/rechecks/")
    address = f"/rechecks/{sent.draw.code}/{sent.problem.code}/"

    refused = ask(client, other, address, {"result": "false", "note": "垃圾仍在"})
    answer = ask(client, other, address, {"result": "holds"})

    sent.refresh_from_db()
    assert address in listed.content.decode()
    assert (refused.status_code, answer.status_code, sent.result) == (422, 302, "holds")
    assert ask(client, other, address, {"result": "holds"}).status_code == 409


def test_a_neighbour_inspector_finds_nothing(client, city, sent):
    assert ask(client, city.inspector, "/rechecks/").context["rows"] == []
    assert ask(client, city.inspector, f"/rechecks/{sent.draw.code}/{sent.problem.code}/").status_code == 404
    assert ask(client, city.inspector, sent.draw.get_absolute_url()).status_code == 403
