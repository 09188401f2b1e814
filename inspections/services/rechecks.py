"""Rechecks (回头看): drawn by lot, done by somebody else than before, and what follows from their results."""

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import date, datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from campaign.models import User
from campaign.permissions import Permission, Role
from campaign.queries import facts_changed, record
from campaign.rules import day_of
from campaign.services.notices import notify
from units.models import Membership

from ..models import BlindVisit, Draw, Inspection, Photo, Problem, Recheck, Step
from ..queries.rechecks import closers, to_draw
from ..rules import Move, State, SubmissionConflict, by_lot, drawn
from .deadlines import due_dates
from .merging import take_along
from .numbering import new_codes
from .void_problem import days_since

Result = Recheck.Result


@transaction.atomic
def make_draw(
    *, kind: str, first: date, last: date, share: int | None = None, number: int | None = None, per_unit: bool = True,
    seed: int, by: User, at: datetime,
) -> Draw:  # fmt: skip
    """Draw closed problems, or inspections to repeat blindly, and give each to an inspector who had no part in it.

    ``seed`` comes from a source that nobody chooses; with the kept population it gives the same draw again. Raises
    PermissionDenied, or ValidationError where there is nothing to draw from or nobody to send.
    """
    if not by.can(Permission.DRAW_RECHECKS):
        raise PermissionDenied
    population = to_draw(kind, first, last)
    if not population:
        raise ValidationError(_("Nothing of this span is left to draw from."))
    draw = Draw(
        kind=kind, first=first, last=last, share=share, number=number, per_unit=per_unit, seed=seed,
        population=[list(pair) for pair in population], drawn_by=by, drawn_at=at,
    )  # fmt: skip
    [draw.code] = new_codes("HT", [day_of(at)], 4)
    draw.save(force_insert=True)
    codes = drawn(population, share=share, number=number, per_unit=per_unit, seed=seed)
    (_assign_problems if kind == Draw.Kind.REPAIRS else _assign_visits)(draw, codes)
    told = {"population": len(population), "drawn": len(codes), "seed": str(seed), "kind": kind}
    record("recheck.drawn", draw, by=by, after=told)
    return draw


def _assign_problems(draw: Draw, codes: Collection[str]) -> None:
    problems = list(Problem.objects.filter(code__in=codes).select_related("inspection").order_by("code"))
    took_part = closers(problems)
    for problem in problems:
        found_it = problem.inspection.inspector_id if problem.inspection else problem.noted_by_id
        took_part[problem.pk] |= {problem.noted_by_id, found_it}
    sent = _sent(draw.seed, {problem.pk: took_part[problem.pk] for problem in problems})
    Recheck.objects.bulk_create(
        Recheck(draw=draw, problem=problem, unit_id=problem.unit_id, inspector_id=sent[problem.pk])
        for problem in problems
    )


def _assign_visits(draw: Draw, codes: Collection[str]) -> None:
    visits = list(Inspection.objects.filter(code__in=codes).order_by("code"))
    sent = _sent(draw.seed, {visit.pk: {visit.inspector_id} for visit in visits})
    BlindVisit.objects.bulk_create(BlindVisit(draw=draw, first=visit, inspector_id=sent[visit.pk]) for visit in visits)


def _sent(seed: int, barred: Mapping[int, set[int]]) -> dict[int, int]:
    """For each thing the inspector who goes: the least burdened so far of those not barred, ties by lot."""
    people = User.objects.filter(role=Role.INSPECTOR, is_active=True).order_by("pk").values_list("pk", flat=True)
    order = {int(code): place for place, code in enumerate(by_lot(map(str, people), seed))}
    burden: Counter[int] = Counter()
    sent = {}
    for key, who in barred.items():
        free = [person for person in order if person not in who]
        if not free:
            raise ValidationError(_("There is no second inspector who could be sent."))
        sent[key] = min(free, key=lambda person: (burden[person], order[person]))
        burden[sent[key]] += 1
    return sent


@transaction.atomic
def finish_recheck(
    *, recheck: Recheck, result: str, note: str, photos: Collection[UUID] = (), by: User, at: datetime
) -> Recheck:
    """Write down what a recheck found. A repair that does not hold goes back as rework, with a new deadline.

    Raises PermissionDenied for anybody but its inspector and the office, ValidationError by field (a failure takes a
    note and a photograph), SubmissionConflict where it was done before.
    """
    if not by.can(Permission.RECHECK) or (by.pk != recheck.inspector_id and not by.can(Permission.DRAW_RECHECKS)):
        raise PermissionDenied
    _check(result, note, photos)
    problem = Problem.objects.select_for_update(of=("self",)).select_related("unit").get(pk=recheck.problem_id)
    done = Recheck.objects.filter(pk=recheck.pk, done_at=None)
    if not done.update(result=result, note=note.strip(), done_at=at):
        raise SubmissionConflict(_("This recheck was done before."), code="done")
    loose = Photo.objects.filter(client_uuid__in=set(photos), uploaded_by=by, problem=None, inspection=None)
    if loose.update(problem=problem, role=Photo.Role.RECHECK) != len(set(photos)):
        raise ValidationError({"photos": _("A photograph did not arrive. Please add it again.")})
    words = _in_words(result, note.strip())
    step = {"problem": problem, "unit": problem.unit, "by": by, "at": at}
    Step.objects.create(**step, move="recheck", state=problem.state, note=words[:500])
    if result != Result.HOLDS and problem.state == State.CLOSED and problem.voided_at is None:
        _send_back(problem, at=at, false=result == Result.FALSE)
        Step.objects.create(**step, move=Move.SEND_BACK, state=State.SENT_BACK, note=words[:500])
        take_along(problem, Move.REOPEN, by=by, at=at)
        _tell_unit(problem, recheck, at=at)
    record("problem.rechecked", problem, by=by, after={"result": result, "note": note.strip(), "photos": len(photos)})
    recheck.refresh_from_db()
    return recheck


def _in_words(result: str, note: str) -> str:
    label = Result(result).label
    return _("%(title)s: %(line)s") % {"title": label, "line": note} if note else str(label)


def _check(result: str, note: str, photos: Collection[UUID]) -> None:
    if result not in Result.values:
        raise ValidationError({"result": _("What did you find?")})
    if len(note.strip()) > 450 or (result != Result.HOLDS and not note.strip()):
        raise ValidationError({"note": _("Say what you saw, in at most 450 characters.")})
    if result != Result.HOLDS and not photos:
        raise ValidationError({"photos": _("A photograph has to show it.")})


def _send_back(problem: Problem, *, at: datetime, false: bool) -> None:
    days = days_since(problem, at)
    due, _receive = due_dates(problem.limit, at)
    flag = {"false_repair_at": at} if false else {}
    Problem.objects.filter(pk=problem.pk).update(
        state=State.SENT_BACK, closed_at=None, due_at=due, sent_back=F("sent_back") + 1, version=F("version") + 1,
        fixed_on_spot=False, **flag,
    )  # fmt: skip
    facts_changed(days)


def _tell_unit(problem: Problem, recheck: Recheck, *, at: datetime) -> None:
    people = Membership.objects.filter(unit=problem.unit, user__is_active=True).values_list("user_id", flat=True)
    notify(
        set(people), sentence=gettext_noop("%(code)s: a recheck found that the repair does not hold. It is back."),
        values={"code": problem.code}, url=problem.get_absolute_url(), key=f"recheck:{recheck.pk}", at=at,
    )  # fmt: skip
