"""What the tests of pages start from."""

import pytest
import time_machine
from django.test import Client

from . import ranked as made


@pytest.fixture
def ranked(city):
    """The small city on the Tuesday after a published week; ``city.ranking`` is its ranking."""
    with time_machine.travel(made.NOW):
        made.facts(city)
        city.ranking = made.published(city)
        yield city


@pytest.fixture
def today(city):
    """The small city with its facts on the Tuesday after, nothing ranked yet."""
    with time_machine.travel(made.NOW):
        made.facts(city)
        yield city


@pytest.fixture
def signed_in():
    """``signed_in(user)``: a browser of that person."""

    def opened(user, **options) -> Client:
        client = Client(**options)
        client.force_login(user)
        return client

    return opened
