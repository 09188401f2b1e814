"""Rows J4 and J5: 200 problems handed over by HTTP while the broker refuses, or takes connections and says nothing."""

import http.client
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode, urlsplit

import pytest
from django.test import Client

from campaign.cache import ForgivingRedisCache
from campaign.celery import app
from campaign.models import Event, FactChange
from inspections.models import Problem, Step
from inspections.tasks import climb_ladder
from reports.models import Ranking
from reports.tasks import refresh_stale
from tests.city import work_year
from tests.inspections.ledger import make_problems
from tests.reports.facts import weekly_rule

COUNT, PEOPLE, SECRET = 200, 8, "a" * 32
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(params=["refuses", "hangs"])
def broker_down(request, settings, monkeypatch) -> Iterator[socket.socket]:
    """Cache and queue stand at a port that nobody listens on, or that takes connections and never answers."""
    hole = socket.create_server(("127.0.0.1", 0), backlog=512)
    address = f"redis://127.0.0.1:{hole.getsockname()[1]}/0"
    if request.param == "refuses":
        hole.close()
    monkeypatch.setattr(ForgivingRedisCache, "resting_until", 0.0)
    settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": address}}
    monkeypatch.setattr(app.conf, "broker_url", address)
    yield hole
    hole.close()


@pytest.fixture
def address(live_server) -> str:
    return urlsplit(live_server.url).netloc


def hand_over(address: str, session: str, code: str) -> tuple[int, float]:
    """The status of one hand-over by the page's form, and the seconds it took."""
    began, connection = time.monotonic(), http.client.HTTPConnection(address, timeout=30)
    sent = urlencode({"csrfmiddlewaretoken": SECRET, "version": 0, "unit": "东街", "limit": "3d", "text": "垃圾"})
    headers = {
        "Content-Type": "application/x-www-form-urlencoded", "Cookie": f"session={session}; csrf={SECRET}",
    }  # fmt: skip
    connection.request("POST", f"/problems/{code}/hand_over/", sent, headers)
    status = connection.getresponse().status
    connection.close()
    return status, time.monotonic() - began


def test_two_hundred_are_saved_and_what_follows_is_done_once(
    city, client: Client, broker_down, address, record_property
):
    work_year(2027)
    weekly_rule(city)
    problems = make_problems(city, COUNT)
    FactChange.objects.all().delete()
    client.force_login(city.office)
    session = client.cookies["session"].value
    ForgivingRedisCache.resting_until = 0.0  # signing in has met the silence; the requests meet it anew

    with ThreadPoolExecutor(PEOPLE) as people:
        answers = list(people.map(lambda problem: hand_over(address, session, problem.code), problems))

    record_property("slowest", max(seconds for _status, seconds in answers))
    assert {status for status, _seconds in answers} <= {200, 302}
    assert Problem.objects.filter(state="handed_over", version=1).count() == COUNT
    assert Step.objects.filter(move="hand_over").count() == COUNT
    assert Event.objects.filter(action="problem.handed_over").count() == COUNT
    assert FactChange.objects.exists()

    for _ring in range(2):  # the broker is back and beat rings
        refresh_stale()
        climb_ladder()
    assert not FactChange.objects.exists()
    assert Ranking.objects.filter(revision=1).count() == Ranking.objects.count() > 0
    assert Event.objects.filter(action="problem.handed_over").count() == COUNT
