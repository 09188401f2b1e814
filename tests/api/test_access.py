"""Who may call, and how."""

import io
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from campaign.models import Event
from campaign.services.accounts import rename_account, reset_password
from tests.api.calls import API, a_problem, caller


@pytest.fixture
def key(city) -> str:
    out = io.StringIO()
    call_command("api_token", "inspector", stdout=out)
    return out.getvalue().strip()


def by_key(key: str) -> Client:
    return Client(headers={"authorization": f"Token {key}", "accept-language": "en"}, enforce_csrf_checks=True)


def test_a_program_calls_with_a_key(key):
    me = by_key(key).get(f"{API}me/").json()

    assert me["username"] == "inspector"
    assert Event.objects.filter(action="user.token_issued", reference="inspector").exists()


def test_a_program_sends_without_a_csrf_token(key):
    assert by_key(key).post(f"{API}problems/", a_problem(), content_type="application/json").status_code == 201


def test_a_browser_needs_a_csrf_token(city):
    client = Client(enforce_csrf_checks=True)
    client.force_login(city.inspector)

    assert client.post(f"{API}problems/", a_problem(), content_type="application/json").status_code == 403


def test_a_second_key_ends_the_first(key):
    call_command("api_token", "inspector", stdout=io.StringIO())

    assert by_key(key).get(f"{API}me/").status_code == 401


@pytest.mark.parametrize("wrong", ["Token nothing", "Token a b", "Token \x00", "Basic YTpi"])
def test_a_wrong_key_is_401(db, wrong):
    response = Client(headers={"authorization": wrong}).get(f"{API}me/")

    assert response.status_code == 401
    assert response["Content-Type"] == "application/problem+json"


def test_a_key_ends_with_the_account(city, key):
    admin = city.people["system_admin"]
    rename_account(user=city.inspector, name="x", is_active=False, by=admin)
    rename_account(user=city.inspector, name="x", is_active=True, by=admin)

    assert by_key(key).get(f"{API}me/").status_code == 401


def test_a_key_ends_with_a_reset_password(city, key):
    reset_password(user=city.inspector, by=city.people["system_admin"])

    assert by_key(key).get(f"{API}me/").status_code == 401


def test_an_old_password_stops_programs_and_browsers_alike(city, key):
    city.inspector.password_changed_at = timezone.now() - timedelta(days=91)
    city.inspector.save()

    for client in (by_key(key), caller(city.inspector)):
        response = client.get(f"{API}me/")
        assert (response.status_code, response.json()["detail"]) == (403, "Choose a new password first.")


@pytest.mark.parametrize("username", ["nobody", "inspector"])
def test_no_key_for_who_is_not_there(city, username):
    city.inspector.is_active = False
    city.inspector.save()

    with pytest.raises(CommandError):
        call_command("api_token", username)


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options"])
def test_rows_are_not_changed_or_deleted(city, method):
    response = getattr(caller(city.office), method)(f"{API}units/S1/")

    assert response.status_code == 405
    assert response.json()["code"] == "method_not_allowed"
