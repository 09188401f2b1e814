"""A chat group's message on a phone: pasted with photographs, taken apart, put right with a thumb, noted."""

import pytest

from inspections.models import Problem
from tests.inspections.pictures import jpeg

from .conftest import PHONE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MESSAGE = "张伟 08:42\n农贸市场垃圾未清理\n[图片]\n张伟 08:51\n西街农贸市场占道经营\n[图片]\n请今日内整改"


def picture(name, width):
    return {"name": name, "mimeType": "image/jpeg", "buffer": jpeg((width, 300))}


@pytest.mark.parametrize("script", [True, False])
def test_a_message_with_photographs_becomes_problems(open_page, city, script):
    page = open_page(city.office, "/problems/paste/", **PHONE, java_script_enabled=script)
    page.fill("[name=message]", MESSAGE)
    page.set_input_files("input[type=file][multiple]", [picture("a.jpg", 400), picture("b.jpg", 410)])
    if script:
        page.wait_for_selector(".photo:not(.is-sending) >> nth=1")
    page.click("button[value=parts]")

    page.wait_for_selector(".paste-part >> nth=1")
    assert page.locator(".paste-part >> nth=0").locator("img").count() == 1
    if script:
        page.click("button[data-pick] >> nth=0")
    else:
        page.fill("#id_p-0-site", "东街农贸市场 (D1)")
    assert page.input_value("#id_p-0-site") == "东街农贸市场 (D1)"
    page.locator(".paste-photo select >> nth=1").select_option("0")
    page.click("button[value=note]")

    page.wait_for_url("**/problems/paste/?done=*")
    first, second = Problem.objects.order_by("pk")
    assert (first.site, second.site) == (city.market, city.west_market)
    assert (first.photos.count(), second.photos.count()) == (2, 0)
