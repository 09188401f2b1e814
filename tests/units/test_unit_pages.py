"""Pages of units, groups, sites and memberships."""

import pytest

from campaign.models import Event
from campaign.permissions import Role
from tests.city import make_unit
from units.models import PeerGroup, Site, Unit, UnitLink

UNIT = {"code": "S3", "name": "南街", "kind": "street", "valid_from": "2026-01-01", "superiors": "C1"}
SITE = {"code": "D9", "name": "南门市场", "responsible": "S1", "others": "S2", "active": "on"}


def test_a_unit_is_made_with_its_superiors(client, city):
    client.force_login(city.office)

    answer = client.post("/units/new/", UNIT)

    assert answer.status_code == 302
    made = Unit.objects.get(code="S3")
    assert made.label == "南街"
    assert set(UnitLink.objects.filter(descendant=made).values_list("ancestor__code", "depth")) == {
        ("S3", 0),
        ("C1", 1),
    }
    assert Event.objects.filter(action="unit.created", reference="S3").count() == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("superiors", "nowhere"),
        ("valid_to", "2025-01-01"),
        ("code", "S1"),
        ("code", "A/B"),
        ("code", "new"),
        ("code", ".."),
        ("kind", "castle"),
        ("name", ""),
    ],
)
def test_a_bad_unit_is_explained_beside_its_field(client, city, field, value):
    client.force_login(city.office)

    answer = client.post("/units/new/", UNIT | {field: value})

    assert answer.status_code == 422
    assert answer.context["form"].errors[field]
    assert not Unit.objects.filter(name="南街").exists()


def test_a_circle_is_refused_with_a_sentence(client, city):
    client.force_login(city.office)

    answer = client.post("/units/C1/edit/", UNIT | {"code": "C1", "kind": "county", "superiors": "S1"})

    assert answer.status_code == 422
    assert answer.context["form"].non_field_errors()
    assert Unit.objects.get(code="C1").name == "某县"


def test_unit_people_find_only_their_own(client, city):
    client.force_login(city.leader)

    page = client.get("/units/")

    assert [unit.code for unit in page.context["rows"]] == ["S1", "S1-1"]
    assert client.get("/units/S2/edit/").status_code == 403


def test_units_are_found_by_initials(client, city):
    client.force_login(city.office)

    assert [unit.code for unit in client.get("/units/", {"q": "xj"}).context["rows"]] == ["S2"]


def test_an_unknown_filter_value_is_422(client, city):
    client.force_login(city.office)

    assert client.get("/units/", {"kind": "castle"}).status_code == 422
    assert client.get("/sites/", {"q": "x" * 99}).status_code == 422


@pytest.mark.parametrize("path", ["/units/", "/sites/"])
def test_lists_cost_the_same_for_few_and_many(client, city, django_assert_max_num_queries, path):
    client.force_login(city.office)
    for n in range(40):
        unit = make_unit(f"U{n}", f"单位{n}", group=city.group)
        Site.objects.create(code=f"X{n}", name=f"点位{n}", type=city.market_type, unit=unit)

    with django_assert_max_num_queries(8):
        client.get(path)


def test_a_site_is_made_with_its_units(client, city):
    client.force_login(city.office)

    client.post("/sites/new/", SITE | {"type": city.market_type.pk})

    made = Site.objects.get(code="D9")
    assert (made.unit, list(made.other_units.all()), made.initials) == (city.east, [city.west], "nmsc")


@pytest.mark.parametrize(
    ("field", "value"), [("responsible", "S1 S2"), ("responsible", "x"), ("lat", "36.5"), ("lat", "200")]
)
def test_a_bad_site_is_refused(client, city, field, value):
    client.force_login(city.office)

    answer = client.post("/sites/new/", SITE | {"type": city.market_type.pk, field: value})

    assert answer.status_code == 422
    assert not Site.objects.filter(code="D9").exists()


@pytest.mark.parametrize(
    ("typed", "found"), [("djnmsc", ["D1"]), ("djsc", ["D1"]), ("DJ", ["D1"]), ("nmsc", ["D1", "D2"]), ("scdj", [])]
)
def test_sites_are_found_by_initials_in_order(city, typed, found):
    assert [site.code for site in Site.objects.best_for(typed)] == found


def test_unit_people_see_sites_they_share(client, city):
    city.market.other_units.add(city.west)
    client.force_login(city.neighbour)

    assert [site.code for site in client.get("/sites/").context["rows"]] == ["D1", "D2"]


def test_groups_are_made_and_renamed(client, city):
    client.force_login(city.office)
    client.post("/groups/new/", {"code": "towns", "name": "乡镇", "position": "2"})
    client.post("/groups/towns/", {"code": "towns", "name": "镇", "position": "2"})

    assert PeerGroup.objects.get(code="towns").name == "镇"
    assert client.get("/groups/").status_code == 200


def test_the_security_administrator_sets_a_persons_units(client, city):
    client.force_login(city.people[Role.SECURITY_ADMIN])

    client.post("/users/leader/units/", {"leads": "S2", "works_for": "S1 S2"})

    held = set(city.leader.memberships.values_list("unit__code", "position"))
    assert held == {("S2", "leader"), ("S1", "staff")}
    assert Event.objects.get(action="user.units_set").before == {"units": ["S1"]}


def test_nobody_sets_their_own_units(client, city):
    client.force_login(city.people[Role.SECURITY_ADMIN])

    assert client.post("/users/security_admin/units/", {"leads": "S2"}).status_code == 422


def test_the_office_may_not_set_memberships(client, city):
    client.force_login(city.office)

    assert client.get("/users/leader/units/").status_code == 403


def test_a_site_is_made_with_the_names_of_its_units(client, city):
    client.force_login(city.office)

    client.post("/sites/new/", SITE | {"type": city.market_type.pk, "responsible": "东街", "others": "西街，C1"})

    made = Site.objects.get(code="D9")
    assert (made.unit.code, {unit.code for unit in made.other_units.all()}) == ("S1", {"S2", "C1"})
    assert 'value="东街"' in client.get("/sites/D9/edit/").text


def test_units_are_proposed_after_those_that_stand_there(client, city):
    client.force_login(city.office)

    assert '<option value="西街、东街">' in client.get("/units/options/", {"others": "西街、东"}).text
