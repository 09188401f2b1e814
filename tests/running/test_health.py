from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from campaign import health

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_remembered() -> Iterator[None]:
    health.migrations.cache_clear()
    health._queue_client.cache_clear()
    yield
    health.migrations.cache_clear()
    health._queue_client.cache_clear()


def test_alive_without_signing_in(client: Client) -> None:
    assert client.get("/healthz").content == b"ok"


def test_ready_when_everything_is_there(client: Client) -> None:
    response = client.get("/readyz")

    assert response.status_code == 200
    assert response.json() == {"database": "ok", "queue": "ok", "migrations": "ok"}
    assert "no-store" in response["Cache-Control"]


def test_not_ready_without_the_queue(client: Client, settings: Any) -> None:
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"

    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json()["queue"] == "failed"


def test_not_ready_with_a_migration_to_come(client: Client) -> None:
    MigrationRecorder(connection).record_unapplied("sessions", "0001_initial")

    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json()["migrations"] == "failed"


def test_ready_is_cheap(client: Client, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    client.get("/readyz")

    with django_assert_num_queries(1):
        client.get("/readyz")
