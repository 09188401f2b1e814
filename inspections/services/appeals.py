"""Appeals (申诉): made by the holder with proof, decided by the office; see ``endings`` for those that lapse."""

from collections.abc import Iterable
from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from campaign.keeping import files_of_transaction
from campaign.models import User
from campaign.permissions import Permission, Role
from campaign.queries import facts_changed, record
from campaign.rules import day_of
from campaign.services.kept import keep
from campaign.services.notices import notify
from units.models import Membership, Unit

from ..models import Appeal, AppealProof, Problem, Step
from ..queries.appeals import appeal_until, grounds_left, lower_severities, may_decide
from ..rules import SubmissionConflict
from .numbering import new_codes
from .void_problem import days_since, void_problem

Against, State = Appeal.Against, Appeal.State
LONGEST = Appeal._meta.get_field("text").max_length or 0


def make_appeal(
    *,
    problem: Problem,
    against: str,
    text: str,
    severity: str = "",
    proofs: Iterable[File] = (),
    by: User,
    at: datetime,
) -> Appeal:
    """The holder appeals a problem or its severity. Nothing else changes: the deadline runs on.

    Raises PermissionDenied for anybody but the holder's people, ValidationError by field, and SubmissionConflict where
    one is open or decided already.
    """
    if not by.can(Permission.APPEAL) or not Unit.objects.of(by).filter(pk=problem.unit_id).exists():
        raise PermissionDenied
    _check(problem, against=against, text=text, severity=severity, at=at)
    appeal = Appeal(
        problem=problem, unit=problem.unit, against=against, text=text.strip(), severity_before=problem.severity,
        severity_asked=severity if against == Against.SEVERITY else "", held_since=problem.handed_over_at or at,
        made_by=by, made_at=at,
    )  # fmt: skip
    try:
        with files_of_transaction(default_storage) as written:
            [appeal.code] = new_codes("SS", [day_of(at)], 4)
            appeal.save(force_insert=True)
            kept = [keep(AppealProof, file=file, written=written, field="proofs", appeal=appeal) for file in proofs]
            _step(problem, "appeal", by=by, at=at, note=appeal.text)
            after = {"against": against, "text": appeal.text, "proofs": [file.sha256 for file in kept]}
            record("problem.appealed", problem, by=by, after=after | {"severity": appeal.severity_asked})
            _tell_office(appeal, at=at)
    except IntegrityError as open_already:
        raise SubmissionConflict(_("An appeal is open already."), code="appealed") from open_already
    return appeal


def _check(problem: Problem, *, against: str, text: str, severity: str, at: datetime) -> None:
    if against not in grounds_left(problem):
        raise SubmissionConflict(_("This cannot be appealed, or has been appealed already."), code="appealed")
    until = appeal_until(problem)
    if until is None or until < at:
        raise ValidationError(_("The time to appeal is over."))
    if not 0 < len(text.strip()) <= LONGEST:
        raise ValidationError({"text": _("Say why, in at most %(count)s characters.") % {"count": LONGEST}})
    if against == Against.SEVERITY and severity not in lower_severities(problem):
        raise ValidationError({"severity": _("Which severity would be right?")})


@transaction.atomic
def decide_appeal(*, appeal: Appeal, upheld: bool, answer: str, by: User, at: datetime) -> Appeal:
    """The office upholds or refuses an appeal, with a reason; not who handed the problem over, if there is another.

    Upheld, the problem is void for scoring, or gets the severity asked for. Published and closed rankings stay as they
    are and say that something waits for a revision. Raises as ``make_appeal``.
    """
    if not by.can(Permission.DECIDE_APPEALS):
        raise PermissionDenied
    if not answer.strip():
        raise ValidationError({"answer": _("Say why: the other side reads this.")})
    problem = Problem.objects.select_for_update(of=("self",)).select_related("unit", "site").get(pk=appeal.problem_id)
    appeal = Appeal.objects.select_related("problem", "unit").get(pk=appeal.pk)
    if appeal.state != State.OPEN:
        raise SubmissionConflict(_("This appeal was decided before."), code="decided")
    if not may_decide(appeal, by):
        raise ValidationError(_("You handed this problem over: somebody else of the office decides the appeal."))
    appeal.state, appeal.answer = State.UPHELD if upheld else State.REFUSED, answer.strip()
    appeal.decided_by, appeal.decided_at = by, at
    appeal.save(update_fields=["state", "answer", "decided_by", "decided_at"])
    _step(problem, "uphold" if upheld else "refuse_apl", by=by, at=at, note=appeal.answer)
    if upheld and appeal.against == Against.PROBLEM:
        appeal.earned, appeal.available = void_problem(problem=problem, reason=appeal.answer, by=by, at=at)
        appeal.save(update_fields=["earned", "available"])
    elif upheld:
        _change_severity(problem, appeal.severity_asked, at=at)
    before, after = {"severity": appeal.severity_before}, {"answer": appeal.answer, "severity": appeal.severity_asked}
    record(f"appeal.{appeal.state}", appeal, by=by, before=before, after=after)
    _tell_unit(appeal, at=at)
    return appeal


def _change_severity(problem: Problem, severity: str, *, at: datetime) -> None:
    Problem.objects.filter(pk=problem.pk).update(severity=severity, version=F("version") + 1)
    facts_changed(days_since(problem, at))


def _step(problem: Problem, move: str, *, by: User, at: datetime, note: str) -> None:
    Step.objects.create(
        problem=problem, move=move, state=problem.state, unit_id=problem.unit_id, by=by, at=at, note=note[:500]
    )


def _tell_office(appeal: Appeal, *, at: datetime) -> None:
    notify(
        User.objects.filter(role=Role.OFFICE, is_active=True),
        sentence=gettext_noop("%(unit)s appeals %(code)s; it waits for a decision."),
        values={"unit": appeal.unit.label, "code": appeal.problem.code},
        url=appeal.get_absolute_url(), key=f"appeal:{appeal.code}", at=at,
    )  # fmt: skip


#: What the unit is told, by the state of the decided appeal.
TOLD = {
    State.UPHELD: gettext_noop("Your appeal %(code)s against %(problem)s was upheld."),
    State.REFUSED: gettext_noop("Your appeal %(code)s against %(problem)s was refused."),
}


def _tell_unit(appeal: Appeal, *, at: datetime) -> None:
    people = Membership.objects.filter(unit=appeal.unit, user__is_active=True).values_list("user_id", flat=True)
    notify(
        {*people, appeal.made_by_id},
        sentence=TOLD[State(appeal.state)],
        values={"code": appeal.code, "problem": appeal.problem.code},
        url=appeal.get_absolute_url(), key=f"appeal:{appeal.code}:{appeal.state}", at=at,
    )  # fmt: skip
