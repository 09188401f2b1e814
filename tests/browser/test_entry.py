"""The entry page in a real browser: one hand, a reload in between, a lost connection; and without JavaScript."""

from pathlib import Path

import pytest
from django.urls import reverse

from inspections.models import Answer, Inspection, Photo, Problem
from tests.inspections.pictures import jpeg

from .conftest import PHONE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
NEW = reverse("inspections:new")
MARKET = f"{NEW}?site=D1"


def item(page, number):
    return page.locator(f"#item-{number}")


def picture(name="image.jpg"):
    return {"name": name, "mimeType": "image/jpeg", "buffer": jpeg((400, 300))}


def submit(page):
    page.click("[data-submit]")
    page.wait_for_url("**/inspections/JC-*/")


def test_site_is_found_by_initials_while_typing(open_page, city):
    page = open_page(city.inspector, NEW, **PHONE)

    page.fill("#q", "xjnm")
    page.click("#found a.pick")

    assert page.locator("h1").inner_text() == "西街农贸市场"


def test_failed_item_opens_and_the_score_follows(open_page, city):
    page = open_page(city.inspector, MARKET, **PHONE)
    assert not item(page, 2).locator(".check-detail").is_visible()

    item(page, 1).locator(".answer-met").click()
    item(page, 2).locator(".answer-not-met").click()

    assert item(page, 2).locator(".check-detail").is_visible()
    assert page.locator("[data-score]").inner_text() == "83.33 分"
    item(page, 2).locator("[data-by='1']").click()
    assert page.locator("[data-score]").inner_text() == "66.67 分"


def test_thirty_seconds_of_work_store_one_inspection(open_page, city):
    page = open_page(city.inspector, MARKET, **PHONE)
    item(page, 2).locator(".answer-not-met").click()
    item(page, 2).locator("input[type=text]").fill("占道经营")
    item(page, 2).locator("[data-file][multiple]").set_input_files([picture(), picture()])
    page.wait_for_selector("#item-2 .photo:not(.is-sending) >> nth=1")
    page.click("[data-rest]")

    submit(page)

    assert Inspection.objects.get().score == page_score(page)
    assert Problem.objects.get().text == "占道经营"
    assert Photo.objects.filter(answer__item__code="M2").count() == 2


def page_score(page):
    return type(Inspection.objects.get().score)(page.locator(".figure-big").inner_text())


def test_draft_survives_a_reload_and_goes_when_it_was_sent(open_page, city):
    page = open_page(city.inspector, MARKET, **PHONE)
    item(page, 1).locator(".answer-not-met").click()
    item(page, 1).locator("input[type=text]").fill("没有公平秤")
    item(page, 1).locator("[data-file][multiple]").set_input_files([picture()])
    page.wait_for_selector("#item-1 .photo:not(.is-sending)")

    page.reload()

    assert item(page, 1).locator("input[type=text]").input_value() == "没有公平秤"
    assert item(page, 1).locator(".photo").count() == 1
    submit(page)
    page.goto(MARKET)
    assert item(page, 1).locator("input[type=text]").input_value() == ""
    assert Inspection.objects.count() == Photo.objects.exclude(problem=None).count() == 1


def test_draft_is_not_shown_to_the_next_person_on_the_phone(open_page, city):
    page = open_page(city.inspector, MARKET, **PHONE)
    item(page, 1).locator(".answer-not-met").click()
    item(page, 1).locator("input[type=text]").fill("没有公平秤")
    page.reload()
    kept = page.evaluate("Object.entries(localStorage)")

    other = open_page(city.office, MARKET)
    other.evaluate("entries => entries.forEach(([key, value]) => localStorage.setItem(key, value))", kept)
    other.reload()

    assert item(other, 1).locator("input[type=text]").input_value() == ""


def test_photograph_taken_without_a_connection_goes_with_the_form(open_page, city):
    page = open_page(city.inspector, MARKET, **PHONE)
    item(page, 1).locator(".answer-not-met").click()
    page.route("**/photos/", lambda route: route.abort())
    item(page, 1).locator("[data-file][multiple]").set_input_files([picture()])
    page.wait_for_selector("#item-1 .photo.is-waiting")

    submit(page)

    assert Photo.objects.get().answer.item.code == "M1"


def test_file_that_is_no_photograph_is_refused_at_once(open_page, city):
    page = open_page(city.inspector, MARKET, **PHONE)
    item(page, 1).locator(".answer-not-met").click()

    file = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": b"<html><script>"}
    item(page, 1).locator("[data-file][multiple]").set_input_files([file, picture()])

    page.wait_for_selector("#item-1 [data-refused]:not([hidden])")
    page.wait_for_selector("#item-1 .photo:not(.is-sending)")
    assert item(page, 1).locator(".photo").count() == 1
    assert "a.jpg" in item(page, 1).locator("[data-refused]").inner_text()  # still said after the other arrived


def test_everything_works_without_javascript(open_page, city):
    page = open_page(city.inspector, f"{NEW}?q=D1", java_script_enabled=False)
    page.click("#found a.pick")
    item(page, 1).locator("[value=not_met]").check()
    item(page, 1).locator("input[type=text]").fill("没有公平秤")
    item(page, 1).locator("[type=file]").first.set_input_files([picture()])
    page.click("[data-rest]")
    assert item(page, 2).locator("[value=met]").is_checked()

    submit(page)

    assert Answer.objects.filter(outcome="met").count() == 2
    assert Problem.objects.get().photos.count() == 1


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_nothing_sticks_out_at_the_side(open_page, city, width):
    page = open_page(city.inspector, MARKET, viewport={"width": width, "height": 700})
    item(page, 2).locator(".answer-not-met").click()

    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_targets_are_large_enough_for_a_thumb(open_page, city):
    page = open_page(city.inspector, MARKET, **PHONE)
    item(page, 2).locator(".answer-not-met").click()

    for target in item(page, 2).locator(".answers label, .photo-add:visible, button:visible, summary:visible").all():
        box = target.bounding_box()
        assert box["height"] >= 44
        assert box["width"] >= 44


@pytest.mark.parametrize("address", [NEW, MARKET, f"{reverse('inspections:problem_new')}?site=D1"])
def test_axe_finds_nothing(open_page, city, address):
    if not AXE.exists():
        pytest.skip("axe-core is not here (run `make assets`)")
    page = open_page(city.inspector, address, **PHONE)
    if address == MARKET:
        item(page, 2).locator(".answer-not-met").click()
        item(page, 2).locator(".terms summary").last.click()

    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run().then(({violations}) => violations.map(v => [v.id, v.nodes.map(n => n.html)]))")

    assert found == []
