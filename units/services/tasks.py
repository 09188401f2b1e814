"""Writes about tasks: giving them out, reporting on them, accepting or returning a report."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from campaign.keeping import files_of_transaction
from campaign.models import User
from campaign.permissions import Permission
from campaign.queries import facts_changed, record
from campaign.rules import day_of
from campaign.services.kept import keep

from ..models import Evidence, Progress, Task, TaskDuty, TaskRule, Unit

Act = Progress.Act
State = TaskDuty.State

#: act → (states it starts from, state it leads to)
MOVES = {
    Act.REPORT: ((State.OPEN, State.RETURNED), State.REPORTED),
    Act.ACCEPT: ((State.REPORTED,), State.ACCEPTED),
    Act.RETURN: ((State.REPORTED,), State.RETURNED),
}


class Overtaken(ValidationError):
    """Somebody changed the duty after the person had opened it."""


@dataclass(frozen=True, slots=True)
class Carriers:
    """Who carries a task in one part: units by name, and rules that name many at once."""

    units: Iterable[Unit] = ()
    rules: Iterable[str] = ()


@transaction.atomic
def give_task(*, task: Task, carriers: Mapping[str, Carriers], by: User | None) -> Task:
    """Save a new task and give every carrier its duty. ``carriers`` maps a part (lead, support) to who carries it.

    A rule (all units, all streets) is kept and expanded to the units of today; a unit that leads does not also support.
    """
    if not any(list(part.units) or list(part.rules) for part in carriers.values()):
        raise ValidationError({"lead": _("Name at least one unit.")})
    task.save()
    taken: set[int] = set()
    for part in (TaskDuty.Part.LEAD, TaskDuty.Part.SUPPORT):
        carrier = carriers.get(part, Carriers())
        duties = {unit.pk: TaskDuty(task=task, unit=unit, part=part, due_on=task.due_on) for unit in carrier.units}
        for who in carrier.rules:
            rule = TaskRule.objects.create(task=task, part=part, who=who)
            for unit in units_of(who):
                duties.setdefault(unit.pk, TaskDuty(task=task, unit=unit, part=part, rule=rule, due_on=task.due_on))
        TaskDuty.objects.bulk_create(duty for pk, duty in duties.items() if pk not in taken)
        taken |= duties.keys()
    record("task.given", task, by=by, after={"units": len(taken), "due": str(task.due_on or "")})
    facts_changed({task.due_on} if task.due_on else ())
    return task


def units_of(who: str) -> Iterable[Unit]:
    """The units that a rule names today."""
    units = Unit.objects.filter(valid_to=None)
    return units.filter(kind=Unit.Kind.STREET) if who == TaskRule.Who.STREETS else units


def report_progress(
    *, duty: TaskDuty, version: int, note: str, files: Iterable[tuple[File, str]], by: User, at: datetime
) -> Progress:
    """A unit reports a duty done, with evidence (file, caption). Raises Overtaken or ValidationError."""
    if not Unit.objects.of(by).filter(pk=duty.unit_id).exists():
        raise PermissionDenied
    with files_of_transaction(default_storage) as written:
        progress = _move(duty=duty, version=version, act=Act.REPORT, note=note, by=by, at=at)
        for file, caption in files:
            keep(Evidence, file=file, written=written, caption=caption, progress=progress)
    return progress


@transaction.atomic
def answer_report(*, duty: TaskDuty, version: int, act: str, note: str, by: User, at: datetime) -> Progress:
    """The office accepts a report, or returns it with a reason."""
    if not by.can(Permission.MANAGE_TASKS):
        raise PermissionDenied
    if act == Act.RETURN and not note.strip():
        raise ValidationError({"note": _("Say what is missing.")})
    return _move(duty=duty, version=version, act=Act(act), note=note, by=by, at=at)


def _move(*, duty: TaskDuty, version: int, act: Act, note: str, by: User, at: datetime) -> Progress:
    sources, target = MOVES[act]
    stamps = {"reported_at": at} if act == Act.REPORT else {"accepted_at": at} if act == Act.ACCEPT else {}
    changed = TaskDuty.objects.filter(pk=duty.pk, version=version, state__in=sources).update(
        state=target, version=F("version") + 1, **stamps
    )
    if not changed:
        raise Overtaken(_("Somebody else changed this in the meantime. Look at it again, then decide."))
    progress = Progress.objects.create(duty=duty, act=act, note=note, by=by)
    record(
        f"task.{act.value}",
        duty.task,
        by=by,
        before={"state": duty.state},
        after={"unit": duty.unit.code, "state": target},
    )
    facts_changed({duty.due_on, day_of(at)} - {None})
    return progress
