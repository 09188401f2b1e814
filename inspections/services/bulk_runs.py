"""One act on many problems, a few at a time: what a killed worker had not finished is still waiting afterwards."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Count, QuerySet
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from campaign.models import Notice, User
from campaign.permissions import Permission
from campaign.queries import record
from campaign.sentences import joined
from campaign.services.notices import deliver
from units.models import Membership, Unit

from ..models import BulkItem, BulkRun, Problem, Suspension
from ..rules import REPAIRING, TRANSITIONS, WITH_UNIT, Move
from .ledger import Conflict, Result, hand_over_many, move_problem
from .telling import MANY_TO_HOLDER, tell_of_batch

#: Problems of one run, and of one transaction of it.
MOST, AT_A_TIME = 10_000, 50
#: So many are done while the person waits.
AT_ONCE = 50
#: A run that no worker touched for so long was forgotten; should one be at work after all, its lock keeps others away.
FORGOTTEN = timedelta(seconds=5)
REMINDER = gettext_noop("The creation office asks you to act on %(count)s problems.")


def permission_of(act: str) -> Permission:
    """The permission that an act takes."""
    return Permission.HAND_OVER if act == BulkRun.REMIND else TRANSITIONS[Move(act)].permission


@transaction.atomic
def start_run(
    *,
    act: str,
    problems: QuerySet[Problem],
    by: User,
    at: datetime,
    versions: Mapping[str, int] | None = None,
    note: str = "",
    unit: Unit | None = None,
    limit: str = "",
) -> BulkRun:
    """Write down what is to be done with which problems of those the person sees; nothing is done yet.

    ``versions``: code → version that the person saw; without it each problem is taken in the version it has now.
    Raises PermissionDenied, or ValidationError for no problem or too many.
    """
    if not by.can(permission_of(act)):
        raise PermissionDenied
    rows = problems if versions is None else problems.filter(code__in=versions)
    chosen = list(rows.order_by("pk").values_list("pk", "code", "version")[: MOST + 1])
    if not chosen:
        raise ValidationError(_("No problem is chosen."))
    if len(chosen) > MOST:
        raise ValidationError(_("At most %(count)s problems at a time, please.") % {"count": MOST})
    run = BulkRun.objects.create(
        act=act, note=note.strip(), unit=unit, limit=limit, total=len(chosen), by=by, asked_at=at,
        language=translation.get_language() or "zh-hans",
    )  # fmt: skip
    seen = versions or {}
    BulkItem.objects.bulk_create(
        BulkItem(run=run, problem_id=pk, version=seen.get(code, version)) for pk, code, version in chosen
    )
    record("bulk.asked", run, by=by, reference=str(run.token), after={"act": act, "problems": len(chosen)})
    return run


def work_on(*, pk: int, at: datetime) -> bool:
    """Do the next few problems of a run, all of them or none; whether there may be more to do.

    The run's lock keeps a second worker away; a problem's act and its result are one transaction, so that no problem
    is done twice whoever dies when.
    """
    with transaction.atomic():
        run = BulkRun.objects.select_for_update(skip_locked=True, of=("self",)).filter(pk=pk, finished_at=None).first()
        if run is None:
            return False
        waiting = run.items.filter(result=BulkItem.Result.WAITING).select_related("problem__unit", "problem__item")
        items = list(waiting[:AT_A_TIME])
        with translation.override(run.language):
            _do(run, items, at)
        BulkItem.objects.bulk_update(items, ["result", "reason"])
        run.seen_at = at
        if len(items) < AT_A_TIME:
            _finish(run, at)
        run.save(update_fields=["seen_at", "finished_at"])
    return run.finished_at is None


def forgotten_runs(*, at: datetime) -> list[int]:
    """The keys of runs that nobody works on."""
    return list(BulkRun.objects.forgotten(before=at - FORGOTTEN).values_list("pk", flat=True))


def _do(run: BulkRun, items: list[BulkItem], at: datetime) -> None:
    """Set the result of each item."""
    if run.act == Move.HAND_OVER:
        _hand_over(run, items, at)
        return
    given: dict[str, Any] = {"note": run.note, "one_of_many": True}
    if run.act == Move.TRANSFER:
        given |= {"unit": run.unit, "limit": run.limit or None, "keep_due": not run.limit}
    asked = _asked(items) if run.act == Move.SUSPEND else {}
    for item in items:
        if run.act == BulkRun.REMIND:
            _settle(item, _remind(item))
        elif run.act == Move.SUSPEND and item.problem_id not in asked and item.problem.state in REPAIRING:
            _settle(item, _("Nobody asks for a suspension here."))
        else:
            _settle(item, _move(run, item, at, given | asked.get(item.problem_id, {})))


def _asked(items: list[BulkItem]) -> dict[int, dict[str, Any]]:
    """Problem (id) → reason and last day of the suspension that its unit asked for, as they go with the move."""
    waiting = Suspension.objects.filter(problem__in=[item.problem_id for item in items], granted=None)
    return {one.problem_id: {"note": one.reason, "until": one.ends_on} for one in waiting}


def _settle(item: BulkItem, reason: str) -> None:
    item.result = BulkItem.Result.LEFT if reason else BulkItem.Result.DONE
    item.reason = reason[:300]


def _move(run: BulkRun, item: BulkItem, at: datetime, given: dict[str, Any]) -> str:
    """Make the move; why it was not made, empty when it was."""
    try:
        move_problem(problem=item.problem, move=Move(run.act), version=item.version, by=run.by, at=at, **given)
    except Conflict as conflict:
        return _moved(conflict.problem, item)
    except ValidationError as refused:
        return joined(refused.messages)
    except PermissionDenied:
        return _("Your account may not do this.")
    return ""


def _moved(now: Problem, item: BulkItem) -> str:
    state = {"state": now.get_state_display()}
    if now.version != item.version:
        return _("Somebody moved it meanwhile: %(state)s.") % state
    return _("This is not done with a problem that stands at: %(state)s.") % state


def _remind(item: BulkItem) -> str:
    """Nobody is reminded of what does not wait for them."""
    if item.problem.state in WITH_UNIT:
        return ""
    return _("This is not done with a problem that stands at: %(state)s.") % {"state": item.problem.get_state_display()}


def _hand_over(run: BulkRun, items: list[BulkItem], at: datetime) -> None:
    """Hand over in a handful of statements, whatever their number."""
    words = {
        Result.MOVED: _("Somebody moved it meanwhile."),
        Result.RETURNED: _("Its unit returned it; open it and name the unit."),
        Result.UNIT_ENDED: _("This unit does not exist any more."),
    }
    versions = {item.problem.code: item.version for item in items}
    ruled: dict[str, str] = {}
    try:
        with transaction.atomic():
            rows = hand_over_many(versions=versions, by=run.by, at=at)
    except ValidationError as refused:
        reasons = dict.fromkeys(versions, joined(refused.messages))
    else:
        reasons = {row.problem.code: words.get(row.result, "") for row in rows}
        ruled = {row.problem.code: row.problem.unit.label for row in rows if row.ruled}
    for item in items:
        _settle(item, reasons.get(item.problem.code, _("This is not there any more.")))
        if item.result == BulkItem.Result.DONE and item.problem.code in ruled:
            item.reason = (_("By the rule to %(unit)s.") % {"unit": ruled[item.problem.code]})[:300]


def _finish(run: BulkRun, at: datetime) -> None:
    """The end of a run: its line in the trail, and one notice for each person, however many the problems."""
    run.finished_at = at
    done = run.items.filter(result=BulkItem.Result.DONE)
    count = done.count()
    after = {"act": run.act, "done": count, "left": run.total - count}
    record("bulk.done", run, by=run.by, reference=str(run.token), after=after)
    if run.act == BulkRun.REMIND:
        _remind_all(run, done, at)
    elif run.act in MANY_TO_HOLDER:
        problems = list(Problem.objects.filter(pk__in=done.values("problem")).order_by("pk"))
        tell_of_batch(problems, by=run.by, at=at, move=run.act, key=f"{run.act}:{run.token}")


def _remind_all(run: BulkRun, done: QuerySet[BulkItem], at: datetime) -> None:
    people = Membership.objects.filter(unit__problems__in=done.values("problem"), user__is_active=True)
    counted = people.values_list("user").annotate(count=Count("unit__problems", distinct=True)).order_by("user")
    deliver(
        Notice(
            person_id=person, sentence=REMINDER, values={"count": waiting}, kind=Notice.Kind.PROBLEM, at=at,
            url="/problems/?mine=on&order=due", key=f"reminder:{run.token}",
        )
        for person, waiting in counted
    )  # fmt: skip
