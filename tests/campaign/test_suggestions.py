"""Complaints and suggestions: everybody may write, one role reads, nobody is exposed."""

from datetime import timedelta

import pytest
from django.test import Client

from campaign.models import Event, Suggestion
from campaign.permissions import Role
from campaign.services.allowances import TooMany
from campaign.services.suggestions import forget_contacts, mark_answered, suggest
from tests.city import NOON, make_user

PHONE = "13812341234"
pytestmark = pytest.mark.django_db


def sent(**values) -> Suggestion:
    return suggest(**({"text": "台账要填两遍", "by": None, "address": "192.0.2.1", "at": NOON} | values))


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(make_user("sys", Role.SYSTEM_ADMIN))
    return client


def test_anybody_may_write(client):
    response = client.post("/suggestions/", {"text": "字太小", "contact": PHONE})

    assert response.status_code == 200
    kept = Suggestion.objects.get()
    assert (kept.text, kept.role, kept.by, kept.masked_contact) == ("字太小", "", None, "138****1234")
    assert PHONE not in kept.contact


def test_who_is_signed_in_gives_the_role_and_the_name_only_if_asked(client):
    person = make_user("li", Role.UNIT)
    client.force_login(person)

    client.post("/suggestions/", {"text": "一"})
    client.post("/suggestions/", {"text": "二", "named": "on"})

    assert list(Suggestion.objects.order_by("id").values_list("role", "by")) == [("unit", None), ("unit", person.pk)]
    assert not Event.objects.filter(action="suggestion.received").exclude(actor=None, ip=None).exists()


def test_an_empty_one_explains_itself(client):
    response = client.post("/suggestions/", {"text": " ", "contact": "a@b.c"})

    assert response.status_code == 422
    assert "请写几个字" in response.text
    assert 'value="a@b.c"' in response.text


def test_the_sixth_within_an_hour_waits_and_keeps_its_text(client, settings):
    for number in range(settings.WRITING_LIMITS["address"]):
        assert client.post("/suggestions/", {"text": f"{number}"}).status_code == 200

    response = client.post("/suggestions/", {"text": "第六条"})

    assert response.status_code == 429
    assert "第六条" in response.text
    assert Suggestion.objects.count() == 5


def test_an_hour_slides():
    for minute in range(5):
        sent(at=NOON + timedelta(minutes=minute))
    with pytest.raises(TooMany):
        sent(at=NOON + timedelta(minutes=59))

    sent(at=NOON + timedelta(minutes=60))
    with pytest.raises(TooMany):
        sent(at=NOON + timedelta(minutes=60, seconds=30))


def test_people_signed_in_are_never_counted(client):
    for _number in range(5):
        sent(address="127.0.0.1")
    client.force_login(make_user("office", Role.OFFICE))

    assert client.post("/suggestions/", {"text": "还有一条"}).status_code == 200


def test_a_refused_one_uses_up_nothing_of_the_city(settings):
    settings.WRITING_LIMITS = settings.WRITING_LIMITS | {"address": 1, "city": 2}
    sent()
    for _number in range(3):
        with pytest.raises(TooMany):
            sent()

    assert sent(address="192.0.2.2").pk


def test_one_household_of_ipv6_is_one_address(settings):
    settings.WRITING_LIMITS = settings.WRITING_LIMITS | {"address": 1}
    sent(address="2001:db8::1")

    with pytest.raises(TooMany):
        sent(address="2001:db8::2")


def test_the_list_shows_text_as_text_and_contacts_masked(admin):
    sent(text="<script>alert(1)</script>", contact=PHONE)

    text = admin.get("/suggestions/all/").text

    assert "&lt;script&gt;alert(1)" in text
    assert "<script>alert" not in text
    assert "138****1234" in text
    assert PHONE not in text


def test_a_contact_is_shown_once_and_the_trail_says_so(admin):
    kept = sent(contact=PHONE)

    assert PHONE in admin.post(f"/suggestions/all/{kept.code}/contact/").text
    assert PHONE not in admin.get("/suggestions/all/").text
    event = Event.objects.get(action="suggestion.contact_shown")
    assert event.reference == kept.code
    assert PHONE not in str(event.after)


def test_an_answered_one_moves_to_the_other_list(admin):
    kept = sent(text="按钮太小")

    admin.post(f"/suggestions/all/{kept.code}/answered/")

    assert "按钮太小" not in admin.get("/suggestions/all/").text
    assert "按钮太小" in admin.get("/suggestions/all/?answered").text


def test_pages_follow_one_another(admin):
    for number in range(51):
        sent(text=f"第{number}条。", address=f"192.0.2.{number}")

    first = admin.get("/suggestions/all/")
    rest = admin.get("/suggestions/all/" + first.context["next"])

    assert "第0条。" not in first.text
    assert "第0条。" in rest.text


def test_the_contact_is_deleted_thirty_days_after_the_answer():
    kept = sent(contact=PHONE)
    mark_answered(suggestion=kept, by=make_user("sys"), at=NOON)

    assert forget_contacts(at=NOON + timedelta(days=29)) == 0
    assert forget_contacts(at=NOON + timedelta(days=30)) == 1
    assert not Suggestion.objects.exclude(contact="").exists()


def test_others_may_not_read_them(client):
    client.force_login(make_user("office", Role.OFFICE))

    assert client.get("/suggestions/all/").status_code == 403
