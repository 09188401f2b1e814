"""The rows behind a figure add up to its numerator and denominator."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import transaction

from campaign.rules import SHANGHAI
from inspections.models import Inspection
from reports import queries
from reports.models import RankingRow
from reports.queries import Need, measure
from reports.queries.figures import CITY_NEEDS, city_figures, city_trend
from reports.rules.periods import parse
from reports.services import open_period
from tests.city import at

from .facts import WEEK, scatter, visit, weekly_rule

SPAN = parse(WEEK)
SEEDS = range(100, 105)


def totals(figure: str, unit, window, scope: str) -> tuple[Decimal | int, Decimal | int]:
    """Numerator and denominator counted from the drill rows."""
    if figure == "rework":
        moves = [step.move for step in queries.steps_behind(unit, window, scope)]
        return moves.count("send_back"), moves.count("submit")
    if figure == "tasks":
        rows = list(queries.duties_behind(unit, window, scope))
    elif figure == "conformity":
        seen = list(queries.inspections_behind(unit, window, scope))
        return sum(one.earned for one in seen), sum(one.available for one in seen)
    else:
        rows = list(queries.problems_behind(figure, unit, window, scope))
    return sum(row.counts for row in rows), len(rows)


@pytest.mark.parametrize("scope", ["subtree", "direct"])
@pytest.mark.parametrize(
    "figure", ["conformity", "rectified", "on_time", "rework", "prompt_receipt", "tasks", "satisfaction"]
)
def test_rows_behind_a_figure_add_up_to_it(city, figure, scope):
    for seed in SEEDS:
        with transaction.atomic():
            made = scatter(city, seed)
            window = SPAN.window(at(date(2026, 11, 19 + seed % 8), 15))
            measured = measure(Need(figure, scope=scope), window)
            for unit in made.units:
                counted = totals(figure, unit, window, scope)
                assert counted == measured.get(unit.pk, counted if not counted[1] else None), (seed, unit)
            transaction.set_rollback(True)


def test_sites_behind_a_figure_are_the_mean_of_the_sites(city):
    made = scatter(city, 100)
    window = SPAN.window(at(date(2026, 12, 1)))
    for unit_id, (numerator, denominator) in measure(Need("conformity", "by_site"), window).items():
        unit = next(unit for unit in made.units if unit.pk == unit_id)
        sites = [row for row in queries.sites_behind(unit, window) if row["value"] is not None]
        assert len(sites) == denominator
        assert round(sum(row["earned"] / row["available"] for row in sites), 10) == numerator


def test_indicators_behind_a_figure_are_the_mean_of_the_indicators(city):
    made = scatter(city, 100)
    window = SPAN.window(at(date(2026, 12, 1)))
    for unit_id, (numerator, denominator) in measure(Need("conformity", "by_indicator"), window).items():
        unit = next(unit for unit in made.units if unit.pk == unit_id)
        indicators = queries.indicators_behind(unit, window)
        assert len(indicators) == denominator
        assert round(sum(one["mean"] for one in indicators), 10) == numerator


def test_answers_that_lost_points_explain_what_was_lost(city):
    made = scatter(city, 100)
    window = SPAN.window(at(date(2026, 12, 1)))
    for unit_id, (earned, available) in measure(Need("conformity"), window).items():
        unit = next(unit for unit in made.units if unit.pk == unit_id)
        assert sum(answer.lost_points for answer in queries.answers_losing(unit, window)) == available - earned


def test_the_city_counts_every_row_once(city):
    scatter(city, 100)
    window = SPAN.window(at(date(2026, 12, 1)))
    found = city_figures(SPAN, at(date(2026, 12, 1)))

    seen = Inspection.objects.filter(seen_at__gte=window.starts_at, seen_at__lt=window.cut)
    pooled = found["conformity_pooled"]
    assert (pooled.numerator, pooled.denominator) == (sum(i.earned for i in seen), sum(i.available for i in seen))
    assert set(found) == set(CITY_NEEDS)


def test_a_trend_is_one_statement(city, django_assert_num_queries):
    spans = [SPAN]
    while len(spans) < 13:
        spans.append(spans[-1].previous())
    visit(city, site=city.market, seen_at=at(date(2026, 11, 16)), earned=9)

    with django_assert_num_queries(1):
        trend = city_trend(spans, at(date(2026, 12, 1)))

    assert [one["conformity_pooled"].value for one in trend.values()][:2] == [Decimal("90.00"), None]


def test_components_of_a_row_are_shown_with_what_they_cost(city):
    weekly_rule(city)
    visit(city, site=city.market, seen_at=at(date(2026, 11, 16)), earned=9)
    open_period(code=WEEK, now=at(date(2026, 11, 17)))
    row = RankingRow.objects.get(unit=city.east)

    (shown,) = queries.shown_components(row)

    assert (shown.value, shown.points, shown.lost, shown.share) == (90, 90, 10, 100)
    assert (shown.numerator, shown.denominator) == (9, 10)


def test_the_edge_of_a_day_is_midnight_in_shanghai(city):
    edge = at(date(2026, 11, 16), 0)
    visit(city, site=city.market, seen_at=edge.astimezone(SHANGHAI), earned=9)

    assert measure(Need("conformity"), parse("2026-W47").window(at(date(2026, 12, 1))))[city.east.pk] == (9, 10)
    assert measure(Need("conformity"), parse("2026-W46").window(at(date(2026, 12, 1)))) == {}
