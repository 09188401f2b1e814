"""Taking an inspection out of the figures; the row itself and what was seen stay readable."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from campaign.models import User
from campaign.queries import an_event, facts_changed, record, record_all
from campaign.rules import day_of

from ..models import BlindVisit, Inspection, Problem, Step
from ..rules import Move, State, SubmissionConflict


@transaction.atomic
def void_inspection(*, inspection: Inspection, reason: str, by: User, at: datetime) -> Inspection:
    """Void an inspection: it counts for no unit any more, and its problems not yet handed over are cancelled.

    A problem that was handed over is a matter between the office and the unit by now: it stays with its own life.
    Raises ValidationError without a reason, SubmissionConflict where somebody voided it before.
    """
    reason = reason.strip()
    if not 0 < len(reason) <= (Inspection._meta.get_field("void_reason").max_length or 0):
        raise ValidationError({"reason": _("Say why, in at most 200 characters; everyone who sees it reads this.")})
    standing = Inspection.objects.filter(pk=inspection.pk, voided_at=None)
    if not standing.update(voided_at=at, voided_by=by, void_reason=reason):
        raise SubmissionConflict(_("This inspection was voided before."), code="voided")
    inspection.units.all().delete()
    BlindVisit.objects.filter(second=inspection).update(second=None)
    cancelled = _cancel_noted(inspection, reason, by=by, at=at)
    facts_changed({day_of(inspection.seen_at)})
    after = {"reason": reason, "cancelled": [problem.code for problem in cancelled]}
    record("inspection.voided", inspection, by=by, before={"score": str(inspection.score)}, after=after)
    inspection.refresh_from_db()
    return inspection


def _cancel_noted(inspection: Inspection, reason: str, *, by: User, at: datetime) -> list[Problem]:
    noted = list(inspection.problems.select_for_update().filter(state=State.NOTED).order_by("pk"))
    Problem.objects.filter(pk__in=[problem.pk for problem in noted]).update(
        state=State.CANCELLED, version=F("version") + 1
    )
    to = {"move": Move.CANCEL, "state": State.CANCELLED, "by": by, "at": at, "note": reason}
    Step.objects.bulk_create(Step(problem=problem, unit_id=problem.unit_id, **to) for problem in noted)
    record_all(an_event("problem.cancel", problem, by=by, after={"note": reason}) for problem in noted)
    return noted
