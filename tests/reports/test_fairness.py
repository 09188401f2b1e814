"""Fairness watch: each finding from rows that show it, and for the office alone."""

from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaign.permissions import Role
from inspections.models import Answer, BlindVisit, Draw, Inspection, Recheck, Step
from inspections.rules import Move
from reports.queries.fairness import watch
from tests.city import MONDAY, at, make_user
from tests.inspections.ledger import TEN, advance, make_problem
from units.models import Site

from .facts import visit

FIRST, LAST = date(2026, 11, 1), date(2026, 11, 30)


def sites(city, count, unit=None):
    return [
        Site.objects.create(code=f"N{n}", name=f"点位{n}", type=city.market_type, unit=unit or city.east)
        for n in range(count)
    ]


def found(name):
    return watch(FIRST, LAST).findings[name]


def test_a_site_seen_three_times_as_often_as_the_middle_one(city):
    for site in sites(city, 3):
        visit(city, site=site, seen_at=at(MONDAY), earned=9)
    for n in range(5):
        visit(city, site=city.market, seen_at=at(MONDAY, 9 + n), earned=9)

    assert [(row.label, row.numbers) for row in found("often").rows] == [("东街农贸市场", (5, 1))]


def test_a_site_nobody_saw(city):
    visit(city, site=city.market, seen_at=at(MONDAY), earned=9)

    assert [row.label for row in found("never").rows] == ["西街农贸市场"]
    assert "site=D2" in found("never").rows[0].url


def test_a_unit_seen_on_one_weekday_only(city):
    for n in range(8):
        visit(city, site=city.market, seen_at=at(date(2026, 11, 2) + timedelta(days=7 * (n % 4)), 8 + n), earned=9)
        visit(city, site=city.west_market, seen_at=at(date(2026, 11, 2) + timedelta(days=n % 4)), earned=9)

    assert [(row.label, row.numbers) for row in found("weekdays").rows] == [("东街", (8, [1]))]


def test_a_score_that_hangs_on_three_of_many_sites(city):
    for site in sites(city, 8)[:4]:
        visit(city, site=site, seen_at=at(MONDAY), earned=9)

    assert [(row.label, *map(str, row.numbers)) for row in found("few_sites").rows] == [("东街", "75.0", "4", "9")]


def submitted(city, n, when):
    problem = advance(make_problem(city, f"P{n}"), Move.HAND_OVER, Move.RECEIVE, city=city)
    Step.objects.create(problem=problem, move="submit", state="submitted", unit=city.east, by=city.leader, at=when)
    return problem


def test_repairs_of_the_last_half_hour(city):
    due = submitted(city, 0, TEN).due_at
    for n in range(1, 4):
        submitted(city, n, due - timedelta(minutes=10 * n))

    assert [(row.label, row.numbers) for row in found("last_minute").rows] == [("东街", (date(2026, 11, 26), 3))]


def test_repairs_typed_in_one_go(city):
    for n in range(5):
        submitted(city, n, TEN + timedelta(seconds=60 * n))

    assert [(row.label, row.numbers) for row in found("one_after_another").rows] == [("东街", (MONDAY, 5))]


def test_a_finding_about_repairs_leads_to_the_repairs(client, city):
    for n in range(5):
        submitted(city, n, TEN + timedelta(seconds=60 * n))
    advance(make_problem(city, "ELSE", text="不相干的问题"), Move.HAND_OVER, city=city)
    client.force_login(city.office)

    page = client.get(found("one_after_another").rows[0].url).text

    assert [f"P{n}" in page for n in range(5)] == [True] * 5
    assert "ELSE" not in page


def test_repairs_that_did_not_hold(client, city):
    values = {"first": MONDAY, "last": MONDAY, "number": 1, "seed": 1, "drawn_by": city.office, "drawn_at": TEN}
    draw = Draw.objects.create(code="HT", kind="repairs", **values)
    for n, result in enumerate(["holds", "holds", "not_fixed"]):
        Recheck.objects.create(
            draw=draw, problem=make_problem(city, f"P{n}"), unit=city.east, inspector=city.inspector, result=result,
            note="x", done_at=TEN,
        )  # fmt: skip

    assert [(row.label, row.numbers) for row in found("rechecked").rows] == [("东街", (1, 3, 0))]
    client.force_login(city.office)
    assert "P2" in client.get(found("rechecked").rows[0].url).text
    assert "P2" not in client.get("/rechecks/?state=done&unit=S2").text


def test_agreement_compares_what_both_answered(city):
    other = make_user("other", "inspector", name="另一人")
    draw = Draw.objects.create(
        code="HT", kind="blind", first=MONDAY, last=MONDAY, number=1, seed=1, drawn_by=city.office, drawn_at=TEN
    )
    one = visit(city, site=city.market, seen_at=at(MONDAY, 9), earned=9)
    two = visit(city, site=city.market, seen_at=at(MONDAY, 15), earned=9)
    Inspection.objects.filter(pk=two.pk).update(inspector=other)
    BlindVisit.objects.create(draw=draw, first=one, second=two, inspector=other)
    for seen, outcomes in ((one, ["met", "not_met", "met"]), (two, ["met", "met", "skipped"])):
        for item, outcome in zip(city.items, outcomes, strict=True):
            Answer.objects.create(
                inspection=seen, item=item, indicator=city.indicator, seen_at=seen.seen_at, outcome=outcome
            )

    [person] = watch(FIRST, LAST).people

    assert (person.username, person.agreement.n, person.agreement.same) == ("inspector", 2, 1)


def test_leniency_is_told_as_a_range_by_name(client, city):
    strict = make_user("strict", "inspector", name="甲")
    for n, site in enumerate(sites(city, 25)):
        for who, points in ((city.inspector, 9), (strict, 7)):
            seen = visit(city, site=site, seen_at=at(MONDAY, 9, n), earned=points)
            score = seen.earned * 10 + n % 2
            Inspection.objects.filter(pk=seen.pk).update(inspector=who, score=score)
    client.force_login(city.office)

    with time_machine.travel(at(date(2026, 11, 24)), tick=False):
        page = client.get("/fairness/").content.decode()

    people = watch(FIRST, LAST).people
    assert [(one.name, round(one.effect.points, 6), one.effect.shared) for one in people] == [
        ("inspector", 10, 25), ("甲", -10, 25),
    ]  # fmt: skip
    assert "比同点位其他人偏严" in page


def test_an_empty_city_has_no_findings(client, city):
    client.force_login(city.office)

    page = client.get("/fairness/?days=30")

    assert (page.status_code, page.headers["Cache-Control"]) == (200, "no-store")


@pytest.mark.parametrize("days", ["x", "", "9999999999", "-1"])
def test_another_span_is_the_usual_one(client, city, days):
    client.force_login(city.office)

    assert client.get("/fairness/", {"days": days}).context["days"] == 90


@pytest.mark.parametrize("role", sorted(set(Role.values) - {"office", "unit"}))
def test_nobody_else_may_look(client, city, role):
    client.force_login(city.people[role])

    assert client.get("/fairness/").status_code == 403


def test_one_statement_per_question(client, city):
    client.force_login(city.office)
    client.get("/fairness/")
    with CaptureQueriesContext(connection) as queries:
        client.get("/fairness/")

    assert len(queries) <= 15
