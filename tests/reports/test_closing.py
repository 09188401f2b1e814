"""Roll-up and closing with clocks handed in (rows T3, T4, J7)."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError

from campaign.models import Event, FactChange
from campaign.queries import facts_changed
from reports.models import Period, Ranking, RankingRow, RuleUse, ScoringRule
from reports.rules.periods import parse
from reports.services import close_ended, close_period, open_period, roll_up, stop_rule, use_rule
from tests.city import at
from units.models import PeerGroup, Unit

from .facts import visit, weekly_rule

MONDAY, SUNDAY = date(2026, 11, 16), date(2026, 11, 22)


def scores(code: str) -> dict[str, str]:
    rows = RankingRow.objects.filter(ranking__period__code=code).order_by("unit__code")
    return {row.unit.code: str(row.score) for row in rows.select_related("unit")}


def states() -> dict[str, str]:
    return dict(Ranking.objects.values_list("period__code", "state"))


def test_a_change_is_in_the_ranking_after_the_next_roll_up(city):
    weekly_rule(city)
    visit(city, site=city.market, seen_at=at(MONDAY), earned=9)
    roll_up(now=at(MONDAY, 12))
    visit(city, site=city.market, seen_at=at(MONDAY, 12), earned=8)
    facts_changed({MONDAY})

    roll_up(now=at(MONDAY, 13))

    assert scores("2026-W47") == {"S1": "85.0000", "S2": "None"}
    assert not FactChange.objects.exists()


def test_a_roll_up_without_changes_computes_nothing(city):
    weekly_rule(city)
    roll_up(now=at(MONDAY, 12))

    assert roll_up(now=at(MONDAY, 12, 1)) == []


def test_a_running_period_is_computed_again_as_deadlines_pass(city):
    weekly_rule(city)
    roll_up(now=at(MONDAY, 12))

    assert [period.code for period in roll_up(now=at(MONDAY, 12, 6))] == ["2026-W47"]


def test_facts_of_an_old_day_open_its_period(city):
    weekly_rule(city)
    visit(city, site=city.market, seen_at=at(date(2026, 10, 1)), earned=9)
    facts_changed({date(2026, 10, 1)})

    roll_up(now=at(MONDAY))

    assert scores("2026-W40")["S1"] == "90.0000"


def test_a_change_of_unknown_day_touches_every_open_draft(city):
    weekly_rule(city)
    for week in (46, 47):
        open_period(code=f"2026-W{week}", now=at(date(2026, 11, 9)))
    facts_changed([None])

    assert [period.code for period in roll_up(now=at(MONDAY, 9))] == ["2026-W46", "2026-W47"]


def test_movement_is_against_the_week_before(city):
    weekly_rule(city)
    for day, east, west in ((MONDAY - timedelta(days=7), 6, 7), (MONDAY, 9, 8)):
        visit(city, site=city.market, seen_at=at(day), earned=east)
        visit(city, site=city.west_market, seen_at=at(day), earned=west)
        open_period(code=parse_week(day), now=at(day, 12))

    rows = RankingRow.objects.filter(ranking__period__code="2026-W47")
    assert dict(rows.values_list("unit__code", "movement")) == {"S1": 1, "S2": -1}


def parse_week(day: date) -> str:
    year, week, _ = day.isocalendar()
    return f"{year}-W{week}"


def test_listings_are_counted_as_they_follow_each_other(city):
    weekly_rule(city, black={"below": "60"})
    for weeks in range(3):
        day = MONDAY + timedelta(weeks=weeks)
        visit(city, site=city.market, seen_at=at(day), earned=5)
        open_period(code=parse_week(day), now=at(day, 12))

    latest = Ranking.objects.get(period__code="2026-W49")
    assert [(entry.unit.code, entry.color, entry.consecutive) for entry in latest.entries.all()] == [("S1", "black", 3)]


def test_the_job_closes_the_week_that_ended_and_no_other(city):
    weekly_rule(city)
    roll_up(now=at(SUNDAY, 23, 59))
    assert close_ended(now=at(SUNDAY, 23, 59)) == []

    roll_up(now=at(date(2026, 11, 23), 0, 1))
    closed = close_ended(now=at(date(2026, 11, 23), 0, 1))

    assert [period.code for period in closed] == ["2026-W47"]
    assert states() == {"2026-W47": "closed", "2026-W48": "draft"}


def test_closing_again_or_with_the_clock_set_back_changes_nothing(city):
    weekly_rule(city)
    roll_up(now=at(SUNDAY))
    close_ended(now=at(date(2026, 11, 23), 0, 1))
    before = Ranking.objects.values().get()

    for now in (at(date(2026, 11, 23), 0, 2), at(SUNDAY, 23, 1)):
        roll_up(now=now)
        assert close_ended(now=now) == []

    assert Ranking.objects.filter(period__code="2026-W47").values().get() == before
    assert Event.objects.filter(action="ranking.closed").count() == 1


def test_after_three_weeks_off_each_week_is_closed_with_its_own_cut(city):
    weekly_rule(city)
    roll_up(now=at(MONDAY))
    for week, earned in enumerate((9, 8, 7)):
        visit(city, site=city.market, seen_at=at(MONDAY + timedelta(weeks=week), 9), earned=earned)

    closed = close_ended(now=at(MONDAY + timedelta(weeks=3, days=2)))

    assert [period.code for period in closed] == ["2026-W47", "2026-W48", "2026-W49"]
    assert [scores(period.code)["S1"] for period in closed] == ["90.0000", "80.0000", "70.0000"]


def test_all_kinds_are_closed_in_the_order_in_which_they_end(city):
    for kind in ("day", "week", "month", "quarter", "year"):
        weekly_rule(city, kind)
    roll_up(now=at(date(2026, 12, 31)))

    closed = close_ended(now=at(date(2027, 1, 4), 0, 1))

    codes = [period.code for period in closed]
    assert codes[:4] == ["2026-12-31", "2026-12", "2026-Q4", "2026"]
    assert codes[4:] == ["2027-01-01", "2027-01-02", "2027-01-03", "2026-W53"]


def test_periods_opened_from_old_facts_wait_for_the_office(city):
    weekly_rule(city)
    facts_changed({date(2026, 10, 1)})
    roll_up(now=at(MONDAY))

    assert close_ended(now=at(date(2026, 11, 23), 0, 1)) == [Period.objects.get(code="2026-W47")]
    assert states()["2026-W40"] == "draft"


def test_the_office_closes_by_hand_but_not_before_the_end(city):
    weekly_rule(city)
    period = open_period(code="2026-W47", now=at(SUNDAY))
    with pytest.raises(ValidationError):
        close_period(period=period, by=city.office, now=at(SUNDAY, 23))

    (closed,) = close_period(period=period, by=city.office, now=at(date(2026, 11, 23), 8))

    assert (closed.state, closed.closed_by) == ("closed", city.office)


def test_a_closed_ranking_is_not_computed_again(city):
    weekly_rule(city)
    period = open_period(code="2026-W47", now=at(MONDAY))
    close_period(period=period, by=None, now=at(date(2026, 11, 23)))
    visit(city, site=city.market, seen_at=at(MONDAY), earned=1)
    facts_changed({MONDAY})

    roll_up(now=at(date(2026, 11, 23), 9))

    assert scores("2026-W47") == {"S1": "None", "S2": "None"}


def spoil(group: PeerGroup) -> ScoringRule:
    """A rule that nobody could have saved."""
    rule = ScoringRule.objects.create(code="BAD", name="BAD", spec={"components": "none"})
    RuleUse.objects.create(rule=rule, group=group, kind="week")
    return rule


def test_one_bad_group_holds_up_no_other_and_is_not_closed(city):
    weekly_rule(city)
    other = PeerGroup.objects.create(code="towns", name="乡镇")
    spoil(other)
    visit(city, site=city.market, seen_at=at(MONDAY), earned=9)
    period = open_period(code="2026-W47", now=at(MONDAY))

    closed = close_period(period=period, by=None, now=at(date(2026, 11, 23)))

    bad = Ranking.objects.get(group=other)
    assert [ranking.group for ranking in closed] == [city.group]
    assert (bad.state, bad.failures) == ("draft", 2)
    assert bad.error.startswith("SpecError")


def test_the_job_leaves_a_bad_group_to_people_after_five_tries(city):
    spoil(city.group)
    roll_up(now=at(MONDAY))

    for minute in range(8):
        close_ended(now=at(date(2026, 11, 23), 0, minute))

    assert Ranking.objects.get(period__code="2026-W47").failures == 5


def test_units_are_ranked_while_they_exist(city):
    weekly_rule(city)
    Unit.objects.filter(pk=city.west.pk).update(valid_to=MONDAY)
    Unit.objects.filter(pk=city.east.pk).update(valid_to=MONDAY + timedelta(days=1))

    open_period(code="2026-W47", now=at(SUNDAY))

    assert set(scores("2026-W47")) == {"S1"}


def test_a_group_that_is_not_ranked_any_more_loses_its_open_draft(city):
    rule = weekly_rule(city)
    open_period(code="2026-W47", now=at(MONDAY))

    stop_rule(group=city.group, kind="week", by=city.office)

    assert not Ranking.objects.exists()
    use_rule(rule=rule, group=city.group, kind="week", by=city.office)
    roll_up(now=at(MONDAY, 12))
    assert states() == {"2026-W47": "draft"}


def test_a_draft_follows_the_rule_in_use(city):
    weekly_rule(city)
    open_period(code="2026-W47", now=at(MONDAY))
    newer = weekly_rule(city, places=1)

    roll_up(now=at(MONDAY, 11))

    assert newer.version == 2
    assert Ranking.objects.get(period=Period.objects.get(code=parse("2026-W47").code)).rule == newer
