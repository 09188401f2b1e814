"""Before a problem is noted: what is open there already, and what was put right on the spot."""

from uuid import uuid4

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from inspections.models import Problem
from inspections.queries.duplicates import likely_same
from inspections.rules import Move
from tests.city import MONDAY, NOON, at
from tests.inspections.ledger import advance, make_problem
from tests.inspections.pictures import jpeg

pytestmark = pytest.mark.django_db
NEW, QUICK = reverse("inspections:new"), reverse("inspections:problem_new")


@pytest.fixture(autouse=True)
def monday_noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def inspector(client, city):
    client.force_login(city.inspector)
    return client


def note(client, text, **more):
    return client.post(f"{QUICK}?site=D1", {"client_uuid": str(uuid4()), "text": text} | more)


def shot() -> SimpleUploadedFile:
    return SimpleUploadedFile("image.jpg", jpeg(), "image/jpeg")


def test_what_is_open_there_already_is_shown_before_it_is_noted(inspector, city):
    make_problem(city, "WT-1", noted_by=city.office)

    page = note(inspector, "门口的垃圾没有清理")

    assert page.status_code == 200
    assert '就是 <span class="code">WT-1</span>' in page.content.decode()
    assert page.context["form"]["text"].value() == "门口的垃圾没有清理"
    assert Problem.objects.count() == 1


def test_the_same_goes_to_the_one_that_stands(inspector, city):
    original = advance(make_problem(city, "WT-1", noted_by=city.office), Move.HAND_OVER, city=city)

    answer = note(inspector, "门口的垃圾没有清理", same="WT-1", files=[shot()])

    assert answer.url == original.get_absolute_url()
    assert Problem.objects.get().steps.last().note == "门口的垃圾没有清理"
    assert original.photos.count() == 1
    assert inspector.get(answer.url).status_code == 200


def test_another_one_is_noted_all_the_same(inspector, city):
    make_problem(city, "WT-1")

    note(inspector, "门口的垃圾没有清理", same="")

    assert Problem.objects.count() == 2


def test_a_code_that_was_not_offered_is_not_added_to(inspector, city):
    make_problem(city, "WT-1", site=city.west_market, unit=city.west)

    note(inspector, "门口的垃圾没有清理", same="WT-1")

    assert Problem.objects.get(code="WT-1").version == 0


@pytest.mark.parametrize(("text", "count"), [("门口垃圾没清理", 1), ("消防栓被遮挡", 0)])
def test_likeness_is_of_place_and_words(city, text, count):
    make_problem(city, "WT-1")
    make_problem(city, "WT-2", site=city.west_market)
    advance(make_problem(city, "WT-3"), Move.CANCEL, city=city)

    assert len(likely_same(text=text, site=city.market)) == count


def test_the_next_site_is_the_same_place(city):
    make_problem(city, "WT-1", site=city.west_market)
    for site, lat in ((city.market, "36.59000"), (city.west_market, "36.59010")):
        site.lat, site.lon = lat, "109.49"
        site.save()
    city.market.refresh_from_db()

    assert [one.code for one in likely_same(text="门口垃圾未清理", site=city.market)] == ["WT-1"]


def test_fixed_on_the_spot_is_noted_and_closed_in_one_act(inspector):
    note(inspector, "垃圾桶满溢", fixed="on", afterfiles=[shot()])

    problem = Problem.objects.get()
    assert (problem.state, problem.fixed_on_spot) == ("closed", True)
    assert problem.photos.get().role == "after"


def test_fixed_on_the_spot_without_a_photograph_explains_itself(inspector):
    page = note(inspector, "垃圾桶满溢", fixed="on")

    assert page.status_code == 422
    assert "证明已整改" in page.content.decode()
    assert not Problem.objects.exists()


def visit(**fields):
    return {
        "client_uuid": str(uuid4()),
        "kind": "daily",
        "seen_at": f"{MONDAY}T11:30",
        "a-M1-outcome": "not_met",
    } | fields


def test_a_failed_item_is_fixed_on_the_spot(inspector):
    inspector.post(f"{NEW}?site=D1", visit(**{"a-M1-fixed": "on", "a-M1-afterfiles": [shot()]}))

    problem = Problem.objects.get()
    assert (problem.state, problem.closed_at) == ("closed", at(MONDAY, 11, 30))


def test_a_failed_item_that_stands_open_adds_to_it(inspector, city):
    open_one = make_problem(city, "WT-1", item=city.items[0], noted_by=city.office)
    assert "WT-1" in inspector.get(f"{NEW}?site=D1").content.decode()

    inspector.post(f"{NEW}?site=D1", visit(**{"a-M1-same": "WT-1", "a-M1-note": "仍未摆放", "a-M1-files": [shot()]}))

    assert Problem.objects.get().steps.last().note == "仍未摆放"
    assert open_one.photos.get().answer.outcome == "not_met"
