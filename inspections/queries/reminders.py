"""What a day's digest tells whom: the rungs climbed since the last one, as far as they still hold."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby

from django.db import connection

from campaign.permissions import Role
from units.models import Membership

from ..rules import WITH_UNIT, Rung

#: Lines that one person's digest spells out; the rest are counted.
MOST_LINES = 30

#: Whom a rung tells: people of the holder in a position (else whoever belongs to it), or all of a role.
TOLD = """
WITH reached AS (
    SELECT climb.rung, problem.id, problem.code, problem.text, problem.due_at, problem.unit_id, unit.label
    FROM inspections_climb climb
    JOIN inspections_problem problem ON problem.id = climb.problem_id AND problem.due_at = climb.due_at
    JOIN units_unit unit ON unit.id = problem.unit_id
    WHERE climb.told_on = %(day)s AND problem.state = ANY(%(states)s)
), member AS (
    SELECT membership.unit_id, membership.user_id, membership.position,
        bool_or(membership.position = %(leader)s) OVER (PARTITION BY membership.unit_id) AS has_leader,
        bool_or(membership.position = %(staff)s) OVER (PARTITION BY membership.unit_id) AS has_staff
    FROM units_membership membership
    JOIN campaign_user person ON person.id = membership.user_id AND person.is_active AND person.role = %(unit)s
), told AS (
    SELECT member.user_id, reached.* FROM reached JOIN member ON member.unit_id = reached.unit_id
    WHERE (reached.rung = %(due_soon)s AND (member.position = %(staff)s OR NOT member.has_staff))
       OR (reached.rung = %(overdue)s AND (member.position = %(leader)s OR NOT member.has_leader))
    UNION ALL
    SELECT person.id, reached.* FROM reached JOIN campaign_user person ON person.is_active AND (
        (reached.rung = %(supervision)s AND person.role = %(office)s)
        OR (reached.rung = %(supervisor)s AND person.role = %(supervisors)s)
    )
), numbered AS (
    SELECT told.*, row_number() OVER (PARTITION BY user_id ORDER BY due_at, id) AS place,
        count(*) OVER (PARTITION BY user_id) AS whole
    FROM told
)
SELECT user_id, whole, rung, code, text, label, due_at FROM numbered WHERE place <= %(most)s ORDER BY user_id, place
"""


@dataclass(frozen=True, slots=True)
class Line:
    """One problem of a digest."""

    rung: str
    code: str
    text: str
    unit: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Reminder:
    """What one person is told: how many problems, and the first of them by deadline."""

    person_id: int
    whole: int
    lines: list[Line] = field(default_factory=list)


def reminders(*, day: date) -> Iterator[Reminder]:
    """The digest of a day (``Climb.told_on``) by person; one statement."""
    names = {rung.value: rung.value for rung in Rung}
    positions = Membership.Position
    roles = {"office": Role.OFFICE, "supervisors": Role.SUPERVISOR, "unit": Role.UNIT}
    with connection.cursor() as cursor:
        cursor.execute(
            TOLD,
            {"day": day, "states": list(WITH_UNIT), "most": MOST_LINES, "leader": positions.LEADER,
             "staff": positions.STAFF, **names, **roles},
        )  # fmt: skip
        rows = cursor.fetchall()
    for (person, whole), found in groupby(rows, key=lambda row: row[:2]):
        yield Reminder(person, whole, [Line(*row[2:]) for row in found])


def overdue_by_group(*, at: datetime) -> list[tuple[str, int]]:
    """Ranking group → problems past their time that its units hold; in the groups' order, one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(peers.name, ''), count(*) FROM inspections_problem problem"
            " JOIN units_unit unit ON unit.id = problem.unit_id"
            " LEFT JOIN units_peergroup peers ON peers.id = unit.group_id"
            " WHERE problem.closed_at IS NULL AND problem.due_at < %s AND problem.state = ANY(%s)"
            " GROUP BY peers.id ORDER BY peers.position NULLS LAST, peers.code",
            [at, list(WITH_UNIT)],
        )
        return cursor.fetchall()
