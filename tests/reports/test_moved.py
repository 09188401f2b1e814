"""A row against the period before: what is told sums to the difference, down to the sites."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from reports.models import RankingRow
from reports.queries.moved import moved
from reports.rules.movement import Why
from reports.rules.periods import parse
from tests.city import at
from units.models import Site

from . import ranked
from .facts import visit

pytestmark = pytest.mark.django_db
PAGE = reverse("reports:ranking_unit", args=["2026-W47", "streets", "S1"])
BY_SITE = [{"figure": "conformity", "mean": "by_site", "weight": "60"}, {"figure": "on_time", "weight": "40"}]


@pytest.fixture
def two_weeks(city):
    """East's market fell from 9 of 10 points to 6, its second market rose from 5 to 7; nothing was on time or late."""
    second = Site.objects.create(code="D9", name="东二市场", type=city.market_type, unit=city.east)
    for week, first, other in (("2026-W46", 9, 5), ("2026-W47", 6, 7)):
        monday = at(parse(week).starts_on)
        visit(city, site=city.market, seen_at=monday, earned=first)
        visit(city, site=second, seen_at=monday + timedelta(hours=1), earned=other)
        visit(city, site=city.west_market, seen_at=monday, earned=8 if week == "2026-W47" else 4)
    return [ranked.draft(city, week, components=BY_SITE, red=None, black=None) for week in ("2026-W46", "2026-W47")]


def row_of(ranking, code="S1"):
    return RankingRow.objects.select_related("ranking__period", "ranking__rule", "unit").get(
        ranking=ranking, unit__code=code
    )


def test_sites_sum_to_the_change_of_the_score(two_weeks):
    """70 % → 65 %: −5 points; the first market took 15 of the mean, the second gave 10."""
    before, now = map(row_of, two_weeks)
    found = moved(now, before, rows=True)

    (told,) = found.causes
    assert (found.change, told.cause.why, told.cause.points) == (Decimal("-5.0000"), Why.VALUE, Decimal("-5.00"))
    assert {cell.name: cell.points for cell in told.cells} == {
        "东街农贸市场": Decimal("-15.00"),
        "东二市场": Decimal("10.00"),
    }


def test_who_may_not_open_the_rows_is_told_the_component_only(two_weeks):
    before, now = map(row_of, two_weeks)

    assert moved(now, before, rows=False).causes[0].cells == []


def test_places_are_told_by_own_and_other_scores(two_weeks):
    """East led by 70 to 40; west's 80 passed it, its own 65 would still have led."""
    before, now = map(row_of, two_weeks)
    places = moved(now, before, rows=False).places

    assert (places.own, places.others) == (0, -1)


def test_a_component_that_came_back_brings_its_points(city, two_weeks):
    problem = {"due_at": at(ranked.TUESDAY, 18), "closed_at": at(ranked.TUESDAY, 12)}
    ranked.problem(city, "WT-1", **problem)
    now = row_of(ranked.draft(city, "2026-W47", components=BY_SITE, red=None, black=None))
    found = moved(now, row_of(two_weeks[0]), rows=True)

    assert sum((told.cause.points for told in found.causes), Decimal(0)) + found.limits == found.change
    assert {told.cause.why for told in found.causes} == {Why.VALUE, Why.WEIGHT, Why.ADDED}


def test_facts_that_changed_since_name_no_sites(city, two_weeks):
    before, now = map(row_of, two_weeks)
    visit(city, site=city.market, seen_at=at(ranked.MONDAY, 15), earned=0)

    assert moved(now, before, rows=True).causes[0].cells == []


def test_without_a_score_there_is_nothing_to_compare(two_weeks):
    assert moved(row_of(two_weeks[1]), None, rows=True) is None


def test_the_page_tells_it(client, city, two_weeks):
    client.force_login(city.office)
    html = client.get(PAGE).content.decode()

    assert "−15.00" in html
    assert "东二市场" in html
