"""The API keeps what its description says, whatever is thrown at it."""

from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from itertools import product

import hypothesis
import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from django.utils import timezone
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema
from rest_framework.authtoken.models import Token
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi import checks

from tests.api.calls import caller, send_photo

ROLES = ["office", "inspector", "unit", "supervisor"]
CHECKS = [
    schemathesis.checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
    checks.unsupported_method,
]
SEEN = (timezone.now() - timedelta(hours=2)).isoformat()
#: Codes that exist, so that cases get further than the first look-up.
KNOWN = {
    "InspectionInputRequest": {"site": {"enum": ["D1", "D1", "NONE"]}, "seen_at": {"enum": [SEEN]}},
    "AnswerInputRequest": {"item": {"enum": ["M1", "M2", "M3"]}, "photos": {"maxItems": 0}},
    "ProposalInputRequest": {"unit": {"enum": ["S1", "S2"]}, "limit": {"enum": ["", "4h", "3d", "?"]}},
    "ProblemInputRequest": {
        "site": {"enum": ["D1", None]}, "unit": {"enum": ["S1", "S2"]}, "limit": {"enum": ["4h", "3d", "?"]},
        "photos": {"maxItems": 0},
    },
    "MoveInputRequest": {"version": {"enum": [0, 1, 2]}, "unit": {"enum": ["S1"]}, "photos": {"maxItems": 0}},
    "ReportInputRequest": {"unit": {"enum": ["S1", "S2"]}, "version": {"enum": [0, 1]}},
}  # fmt: skip


def described() -> dict:
    return SchemaGenerator(api_version="v1").get_schema(request=None, public=True)


def test_the_description_is_valid_and_complete(db):
    GENERATOR_STATS.reset()

    validate_schema(described())

    assert not GENERATOR_STATS._warn_cache
    assert not GENERATOR_STATS._error_cache


@pytest.fixture
def schema(entered, settings):
    """The description, knowing codes of the small city; the application answers in this very thread."""
    entered.photo = send_photo(caller(entered.inspector)).json()["client_uuid"]
    settings.ALLOWED_HOSTS = ["localhost"]
    raw = described()
    for component, fields in KNOWN.items():
        for field, known in fields.items():
            raw["components"]["schemas"][component]["properties"][field] |= known
    loaded = schemathesis.openapi.from_dict(raw)
    loaded.app = read_whole(get_wsgi_application())
    with one_connection():
        yield loaded


def read_whole(application):
    """The application with answers that are read and closed at once, files too."""

    def reading(environ, start_response):
        with closing(application(environ, start_response)) as answer:
            return [b"".join(answer)]

    return reading


@contextmanager
def one_connection() -> Iterator[None]:
    """Requests leave the test's own connection and its transaction alone, as Django's test client does it."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


def codes_of(city, path: str) -> dict[str, str]:
    """A row for the address of an operation."""
    known = {
        "units": "S1", "sites": "D1", "standards": "STD", "tasks": "R1", "inspections": city.inspection.code,
        "problems": city.problem.code, "periods": "2026-W47", "figures": "on_time",
    }  # fmt: skip
    kind = path.removeprefix("/api/v1/").split("/")[0]
    names = {"{code}": "code", "{name}": "name", "{client_uuid}": "client_uuid"}
    return {name: known.get(kind, city.photo) for mark, name in names.items() if mark in path}


def strategies(operation, known: dict[str, str]) -> Iterator:
    """Right and wrong cases, at known and at random addresses; wrong ones where there is something to get wrong."""
    modes = GenerationMode if len(operation.query) + len(operation.body) else [GenerationMode.POSITIVE]
    for mode, parameters in product(modes, [known, None] if known else [None]):
        yield operation.as_strategy(mode, path_parameters=parameters)


def attack(schema, city, role: str, examples: int) -> Counter:
    """Send up to ``examples`` cases of every kind to every operation as one person; counts the answers by status."""
    user = city.leader if role == "unit" else city.people[role]
    headers = {"Authorization": f"Token {Token.objects.create(user=user).key}", "Accept-Language": "en"}
    answers: Counter = Counter()

    def send(case) -> None:
        with transaction.atomic():
            answers[case.call_and_validate(headers=headers, checks=CHECKS).status_code] += 1
            transaction.set_rollback(True)

    quiet = hypothesis.settings(max_examples=examples, suppress_health_check=list(hypothesis.HealthCheck))
    for result in schema.get_all_operations():
        operation = result.ok()
        for cases in strategies(operation, codes_of(city, operation.path)):
            quiet(hypothesis.given(cases)(send))()
    return answers


@pytest.mark.parametrize("role", ROLES)
def test_no_input_breaks_it(schema, entered, role):
    answers = attack(schema, entered, role, examples=4)

    assert answers.total() >= 250
    assert answers[200] >= 50


@pytest.mark.slow
@pytest.mark.parametrize("role", ROLES)
def test_no_input_breaks_it_in_ten_thousand(schema, entered, role):
    assert attack(schema, entered, role, examples=50).total() >= 2500
