"""A rule may come after the facts: whatever the order in which an office begins, its past is ranked."""

from datetime import date

import pytest

from reports.models import Period, Ranking
from reports.queries.past import first_facts
from reports.services import close_period, roll_up
from tests.city import at

from .facts import visit, weekly_rule

MONDAY = date(2026, 11, 16)

pytestmark = pytest.mark.django_db


def test_a_rule_that_comes_after_the_facts_ranks_the_weeks_that_have_some(city):
    visit(city, site=city.market, seen_at=at(date(2026, 9, 28)), earned=9)
    visit(city, site=city.market, seen_at=at(MONDAY), earned=8)
    weekly_rule(city)

    roll_up(now=at(MONDAY, 12))

    assert set(Ranking.objects.values_list("period__code", flat=True)) == {"2026-W40", "2026-W47"}


def test_a_closed_week_stays_as_it_is_when_the_rule_changes(city):
    visit(city, site=city.market, seen_at=at(MONDAY), earned=8)
    weekly_rule(city)
    roll_up(now=at(date(2026, 11, 23)))
    close_period(period=Period.objects.get(code="2026-W47"), by=city.office, now=at(date(2026, 11, 23)))

    weekly_rule(city, places=1)
    roll_up(now=at(date(2026, 11, 23)))

    closed = Ranking.objects.get(period__code="2026-W47")
    assert (closed.state, closed.rule.version) == ("closed", 1)


@pytest.mark.parametrize("kind", ["day", "month", "year"])
def test_the_first_fact_of_a_period_is_on_its_day_in_shanghai(city, kind):
    visit(city, site=city.market, seen_at=at(MONDAY), earned=8)

    assert first_facts(kind) == [MONDAY]


def test_where_nothing_was_seen_there_is_no_past(city):
    assert first_facts("week") == []
