"""Rankings, lists and figures say what is stored."""

from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from reports.models import RankingRow
from reports.services import revise
from tests.api.calls import API, caller
from tests.reports import ranked as made
from tests.reports.facts import WEEK

ADDRESS = f"{API}rankings/?period={WEEK}"


@pytest.fixture
def week(city):
    """A published week, looked at on the Tuesday after."""
    with time_machine.travel(made.NOW):
        made.facts(city)
        city.ranking = made.published(city)
        yield city


def test_every_row_is_the_stored_row(week):
    answer = caller(week.neighbour).get(f"{ADDRESS}&group=streets").json()

    ranking = answer["results"][0]
    rows = list(RankingRow.objects.filter(ranking=week.ranking).select_related("unit"))
    assert [row["unit"]["code"] for row in ranking["rows"]] == [row.unit.code for row in rows]
    for shown, stored in zip(ranking["rows"], rows, strict=True):
        assert (shown["rank"], Decimal(shown["score"]), shown["movement"]) == (
            stored.rank,
            stored.score,
            stored.movement,
        )
        for component, kept in zip(shown["components"], stored.components, strict=True):
            names = ("figure", "weight", "value", "counted", "numerator", "denominator", "points")
            assert [component[name] for name in names] == [kept[name] for name in names]


def test_a_ranking_says_what_it_is(week):
    ranking = caller(week.office).get(ADDRESS).json()["results"][0]

    assert ranking["group"] == {"code": "streets", "name": "街道"}
    assert (ranking["state"], ranking["revision"], ranking["digest"]) == ("published", 1, week.ranking.digest)
    assert ranking["rows"][0]["components"][0]["title"] == "Conformity"


def test_page_and_api_print_the_same_figures(week):
    client = caller(week.office)
    page = client.get(week.ranking.get_absolute_url()).text

    for row in client.get(ADDRESS).json()["results"][0]["rows"]:
        assert row["score"] in page
        assert all(component["value"] in page for component in row["components"] if component["value"])


def test_a_draft_is_for_office_and_supervisor(week):
    with time_machine.travel(made.NOW):
        revise(ranking=week.ranking, reason="补录", by=week.office, now=timezone.now())

    def revisions(user, query=""):
        return [ranking["revision"] for ranking in caller(user).get(ADDRESS + query).json()["results"]]

    assert revisions(week.supervisor) == revisions(week.leader) == [1]
    assert (revisions(week.supervisor, "&revision=2"), revisions(week.leader, "&revision=2")) == ([2], [])


def test_a_period_without_rankings_has_none(city):
    assert caller(city.leader).get(f"{API}rankings/?period=2025-Q1").json() == {"period": "2025-Q1", "results": []}


@pytest.mark.parametrize(
    ("query", "field"),
    [("", "period"), ("?period=2026-W60", "period"), ("?period=2026-W47&group=none", "group"),
     ("?period=2026-W47&revision=0", "revision"), ("?period=2026-W47&unit=S1", "unit"), ("?period=%00", "period")],
)  # fmt: skip
def test_what_is_asked_wrongly_is_explained(week, query, field):
    response = caller(week.office).get(f"{API}rankings/{query}")

    assert response.status_code == 400
    assert [error["field"] for error in response.json()["errors"]] == [field]


def test_an_unchanged_ranking_is_not_sent_again(week):
    client = caller(week.office)
    first = client.get(ADDRESS)

    again = client.get(ADDRESS, headers={"if-none-match": first["ETag"]})

    assert (again.status_code, again.content) == (304, b"")
    assert first["Cache-Control"] == "private, no-cache"
    assert {"Accept-Language", "Authorization", "Cookie"} <= set(first["Vary"].split(", "))


def test_rankings_cost_the_same_queries_for_few_and_many_rows(city):
    with time_machine.travel(made.NOW):
        made.facts(city)
        made.crowd(city, 100)
        made.published(city)
    client = caller(city.office)
    client.get(f"{API}me/")

    with CaptureQueriesContext(connection) as captured:
        rows = client.get(ADDRESS).json()["results"][0]["rows"]

    assert len(rows) == 102
    assert len(captured) <= 6


def test_red_and_black_lists(week):
    entries = caller(week.leader).get(f"{API}lists/?period={WEEK}").json()["results"]

    assert [(entry["color"], entry["unit"]["code"], entry["consecutive"]) for entry in entries] == [
        ("red", "S1", 1),
        ("black", "S2", 1),
    ]
    assert caller(week.leader).get(f"{API}lists/?period={WEEK}&color=black").json()["results"] == entries[1:]


def test_every_figure_says_what_it_counts(city):
    figures = caller(city.leader).get(f"{API}figures/").json()

    assert {"conformity", "rectified", "on_time", "rework", "prompt_receipt", "tasks"} <= {f["name"] for f in figures}


def test_a_figure_for_every_unit_and_the_city(week):
    answer = caller(week.office).get(f"{API}figures/conformity/?period={WEEK}").json()

    assert answer["city"] == {"value": "73.33", "numerator": "22", "denominator": "30"}
    assert [(row["unit"]["code"], row["value"]) for row in answer["results"]] == [
        ("C1", "73.33"),
        ("S1", "85.00"),
        ("S2", "50.00"),
    ]


def test_a_unit_reads_its_own_figures_only(week):
    answer = caller(week.neighbour).get(f"{API}figures/conformity/?period={WEEK}").json()

    assert answer["city"] is None
    assert [row["unit"]["code"] for row in answer["results"]] == ["S2"]


def test_an_unknown_figure_is_not_found(city):
    assert caller(city.office).get(f"{API}figures/beauty/?period={WEEK}").status_code == 404


def test_periods_are_listed_and_read(week):
    client = caller(week.leader)

    assert client.get(f"{API}periods/?kind=week").json()["results"][0]["code"] == WEEK
    assert client.get(f"{API}periods/{WEEK}/").json()["starts_on"] == "2026-11-16"
