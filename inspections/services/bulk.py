"""Inspections and problems as a sheet brings them: thousands of rows, a handful of COPY statements, one transaction.

The rows were examined before (``inspections.resources``). What follows from a row is worked out by the same functions
as for an inspection that a person enters: points by ``rules.earned_share``, superiors of the day by ``Accountability``.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any

from django.db import transaction
from django.utils import timezone

from campaign.bulk import cell, copy, copy_lines, reserve
from campaign.models import CheckItem, User
from campaign.permissions import Role
from campaign.queries import facts_changed, keep_numbers, record
from campaign.rules import day_of
from units.models import Site
from units.services import Accountability

from ..models import Answer, Inspection, InspectionUnit, Problem, Step
from ..queries.entering import share_entering
from ..rules import Earned, Move, State, earn, earned_share, site_score, total
from .repeats import mark_repeats

IMPORTER = "import"
#: The note on a step whose time no sheet told.
UNTIMED = "导入：时间不详"

ANSWER_COLUMNS = (
    "inspection_id", "item_id", "indicator_id", "seen_at", "outcome", "count", "deduction", "note", "earned",
    "available",
)  # fmt: skip
INSPECTION_COLUMNS = (
    "id", "code", "payload_sha256", "site_id", "unit_id", "inspector_id", "kind", "seen_at", "recorded_at", "note",
    "earned", "available", "score", "void_reason",
)  # fmt: skip
UNIT_COLUMNS = ("inspection_id", "unit_id", "direct", "site_id", "seen_at", "earned", "available")
PROBLEM_COLUMNS = (
    "id", "code", "payload_sha256", "site_id", "unit_id", "inspection_id", "text", "severity", "source", "state",
    "version", "limit", "noted_by_id", "noted_at", "handed_over_at", "receive_due_at", "received_at", "due_at",
    "submitted_at", "closed_at", "sent_back", "callback", "called_back_at",
)  # fmt: skip
STEP_COLUMNS = ("problem_id", "move", "state", "unit_id", "by_id", "at", "note")


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """One answer of a sheet; the item by id."""

    item_id: int
    outcome: str
    count: int | None
    deduction: Decimal | None
    note: str


@dataclass(frozen=True, slots=True)
class VisitRow:
    """One inspection of a sheet, all by id. ``units`` are those it counts for, None: those that answer for the site;
    where a sheet names units and none here, it counts for the city alone."""

    code: str
    site_id: int
    seen_at: datetime
    inspector_id: int
    kind: str
    units: tuple[int, ...] | None
    answers: tuple[AnswerRow, ...]


def importer() -> User:
    """Whose name stands on rows that nobody signed in brought (the command line)."""
    user, _made = User.objects.get_or_create(
        username=IMPORTER, defaults={"name": "导入", "role": Role.INSPECTOR, "is_active": False, "password": "!"}
    )
    return user


@transaction.atomic
def store_inspections(*, visits: Sequence[VisitRow], by: User | None) -> None:
    """Write new inspections with their answers and the units they count for."""
    share_entering()
    holders = dict(Site.objects.filter(pk__in={visit.site_id for visit in visits}).values_list("pk", "unit_id"))
    responsible = _responsible(visits, holders)
    points = _points(visits)
    sums = [total(earned) for earned in points]
    keys = reserve(Inspection, len(visits))
    now = timezone.now()
    inspections = [
        f"{key}\t{cell(visit.code)}\t\t{visit.site_id}\t{(*units, holders[visit.site_id])[0]}\t{visit.inspector_id}"
        f"\t{visit.kind}\t{visit.seen_at}\t{now}\t\t{result.earned}\t{result.available}\t{cell(site_score(result))}\t\n"
        for key, visit, units, result in zip(keys, visits, responsible, sums, strict=True)
    ]
    counting = list(_counting(keys, visits, responsible, sums))
    lines = list(_answer_lines(keys, visits, points))
    copy_lines(Inspection._meta.db_table, INSPECTION_COLUMNS, inspections)
    copy_lines(Answer._meta.db_table, ANSWER_COLUMNS, lines)
    copy_lines(InspectionUnit._meta.db_table, UNIT_COLUMNS, counting)
    keep_numbers(visit.code for visit in visits)
    record("inspections.imported", by=by, after={"inspections": len(visits), "answers": len(lines)})
    facts_changed({day_of(visit.seen_at) for visit in visits})


def _responsible(visits: Sequence[VisitRow], holders: Mapping[int, int]) -> list[tuple[int, ...]]:
    """For every visit the ids of the units responsible, the first one first."""
    asked = {visit.site_id for visit in visits if visit.units is None}
    own = {site: [holders[site]] for site in asked}
    shared = Site.other_units.through.objects.filter(site__in=asked).order_by("unit__code")
    for site, unit in shared.values_list("site_id", "unit_id"):
        own[site].append(unit)
    return [tuple(own[visit.site_id]) if visit.units is None else visit.units for visit in visits]


def _points(visits: Sequence[VisitRow]) -> list[list[Earned]]:
    """What every answer of every visit earns."""
    items = CheckItem.objects.in_bulk({answer.item_id for visit in visits for answer in visit.answers})

    @cache
    def points(item_id: int, outcome: str, count: int | None, deduction: Decimal | None) -> Earned:
        item = items[item_id]
        return earn(item.points, earned_share(item.scoring, item.parameters, outcome, count, deduction))

    return [
        [points(answer.item_id, answer.outcome, answer.count, answer.deduction) for answer in visit.answers]
        for visit in visits
    ]


def _counting(
    keys: Sequence[int], visits: Sequence[VisitRow], responsible: list[tuple[int, ...]], sums: Sequence[Earned]
) -> Iterable[str]:
    """A line for every unit that an inspection counts for: those responsible and their superiors of the day."""
    above = Accountability.of({unit for units in responsible for unit in units})
    found = cache(above.on)
    for key, visit, units, result in zip(keys, visits, responsible, sums, strict=True):
        for unit, direct in found(day_of(visit.seen_at), units):
            yield (f"{key}\t{unit}\t{direct}\t{visit.site_id}\t{visit.seen_at}\t{result.earned}\t{result.available}\n")


def _answer_lines(keys: Sequence[int], visits: Sequence[VisitRow], points: Sequence[Sequence[Earned]]) -> Iterable[str]:
    """Lines for COPY; the only ones that come by the hundred thousand."""
    asked = {answer.item_id for visit in visits for answer in visit.answers}
    indicators = dict(CheckItem.objects.filter(pk__in=asked).values_list("pk", "indicator_id"))
    for key, visit, earned in zip(keys, visits, points, strict=True):
        seen_at = visit.seen_at.isoformat()
        for answer, result in zip(visit.answers, earned, strict=True):
            yield (
                f"{key}\t{answer.item_id}\t{indicators[answer.item_id]}\t{seen_at}\t{answer.outcome}"
                f"\t{cell(answer.count)}\t{cell(answer.deduction)}\t{cell(answer.note)}"
                f"\t{result.earned}\t{result.available}\n"
            )


@dataclass(frozen=True, slots=True)
class ProblemRow:
    """One problem of a sheet with its past; site, unit and inspection by id."""

    code: str
    inspection_id: int | None
    site_id: int | None
    unit_id: int
    text: str
    severity: str
    source: str
    limit: str
    noted_at: datetime
    handed_over_at: datetime | None
    received_at: datetime | None
    due_at: datetime | None
    submitted_at: datetime | None
    closed_at: datetime | None
    sent_back: int
    receive_due_at: datetime | None
    callback: str = ""
    called_back_at: datetime | None = None

    @property
    def state(self) -> State:
        """Where the problem stands, from the times that are known."""
        if self.closed_at:
            return State.CLOSED
        if self.submitted_at:
            return State.SUBMITTED
        if self.sent_back:
            return State.SENT_BACK
        if self.received_at:
            return State.RECEIVED
        return State.HANDED_OVER if self.handed_over_at else State.NOTED


@transaction.atomic
def store_problems(*, rows: Sequence[ProblemRow], by: User | None) -> None:
    """Write new problems with the steps that their times tell of."""
    who = by or importer()
    keys = reserve(Problem, len(rows))
    steps = [step for key, row in zip(keys, rows, strict=True) for step in _steps(key, row)]
    copy(
        Problem,
        PROBLEM_COLUMNS,
        [
            (
                key, row.code, "", row.site_id, row.unit_id, row.inspection_id, row.text, row.severity, row.source,
                row.state, 0, row.limit, who.pk, row.noted_at, row.handed_over_at, row.receive_due_at,
                row.received_at, row.due_at, row.submitted_at, row.closed_at, row.sent_back, row.callback,
                row.called_back_at,
            )
            for key, row in zip(keys, rows, strict=True)
        ],
    )  # fmt: skip
    written = (
        f"{key}\t{move}\t{state}\t{unit}\t{who.pk}\t{at}\t{note}\n" for key, move, state, unit, at, note in steps
    )
    copy_lines(Step._meta.db_table, STEP_COLUMNS, written)
    mark_repeats(keys)
    keep_numbers(row.code for row in rows)
    record("problems.imported", by=by, after={"rows": len(rows)})
    asked = {row.called_back_at for row in rows if row.called_back_at}
    facts_changed({day_of(at) for at in {step[4] for step in steps} | asked})


@transaction.atomic
def store_callbacks(*, rows: Sequence[ProblemRow], by: User | None) -> None:
    """Keep what those who reported say of problems that are in the ledger already; nothing else of them changes."""
    said = {row.code: row for row in rows}
    problems = list(Problem.objects.select_for_update().filter(code__any_of=list(said)).order_by("pk"))
    before = {problem.code: problem.callback for problem in problems}
    days = {day_of(problem.called_back_at) for problem in problems if problem.called_back_at}
    for problem in problems:
        problem.callback, problem.called_back_at = said[problem.code].callback, said[problem.code].called_back_at
    Problem.objects.bulk_update(problems, ["callback", "called_back_at"], batch_size=1000)
    told = {problem.code: problem.callback for problem in problems}
    record("problems.called_back", by=by, before=before, after=told)
    facts_changed(days | {day_of(row.called_back_at) for row in rows if row.called_back_at})


def _steps(key: int, row: ProblemRow) -> list[tuple[Any, ...]]:
    """The history that a row tells. When a repair was sent back is not in a sheet: it stands at the last moment known
    before the next step, and says so."""
    steps = [("note", State.NOTED, row.noted_at, "")]
    if row.handed_over_at:
        steps.append((Move.HAND_OVER, State.HANDED_OVER, row.handed_over_at, ""))
    if row.received_at:
        steps.append((Move.RECEIVE, State.RECEIVED, row.received_at, ""))
    last = row.submitted_at or row.closed_at or row.received_at or row.handed_over_at or row.noted_at
    for _again in range(row.sent_back):
        steps.append((Move.SUBMIT, State.SUBMITTED, last, UNTIMED))
        steps.append((Move.SEND_BACK, State.SENT_BACK, last, UNTIMED))
    if row.submitted_at:
        steps.append((Move.SUBMIT, State.SUBMITTED, row.submitted_at, ""))
    if row.closed_at:
        steps.append((Move.CLOSE, State.CLOSED, row.closed_at, ""))
    return [(key, move, state, row.unit_id, at, note) for move, state, at, note in steps]
