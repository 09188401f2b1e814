"""The frame: what it offers to whom, large print, and pages that stand when nothing else does."""

import re

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.template.loader import get_template
from django.test import RequestFactory
from django.urls import reverse

from campaign.context import NAVIGATION, Frame
from campaign.models import User
from campaign.permissions import Role
from campaign.templatetags import present


def frame_of(user, path="/"):
    request = RequestFactory().get(path)
    request.user = user
    return Frame(request)


def labels(role):
    return {entry.url for entry in frame_of(User(role=role)).nav}


def test_a_role_sees_only_its_own_places():
    assert "/imports/" in labels(Role.OFFICE)
    assert "/imports/" not in labels(Role.UNIT)
    assert labels(Role.AUDIT_ADMIN) == {"/", "/rankings/", "/audit/"}


def test_the_anonymous_have_no_navigation():
    assert frame_of(AnonymousUser()).nav == []


def test_a_phone_shows_four_and_the_rest_behind_more():
    frame = frame_of(User(role=Role.OFFICE))

    assert len(frame.short) == 4
    assert frame.short + [entry for section in frame.rest for entry in section.entries] == frame.nav


def test_the_current_place_is_marked():
    frame = frame_of(User(role=Role.OFFICE), "/rankings/2026-W47/")

    assert [entry.url for entry in frame.nav if entry.active] == ["/rankings/"]


def test_a_place_below_another_is_the_only_one_marked():
    frame = frame_of(User(role=Role.OFFICE), "/problems/settings/")

    assert [entry.url for entry in frame.nav if entry.active] == ["/problems/settings/"]


def test_a_long_navigation_opens_what_is_used_every_day_and_where_the_reader_is():
    frame = frame_of(User(role=Role.OFFICE), "/problems/settings/")

    assert [section.label for section in frame.sections if section.open] == ["", "日常", "设置"]
    assert all(section.open for section in frame_of(User(role=Role.SYSTEM_ADMIN)).sections)


def test_a_section_without_a_place_for_this_person_is_left_out():
    assert all(section.entries for section in frame_of(User(role=Role.MONITOR)).sections)
    assert len(frame_of(User(role=Role.MONITOR)).sections) < len(NAVIGATION)


def test_every_place_is_named_once():
    names = [name for _, places in NAVIGATION for _, name, _, _ in places]

    assert len(names) == len(set(names))


def test_large_print_is_remembered(client):
    response = client.post("/large-print/", {"print": "large", "next": "/suggestions/"})

    assert response.url == "/suggestions/"
    assert 'data-print="large"' in client.get("/suggestions/").text


def test_large_print_can_be_switched_off(client):
    client.cookies["print"] = "large"

    client.post("/large-print/", {"print": "plain"})

    assert 'data-print="plain"' in client.get("/suggestions/").text


def test_large_print_leads_nowhere_else(client):
    response = client.post("/large-print/", {"next": "https://elsewhere.example/"})

    assert response.url == "/"


def test_large_print_is_no_link(client):
    assert client.get("/large-print/").status_code == 405


def test_suggestions_name_the_contact(client, monkeypatch):
    monkeypatch.setattr(settings, "SUGGESTIONS_CONTACT", "0911-0000000")

    assert "0911-0000000" in client.get("/suggestions/").text


def test_a_missing_page_says_so_in_the_frame(client):
    response = client.get("/no-such-page/")

    assert response.status_code == 404
    assert "投诉建议" in response.text


@pytest.mark.parametrize("name", ["400", "403", "403_csrf", "404", "413", "429", "500"])
def test_an_error_page_needs_no_context_and_takes_complaints(name):
    page = get_template(f"{name}.html").render()

    assert "<h1>" in page
    assert reverse("campaign:suggestions") in page


@pytest.mark.parametrize("limit", ["DATA_UPLOAD_MAX_MEMORY_SIZE", "DATA_UPLOAD_MAX_NUMBER_FIELDS"])
def test_what_is_too_large_says_so_in_kind_words(client, settings, limit):
    setattr(settings, limit, 1)

    page = client.post(reverse("campaign:suggestions"), {"text": "太长", "name": "甲"})

    assert page.status_code == 413
    assert "内容没有保存" in page.text


def templates():
    return {str(path): path.read_text("utf-8") for path in (settings.BASE_DIR / "templates").rglob("*.html")}


def test_no_template_needs_a_hole_in_the_content_policy():
    inline = re.compile(r"<style|<script(?![^>]*\bsrc=)|\s(?:style|on[a-z]+|hx-on[^=]*)=", re.IGNORECASE)

    assert [name for name, source in templates().items() if inline.search(source)] == []


def test_every_icon_in_use_is_in_the_sprite():
    sprite = set(re.findall(r'"([a-z0-9-]+)"', (settings.BASE_DIR / "static/src/icons.mjs").read_text()))
    used = {name for source in templates().values() for name in re.findall(r'\bicon[ =:]*"([a-z0-9-]+)"', source)}
    used |= set(present.ICONS.values()) | {icon for _, places in NAVIGATION for _, _, icon, _ in places}

    assert used - sprite == set()
