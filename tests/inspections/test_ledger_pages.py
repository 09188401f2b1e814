"""The ledger's list and its filters."""

from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from inspections.models import Problem
from inspections.rules import Move
from tests.city import MONDAY, at
from tests.inspections.ledger import advance, make_problem, make_problems

LEDGER = "/problems/"


@pytest.fixture(autouse=True)
def tuesday_morning():
    with time_machine.travel(at(date(2026, 11, 24), 9), tick=False):
        yield


@pytest.fixture
def office(client, city):
    client.force_login(city.office)
    return client


def codes(response) -> list[str]:
    return [row.code for row in response.context["rows"]]


def counts(response) -> dict[str, int]:
    return {tab["url"].partition("state=")[2]: tab["count"] for tab in response.context["tabs"]}


def test_tabs_count_every_state(office, city):
    first, second, _third = make_problems(city, 3)
    advance(first, Move.HAND_OVER, city=city)
    advance(second, Move.CANCEL, city=city)

    response = office.get(LEDGER)

    assert codes(response) == ["WT-2611-0003", "WT-2611-0001"]
    found = counts(response)
    assert (found["open"], found["noted"], found["handed_over"], found["cancelled"], found["all"]) == (2, 1, 1, 1, 3)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"q": "垃圾"}, {"WT-1"}),
        ({"q": "WT-2"}, {"WT-2"}),
        ({"q": "西街 井盖"}, {"WT-2"}),
        ({"q": "西街农"}, {"WT-2"}),
        ({"q": "告破损"}, {"WT-3"}),
        ({"q": "wt-3"}, {"WT-3"}),
        ({"unit": "S1"}, {"WT-1", "WT-3"}),
        ({"unit": "西街"}, {"WT-2"}),
        ({"site": "D2"}, {"WT-2"}),
        ({"severity": "serious"}, {"WT-2"}),
        ({"source": "hotline"}, {"WT-3"}),
        ({"first": "2026-11-23"}, {"WT-1", "WT-2"}),
        ({"last": "2026-11-22"}, {"WT-3"}),
        ({"state": "noted"}, {"WT-1", "WT-2", "WT-3"}),
        ({"state": "closed"}, set()),
        ({"mine": "on"}, set()),
    ],
)
def test_filters(office, city, query, found):
    make_problem(city, "WT-1")
    make_problem(city, "WT-2", site=city.west_market, unit=city.west, text="井盖破损", severity="serious")
    sunday = at(date(2026, 11, 22))
    make_problem(city, "WT-3", unit=city.community, text="广告破损", source="hotline", noted_at=sunday)

    assert set(codes(office.get(LEDGER, query))) == found


def test_a_printed_list_says_how_much_of_what_it_shows(office, city):
    make_problems(city, 3)

    page = office.get(LEDGER, {"state": "noted"}).content.decode()

    assert '<p class="print-only print-about">待交办：共 3 件，本表 3 件，' in page


def test_overdue_only(office, city):
    late, fine = make_problems(city, 2)
    advance(late, Move.HAND_OVER, city=city, when=at(date(2026, 11, 16)))
    advance(fine, Move.HAND_OVER, city=city)

    response = office.get(LEDGER, {"overdue": "on"})

    assert codes(response) == [late.code]
    assert "超期 5 天" in response.content.decode()


@pytest.mark.parametrize(
    "query",
    [
        {"first": "yesterday"}, {"severity": "awful"}, {"state": "gone"}, {"q": "长" * 61}, {"q": "a\x00b"},
        {"first": "2026-11-24", "last": "2026-11-23"}, {"unit": "\x00"}, {"order": "random"},
    ],
)  # fmt: skip
def test_a_filter_that_makes_no_sense_is_explained(office, city, query):
    response = office.get(LEDGER, query)

    assert response.status_code == 422
    assert "field-error" in response.content.decode() or "q" in query or "state" in query


@pytest.mark.parametrize("most", [0, 100], ids=["walked", "sorted"])
@pytest.mark.parametrize("order", ["new", "due"])
def test_paging_by_key_shows_each_once_and_goes_back(office, city, monkeypatch, order, most):
    monkeypatch.setattr("inspections.queries.ledger.SORTED", most)
    monkeypatch.setattr("inspections.queries.ledger.page_of.__kwdefaults__", {"after": "", "before": "", "size": 3})
    problems = make_problems(city, 8)
    for problem in problems[:5]:
        advance(problem, Move.HAND_OVER, city=city)

    response, pages = office.get(LEDGER, {"order": order}), []
    while True:
        pages.append(codes(response))
        if not response.context["next"]:
            break
        response = office.get(LEDGER + response.context["next"])
    back = office.get(LEDGER + response.context["previous"])

    found = [problem.code for problem in problems]
    wanted = found[::-1] if order == "new" else found  # those without a deadline come last
    assert pages == [wanted[:3], wanted[3:6], wanted[6:]]
    assert codes(back) == pages[1]
    assert codes(office.get(LEDGER + back.context["previous"])) == pages[0]


@pytest.mark.parametrize("query", [{}, {"first": "2026-11-20"}])
@pytest.mark.parametrize("order", ["new", "due"])
def test_a_page_is_never_sought_behind_most_of_the_ledger(office, city, order, query):
    """What was noted lately lies at the end of both orders: it is found and sorted, and a deep page begins at a key."""
    for problem in make_problems(city, 8):
        advance(problem, Move.HAND_OVER, city=city)
    wanted = {"order": order, "state": "all", **query} | ({} if query else {"after": "WT-2611-0004"})

    with CaptureQueriesContext(connection) as asked:
        office.get(LEDGER, wanted)

    pages = [one["sql"] for one in asked if "ORDER BY" in one["sql"] and " LIMIT 51" in one["sql"]]
    ordered = pages[0].partition("ORDER BY")[2]
    assert ('"due_at" >= ' in pages[0]) == (order == "due" and not query)
    assert " + " in ordered


def test_a_key_that_is_gone_is_page_one(office, city):
    make_problems(city, 2)

    assert len(codes(office.get(LEDGER, {"after": "WT-none"}))) == 2


@pytest.mark.parametrize("count", [2, 200])
@pytest.mark.parametrize("person", ["office", "leader"])
def test_the_list_costs_the_same_for_2_and_200(client, city, monkeypatch, count, person):
    monkeypatch.setattr("inspections.queries.ledger.page_of.__kwdefaults__", {"after": "", "before": "", "size": 200})
    make_problems(city, count)
    due = at(date(2026, 11, 26))
    Problem.objects.update(state="handed_over", handed_over_at=at(MONDAY), due_at=due, receive_due_at=due)
    client.force_login(getattr(city, person))

    with CaptureQueriesContext(connection) as queries:
        response = client.get(LEDGER)

    assert len(response.context["rows"]) == count
    assert len(queries) <= 11, [query["sql"] for query in queries]


def test_unit_people_see_their_own_by_due_date(client, city):
    later, sooner, foreign, below = (
        make_problem(city, "WT-1", limit="5d"),
        make_problem(city, "WT-2", limit="1d"),
        make_problem(city, "WT-3", unit=city.west, site=city.west_market),
        make_problem(city, "WT-4", unit=city.community),
    )
    for problem in (later, sooner, foreign, below):
        advance(problem, Move.HAND_OVER, city=city)
    make_problem(city, "WT-5")
    client.force_login(city.leader)

    response = client.get(LEDGER)

    assert codes(response) == ["WT-2", "WT-4", "WT-1"]
    assert "noted" not in counts(response)


def test_unit_people_filter_what_their_own_unit_holds(client, city):
    advance(make_problem(city, "WT-1"), Move.HAND_OVER, city=city)
    advance(make_problem(city, "WT-2", unit=city.community), Move.HAND_OVER, city=city)
    client.force_login(city.leader)

    assert codes(client.get(LEDGER, {"mine": "on"})) == ["WT-1"]


@pytest.mark.parametrize("role", ["system_admin", "security_admin", "audit_admin"])
def test_administrators_have_no_ledger(client, city, role):
    client.force_login(city.people[role])

    assert client.get(LEDGER).status_code == 403


def test_the_anonymous_sign_in_first(client, city):
    assert client.get(LEDGER).headers["Location"].startswith(reverse("login"))


def test_the_office_hears_of_a_missing_year(office, city):
    assert "2027 年工作日历尚未维护" in office.get(LEDGER).content.decode()


def test_htmx_gets_the_list_alone(office, city):
    make_problems(city, 1)

    page = office.get(LEDGER, headers={"HX-Request": "true", "HX-Target": "ledger"}).content.decode()

    assert page.strip().startswith('<div id="ledger"')
    assert "<html" not in page


def test_empty_list_teaches(office, city):
    assert 'class="empty"' in office.get(LEDGER).content.decode()
    assert 'class="empty"' in office.get(LEDGER, {"q": "没有"}).content.decode()


def test_in_english(office, city):
    problem = make_problem(city)
    advance(problem, Move.HAND_OVER, city=city, when=at(MONDAY) - timedelta(days=7))
    office.cookies["django_language"] = "en"

    page = office.get(LEDGER).content.decode()

    assert "Problem ledger" in page
    assert "4 days overdue" in page or "5 days overdue" in page


def test_the_export_holds_what_the_list_shows(office, city):
    first, second, _third = make_problems(city, 3)
    advance(first, Move.CANCEL, city=city)
    advance(second, Move.HAND_OVER, city=city)

    page = office.get(LEDGER)
    lines = b"".join(office.get(f"/exports/problems.csv{page.context['export']}").streaming_content).decode("utf-8-sig")

    assert [code for code in ("0001", "0002", "0003") if f"WT-2611-{code}" in lines] == ["0002", "0003"]


def test_units_are_offered_no_export(client, city):
    client.force_login(city.leader)

    assert client.get(LEDGER).context["export"] == ""
