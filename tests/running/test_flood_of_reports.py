"""Row X14 with a real web server behind its proxy: two thousand reports at once, and staff work on.

How long staff waited is recorded with the result, since a busy machine would break a bound (asked: p95 < 500 ms).
"""

import http.client
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client

from inspections.models import CitizenReport
from tests.inspections.ledger import make_problem
from tests.running.product import Product

REPORTS, SENDERS, LOOKS, SECRET = 2000, 6, 60, "a" * 32
#: Bodies that are announced and come byte by byte or never; the proxy keeps them from the web server, which has eight
#: threads. Here they come straight to it.
SLOW = 6
PAGES = ["/problems/", "/", "/inspections/"]
pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


class BehindProxy(Product):
    """A product that believes its proxy whose address a request came from."""

    @property
    def environment(self) -> dict[str, str]:
        return super().environment | {"BEHIND_PROXY": "1"}


@pytest.fixture
def product(tmp_path_factory) -> Iterator[Product]:
    running = BehindProxy(tmp_path_factory.mktemp("product"))
    running.start("web")
    running.answers()
    yield running
    running.end()


def report(product: Product, address: str, number: int) -> int:
    """The status of a report that a citizen at an address sends."""
    body = urlencode(
        {"csrfmiddlewaretoken": SECRET, "form": uuid4(), "place": f"东街 {number} 号", "text": "积水", "contact": ""}
    )
    headers = {"Cookie": f"csrf={SECRET}", "Content-Type": "application/x-www-form-urlencoded"}
    return asked(product, "POST", "/report/", body, headers | {"X-Forwarded-For": address})[0]


def asked(product: Product, method: str, path: str, body: str | None, headers: dict[str, str]) -> tuple[int, float]:
    """The status of a request, and the seconds it took."""
    began, connection = time.monotonic(), http.client.HTTPConnection("127.0.0.1", product.port, timeout=60)
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status, time.monotonic() - began


def staff(product: Product, session: str, more: Callable[[int], bool]) -> list[tuple[int, float]]:
    """A person of the office looks at one page after the other."""
    headers, found = {"Cookie": f"session={session}"}, []
    while more(len(found)):
        found.append(asked(product, "GET", PAGES[len(found) % len(PAGES)], None, headers))
    return found


def p95(answers: list[tuple[int, float]]) -> float:
    times = sorted(seconds for _status, seconds in answers)
    return round(times[len(times) * 95 // 100], 3)


def slow_body(product: Product) -> http.client.HTTPConnection:
    """A report of 20 MB is announced, and one byte of it comes."""
    connection = http.client.HTTPConnection("127.0.0.1", product.port, timeout=60)
    connection.putrequest("POST", "/report/")
    connection.putheader("Content-Length", "20000000")
    connection.putheader("X-Forwarded-For", "192.0.2.9")
    connection.endheaders(b"f")
    return connection


@pytest.mark.parametrize("addresses", [1, 500])
def test_staff_work_on_while_two_thousand_reports_come(city, product, record_property, addresses):
    for number in range(100):
        make_problem(city, f"WT-{number:03}")
    client = Client()
    client.force_login(city.office)
    session = client.cookies["session"].value
    before = staff(product, session, lambda done: done < LOOKS)
    senders = [f"198.51.{number // 250}.{number % 250}" for number in range(addresses)]
    slow = [slow_body(product) for _body in range(SLOW)]

    with ThreadPoolExecutor(SENDERS) as citizens:
        coming = [citizens.submit(report, product, senders[n % addresses], n) for n in range(REPORTS)]
        during = staff(product, session, lambda done: done < LOOKS or not all(one.done() for one in coming))
    statuses = Counter(one.result() for one in coming)
    for connection in slow:
        connection.close()

    for name, figure in {"p95 before": p95(before), "p95 during": p95(during), "pages": len(during)}.items():
        record_property(name, figure)
    limits = settings.WRITING_LIMITS
    most = limits["address"] if addresses == 1 else limits["city"]
    assert {status for status, _seconds in before + during} == {200}
    assert CitizenReport.objects.count() == statuses[200] == most
    assert statuses == {200: most, 429: REPORTS - most}
