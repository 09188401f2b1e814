"""Rows A2 and T10: the role of the site's processes works with rows, and cannot undo what is frozen."""

from io import StringIO

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from tests.reports import ranked as made
from tests.reports.adjusted import approved


def as_the_site() -> None:
    """The rest of the test runs as the role that the command made."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET LOCAL ROLE campaign_app")


@pytest.fixture
def frozen(city, monkeypatch):
    """A published week and an approved adjustment, and the role, made twice."""
    made.facts(city)
    made.published(city)
    approved(city)
    monkeypatch.setenv("APP_ROLE_PASSWORD", "it's a word")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    for _time in range(2):
        call_command("app_role", stdout=StringIO())
    as_the_site()


REFUSED = r"permission denied|must be owner|does not change|stands as it was"
FROZEN = {
    "reports_ranking": ("ranking_published", "digest = ''"),
    "reports_rankingrow": ("row_of_published_update", "position = 9"),
    "reports_listentry": ("entry_of_published_update", "consecutive = 9"),
    "reports_adjustment": ("adjustment_stands", "points = 99"),
}


@pytest.mark.parametrize("table", FROZEN)
@pytest.mark.parametrize(
    "attack",
    ["UPDATE {0} SET {2}", "DELETE FROM {0}", "TRUNCATE {0} CASCADE", "ALTER TABLE {0} DISABLE TRIGGER ALL",
     "DROP TRIGGER {1} ON {0}", "DROP TABLE {0} CASCADE", "CREATE OR REPLACE FUNCTION reports_published_ranking()"
     " RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'", "SET session_replication_role = replica"],
)  # fmt: skip
def test_what_is_frozen_stays(frozen, attack, table):
    trigger, change = FROZEN[table]

    with pytest.raises(DatabaseError, match=REFUSED), transaction.atomic():
        connection.cursor().execute(attack.format(table, trigger, change))


def test_it_works_with_rows(frozen, city):
    adjustment = approved(city, unit=city.west)

    assert adjustment.state == "approved"
    made.crowd(city, 2)
    assert made.draft(city, "2026-Q4").rows.count() == 4


def test_it_needs_its_password(db, monkeypatch):
    monkeypatch.delenv("APP_ROLE_PASSWORD", raising=False)

    with pytest.raises(ImproperlyConfigured, match="APP_ROLE_PASSWORD"):
        call_command("app_role")
