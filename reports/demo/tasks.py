"""Tasks of the demonstration: who carries them, and how far each duty is."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from campaign.models import Campaign, Indicator
from campaign.rules import ONE_DAY, SHANGHAI, start_of
from units.models import Progress, Task, TaskDuty, TaskRule, Unit

from .people import People
from .tables import column, copy, dice, table

Part, State, Act = TaskDuty.Part, TaskDuty.State, Progress.Act
#: Rules that stand for units in the column ``support``.
RULES = {"ALL": TaskRule.Who.ALL, "STREETS": TaskRule.Who.STREETS}
#: A task is given this long before it is due.
LEAD_TIME = ONE_DAY * 60
REPORTS = ("已按要求完成，相关资料已归档", "任务完成，现报请审核", "已完成并建立长效机制", "完成全部点位整改，台账附后")
LACKING = "佐证材料不齐，请补充后再报"


@dataclass(frozen=True, slots=True)
class Report:
    """One line of a duty's progress."""

    duty: TaskDuty
    act: str
    at: datetime
    by: int
    note: str


def make_tasks(campaign: Campaign, units: dict[str, Unit], people: People, now: datetime) -> None:
    """Create the tasks of ``data/tasks.csv``, their duties and what was reported so far."""
    leaders, today = column("people"), now.astimezone(SHANGHAI).date()
    indicators = {row.code: row for row in Indicator.objects.filter(standard=campaign.standard_id)}
    reports: list[Report] = []
    for n, row in enumerate(table("tasks")):
        due = today + ONE_DAY * int(row["due_in_days"])
        task = Task.objects.create(
            code=row["code"],
            indicator=indicators[row["indicator"]],
            title=row["title"],
            requirement=row["requirement"],
            leader=leaders[-1 - n % 6],
            due_on=due,
        )
        Task.objects.filter(pk=task.pk).update(created_at=start_of(due - LEAD_TIME) + timedelta(hours=9))
        duties = list(_duties(task, row, units))
        for duty in duties:
            throw = dice("duty", task.code, duty.unit.code)
            reports += _progress(duty, due, people, now, throw)
        TaskDuty.objects.bulk_create(duties)
    rows = ((report.duty.pk, report.act, report.note, report.by, report.at) for report in reports)
    copy(Progress, ("duty_id", "act", "note", "by_id", "at"), rows)


def _duties(task: Task, row: dict[str, str], units: dict[str, Unit]) -> Iterator[TaskDuty]:
    """The lead unit's duty and those of the units named, one by one or by a rule."""
    lead = units[row["lead"]]
    yield TaskDuty(task=task, unit=lead, part=Part.LEAD, due_on=task.due_on)
    for name in row["support"].split():
        rule = None
        if name in RULES:
            rule = TaskRule.objects.create(task=task, part=Part.SUPPORT, who=RULES[name])
        for unit in _meant(name, units):
            if unit != lead:
                yield TaskDuty(task=task, unit=unit, part=Part.SUPPORT, rule=rule, due_on=task.due_on)


def _meant(name: str, units: dict[str, Unit]) -> list[Unit]:
    if name == "ALL":
        return [unit for unit in units.values() if unit.group_id]
    if name == "STREETS":
        return [unit for unit in units.values() if unit.kind == Unit.Kind.STREET]
    return [units[name]]


def _progress(duty: TaskDuty, due: date, people: People, now: datetime, throw: Random) -> Iterator[Report]:
    """What was reported and answered by now; brings the duty to where these leave it."""
    contact = people.contacts[duty.unit_id]
    days = throw.randint(1, 25) if throw.random() < 0.9 else -throw.randint(1, 30)
    reported = start_of(due - ONE_DAY * days) + timedelta(minutes=throw.randint(510, 1050))
    if reported > now:
        return
    yield Report(duty, Act.REPORT, reported, contact, throw.choice(REPORTS))
    duty.state, duty.reported_at, duty.version = State.REPORTED, reported, 1
    answered = reported + timedelta(hours=throw.randint(20, 80))
    if answered > now:
        return
    duty.version = 2
    if throw.random() < 0.04:
        yield Report(duty, Act.RETURN, answered, throw.choice(people.office), LACKING)
        duty.state = State.RETURNED
    else:
        yield Report(duty, Act.ACCEPT, answered, throw.choice(people.office), "")
        duty.state, duty.accepted_at = State.ACCEPTED, answered
