"""A group's scores through time: the right periods, revisions and people, in one statement for all units."""

from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from reports.models import Ranking, RankingRow
from reports.queries.trend import Point, trend_of
from reports.rules.periods import KINDS, containing, parse
from reports.services import close_period, open_period, publish
from tests.city import at, make_unit

from . import ranked
from .facts import visit

PAGE = reverse("reports:ranking_trend", args=["2026-W47", "streets"])


def test_a_year_before_has_the_same_number():
    pairs = {"2026-11-23": "2025-11-23", "2024-02-29": "2023-02-28", "2026-W53": "2025-W52", "2026-Q1": "2025-Q1"}

    assert {code: parse(code).year_before().code for code in pairs} == pairs


@given(st.dates(date(2001, 1, 1), date(2098, 12, 31)), st.sampled_from(KINDS), st.integers(1, 20))
def test_periods_back_join_without_gaps(day, kind, count):
    spans = containing(day, kind).back(count)

    assert len(spans) == count
    assert all(one.next() == other for one, other in pairwise(spans))
    assert spans[-1] == containing(day, kind)


@pytest.fixture
def weeks(city):
    """Week 47 as ``ranked`` has it, week 45 before it and week 47 of the year before."""
    ranked.facts(city)
    for code, earned in (("2025-W47", 4), ("2026-W45", 6)):
        visit(city, site=city.market, seen_at=at(parse(code).starts_on), earned=earned)
    return {code: ranked.draft(city, code) for code in ("2025-W47", "2026-W45", "2026-W47")}


def line_of(trend, unit):
    return next(line for line in trend.lines if line.code == unit.code)


@pytest.mark.django_db
def test_points_stand_in_their_periods(weeks, city):
    line = line_of(trend_of(weeks["2026-W47"], city.office), city.east)
    scores = {code: RankingRow.objects.get(ranking=weeks[code], unit=city.east).score for code in weeks}

    assert len(line.points) == 13
    assert line.points[-1].score == scores["2026-W47"]
    assert line.points[-3] == Point(scores["2026-W45"], 1)
    assert line.points[-2] == Point(None, None)
    assert line.year_before.score == scores["2025-W47"]
    assert line.change == scores["2026-W47"] - scores["2025-W47"]


@pytest.mark.django_db
def test_drafts_are_in_the_trend_of_those_who_see_drafts_only(weeks, city):
    shown = trend_of(weeks["2026-W47"], city.leader)

    assert [ranking.period.code for ranking in shown.rankings if ranking] == ["2026-W47"]


@pytest.mark.django_db
def test_the_published_revision_counts(weeks, city):
    close_period(period=weeks["2026-W45"].period, by=city.office, now=ranked.CLOSED)
    first = publish(ranking=Ranking.objects.get(pk=weeks["2026-W45"].pk), by=city.supervisor, now=ranked.PUBLISHED)
    Ranking.objects.create(period=first.period, group=first.group, rule=first.rule, revision=2, reason="late")

    trend = trend_of(weeks["2026-W47"], city.office)
    assert line_of(trend, city.east).points[-3].score is not None


@pytest.mark.django_db
def test_statements_do_not_grow_with_units(weeks, city, django_assert_max_num_queries):
    for number in range(20):
        make_unit(f"N{number}", f"北街{number}", group=city.group)
    open_period(code="2026-W47", now=ranked.CLOSED)
    ranking = Ranking.objects.select_related("period").get(pk=weeks["2026-W47"].pk)

    with django_assert_max_num_queries(2):
        assert len(trend_of(ranking, city.office).lines) >= 22


@pytest.mark.django_db
def test_the_page_shows_scores_and_links_to_their_rankings(client, weeks, city):
    client.force_login(city.office)
    html = client.get(PAGE).content.decode()

    assert reverse("reports:ranking", args=["2026-W45", "streets"]) in html
    assert f"{RankingRow.objects.get(ranking=weeks['2026-W47'], unit=city.east).score:.2f}" in html


@pytest.mark.django_db
def test_an_unpublished_ranking_has_no_trend_for_a_unit(client, weeks, city):
    client.force_login(city.leader)

    assert client.get(PAGE).status_code == 404
    assert Decimal(0) <= weeks["2026-W47"].rows.first().score
