"""What walks over all pages begin with: the demonstration city at a small scale, and names of addresses."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from urllib.parse import urlsplit

import time_machine
from django.urls import Resolver404, resolve

from campaign.rules import SHANGHAI
from reports.demo.city import build

NOW = datetime(2026, 11, 23, 15, 20, tzinfo=SHANGHAI)
#: Pages that need no account and have forms.
PUBLIC = ["/sign-in/", "/report/", "/report/track/", "/suggestions/"]


@contextmanager
def small_city() -> Iterator[None]:
    """The demonstration city at a small scale, at its hour."""
    with time_machine.travel(NOW):
        build(now=NOW, weeks=2, sites=60, illustrated=4)
        yield


def name_of(address: str) -> str | None:
    """The name of an address; None where there is nothing."""
    try:
        return resolve(urlsplit(address).path).view_name
    except Resolver404:
        return None
