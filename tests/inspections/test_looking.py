"""The ledger as board, calendar and map: the same problems, by the same filters."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from inspections.queries.board import columns_of
from inspections.rules import Move
from tests.city import MONDAY, NOON, at
from tests.inspections.ledger import advance, make_problem, make_problems

BOARD, CALENDAR, MAP = "/problems/board/", "/problems/calendar/", "/problems/map/"
WAYS = (BOARD, CALENDAR, MAP)


@pytest.fixture
def office(city) -> Client:
    client = Client()
    client.force_login(city.office)
    return client


@pytest.fixture(autouse=True)
def monday_noon(monkeypatch):
    """It is Monday noon for the pages."""
    monkeypatch.setattr("inspections.views.looking.timezone.now", lambda: NOON)


def place(site, lon, lat):
    site.lon, site.lat = lon, lat
    site.save()


def cards(response) -> dict[str, list[str]]:
    return {column["state"]: [card.code for card in column["cards"]] for column in response.context["columns"]}


def cell(response, day):
    return next(cell for week in response.context["weeks"] for cell in week if cell and cell["day"] == day)


@pytest.mark.parametrize("path", WAYS)
def test_filters_are_kept_from_one_way_to_the_next(office, path):
    response = office.get(path, {"severity": "serious", "state": "all", "month": "2026-10"})

    assert response.status_code == 200
    assert all("severity=serious" in way["url"] and "month" not in way["url"] for way in response.context["ways"])


@pytest.mark.parametrize("path", WAYS)
def test_a_filter_that_makes_no_sense_is_explained_everywhere(office, path):
    assert office.get(path, {"first": "yesterday", "month": "x", "at": "x", "column": "\x00"}).status_code == 422


@pytest.mark.parametrize("path", WAYS)
@pytest.mark.parametrize("role", ["system_admin", "audit_admin"])
def test_administrators_look_at_no_problems(client, city, path, role):
    client.force_login(city.people[role])

    assert client.get(path).status_code == 403


@pytest.mark.parametrize("path", WAYS)
def test_a_neighbour_finds_nothing(client, city, path):
    place(city.market, 109.5, 36.6)
    advance(make_problem(city), Move.HAND_OVER, city=city)
    client.force_login(city.neighbour)

    assert "WT-2611-0001" not in client.get(path).content.decode()


@pytest.mark.parametrize("path", WAYS)
@pytest.mark.parametrize("count", [2, 60])
def test_a_way_costs_the_same_for_2_and_60(office, city, path, count):
    place(city.market, 109.5, 36.6)
    for problem in make_problems(city, count):
        advance(problem, Move.HAND_OVER, city=city)

    with CaptureQueriesContext(connection) as queries:
        office.get(path)

    assert len(queries) <= 17, [query["sql"] for query in queries]


# The board


def test_cards_stand_in_the_column_of_their_state_due_first(office, city):
    later, sooner, noted = (
        make_problem(city, "WT-1"),
        make_problem(city, "WT-2", limit="1d"),
        make_problem(city, "WT-3"),
    )
    for problem in (later, sooner):
        advance(problem, Move.HAND_OVER, city=city)

    found = cards(office.get(BOARD))

    assert found["handed_over"] == ["WT-2", "WT-1"]
    assert found["noted"] == [noted.code]


def test_a_column_has_pages_of_its_own(office, city, monkeypatch):
    monkeypatch.setitem(columns_of.__kwdefaults__, "size", 2)
    make_problems(city, 3)
    advance(make_problem(city, "WT-9"), Move.HAND_OVER, city=city)

    first = office.get(BOARD)
    column = first.context["columns"][0]
    second = office.get(BOARD + column["next"])

    assert (column["count"], len(column["cards"])) == (3, 2)
    assert cards(second)["noted"] == ["WT-2611-0003"]
    assert cards(second)["handed_over"] == ["WT-9"]


def test_a_card_offers_the_moves_of_the_person(office, client, city):
    advance(make_problem(city), Move.HAND_OVER, city=city)
    client.force_login(city.leader)

    assert "/problems/WT-2611-0001/#move-receive" in client.get(BOARD).content.decode()
    assert "#move-receive" not in office.get(BOARD).content.decode()


def test_units_have_no_column_for_what_was_not_handed_over(client, city):
    client.force_login(city.leader)

    assert "noted" not in cards(client.get(BOARD))


# The calendar


def test_a_day_counts_what_is_due_and_opens_it(office, city):
    advance(make_problem(city, "WT-1"), Move.HAND_OVER, city=city)
    advance(make_problem(city, "WT-2", limit="1d"), Move.HAND_OVER, city=city)
    thursday = MONDAY + timedelta(days=3)

    found = cell(office.get(CALENDAR), thursday)

    assert found["due"].total == 1
    assert [row.code for row in office.get(found["url"]).context["rows"]] == ["WT-1"]


def test_overdue_days_say_so_and_those_before_the_month_stand_above(office, city):
    for code, day in (("WT-1", MONDAY - timedelta(days=14)), ("WT-2", MONDAY - timedelta(days=40))):
        advance(make_problem(city, code, noted_at=at(day, 8)), Move.HAND_OVER, city=city, when=at(day, 9))

    response = office.get(CALENDAR)

    assert cell(response, MONDAY - timedelta(days=11))["due"].late == 1
    assert response.context["late_before"] == 1


def test_days_off_are_those_of_the_work_calendar(office):
    response = office.get(CALENDAR, {"month": "2026-11"})

    assert cell(response, MONDAY)["look"] == "worked"
    assert cell(response, MONDAY + timedelta(days=5))["look"] == "off"
    assert cell(office.get(CALENDAR, {"month": "2031-03"}), MONDAY.replace(2031, 3, 5))["look"] == "unknown"


def test_a_deadline_late_at_night_belongs_to_the_day_of_shanghai(office, city):
    problem = advance(make_problem(city), Move.HAND_OVER, city=city)
    type(problem).objects.update(due_at=at(MONDAY, 23, 30))

    assert cell(office.get(CALENDAR), MONDAY)["due"].total == 1


@pytest.mark.parametrize(
    ("month", "before", "after"), [("2026-01", "2025-12", "2026-02"), ("2026-12", "2026-11", "2027-01")]
)
def test_months_follow_each_other_over_new_year(office, month, before, after):
    context = office.get(CALENDAR, {"month": month}).context

    assert before in context["previous_month"]
    assert after in context["next_month"]


# The map


def test_one_problem_is_a_sign_that_opens_it(office, city):
    place(city.market, 109.5, 36.6)
    make_problem(city)

    (point,) = office.get(MAP).context["points"]

    assert (point["sign"], point["url"]) == ("noted", "/problems/WT-2611-0001/")
    assert point["title"] == "东街农贸市场 · 1 件 · 待交办"


def test_near_problems_stand_together_and_a_press_comes_nearer(office, city):
    place(city.market, 109.5, 36.6)
    place(city.west_market, 109.5001, 36.6001)
    make_problem(city, "WT-1")
    make_problem(city, "WT-2", site=city.west_market, unit=city.west)

    (point,) = office.get(MAP, {"at": "109.5,36.6,9"}).context["points"]

    assert point["cluster"].total == 2
    assert "at=109.5" in point["url"]
    assert point["url"].endswith("%2C11")


def test_problems_of_one_place_open_the_list_of_the_place(office, city):
    place(city.market, 109.5, 36.6)
    make_problems(city, 2)

    (point,) = office.get(MAP).context["points"]

    assert {row.code for row in office.get(point["url"]).context["rows"]} == {"WT-2611-0001", "WT-2611-0002"}


def test_what_is_overdue_is_marked_and_said(office, city):
    place(city.market, 109.5, 36.6)
    advance(make_problem(city), Move.HAND_OVER, city=city, when=at(MONDAY - timedelta(days=14)))

    (point,) = office.get(MAP).context["points"]

    assert (point["sign"], "超期" in point["title"]) == ("overdue", True)


def test_the_list_beside_the_map_holds_what_lies_in_the_window(office, city):
    place(city.market, 109.5, 36.6)
    place(city.west_market, 100, 30)
    make_problem(city, "WT-1")
    make_problem(city, "WT-2", site=city.west_market, unit=city.west)

    response = office.get(MAP, {"at": "109.5,36.6,9"})

    assert [row.code for row in response.context["rows"]] == ["WT-1"]


def test_problems_without_a_place_are_counted(office, city):
    make_problems(city, 2)

    response = office.get(MAP)

    assert response.context["unplaced"] == 2
    assert response.context["points"] == []


def test_tiles_come_only_from_where_the_operator_says(office, settings):
    assert "<image" not in office.get(MAP).content.decode()
    settings.MAP_TILES = "https://tiles.example/{z}/{x}/{y}.png"
    settings.MAP_ATTRIBUTION = "天地图"

    page = office.get(MAP).content.decode()

    assert 'href="https://tiles.example/' in page
    assert "天地图" in page


def test_htmx_gets_the_part_below_the_filters(office):
    for path in WAYS:
        page = office.get(path, headers={"HX-Request": "true", "HX-Target": "ledger"}).content.decode()
        assert page.strip().startswith('<div id="ledger"')
