"""The standard's pages, publishing an edition, and campaigns."""

import pytest
from django.db import DatabaseError, transaction

from campaign.models import Campaign, CheckItem, Event, Indicator, SiteType, Standard

CAMPAIGN = {
    "name": "新周期", "city": "某市", "starts_on": "2027-01-01", "ends_on": "2029-12-31",
    "office_hours": "08:30-12:00,14:00-17:30", "receive_limit": "4h",
}  # fmt: skip


@pytest.fixture
def draft(city):
    standard = Standard.objects.create(code="NEXT", name="测评体系", edition="2027")
    indicator = Indicator.objects.create(standard=standard, code="1", level=1, text="环境")
    CheckItem.objects.create(
        standard=standard, code="N1", site_type=city.market_type, indicator=indicator, text="地面干净"
    )
    return standard


def test_the_tree_is_shown_in_few_queries(client, city, django_assert_max_num_queries):
    client.force_login(city.inspector)

    with django_assert_max_num_queries(12):
        page = client.get("/standard/STD/")

    assert "市场环境" in page.text


def test_the_checklist_of_a_site_type(client, city):
    client.force_login(city.leader)

    assert "公平秤设在明显位置" in client.get("/standard/STD/", {"type": "market"}).text
    assert client.get("/standard/STD/", {"type": "castle"}).status_code == 404


def test_drafts_are_for_the_office(client, city, draft):
    client.force_login(city.supervisor)
    assert client.get("/standard/NEXT/").status_code == 404
    assert client.post("/standard/NEXT/publish/").status_code == 403

    client.force_login(city.office)
    assert client.get("/standard/NEXT/").status_code == 200


def test_an_edition_is_put_in_force_once(client, city, draft):
    client.force_login(city.office)
    client.post("/standard/NEXT/publish/")
    client.post("/standard/NEXT/publish/")

    assert Standard.objects.get(code="NEXT").state == "published"
    assert Event.objects.filter(action="standard.published").count() == 1


def test_an_edition_without_items_is_not_put_in_force(client, city):
    Standard.objects.create(code="EMPTY", name="空")
    client.force_login(city.office)

    page = client.post("/standard/EMPTY/publish/", follow=True)

    assert Standard.objects.get(code="EMPTY").state == "draft"
    assert page.context["messages"]


def test_the_database_refuses_changes_to_a_published_edition(city):
    changes = [
        lambda: CheckItem.objects.filter(code="M1").update(points=9),
        lambda: CheckItem.objects.filter(code="M1").delete(),
        lambda: Indicator.objects.filter(code="1").update(text="x"),
        lambda: Standard.objects.filter(code="STD").update(name="x"),
        lambda: Indicator.objects.create(standard=city.standard, code="2", level=1, text="x"),
    ]
    for change in changes:
        with pytest.raises(DatabaseError, match="published standard"), transaction.atomic():
            change()


def test_a_campaign_is_started(client, city):
    client.force_login(city.office)

    answer = client.post("/campaigns/new/", CAMPAIGN | {"standard": city.standard.pk})

    assert answer.status_code == 302
    assert Campaign.objects.get(name="新周期").office_hours == "08:30-12:00,14:00-17:30"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("office_hours", "12:00-08:00"),
        ("office_hours", "morning"),
        ("receive_limit", "soon"),
        ("name", "2026/2027"),
        ("ends_on", "2020-01-01"),
    ],
)
def test_a_bad_campaign_is_explained_beside_its_field(client, city, field, value):
    client.force_login(city.office)

    answer = client.post("/campaigns/new/", CAMPAIGN | {"standard": city.standard.pk, field: value})

    assert answer.status_code == 422
    assert answer.context["form"].errors[field]


def test_a_campaign_cannot_rest_on_a_draft(client, city, draft):
    client.force_login(city.office)

    assert client.post("/campaigns/new/", CAMPAIGN | {"standard": draft.pk}).status_code == 422


def test_pages_read_in_english(client, city):
    client.force_login(city.office)
    client.cookies["language"] = client.cookies["django_language"] = "en"

    assert SiteType.objects.exists()
    assert client.get("/standard/").status_code == 200
