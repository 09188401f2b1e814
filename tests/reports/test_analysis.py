"""How far a ranking carries: variants by the engine, intervals from the frozen inputs, for those who decide."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.urls import reverse

from campaign.celery import app
from reports.models import Ranking
from reports.queries.analysis import analysis_of
from reports.rules.analysis import variants
from reports.rules.spec import RuleSpec
from reports.services import analysing, close_period
from reports.tasks import analyse_ranking
from tests.city import at

from . import ranked
from .facts import visit

PAGE = reverse("reports:ranking_analysis", args=["2026-W47", "streets"])


def rule(*components, **more):
    return RuleSpec.parse({"components": list(components), **more})


RATE, TIMELY = {"figure": "conformity", "mean": "pooled", "weight": "60"}, {"figure": "on_time", "weight": "40"}


def test_each_weight_is_tried_a_tenth_less_and_more_and_each_other_mean():
    found = variants(rule(RATE, TIMELY))

    weights = [[part.weight for part in variant.spec.components] for variant in found[:4]]
    assert weights == [[54, 40], [66, 40], [60, 36], [60, 44]]
    assert [variant.spec.components[0].mean for variant in found[4:]] == ["by_site", "by_indicator"]


def test_weights_within_a_table_are_tried_too():
    table = {"kind": "table", "figure": "field", "weight": "50", "parts": [RATE, TIMELY]}
    found = variants(rule(table, {"figure": "rectified", "weight": "50"}))

    inner = [[part.weight for part in variant.spec.components[0].parts] for variant in found]
    assert [54, 40] in inner
    assert [60, 44] in inner


def test_a_single_part_has_no_weight_to_try():
    assert [str(variant.change) for variant in variants(rule(TIMELY | {"figure": "rectified"}))] == []


@pytest.fixture
def week(city):
    """East 17 of 20 points and on time in half, west 5 of 10 points and nothing to close, ten more looks at each."""
    ranked.facts(city)
    for day in range(5):
        for site, earned in ((city.market, 9), (city.west_market, 5 + day % 2)):
            visit(city, site=site, seen_at=at(ranked.MONDAY, 12) + timedelta(hours=day), earned=earned)
    return ranked.draft(city)


def found_of(ranking):
    found = analysis_of(ranking)
    return {unit.code: row for unit, row in found.rows}


@pytest.mark.django_db
def test_scores_lie_in_their_intervals_and_bands_follow_places(week, city):
    rows = found_of(week)
    scores = {row.unit.code: row.score for row in week.rows.select_related("unit")}

    for code, row in rows.items():
        if row.interval.surely:
            assert row.interval.low <= float(scores[code]) <= row.interval.high
    assert [row.rank for row in rows.values()] == sorted(row.rank for row in rows.values())


@pytest.mark.django_db
def test_the_interval_of_the_conformity_alone_is_that_of_the_score(city):
    """All looks alike but one: the score is 60 % conformity, so its spread is 0.6 of the looks' own."""
    for hour in range(6):
        visit(city, site=city.market, seen_at=at(ranked.MONDAY, 8 + hour), earned=10 if hour else 4)
    ranking = ranked.draft(city, components=[RATE], red=None, black=None)
    row = found_of(ranking)["S1"]

    assert (row.interval.low, row.interval.high) == (70, 100)


@pytest.mark.django_db
def test_an_analysis_repeats(week):
    assert found_of(week) == found_of(week)


@pytest.mark.django_db
def test_a_closed_ranking_is_analysed_from_its_frozen_inputs(week, city):
    close_period(period=week.period, by=city.office, now=ranked.CLOSED)
    before = found_of(Ranking.objects.get(pk=week.pk))
    visit(city, site=city.market, seen_at=at(ranked.MONDAY, 20), earned=0)

    assert found_of(Ranking.objects.get(pk=week.pk)) == before


@pytest.mark.django_db
def test_other_weights_move_places(city):
    """East leads by conformity, west by being on time; a tenth more for either decides."""
    ranked.facts(city)
    ranked.problem(city, "WT-3", due_at=at(ranked.TUESDAY, 18), closed_at=at(ranked.TUESDAY), unit=city.west)
    ranking = ranked.draft(city, components=[RATE | {"weight": "58"}, TIMELY | {"weight": "42"}], red=None, black=None)
    rows = found_of(ranking)
    scores = dict(ranking.rows.values_list("unit__code", "score"))

    assert abs(scores["S1"] - scores["S2"]) < Decimal(2)
    assert {(row.best, row.worst) for row in rows.values()} == {(1, 2)}


@pytest.mark.django_db
def test_the_page_is_for_those_who_decide(client, week, city):
    client.force_login(city.office)
    html = client.get(PAGE).content.decode()

    assert city.east.label in html
    client.force_login(city.leader)
    assert client.get(PAGE).status_code == 403


@pytest.mark.django_db
def test_a_large_group_is_analysed_by_a_job(client, week, city, monkeypatch, django_capture_on_commit_callbacks):
    cache.clear()
    monkeypatch.setattr(analysing, "SMALL", 0)
    sent = []
    monkeypatch.setattr(app, "send_task", lambda name, args: sent.append((name, args)))
    client.force_login(city.office)

    with django_capture_on_commit_callbacks(execute=True):
        waiting = [client.get(PAGE, headers={"HX-Request": "true"}) for _again in range(2)]
    assert [answer.status_code for answer in waiting] == [200, 200]
    assert sent == [("reports.tasks.analyse_ranking", [week.pk])]

    analyse_ranking(week.pk)
    there = client.get(PAGE, headers={"HX-Request": "true"})
    assert there.status_code == 286
    assert city.east.label in there.content.decode()
