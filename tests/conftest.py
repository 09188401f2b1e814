"""One throw-away PostgreSQL and one Valkey for the whole run, started before Django's settings load.

With xdist the controller starts them and the workers inherit the addresses.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import django
import hypothesis
import pytest
from django.db import connection
from django.utils import translation
from pytest_django import DjangoDbBlocker, Settings

from campaign import translations
from campaign.embedded import servers

pytest_plugins = ["tests.city"]
ending = ExitStack()

hypothesis.settings.register_profile("repeatable", derandomize=True, deadline=None, print_blob=True, database=None)
hypothesis.settings.load_profile("repeatable")


def _provide_servers() -> None:
    missing = {name for name in ("DATABASE_URL", "REDIS_URL") if not os.environ.get(name)}
    if missing:
        folder = Path(tempfile.mkdtemp(prefix="campaign-tests-"))
        folder.chmod(0o711)  # root's servers run as nobody
        ending.callback(shutil.rmtree, folder, ignore_errors=True)
        os.environ.update(ending.enter_context(servers(folder, names=missing, lasting=False)))


def _own_queue() -> None:
    """Each xdist worker has a number of its own in Valkey, as it has a test database."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    address, _, _ = os.environ["REDIS_URL"].rpartition("/")
    os.environ["REDIS_URL"] = f"{address}/{worker}"


def _own_files() -> None:
    folder = tempfile.mkdtemp(prefix="campaign-files-")
    ending.callback(shutil.rmtree, folder, ignore_errors=True)
    os.environ["VAR_DIR"] = folder


_provide_servers()
_own_queue()
_own_files()
os.environ["SECRET_KEY"] = "only-for-tests-" + "0123456789abcdefghijklmnopqrstuvwxyz"
os.environ["AUDIT_KEY"] = "only-for-tests-" + "zyxwvutsrqponmlkjihgfedcba9876543210"
os.environ["CONTACT_KEY"] = "only-for-tests-" + "a1b2c3d4e5f6g7h8i9j0k1l2m3n4o5p6q7r8"
os.environ["PLAIN_STATIC"] = "1"
os.environ["LOG_LEVEL"] = "ERROR"
translations.compile_all(Path(__file__).parent.parent / "locale")
os.environ["DJANGO_SETTINGS_MODULE"] = "campaign.settings"
django.setup()


def pytest_unconfigure(config: pytest.Config) -> None:
    ending.close()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The database goes in the end, even where a killed process or a thread left its connection behind."""
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.fixture(autouse=True)
def own_language() -> Iterator[None]:
    """Each test begins in the language of the site, whatever a request before it had chosen."""
    translation.deactivate()
    yield
    translation.deactivate()


@pytest.fixture(autouse=True)
def own_media(settings: Settings, tmp_path: Path) -> None:
    """Each test finds and leaves its own files only."""
    settings.MEDIA_ROOT = tmp_path / "media"
