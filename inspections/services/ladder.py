"""The ladder: what is not put right in time is told one rung higher, each rung once. Nothing is closed by time.

A sweep asks the database, in one statement per rung, for problems that have come so far; a constraint lets each rung
happen once per deadline, so two sweeps at once, or one that died halfway, change nothing twice.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import connection, transaction

from campaign.queries import an_event, record_all, work_clock
from campaign.rules import SHANGHAI, WorkClock, day_of, parse_distance

from ..models import LedgerSettings, Problem, Supervision
from ..queries.settings import ledger_settings
from ..rules import WITH_UNIT, Rung
from .numbering import new_codes

CLIMB = """
INSERT INTO inspections_climb (problem_id, rung, due_at, at)
SELECT problem.id, %(rung)s, problem.due_at, %(at)s
FROM inspections_problem problem
WHERE problem.closed_at IS NULL AND problem.state = ANY(%(states)s)
  AND problem.due_at > %(after)s AND problem.due_at <= %(until)s
  AND NOT EXISTS (
    SELECT FROM inspections_climb climbed
    WHERE climbed.problem_id = problem.id AND climbed.rung = %(rung)s AND climbed.due_at = problem.due_at
  )
ORDER BY problem.id
ON CONFLICT (problem_id, rung, due_at) DO NOTHING
RETURNING problem_id
"""
BEGINNING = datetime(2000, 1, 1, tzinfo=SHANGHAI)


def climb(*, now: datetime) -> int:
    """Let every problem climb the rungs it has come to; in office hours only. Returns how many rungs were climbed.

    Suspended problems have no deadline, and those submitted wait for the office: both stay where they are. Raises
    UnknownYear where the work calendar lacks the year.
    """
    clock = work_clock()
    if not clock.is_open(now):
        return 0
    return sum(_reach(rung, after, until, now) for rung, after, until in _lines(clock, ledger_settings(), now))


def _lines(clock: WorkClock, settings: LedgerSettings, now: datetime) -> list[tuple[Rung, datetime, datetime]]:
    """For each rung in use, between which moments the deadlines lie that have come to it."""
    lines = []
    if settings.remind_before:
        lines.append((Rung.DUE_SOON, now, clock.ahead(now, parse_distance(settings.remind_before))))
    for rung, distance in (
        (Rung.OVERDUE, settings.leader_after),
        (Rung.SUPERVISION, settings.supervision_after),
        (Rung.SUPERVISOR, settings.supervisor_after),
    ):
        if distance:
            lines.append((rung, BEGINNING, clock.back(now, parse_distance(distance))))
    return lines


@transaction.atomic
def _reach(rung: Rung, after: datetime, until: datetime, now: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(CLIMB, {"rung": rung, "at": now, "states": list(WITH_UNIT), "after": after, "until": until})
        climbed = [pk for (pk,) in cursor.fetchall()]
    problems = list(Problem.objects.filter(pk__in=climbed).only("code", "unit", "due_at").order_by("pk"))
    record_all(an_event(f"problem.climbed_{rung}", problem, by=None) for problem in problems)
    if rung == Rung.SUPERVISION:
        _draft(problems, now)
    return len(problems)


def _draft(problems: Iterable[Problem], now: datetime) -> None:
    """A supervision notice for each, numbered in the order in which they are due."""
    missed = sorted((problem.due_at, problem.pk, problem) for problem in problems if problem.due_at)
    drafts = [
        Supervision(code=code, problem=problem, unit_id=problem.unit_id, due_at=due_at, drafted_at=now)
        for (due_at, _pk, problem), code in zip(missed, new_codes("DB", [day_of(now)] * len(missed), 4), strict=True)
    ]
    Supervision.objects.bulk_create(drafts)
    record_all(an_event("supervision.drafted", draft, by=None) for draft in drafts)
