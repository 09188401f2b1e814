"""The ways to look at the ledger as a person meets them: every width, every sense, the keyboard alone."""

import pytest

from campaign.rules import ONE_DAY
from inspections.rules import Move
from tests.browser.test_every_page import AXE
from tests.browser.test_pages import at_width
from tests.city import MONDAY, at
from tests.inspections.ledger import advance, make_problem, make_problems
from units.models import Boundary, Site

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PAGES = [
    "/problems/?state=open&severity=serious", "/problems/board/", "/problems/calendar/?month=2026-11", "/problems/map/",
    "/problems/mine/", "/problems/compare/", "/problems/bulk/", "/problems/paste/", "/problems/settings/",
    "/problems/limits/", "/problems/text/", "/problems/WT-9/", "/exemptions/", "/exemptions/new/", "/supervisions/",
    "/papers/", "/papers/settings/", "/papers/new/?state=open&kind=ledger", "/appeals/", "/rechecks/",
    "/rechecks/draw/", "/problems/hand-over-rules/", "/units/S1/end/",
]  # fmt: skip


@pytest.fixture
def ledger(city):
    """Problems of several states, one overdue, at a place inside an outline."""
    Site.objects.update(lon="109.500000", lat="36.600000")
    ring = [[109, 36], [110, 36], [110, 37], [109, 37], [109, 36]]
    Boundary.objects.create(code="610602", name="宝塔区", rings=[ring])
    late, held, *_noted = make_problems(city, 5)
    advance(late, Move.HAND_OVER, city=city, when=at(MONDAY - 14 * ONE_DAY))
    advance(held, Move.HAND_OVER, Move.RECEIVE, city=city)
    make_problem(city, "WT-9", severity="serious", site=city.west_market, unit=city.west)
    return city


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing(ledger, open_page, path, width):
    page = open_page(ledger.office, path, **at_width(width))
    page.wait_for_load_state("networkidle")
    page.evaluate(AXE)

    found = page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]

    assert [(fault["id"], [node["html"][:160] for node in fault["nodes"]]) for fault in found] == []


@pytest.mark.parametrize("path", PAGES)
def test_nothing_sticks_out_at_320_pixels(ledger, open_page, path):
    page = open_page(ledger.office, path, **at_width(320))

    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_letters_walk_tick_and_open(ledger, open_page):
    page = open_page(ledger.office, "/problems/?state=open", **at_width(1280))
    page.wait_for_load_state("networkidle")

    for key in "jjkjx":
        page.keyboard.press(key)

    rows = page.locator("[data-line]")
    assert rows.nth(1).locator("input").is_checked()
    page.keyboard.press("Enter")
    page.locator("#panel #problem-body").wait_for()


def test_letters_are_typed_in_fields_and_can_be_turned_off(ledger, open_page):
    page = open_page(ledger.office, "/problems/", **at_width(1280))
    page.keyboard.press("/")
    page.keyboard.type("jx?")
    assert page.locator("input[type=search]").first.input_value() == "jx?"
    assert not page.locator("#keys").is_visible()

    page.locator(".sidebar .side-user > summary").click()
    page.get_by_role("button", name="关闭快捷键").first.click()
    page.locator("html[data-keys=off]").wait_for()
    page.keyboard.press("j")

    assert page.evaluate("document.activeElement.tagName") == "BODY"


def test_a_question_mark_shows_the_keys(ledger, open_page):
    page = open_page(ledger.office, "/problems/board/", **at_width(1280))

    page.keyboard.press("?")

    assert page.get_by_text("在看板卡片间移动").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("#keys").is_visible()


def test_arrows_walk_over_the_board_and_a_card_opens_at_a_move(ledger, open_page):
    page = open_page(ledger.office, "/problems/board/", **at_width(1280))
    page.locator("[data-card]").first.focus()
    page.keyboard.press("ArrowRight")
    assert (
        page.evaluate("document.activeElement.closest('section').getAttribute('aria-labelledby')")
        == "column-handed_over"
    )

    menu = page.locator(".board-menu").first
    menu.locator("summary").click()
    menu.get_by_role("link", name="交办", exact=True).click()

    page.locator("#panel #move-hand_over[open]").wait_for()


def test_a_printed_board_holds_every_column(ledger, open_page):
    page = open_page(ledger.office, "/problems/board/", **at_width(1000))
    page.emulate_media(media="print")

    assert page.locator(".board").evaluate("board => board.scrollWidth <= board.clientWidth")


def test_the_map_comes_nearer_by_a_press(ledger, open_page):
    page = open_page(ledger.office, "/problems/map/", **at_width(1280))

    page.get_by_role("link", name="放大").click()
    page.wait_for_url("**at=**")

    assert page.locator(".map-point").count() >= 1
    assert page.locator(".map-areas path").count() == 1


def test_the_open_tab_is_in_sight_on_a_phone(ledger, open_page):
    page = open_page(ledger.office, "/problems/?state=all", **at_width(390))
    page.wait_for_load_state("networkidle")

    place = page.locator(".tabs [aria-current]").bounding_box()

    assert 0 <= place["x"] <= place["x"] + place["width"] <= 390


@pytest.mark.parametrize("width", [390, 1280])
def test_the_bar_of_acts_hides_no_row_at_the_end_of_the_list(ledger, open_page, width):
    for number in range(30):
        make_problem(ledger, f"WT-2611-01{number:02}")
    page = open_page(ledger.office, "/problems/?state=noted", **at_width(width))
    page.wait_for_load_state("networkidle")

    page.evaluate("scrollTo(0, document.body.scrollHeight)")

    row = page.locator("tr[data-line]").last.bounding_box()
    bar = page.locator(".bulk-bar").bounding_box()
    assert row["y"] + row["height"] <= bar["y"]
