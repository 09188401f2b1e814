"""The ranking page: who sees which, what it says, and that it is rendered once for its content."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from reports.models import Ranking
from reports.services import revise
from tests.city import make_user

from . import ranked as made
from .facts import WEEK, visit

URL = f"/rankings/{WEEK}/streets/"


def test_place_score_components_and_bands_are_shown(ranked, signed_in):
    text = signed_in(ranked.office).get(URL).content.decode()

    assert "71.00" in text  # 85 % × 60 + 50 % × 40
    assert "17 / 20" in text
    assert "1 / 2" in text
    assert "红榜：前 1 名且不低于 60 分" in text
    assert ranked.ranking.digest in text


def test_figures_are_printed_in_the_places_of_their_rule(today, signed_in):
    made.draft(today, places=3, component_places=1)
    client = signed_in(today.office)

    for address in (URL, f"{URL}S1/"):
        text = client.get(address).content.decode()
        assert "71.000" in text
        assert "85.0\N{NO-BREAK SPACE}%" in text


def test_latest_leads_to_the_last_week_that_is_over(ranked, signed_in):
    assert signed_in(ranked.leader).get("/rankings/").url == URL


def test_without_a_ranking_the_page_says_what_is_missing(city, signed_in):
    response = signed_in(city.office).get("/rankings/")

    assert response.status_code == 200
    assert "还没有排名" in response.content.decode()


@pytest.mark.parametrize("period", ["2026-W99", "2026-13", "x", "2026-W46"])
def test_a_period_without_a_ranking_is_a_404_with_a_sentence(ranked, signed_in, period):
    response = signed_in(ranked.leader).get(f"/rankings/{period}/streets/")

    assert response.status_code == 404
    assert f"“{period}”没有已公布的排名" in response.content.decode()


def test_a_draft_is_for_the_office_not_for_units(today, signed_in):
    made.draft(today)

    assert signed_in(today.office).get(URL).status_code == 200
    assert signed_in(today.leader).get(URL).status_code == 404


def test_the_same_page_is_not_sent_twice(ranked, signed_in):
    client = signed_in(ranked.leader)
    first = client.get(URL)

    again = client.get(URL, headers={"if-none-match": first["ETag"]})

    assert again.status_code == 304
    assert again.content == b""
    assert first["Cache-Control"] == "private, no-cache"


def test_a_new_revision_ends_the_cached_page(ranked, signed_in):
    client = signed_in(ranked.office)
    etag = client.get(URL)["ETag"]
    revise(ranking=ranked.ranking, reason="补录", by=ranked.office, now=made.NOW)

    response = client.get(URL, headers={"if-none-match": etag})

    assert response.status_code == 200
    assert "第2版 · 草稿" in response.content.decode()


def test_two_people_share_the_page_but_not_the_name(ranked, signed_in):
    other = make_user("other", "office", name="另一人<b>")
    first = signed_in(ranked.office).get(URL)
    second = signed_in(other).get(URL)

    assert "另一人&lt;b&gt;" in second.content.decode()
    assert "另一人" not in first.content.decode()
    assert first["ETag"] != second["ETag"]


def test_languages_and_print_sizes_do_not_share_a_page(ranked, signed_in):
    client = signed_in(ranked.office)
    chinese = client.get(URL).content.decode()
    client.cookies["django_language"] = "en"
    english = client.get(URL).content.decode()
    client.cookies["print"] = "large"
    large = client.get(URL).content.decode()

    assert "Rankings" in english
    assert "Rankings" not in chinese
    assert 'data-print="large"' in large
    assert 'data-print="large"' not in english


def test_a_role_does_not_inherit_another_roles_buttons(ranked, signed_in):
    office = signed_in(ranked.office).get(URL).content.decode()
    unit = signed_in(ranked.leader).get(URL).content.decode()

    assert reverse("reports:document_request") in office
    assert reverse("reports:document_request") not in unit
    assert 'href="S2/conformity/"' in office
    assert 'href="S1/conformity/"' in unit
    assert 'href="S2/conformity/"' not in unit


def test_a_form_of_the_cached_page_carries_a_token_that_counts(today, signed_in):
    made.closed(today)
    signed_in(make_user("first", "supervisor")).get(URL)  # fills the cache
    client = signed_in(today.supervisor, enforce_csrf_checks=True)
    page = client.get(URL).content.decode()
    form = page[page.index('id="decide"') :]
    token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', form)[1]
    stamp = re.search(r'name="stamp" value="([^"]+)"', form)[1]

    client.post(f"/rankings/publish/{WEEK}/streets/", {"csrfmiddlewaretoken": token, "stamp": stamp, "confirmed": "on"})

    assert Ranking.objects.get().state == "published"


def test_publishing_needs_the_figures_that_were_seen(today, signed_in):
    made.closed(today)

    seen = {"stamp": "older", "confirmed": "on"}
    response = signed_in(today.supervisor).post(f"/rankings/publish/{WEEK}/streets/", seen, follow=True)

    assert Ranking.objects.get().state == "closed"
    assert "请重新核对后再公布" in response.content.decode()


def test_who_closed_is_not_offered_to_publish(today, signed_in):
    made.closed(today, by=today.supervisor)

    assert 'id="decide"' not in signed_in(today.supervisor).get(URL).content.decode()
    assert 'id="decide"' in signed_in(make_user("second", "supervisor")).get(URL).content.decode()


def test_the_office_closes_a_period_that_has_ended(today, signed_in):
    made.draft(today)

    signed_in(today.office).post(f"/rankings/close/{WEEK}/streets/", {"confirmed": "on"})

    assert Ranking.objects.get().closed_by == today.office


def test_what_is_not_ticked_is_neither_closed_nor_published(today, signed_in):
    made.draft(today)
    refused = signed_in(today.office).post(f"/rankings/close/{WEEK}/streets/", follow=True).text
    assert "没有定稿：请先勾选" in refused
    assert Ranking.objects.get().state == "draft"

    made.closed(today)
    page = signed_in(today.supervisor).get(URL).text
    stamp = re.search(r'name="stamp" value="([^"]+)"', page)[1]
    refused = signed_in(today.supervisor).post(f"/rankings/publish/{WEEK}/streets/", {"stamp": stamp}, follow=True)
    assert "没有公布：请先勾选" in refused.text
    assert Ranking.objects.get().state == "closed"


def test_a_correction_needs_a_reason(ranked, signed_in):
    client = signed_in(ranked.office)
    refused = client.post(f"/rankings/revise/{WEEK}/streets/", {"reason": " "}, follow=True)
    client.post(f"/rankings/revise/{WEEK}/streets/", {"reason": "补录两次检查"})

    assert "请说明更正的理由" in refused.content.decode()
    assert Ranking.objects.get(revision=2).reason == "补录两次检查"


def test_late_entries_are_named_and_do_not_count(ranked, signed_in):
    visit(ranked, site=ranked.market, seen_at=made.at(made.TUESDAY), earned=1, recorded_at=made.NOW)
    client = signed_in(ranked.office)

    note = client.get(f"/rankings/late/{WEEK}/streets/", headers={"hx-request": "true"}).content.decode()

    assert "定稿后补录 1 次检查" in note
    assert "71.00" in client.get(URL).content.decode()


def test_units_left_out_say_why(today, signed_in):
    made.draft(today, least_inspections=2)

    assert "未参加排名" in signed_in(today.office).get(URL).content.decode()


def queries(client, url) -> int:
    with CaptureQueriesContext(connection) as seen:
        assert client.get(url).status_code == 200
    return len(seen)


def test_200_rows_cost_as_many_queries_as_2_and_a_warm_page_two(today, signed_in):
    client = signed_in(today.office)
    ranking = made.draft(today)
    client.get("/rankings/")  # the session notes that it is used, once a minute
    few = queries(client, URL)
    made.crowd(today, 200)
    made.open_period(code=WEEK, now=made.PUBLISHED)

    assert ranking.rows.count() == 202
    assert queries(client, URL) == few <= 15
    assert queries(client, URL) == 2
