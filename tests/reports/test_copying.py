"""The red and black list as text for a chat group."""

import pytest

from tests.reports.ranked import closed, facts

pytestmark = pytest.mark.django_db


def test_a_ranking_is_told_with_places_and_scores(ranked, client):
    ranking = closed(ranked)
    client.force_login(ranked.office)

    lines = client.get(f"/rankings/text/{ranking.period.code}/{ranking.group.code}/").context["text"].splitlines()

    assert lines[0] == "【街道 2026年第47周(11.16–11.22) 红黑榜】"
    assert any(row.unit.label in line for row in ranking.rows.all() for line in lines[1:])


def test_one_that_is_not_published_says_so(city, client):
    facts(city)
    ranking = closed(city)
    client.force_login(city.office)

    text = client.get(f"/rankings/text/{ranking.period.code}/{ranking.group.code}/").context["text"]

    assert text.splitlines()[0] == "【街道 2026年第47周(11.16–11.22) 红黑榜（未发布）】"


def test_the_lists_bear_their_chinese_names_and_the_period_its_own(ranked, client):
    ranking = closed(ranked)
    client.force_login(ranked.office)

    text = client.get(f"/rankings/text/{ranking.period.code}/{ranking.group.code}/").context["text"]

    assert "红榜：" in text
    assert ranking.period.span.label() in text
    assert "red" not in text


def test_one_that_is_not_there_is_not_told(ranked, client):
    client.force_login(ranked.office)

    assert client.get("/rankings/text/2026-W99/nope/").status_code == 404
