"""Filters of the ledger kept under a name."""

import pytest
from django.test import Client

from inspections.models import SavedFilter
from inspections.services.saved_filters import MOST
from tests.inspections.ledger import make_problem

LEDGER, FILTERS = "/problems/", "/problems/filters/"


@pytest.fixture
def office(city) -> Client:
    client = Client()
    client.force_login(city.office)
    return client


def names(response) -> list[str]:
    return [kept["name"] for kept in response.context["saved"]]


def test_filters_are_kept_and_shown_as_a_chip(office):
    response = office.post(FILTERS, {"name": "严重", "query": "severity=serious&after=WT-1&nonsense=1"}, follow=True)

    assert response.request["QUERY_STRING"] == "severity=serious"
    assert response.context["saved"] == [
        {"name": "严重", "url": "?severity=serious", "active": True, "mine": True, "default": False}
    ]


def test_the_default_opens_by_itself_and_one_at_most(office, city):
    make_problem(city, "WT-1", severity="serious")
    make_problem(city, "WT-2")
    for name, query in (("甲", "severity=normal"), ("乙", "severity=serious")):
        office.post(FILTERS, {"name": name, "query": query, "opens_first": "on"})

    rows = office.get(LEDGER, follow=True).context["rows"]

    assert [row.code for row in rows] == ["WT-1"]
    assert SavedFilter.objects.get(is_default=True).name == "乙"
    assert len(office.get(LEDGER, {"state": "open"}).context["rows"]) == 2


def test_the_same_name_takes_the_place(office):
    for query in ("state=noted", "state=closed"):
        office.post(FILTERS, {"name": "甲", "query": query})

    assert SavedFilter.objects.get().query == "state=closed"


def test_what_the_office_shares_everybody_sees_and_only_its_maker_drops(office, client, city):
    office.post(FILTERS, {"name": "公用", "query": "overdue=on", "shared": "on"})
    client.force_login(city.leader)

    assert names(client.get(LEDGER)) == ["公用"]
    client.post(FILTERS, {"drop": "公用"})
    assert SavedFilter.objects.exists()
    office.post(FILTERS, {"drop": "公用"})
    assert not SavedFilter.objects.exists()


def test_others_see_nothing_of_mine_and_share_nothing(office, client, city):
    office.post(FILTERS, {"name": "我的", "query": "overdue=on"})
    client.force_login(city.leader)

    assert names(client.get(LEDGER)) == []
    assert client.post(FILTERS, {"name": "x", "query": "", "shared": "on"}).status_code == 403


@pytest.mark.parametrize(
    "data", [{}, {"name": " "}, {"name": "x" * 31}, {"name": "x", "query": "first=never"}, {"drop": "a\x00"}]
)
def test_what_makes_no_sense_is_not_kept(office, data):
    assert office.post(FILTERS, data, follow=True).status_code == 200
    assert not SavedFilter.objects.exists()


def test_there_is_an_end_to_them(office, city):
    SavedFilter.objects.bulk_create(SavedFilter(user=city.office, name=str(n), query="state=open") for n in range(MOST))

    page = office.post(FILTERS, {"name": "更多", "query": ""}, follow=True).content.decode()

    assert "最多保存 20 个筛选" in page
    assert SavedFilter.objects.count() == MOST
