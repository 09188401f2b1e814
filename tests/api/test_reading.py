"""What may be read, by whom."""

import pytest

from tests.api.calls import API, caller

LISTS = ["groups", "units", "sites", "site-types", "standards", "standards/STD/indicators", "standards/STD/items",
         "tasks", "inspections", "problems", "periods", "figures"]  # fmt: skip


@pytest.mark.parametrize("address", [*LISTS, "me", "units/S1", "sites/D1", "standards/STD", "schema"])
def test_the_office_reads_everything(city, address):
    response = caller(city.office).get(f"{API}{address}/", headers={"accept": "application/json"})

    assert response.status_code == 200, response.content


@pytest.mark.parametrize("address", [*LISTS, "me", "schema", "rankings", "lists", "units/S1", "photos"])
def test_who_is_not_signed_in_is_told_so(db, address):
    response = caller(None).get(f"{API}{address}/")

    assert response.status_code == 401
    assert response["Content-Type"] == "application/problem+json"
    assert response["WWW-Authenticate"] == "Token"
    assert response.json()["code"] == "not_authenticated"


def test_a_unit_reads_its_own_sites_and_units_only(city):
    client = caller(city.leader)

    assert [row["code"] for row in client.get(f"{API}units/").json()["results"]] == ["S1", "S1-1"]
    assert [row["code"] for row in client.get(f"{API}sites/").json()["results"]] == ["D1"]


@pytest.mark.parametrize("address", ["units/{}", "sites/{}", "tasks/{}", "inspections/{}", "problems/{}"])
def test_a_neighbours_row_and_a_missing_one_are_answered_alike(entered, address):
    client = caller(entered.neighbour)
    theirs = {"units": "S1", "sites": "D1", "tasks": entered.task.code,
              "inspections": entered.inspection.code, "problems": entered.problem.code}  # fmt: skip

    neighbours = client.get(API + address.format(theirs[address.split("/")[0]]) + "/")
    missing = client.get(API + address.format("NONE") + "/")

    assert neighbours.status_code == missing.status_code == 404
    assert neighbours.content == missing.content
    assert neighbours.json()["code"] == "not_found"


@pytest.mark.parametrize("address", ["inspections", "problems", "sites", "units", "tasks", "figures/on_time"])
def test_an_administrator_of_accounts_sees_no_business(city, address):
    assert caller(city.people["system_admin"]).get(f"{API}{address}/").status_code == 403


def test_an_unknown_address_is_a_problem_too(db):
    response = caller(None).get(f"{API}nothing/")

    assert response.status_code == 404
    assert response["Content-Type"] == "application/problem+json"


def test_a_person_reads_who_they_are(city):
    me = caller(city.leader).get(f"{API}me/").json()

    assert me["username"] == "leader"
    assert me["units"] == [{"code": "S1", "name": "东街", "position": "leader"}]
    assert "repair" in me["permissions"]


def test_a_unit_tells_its_group_and_superiors(city):
    unit = caller(city.office).get(f"{API}units/S1/").json()

    assert unit["group"] == {"code": "streets", "name": "街道"}
    assert unit["superiors"] == ["C1"]


def test_items_of_a_type_are_its_checklist(city):
    items = caller(city.inspector).get(f"{API}standards/STD/items/?site_type=market").json()["results"]

    assert [item["code"] for item in items] == ["M1", "M2", "M3"]
    assert items[0]["points"] == "2.000"


def test_units_under_a_unit(city):
    rows = caller(city.office).get(f"{API}units/?superior=S1").json()["results"]

    assert [row["code"] for row in rows] == ["S1-1"]


def test_keys_of_rows_never_leave(entered):
    client = caller(entered.office)

    text = "".join(client.get(f"{API}{address}/").text for address in [*LISTS, f"problems/{entered.problem.code}",
                   f"inspections/{entered.inspection.code}", f"tasks/{entered.task.code}"])  # fmt: skip

    assert '"id":' not in text
    assert '"pk":' not in text
