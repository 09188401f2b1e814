"""Entries and closings take turns: what is entered is counted by a closing or late for it, and never both or neither.

Whoever enters inspections shares a lock with all others who do; whoever closes a period waits until they are done, and
those who come meanwhile wait for the closing.
"""

import time
from datetime import timedelta

from django.db import connection

#: The keys of this app's advisory lock.
ENTERING = (7302, 0)


def share_entering() -> timedelta:
    """Enter inspections until the transaction ends; how long a closing made it wait, nothing where none is at work.

    Read the clock afterwards, or move the moment that was read before by what this returns.
    """
    start = time.monotonic()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock_shared(%s, %s)", ENTERING)
        if cursor.fetchone()[0]:
            return timedelta(0)
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s, %s)", ENTERING)
    return timedelta(seconds=time.monotonic() - start)


def wait_for_entries() -> None:
    """Wait until nobody enters inspections, and let nobody until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", ENTERING)
