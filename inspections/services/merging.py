"""Copies of one problem: merged into the original, which keeps all history; what ends the original ends its copies.

A merge that was wrong is undone: the copy stands to be handed over again, and what had been merged into it comes along.
"""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import OperationalError, transaction
from django.db.models import F, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from campaign.models import User
from campaign.queries import an_event, record_all

from ..models import Problem, Step
from ..rules import OPEN_STATES, Move, State, SystemMove
from .acts import Act
from .handing import NO_CLOCK, snapshot
from .repeats import mark_again

#: Moves of an original that its copies follow, and where these then stand.
FOLLOWED: dict[str, State] = {
    Move.CLOSE: State.CLOSED, Move.FIX: State.CLOSED, Move.REOPEN: State.MERGED, SystemMove.DOUBT: State.MERGED,
    Move.CANCEL: State.CANCELLED,
}  # fmt: skip


def merge(problem: Problem, act: Act) -> dict[str, Any]:
    """Of two who merge crosswise one is refused; copies of the copy go to the original as well."""
    if act.original is None:
        raise ValidationError({"original": _("Name the problem that it is a copy of.")})
    if act.original.pk == problem.pk:
        raise ValidationError({"original": _("This is the problem itself; name the other one.")})
    _now, original = _locked(problem, act.original)
    if original.state not in OPEN_STATES:
        words = _("%(code)s is not open any more: %(state)s.")
        raise ValidationError({"original": words % {"code": original.code, "state": original.get_state_display()}})
    problem.copies.update(merged_into=original)
    return NO_CLOCK | {"merged_into": original, "returned_at": None, "suspended_until": None}


def unmerge(problem: Problem, act: Act) -> dict[str, Any]:
    """A copy is a problem of its own again, whatever became of the original; nobody holds it yet."""
    original = problem.merged_into
    if original is None:
        if problem.state in (State.CLOSED, State.CANCELLED):
            raise ValidationError(_("It is no copy of another problem."))
        return {}  # somebody was faster: the version tells
    if original.voided_at:
        words = _("An appeal against %(code)s was upheld, and its copies went with it.")
        raise ValidationError(words % {"code": original.code})
    now, _original = _locked(problem, original)
    if now.version == problem.version and now.merged_into_id != original.pk:  # the original was merged meanwhile
        raise ValidationError(_("Somebody is moving one of the two just now. Try again."))
    return {"merged_into": None, "closed_at": None, "submitted_at": None}


def _locked(problem: Problem, original: Problem) -> tuple[Problem, Problem]:
    """A copy and its original as they are now, locked. Nobody waits here: who ends an original waits for its copies."""
    both = Problem.objects.select_for_update(of=("self",), nowait=True)
    try:
        with transaction.atomic():
            rows = {row.pk: row for row in both.filter(pk__in=[problem.pk, original.pk])}
    except OperationalError as busy:
        raise ValidationError({"original": _("Somebody is moving one of the two just now. Try again.")}) from busy
    return rows[problem.pk], rows[original.pk]


def follow(before: Problem, now: Problem, act: Act) -> None:
    """Copies end and reopen with their original, each with a step and a line of the trail."""
    if act.move in FOLLOWED:
        take_along(now, act.move, by=act.by, at=act.at)
    elif act.move == Move.UNMERGE and before.merged_into_id:
        _take_back(now, act, original=before.merged_into_id)
        mark_again(now)


def came_with(problem: Problem, *, original: int) -> QuerySet[Problem]:
    """Copies of an original (id) that are its copies because a problem was merged into it, which they had gone to."""
    merges = Step.objects.filter(problem=OuterRef("pk"), move=Move.MERGE).order_by("-pk").values("original")
    return Problem.objects.filter(merged_into=original).alias(into=Subquery(merges[:1])).filter(into=problem.pk)


def _take_back(now: Problem, act: Act, *, original: int) -> None:
    """What had been merged into a copy is its copy again, and merged, wherever it ended with the original."""
    with_it = list(came_with(now, original=original).select_related("unit").order_by("pk"))
    Problem.objects.filter(pk__in=[copy.pk for copy in with_it]).update(merged_into=now)
    ended = [copy for copy in with_it if copy.state != State.MERGED]
    _bring(ended, now, act.move, State.MERGED, by=act.by, at=act.at)


def take_along(now: Problem, move: Move | SystemMove, *, by: User, at: datetime) -> None:
    """Bring the copies of an original to where a move of it leads them."""
    target = FOLLOWED[move]
    standing = State.CLOSED if target == State.MERGED else State.MERGED
    copies = list(now.copies.select_for_update(of=("self",)).filter(state=standing).select_related("unit"))
    _bring(copies, now, move, target, by=by, at=at)


def _bring(
    copies: list[Problem], now: Problem, move: Move | SystemMove, target: State, *, by: User, at: datetime
) -> None:
    """Let copies stand at a state because of their original's move, each with a step and a line of the trail."""
    if not copies:
        return
    told = {copy.pk: snapshot(copy) for copy in copies}
    closed_at = at if target == State.CLOSED else None
    Problem.objects.filter(pk__in=told).update(state=target, closed_at=closed_at, version=F("version") + 1)
    for copy in copies:
        copy.state, copy.closed_at, copy.version = target, closed_at, copy.version + 1
    note = _("With %(code)s, which it is a copy of.") % {"code": now.code}
    Step.objects.bulk_create(
        Step(problem=copy, move=move, state=target, unit_id=copy.unit_id, by=by, at=at, note=note) for copy in copies
    )
    record_all(
        an_event(f"problem.{target}", copy, by=by, before=told[copy.pk], after=snapshot(copy) | {"with": now.code})
        for copy in copies
    )
