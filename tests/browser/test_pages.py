"""Home, rankings, units and reports as a person meets them: drawn, walked through, on paper."""

import pytest

from tests.reports.conftest import ranked  # noqa: F401 (a fixture)
from tests.reports.facts import WEEK

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def at_width(width: int) -> dict:
    return {"viewport": {"width": width, "height": 900}}


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
