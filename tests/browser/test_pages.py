"""Home, rankings, units and reports as a person meets them: at every width, with every sense, on paper."""

from pathlib import Path

import pytest

from tests.reports.conftest import ranked  # noqa: F401 (a fixture)
from tests.reports.facts import WEEK

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
AXE = (Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
ROW = f"/rankings/{WEEK}/streets/S1/"
PAGES = [
    ("office", "/"),
    ("leader", "/"),
    ("supervisor", "/"),
    ("inspector", "/"),
    ("office", f"/rankings/{WEEK}/streets/"),
    ("leader", ROW),
    ("leader", f"{ROW}conformity/?site=D1"),
    ("leader", f"{ROW}on_time/"),
    ("office", "/units/S1/"),
    ("office", "/reports/"),
    ("office", f"/rankings/late/{WEEK}/streets/"),
    ("office", f"/rankings/trend/{WEEK}/streets/"),
    ("office", f"/rankings/analysis/{WEEK}/streets/"),
    ("office", f"/rankings/text/{WEEK}/streets/"),
    ("office", "/units/"),
    ("office", "/sites/"),
    ("office", "/rules/"),
    ("office", "/rules/new/"),
    ("office", "/tables/"),
    ("office", "/fairness/"),
    ("office", "/objections/"),
    ("office", "/objections/times/"),
    ("office", "/adjustments/"),
    ("office", "/adjustments/new/"),
    ("office", "/calendar/"),
    ("office", "/robots/"),
    ("office", "/robots/new/"),
    ("leader", "/inbox/"),
]


def at_width(width: int) -> dict:
    return {"viewport": {"width": width, "height": 900}}


@pytest.mark.parametrize(("who", "path"), PAGES)
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing(ranked, open_page, who, path, width):  # noqa: F811
    page = open_page(getattr(ranked, who), path, **at_width(width))
    page.wait_for_load_state("networkidle")
    page.evaluate(AXE)

    found = page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]

    assert [(fault["id"], [node["html"][:120] for node in fault["nodes"]]) for fault in found] == []


@pytest.mark.parametrize(("who", "path"), PAGES)
def test_nothing_sticks_out_at_320_pixels(ranked, open_page, who, path):  # noqa: F811
    page = open_page(getattr(ranked, who), path, **at_width(320))

    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_drawings_appear_and_the_console_stays_silent(ranked, open_page):  # noqa: F811
    page = open_page(ranked.leader, "/", **at_width(1280))
    lines: list[str] = []
    page.on("console", lambda line: lines.append(line.text))
    page.reload()

    page.wait_for_selector("figure[data-chart=waterfall] svg")
    page.wait_for_selector("figure[data-chart=line] svg")
    assert lines == []


def test_a_printed_ranking_is_a_table_without_navigation(ranked, open_page):  # noqa: F811
    page = open_page(ranked.office, f"/rankings/{WEEK}/streets/", **at_width(1280))
    page.emulate_media(media="print")

    assert page.locator("table.rank").is_visible()
    for selector in (".sidebar", ".tabs", ".page-head-actions", ".page-foot"):
        assert not page.locator(selector).is_visible(), selector


def test_the_late_note_arrives_by_itself(ranked, open_page):  # noqa: F811
    page = open_page(ranked.office, f"/rankings/{WEEK}/streets/", **at_width(1280))

    page.get_by_text("没有补录").wait_for()


def test_a_place_is_walked_down_to_the_inspection(ranked, open_page):  # noqa: F811
    page = open_page(ranked.leader, f"/rankings/{WEEK}/streets/", **at_width(390))

    page.get_by_role("link", name="东街", exact=True).click()
    page.get_by_role("link", name="查看明细").first.click()
    page.get_by_role("link", name="东街农贸市场").first.click()
    page.get_by_role("link", name="V1").click()

    assert page.url.endswith("/inspections/V1/")
