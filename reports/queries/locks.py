"""Locks that end with the transaction, and the rows the roll-up takes."""

from datetime import date

from django.db import connection

#: The first key of this app's advisory locks.
SPACE = 7301
ROLL_UP = 0
#: The keys of periods are positive.
CARRYING = -1


def lock_period(period_id: int) -> None:
    """Wait until nobody else computes or closes this period."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [SPACE, period_id])


def lock_carrying() -> None:
    """Wait until nobody else closes a period or lets late entries count in one; taken before any period's lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [SPACE, CARRYING])


def try_lock_roll_up() -> bool:
    """Take the roll-up's lock unless another roll-up is at work."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [SPACE, ROLL_UP])
        return bool(cursor.fetchone()[0])


def take_fact_changes() -> set[date | None]:
    """Take the days whose facts changed; they come back if the transaction fails."""
    with connection.cursor() as cursor:
        cursor.execute("WITH taken AS (DELETE FROM campaign_factchange RETURNING day) SELECT DISTINCT day FROM taken")
        return {row[0] for row in cursor.fetchall()}
