"""Late entries under a rule that lets them count in the next period: each counts in exactly one."""

import json
import random
from collections import Counter
from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from campaign.queries import facts_changed
from campaign.rules import day_of, start_of
from inspections.models import Answer, Inspection, InspectionUnit
from inspections.services.voiding import void_inspection
from reports.models import Carried, Period, Ranking, RankingRow
from reports.queries.inputs import inputs_of
from reports.queries.late import carried_to, late_entries
from reports.rules.periods import parse
from reports.rules.recompute import differences
from reports.services import close_period, open_period, publish, revise, roll_up, use_rule
from reports.services.carrying import carry_late
from reports.services.closing import recompute
from tests.city import at
from units.models import PeerGroup

from .facts import visit, weekly_rule
from .test_bundle import in_order

#: Monday of week 46, and the Mondays of the weeks after it.
FIRST = date(2026, 11, 9)
NEXT, LAST, AFTER = (FIRST + timedelta(weeks=n) for n in (1, 2, 3))
W46, W47, W48 = "2026-W46", "2026-W47", "2026-W48"


@pytest.fixture
def week(city):
    """Week 46 closed on the Monday after, with 8 of 10 points; week 47 running with 6 of 10."""
    weekly_rule(city, late="next")
    visit(city, site=city.market, seen_at=at(FIRST), earned=8)
    visit(city, site=city.market, seen_at=at(NEXT, 9), earned=6)
    closed(city, W46, at(NEXT, 10))
    return city


def closed(city, code: str, now: datetime) -> Ranking:
    """A period closed by the office."""
    period = open_period(code=code, now=now)
    close_period(period=period, by=city.office, now=now)
    return period.rankings.order_by("-revision")[0]


def late(city, *, seen: date = FIRST, recorded: datetime, earned: int = 1) -> Inspection:
    """An inspection entered after its week was closed, seen by the roll-up."""
    made = visit(city, site=city.market, seen_at=at(seen, 11), earned=earned, recorded_at=recorded)
    facts_changed({seen})
    return made


def counted(code: str, revision: int = 1) -> str:
    """What east's conformity is made of in a week."""
    row = RankingRow.objects.get(ranking__period__code=code, ranking__revision=revision, unit__code="S1")
    return f"{row.components[0]['numerator']} / {row.components[0]['denominator']}"


def test_it_counts_in_the_week_that_runs(week):
    entry = late(week, recorded=at(NEXT, 11))
    drafted = {period.code for period in roll_up(now=at(NEXT, 12))}

    assert W47 in drafted
    assert (counted(W46), counted(W47)) == ("8 / 10", "7 / 20")
    assert list(carried_to(Ranking.objects.get(period__code=W47))) == [entry]
    assert list(late_entries(Ranking.objects.get(period__code=W46))) == [entry]


def test_who_closes_reads_where_late_entries_go(week, signed_in):
    open_period(code=W47, now=at(LAST, 9))

    assert "计入下一个未定稿的周期" in signed_in(week.office).get(f"/rankings/{W47}/streets/").text


def test_the_draft_that_takes_a_late_entry_says_so(week, signed_in):
    late(week, recorded=at(NEXT, 11))
    roll_up(now=at(NEXT, 12))
    client = signed_in(week.office)

    assert f'hx-get="/rankings/late/{W47}/streets/?revision=1"' in client.get(f"/rankings/{W47}/streets/").text
    note = client.get(f"/rankings/late/{W47}/streets/", headers={"HX-Request": "true"}).text
    assert "另有 1 次以前周期的检查" in note
    assert "定稿后没有" not in note


def said_of(client, entry: Inspection) -> str:
    """What its page fetches about the closed periods it came too late for."""
    assert f'hx-get="/inspections/{entry.code}/rankings/"' in client.get(entry.get_absolute_url()).text
    return client.get(f"/inspections/{entry.code}/rankings/", headers={"HX-Request": "true"}).text


def test_the_inspector_is_told_that_it_is_late_and_where_it_goes(week, signed_in):
    said = said_of(signed_in(week.inspector), late(week, recorded=at(NEXT, 11)))

    assert "2026年第46周(11.9–11.15)已定稿，本次检查属迟报，计入2026年第47周(11.16–11.22)。" in said


def test_the_inspector_is_told_that_it_waits_for_a_revision(city, signed_in):
    weekly_rule(city)
    visit(city, site=city.market, seen_at=at(FIRST), earned=8)
    ranking = closed(city, W46, at(NEXT, 10))
    entry = late(city, recorded=at(NEXT, 11))
    assert "已定稿，本次检查属迟报，暂不计入，留待更正版。" in said_of(signed_in(city.inspector), entry)

    publish(ranking=ranking, by=city.supervisor, now=at(NEXT, 12))
    revise(ranking=ranking, reason="补录", by=city.office, now=at(NEXT, 13))
    assert "迟报" not in said_of(signed_in(city.inspector), entry)


def test_a_rule_that_says_nothing_keeps_it_for_a_revision(city):
    weekly_rule(city)
    visit(city, site=city.market, seen_at=at(FIRST), earned=8)
    closed(city, W46, at(NEXT, 10))
    late(city, recorded=at(NEXT, 11))
    roll_up(now=at(NEXT, 12))

    assert not Carried.objects.exists()


def test_a_closing_takes_what_the_roll_up_has_not_seen(week):
    late(week, recorded=at(NEXT, 11))

    closed(week, W47, at(LAST, 8))

    assert counted(W47) == "7 / 20"


def test_a_revision_and_a_recomputation_of_its_own_week_leave_it_out(week):
    late(week, recorded=at(NEXT, 11))
    ranking = recompute(ranking=Ranking.objects.get(period__code=W46), reason="核对", by=week.office, now=at(NEXT, 12))
    publish(ranking=ranking, by=week.supervisor, now=at(NEXT, 13))
    revise(ranking=ranking, reason="更正", by=week.office, now=at(NEXT, 14))

    assert (counted(W46), counted(W46, 2)) == ("8 / 10", "8 / 10")


def test_where_the_group_is_ranked_no_more_it_waits_for_a_revision(week):
    week.group.rule_uses.update(active=False)
    late(week, recorded=at(NEXT, 11))
    roll_up(now=at(NEXT, 12))

    assert not Carried.objects.exists()


def test_what_came_late_twice_over_goes_to_the_first_week_that_is_open(week):
    closed(week, W47, at(LAST, 8))
    late(week, recorded=at(LAST, 9), earned=3)
    open_period(code=W48, now=at(LAST, 9))
    roll_up(now=at(LAST, 10))

    assert (counted(W47), counted(W48)) == ("6 / 10", "3 / 10")


def test_voided_it_counts_nowhere(week):
    entry = late(week, recorded=at(NEXT, 11))
    roll_up(now=at(NEXT, 12))
    void_inspection(inspection=entry, reason="错录", by=week.office, at=at(NEXT, 13))
    roll_up(now=at(NEXT, 14))

    assert counted(W47) == "6 / 10"


@pytest.mark.parametrize("mean", ["pooled", "by_site", "by_indicator"])
def test_the_frozen_inputs_hold_it_and_two_strangers_recompute_the_week(city, mean):
    weekly_rule(city, components=[{"figure": "conformity", "mean": mean, "weight": "100"}], late="next")
    for day, earned in ((FIRST, 8), (NEXT, 6)):
        answered(city, visit(city, site=city.market, seen_at=at(day), earned=earned))
    closed(city, W46, at(NEXT, 10))
    answered(city, late(city, recorded=at(NEXT, 11)))
    ranking = publish(ranking=closed(city, W47, at(LAST, 8)), by=city.supervisor, now=at(LAST, 9))

    frozen = json.loads(ranking.inputs)
    assert sorted(row["code"] for row in frozen["inspections"] if row["unit"] == "S1") == ["V1", "V2"]
    assert not list(differences(json.loads(ranking.snapshot), frozen))
    assert in_order(ranking)[0] == 0


def test_a_false_mark_of_lateness_is_found(week):
    late(week, recorded=at(NEXT, 11))
    ranking = publish(ranking=closed(week, W47, at(LAST, 8)), by=week.supervisor, now=at(LAST, 9))
    snapshot, inputs = json.loads(ranking.snapshot), json.loads(ranking.inputs)
    marked = {row["code"]: (row["late"], row["recorded_at"]) for row in inputs["inspections"] if row["unit"] == "S1"}

    assert marked["V2"] == (True, "2026-11-16T03:00:00.000000Z")
    assert not marked["V1"][0]
    assert differences(snapshot, inputs) == []
    for row in inputs["inspections"]:
        row["late"] = False
    assert differences(snapshot, inputs) == ["V2: not of the period"]


def test_a_clean_site_that_was_entered_late_brings_its_points_there(city):
    bonus = {
        "kind": "points",
        "figure": "bonus",
        "title": "加分",
        "base": "0",
        "lines": [{"event": "clean_site", "each": "2"}],
    }
    weekly_rule(city, total="sum", components=[{"figure": "conformity", "weight": "100"}, bonus], late="next")
    visit(city, site=city.market, seen_at=at(FIRST), earned=8)
    visit(city, site=city.market, seen_at=at(NEXT), earned=5)
    closed(city, W46, at(NEXT, 10))
    late(city, recorded=at(NEXT, 11), earned=10)
    ranking = publish(ranking=closed(city, W47, at(LAST, 8)), by=city.supervisor, now=at(LAST, 9))

    assert str(ranking.rows.get(unit=city.east).score) == "77.0000"  # 15 of 20, and 2 for the clean site
    assert in_order(ranking)[0] == 0


def answered(city, inspection: Inspection) -> None:
    """One answer with all points of an inspection."""
    Answer.objects.create(
        inspection=inspection, item=city.items[0], indicator=city.indicator, seen_at=inspection.seen_at,
        outcome="partly", earned=inspection.earned, available=inspection.available,
    )  # fmt: skip


def test_the_pages_say_where_it_counts(week, signed_in):
    entry = late(week, recorded=at(NEXT, 11))
    roll_up(now=at(NEXT, 12))
    office = signed_in(week.office)

    behind = office.get(f"/rankings/{W47}/streets/S1/conformity/?site=D1").content.decode()
    upward = office.get(f"/inspections/{entry.code}/rankings/").content.decode()
    left = office.get(f"/rankings/late/{W46}/streets/").content.decode()
    came = office.get(f"/rankings/late/{W47}/streets/").content.decode()

    assert "迟报，计入本期" in behind
    assert entry.code in behind
    assert upward.index("迟报，计入本期") != upward.index("定稿后补录，未计入")
    assert "计入下一个未定稿的周期" in left
    assert entry.get_absolute_url() in came


def test_many_groups_cost_the_statements_of_one(week, django_assert_num_queries):
    late(week, recorded=at(NEXT, 11))
    open_period(code=W47, now=at(NEXT, 11))
    with CaptureQueriesContext(connection) as one:
        carry_late(days={FIRST}, now=at(NEXT, 12))
    ranking = Ranking.objects.get(period__code=W46)
    for number in range(5):
        group = PeerGroup.objects.create(code=f"more{number}", name=f"组{number}")
        use_rule(rule=ranking.rule, group=group, kind="week", by=week.office)
        Ranking.objects.create(
            period=ranking.period, group=group, rule=ranking.rule, state="closed", closed_at=ranking.closed_at
        )

    with django_assert_num_queries(len(one)):
        assert {span.code for span in carry_late(days={FIRST}, now=at(NEXT, 13))} == {W47}


def test_the_database_lets_it_count_once_in_a_kind_of_period(week):
    late(week, recorded=at(NEXT, 11))
    roll_up(now=at(NEXT, 12))
    carried = Carried.objects.filter(counted__unit=week.east).get()
    other = Period.objects.exclude(pk=carried.period_id).first()

    with pytest.raises(IntegrityError), transaction.atomic():
        Carried.objects.create(counted=carried.counted, kind=carried.kind, period=other)


@pytest.mark.parametrize("seed", range(10))
def test_whatever_is_entered_and_closed_when_each_inspection_counts_once(city, seed):
    """Six weeks of entries, closings in any order, recomputations and revisions; then every week is closed."""
    chance = random.Random(seed)  # noqa: S311 (test data)
    use_rule(rule=weekly_rule(city, late="next"), group=city.group, kind="week", by=city.office)
    codes = [f"2026-W{number}" for number in range(44, 50)]
    now = start_of(date(2026, 10, 26)) + timedelta(hours=1)
    while day_of(now) < date(2026, 12, 7):
        now += timedelta(hours=chance.randrange(1, 60))
        _something(city, chance, codes, now)
    for code in codes:
        if not Ranking.objects.filter(period__code=code, closed_at__isnull=False).exists():
            closed(city, code, now)
    facts_changed(day_of(seen) for seen in Inspection.objects.values_list("seen_at", flat=True))
    open_period(code="2026-W50", now=now)
    roll_up(now=now)

    found: Counter[str] = Counter()
    for period in Period.objects.filter(kind="week"):
        ranking = period.rankings.order_by("-revision").first()
        inputs = json.loads(ranking.inputs or inputs_of(ranking))
        found.update(row["code"] for row in inputs["inspections"] if row["unit"] == "S1")
    everything = InspectionUnit.objects.filter(unit=city.east).values_list("inspection__code", flat=True)
    assert found == Counter(everything)


def _something(city, chance, codes, now) -> None:
    """An entry for one of the last weeks, a roll-up, a closing, a recomputation or a correction."""
    over = [code for code in codes if parse(code).ends_at <= now]
    act = chance.choice(["enter", "enter", "enter", "roll up", "close", "again"])
    seen = max(now - timedelta(hours=chance.randrange(400)), start_of(date(2026, 10, 26)))
    if act == "enter":
        visit(city, site=city.market, seen_at=seen, earned=5, recorded_at=now)
        facts_changed({day_of(seen)})
    elif act == "roll up":
        roll_up(now=now)
    elif over:
        _close_or_correct(city, chance.choice(over), act, now)


def _close_or_correct(city, code: str, act: str, now: datetime) -> None:
    ranking = Ranking.objects.filter(period__code=code).order_by("-revision").first()
    if ranking is None or ranking.state == Ranking.State.DRAFT:
        closed(city, code, now)
    elif act == "again" and ranking.state == Ranking.State.CLOSED:
        recompute(ranking=ranking, reason="核对", by=city.office, now=now)
    elif ranking.state == Ranking.State.CLOSED:
        publish(ranking=ranking, by=city.supervisor, now=now)
    else:
        revise(ranking=ranking, reason="更正", by=city.office, now=now)
