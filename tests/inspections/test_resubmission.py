"""Rows S1 and S2: what arrives twice, at once or after a cut line, is stored once. The guard is shown to matter."""

import http.client
import multiprocessing
import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from types import SimpleNamespace
from urllib.parse import urlencode
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, connections
from django.test import Client
from django.urls import reverse

from campaign.models import Event, User
from inspections.models import Answer, Inspection, InspectionUnit, Problem

FORK = multiprocessing.get_context("fork")
MARKET = f"{reverse('inspections:new')}?site=D1"
PROCESSES, ROUNDS = 8, 15


def visit(uuid: UUID) -> dict[str, str]:
    return {
        "client_uuid": str(uuid), "kind": "daily", "seen_at": "2026-11-23T10:00", "a-M1-outcome": "met",
        "a-M2-outcome": "not_met", "a-M2-count": "1", "a-M2-note": "占道经营",
    }  # fmt: skip


def send_all(person: int, uuids: list[UUID], ready, results) -> None:
    """One process: wait for the others before every round, then send."""
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.get(pk=person))
    told = []
    for uuid in uuids:
        ready.wait()
        answer = client.post(MARKET, visit(uuid))
        told.append((str(uuid), answer.status_code, answer.headers.get("Location", "")))
    results.put(told)
    connections.close_all()


def race(city: SimpleNamespace, uuids: list[UUID]) -> list[tuple[str, int, str]]:
    ready, results = FORK.Barrier(PROCESSES, timeout=60), FORK.Queue()
    connections.close_all()  # a connection must not be shared with a child
    children = [
        FORK.Process(target=send_all, args=(city.inspector.pk, uuids, ready, results)) for _ in range(PROCESSES)
    ]
    for child in children:
        child.start()
    told = [line for _child in children for line in results.get(timeout=120)]
    for child in children:
        child.join(60)
    return told


@pytest.mark.django_db(transaction=True)
def test_same_submission_at_the_same_instant_is_stored_once(city):
    uuids = [uuid4() for _ in range(ROUNDS)]

    told = race(city, uuids)

    assert Inspection.objects.count() == Problem.objects.count() == ROUNDS
    assert Answer.objects.count() == ROUNDS * 3
    assert InspectionUnit.objects.count() == ROUNDS * 2
    assert Event.objects.filter(action="inspection.recorded").count() == ROUNDS
    assert {status for _, status, _ in told} == {302}
    assert set(Counter(told).values()) == {PROCESSES}  # every process heard the same address in every round
    numbers = sorted(int(code.rpartition("-")[2]) for code in Inspection.objects.values_list("code", flat=True))
    assert numbers == list(range(1, ROUNDS + 1))


@contextmanager
def without_guard(table: str, constraint: str, columns: str):
    """The table without its unique key, which comes back when the rows are gone."""
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {constraint}")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {table} CASCADE")
            cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {constraint} UNIQUE ({columns})")


@pytest.mark.django_db(transaction=True)
def test_without_the_unique_key_the_race_is_lost(city):
    uuids = [uuid4() for _ in range(ROUNDS)]

    with without_guard("inspections_inspection", "inspections_inspection_client_uuid_key", "client_uuid"):
        race(city, uuids)
        assert Inspection.objects.count() > ROUNDS

    with pytest.raises(DatabaseError):
        Inspection.objects.bulk_create(
            Inspection(
                code=code, client_uuid=uuids[0], site=city.market, unit=city.east, inspector=city.inspector,
                seen_at="2026-11-23T10:00+08:00",
            )
            for code in "ab"
        )  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_two_hundred_submissions_over_a_bad_line(live_server, city):
    """Every fifth is sent again up to five times, every twentieth loses its line before the answer."""
    dice = random.Random(20261123)  # noqa: S311
    client = Client()
    client.force_login(city.inspector)
    token = "a" * 32
    cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
    head = {
        "Cookie": f"{cookie}; {settings.CSRF_COOKIE_NAME}={token}",
        "Content-Type": "application/x-www-form-urlencoded",
    }

    def post(uuid: UUID, *, cut: bool = False) -> tuple[int, str]:
        line = http.client.HTTPConnection(live_server.thread.host, live_server.thread.port, timeout=60)
        line.request("POST", MARKET, urlencode(visit(uuid) | {"csrfmiddlewaretoken": token}), head)
        if cut:
            line.close()
            return 0, ""
        answer = line.getresponse()
        told = answer.status, answer.headers.get("Location", "")
        line.close()
        return told

    def submit(plan: tuple[UUID, bool, int]) -> set[tuple[int, str]]:
        uuid, cut, again = plan
        if cut:
            post(uuid, cut=True)
        return {post(uuid) for _ in range(1 + again)}

    plans = [(uuid4(), dice.random() < 0.05, dice.randint(1, 5) if dice.random() < 0.2 else 0) for _ in range(200)]
    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(submit, plans))

    assert all(len(answers) == 1 for answers in told)
    assert {status for answers in told for status, _ in answers} == {302}
    assert len({address for answers in told for _, address in answers}) == 200
    assert Inspection.objects.count() == Problem.objects.count() == 200
