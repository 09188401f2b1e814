"""Supervision notices (督办单): issued to the holder or dropped by the office. The problem goes its own way."""

from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from campaign.models import User
from campaign.queries import record
from campaign.rules import day_of
from campaign.services.notices import notify

from ..models import Supervision

ISSUED = gettext_noop("Supervision notice %(code)s about %(problem)s: to be done by %(deadline)s")


@transaction.atomic
def issue_supervision(
    *, supervision: Supervision, requirement: str, deadline: date, contact: str = "", by: User, at: datetime
) -> None:
    """Issue a draft; everybody who works for the holder is told. Raises ValidationError (by field)."""
    if not requirement.strip():
        raise ValidationError({"requirement": _("Say what is asked of the unit.")})
    if deadline < day_of(at):
        raise ValidationError({"deadline": _("This day has passed.")})
    decided = {"decided_by": by, "decided_at": at, "deadline": deadline}
    _decide(supervision, state="issued", requirement=requirement.strip(), contact=contact.strip(), **decided)
    record("supervision.issued", supervision, by=by, after={"deadline": deadline.isoformat()})
    notify(
        supervision.unit.memberships.filter(user__is_active=True).values_list("user_id", flat=True),
        sentence=ISSUED, key=f"supervision:{supervision.code}", at=at, url=supervision.get_absolute_url(),
        values={"code": supervision.code, "problem": supervision.problem.code, "deadline": deadline.isoformat()},
    )  # fmt: skip


@transaction.atomic
def drop_supervision(*, supervision: Supervision, reason: str, by: User, at: datetime) -> None:
    """Leave a draft unissued, with the reason. Raises ValidationError (by field)."""
    if not reason.strip():
        raise ValidationError({"reason": _("Say why it is not needed.")})
    _decide(supervision, state="dropped", reason=reason.strip(), decided_by=by, decided_at=at)
    record("supervision.dropped", supervision, by=by, after={"reason": reason.strip()})


def _decide(supervision: Supervision, **fields: object) -> None:
    """Of several who decide on one draft, the first does."""
    if not Supervision.objects.filter(pk=supervision.pk, state="draft").update(**fields):
        raise ValidationError(_("Somebody has decided on this draft already."))
    supervision.refresh_from_db()
