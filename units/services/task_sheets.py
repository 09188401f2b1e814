"""Tasks as a sheet brings them: who leads and supports, by name or by a rule that is kept."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone

from campaign.bulk import merge
from campaign.models import User
from campaign.queries import facts_changed, record

from ..models import Task, TaskDuty, TaskRule, Unit

Who = TaskRule.Who


@dataclass(frozen=True, slots=True)
class Named:
    """Who carries a part of a task: a unit by id, or a rule (``unit`` None) with what the source called it."""

    part: str
    unit: int | None
    who: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task of a sheet."""

    code: str
    indicator_id: int | None
    title: str
    requirement: str
    leader: str
    due_on: date | None
    carriers: tuple[Named, ...]


@transaction.atomic
def store_tasks(*, rows: Sequence[TaskRow], new: Collection[str], by: User | None, on: date) -> None:
    """Write new and changed tasks and their duties; ``on`` is the day whose units a rule is expanded to.

    A duty that the sheet no longer names goes away unless work on it was reported.
    """
    merge(
        Task,
        ["code", "indicator_id", "title", "requirement", "leader", "due_on", "created_at"],
        (
            (row.code, row.indicator_id, row.title, row.requirement, row.leader, row.due_on, timezone.now().isoformat())
            for row in rows
        ),
        keep=["created_at"],
    )
    ids = dict(Task.objects.filter(code__in=[row.code for row in rows]).values_list("code", "pk"))
    changed = [ids[row.code] for row in rows if row.code not in new]
    TaskDuty.objects.filter(task__in=changed, state=TaskDuty.State.OPEN, progress=None).delete()
    TaskRule.objects.filter(task__in=changed).delete()
    rules = TaskRule.objects.bulk_create(
        TaskRule(task_id=ids[row.code], part=named.part, who=named.who, reference=named.reference)
        for row in rows
        for named in row.carriers
        if named.unit is None
    )
    TaskDuty.objects.bulk_create(_duties(rows, ids, rules, on=on), batch_size=2000, ignore_conflicts=True)
    record("tasks.imported", by=by, after={"rows": len(rows), "new": len(new)})
    facts_changed([None])


def _duties(rows: Sequence[TaskRow], ids: dict[str, int], rules: Sequence[TaskRule], *, on: date) -> list[TaskDuty]:
    """The duties of the units named, and of those a rule stands for and the task does not name anyway."""
    due = {ids[row.code]: row.due_on for row in rows}
    named = [
        TaskDuty(task_id=ids[row.code], unit_id=carrier.unit, part=carrier.part, due_on=row.due_on)
        for row in rows
        for carrier in row.carriers
        if carrier.unit is not None
    ]
    known = {(duty.task_id, duty.unit_id) for duty in named}
    valid = Unit.objects.valid_on(on)
    streets = list(valid.filter(kind=Unit.Kind.STREET).values_list("pk", flat=True))
    everyone = list(valid.values_list("pk", flat=True)) if any(rule.who == Who.ALL for rule in rules) else []
    expanded = [
        TaskDuty(task_id=rule.task_id, unit_id=unit, part=rule.part, rule=rule, due_on=due[rule.task_id])
        for rule in rules
        for unit in {Who.ALL: everyone, Who.STREETS: streets}.get(Who(rule.who), [])
        if (rule.task_id, unit) not in known
    ]
    return named + expanded
