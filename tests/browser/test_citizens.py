"""The citizens' pages and the office's desk for them, on a phone and on a desk, with every sense."""

from pathlib import Path

import pytest

from campaign.services.suggestions import suggest
from inspections.services.citizen_desk import accept_report
from tests.city import NOON
from tests.inspections.citizens import PHONE, sent

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
AXE = (Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
PAGES = [
    ("office", "/report/"),
    ("office", "/report/?site=D1"),
    ("office", "/report/track/"),
    ("office", "/suggestions/"),
    ("office", "/citizen-reports/"),
    ("office", "/citizen-reports/SM-2611-0001/"),
    ("office", "/citizen-reports/SM-2611-0002/"),
    ("system_admin", "/suggestions/all/"),
]


@pytest.fixture
def reported(city):
    """A new report, one that was taken up, and a suggestion."""
    sent(text="公厕门口长期积水,老人孩子走路容易滑倒。", contact=PHONE, site=city.market)
    known, code = sent(text="路灯不亮", contact=PHONE, address="192.0.2.2")
    accept_report(report=known, text=known.text, site=city.market, unit=None, by=city.office, at=NOON)
    suggest(text="同一张表填了三遍,能不能导入?", contact=PHONE, by=city.leader, address="", at=NOON)
    city.code = code
    return city


def faults(page) -> list:
    page.evaluate(AXE)
    found = page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
    return [(fault["id"], [node["html"][:120] for node in fault["nodes"]]) for fault in found]


@pytest.mark.parametrize(("role", "path"), PAGES)
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing(reported, open_page, role, path, width):
    page = open_page(reported.people[role], path, viewport={"width": width, "height": 900})

    assert faults(page) == []


@pytest.mark.parametrize(("role", "path"), PAGES)
def test_nothing_sticks_out_at_320_pixels(reported, open_page, role, path):
    page = open_page(reported.people[role], path, viewport={"width": 320, "height": 800})

    assert page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize("script", [True, False])
def test_from_the_form_to_where_it_stands(reported, open_page, script, tmp_path):
    page = open_page(reported.office, "/report/", viewport={"width": 390, "height": 844}, java_script_enabled=script)
    page.get_by_label("在哪里？用您自己的话写").fill("农贸")
    page.get_by_role("button", name="在名单里查找").click()
    page.get_by_label("西街农贸市场").check()
    page.get_by_label("反映什么问题？").fill("污水外溢")
    page.get_by_role("button", name="提交").click()

    code = page.locator("#tracking-code").inner_text()
    assert code not in page.url
    page.get_by_role("button", name="查看办理进展").click()

    page.get_by_role("heading", name="已收到").wait_for()
    assert code not in page.url
    assert page.get_by_text("西街农贸市场").is_visible()
