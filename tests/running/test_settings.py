import stat
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings

from campaign import checks, environment, secret
from campaign.cache import ForgivingRedisCache
from campaign.middleware import client_address

SAFE = {
    "TRIAL": False,
    "SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyz0123456789abcdefghij",
    "AUDIT_KEY": "zyxwvutsrqponmlkjihgfedcba9876543210zyxwvutsrqponmlkjihg",
    "CONTACT_KEY": "kjihgfedcba98765432100123456789zyxwvutsrqponmlkjihgfed",
    "ALLOWED_HOSTS": ["site.example"],
    "DEMO": False,
    "HTTPS": True,
}


@pytest.mark.parametrize("value", ["0", "65536", "-1", "1.5", "٣", "x"])
def test_number_out_of_range_is_refused(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", value)

    with pytest.raises(ImproperlyConfigured, match="PORT must be a whole number from 1 to 65535"):
        environment.number("PORT", 8000, least=1, most=65535)


@pytest.mark.parametrize("url", ["", "postgres://", "postgres://host", "sqlite:///x", "postgres://h:port/n"])
def test_database_address_must_be_whole(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", url)

    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL"):
        environment.database()


def test_folder_that_cannot_be_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("VAR_DIR", str(tmp_path / "file" / "var"))

    with pytest.raises(ImproperlyConfigured, match=r"VAR_DIR is .*file/var, which cannot be a folder"):
        environment.var_dir(tmp_path)


def test_trial_keeps_its_secret_to_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SECRET_KEY")

    made = secret.key(tmp_path, may_create=True)

    assert secret.key(tmp_path, may_create=True) == made
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600


def test_production_needs_a_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SECRET_KEY")

    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY is not set"):
        secret.key(tmp_path, may_create=False)


def test_production_needs_a_key_for_the_audit_trail(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AUDIT_KEY")

    with pytest.raises(ImproperlyConfigured, match="AUDIT_KEY is not set"):
        secret.audit_key("x", may_derive=False)
    assert secret.audit_key("x", may_derive=True) != secret.audit_key("y", may_derive=True)


@override_settings(**SAFE)
def test_safe_settings_pass() -> None:
    assert checks.production_settings() == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"SECRET_KEY": "short"}, "campaign.E001"),
        ({"CONTACT_KEY": "short"}, "campaign.E006"),
        ({"CONTACT_KEY": SAFE["AUDIT_KEY"]}, "campaign.E006"),
        ({"AUDIT_KEY": "short"}, "campaign.E005"),
        ({"AUDIT_KEY": SAFE["SECRET_KEY"]}, "campaign.E005"),
        ({"ALLOWED_HOSTS": ["*"]}, "campaign.E002"),
        ({"ALLOWED_HOSTS": []}, "campaign.E002"),
        ({"DEMO": True}, "campaign.E003"),
        ({"HTTPS": False}, "campaign.W001"),
    ],
)
def test_unsafe_setting_is_named(change: dict[str, object], code: str) -> None:
    with override_settings(**{**SAFE, **change}):
        assert [message.id for message in checks.production_settings()] == [code]


@pytest.mark.django_db
@override_settings(**SAFE)
def test_database_that_may_lose_writes_is_refused() -> None:
    found = checks.durable_database(databases=["default"])

    assert [message.id for message in found] == ["campaign.E004"]  # the test server runs with fsync off


def test_cache_without_a_server_forgets() -> None:
    cache = ForgivingRedisCache("redis://127.0.0.1:1/0", {"OPTIONS": {"socket_connect_timeout": 1}})

    cache.set("a", 1)

    assert cache.get("a", "nothing") == "nothing"
    assert cache.get_or_set("a", 2) == 2


def test_only_our_proxys_word_on_the_address_counts() -> None:
    request = HttpRequest()
    request.META = {"REMOTE_ADDR": "10.0.0.1", "HTTP_X_FORWARDED_FOR": "6.6.6.6, 192.0.2.7"}
    seen = SimpleNamespace(address="")

    def view(request: HttpRequest) -> HttpResponse:
        seen.address = request.META["REMOTE_ADDR"]
        return HttpResponse()

    client_address(view)(request)
    assert seen.address == "10.0.0.1"
    with override_settings(BEHIND_PROXY=True):
        client_address(view)(request)
    assert seen.address == "192.0.2.7"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "headers", "language"),
    [
        ("/sign-in/", {"Accept-Language": "en"}, "zh-hans"),
        ("/sign-in/", {"Cookie": "django_language=en"}, "en"),
        ("/sign-in/", {"Cookie": "django_language=xx"}, "zh-hans"),
        ("/api/v1/", {"Accept-Language": "en"}, "en"),
    ],
)
def test_pages_are_chinese_unless_the_person_chose(
    path: str, headers: dict[str, str], language: str, client: Client
) -> None:
    assert client.get(path, headers=headers)["Content-Language"] == language


@pytest.mark.django_db
def test_pages_forbid_foreign_and_inline_scripts(client: Client) -> None:
    policy = client.get("/sign-in/")["Content-Security-Policy"]

    assert "script-src 'self';" in f"{policy};"
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
