"""Supervision notices (督办单): issued to the holder or dropped by the office. The problem goes its own way.

A draft whose problem is over, or has another deadline, before anybody decided on it drops by itself.
"""

from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from campaign.models import User
from campaign.queries import record
from campaign.rules import day_of
from campaign.services.notices import notify

from ..models import Problem, Step, Supervision
from ..rules import Move
from .acts import Act

ISSUED = gettext_noop("Supervision notice %(code)s about %(problem)s: to be done by %(deadline)s")

#: Moves after which a draft has nothing to say: the problem is over, or the missed deadline is none any more.
ENDS = frozenset({Move.CLOSE, Move.CANCEL, Move.MERGE, Move.SPLIT, Move.RETURN, Move.SUSPEND, Move.GRANT_TIME})


def follow(before: Problem, now: Problem, act: Act) -> None:
    """Drop the drafts that a move leaves behind; one for a deadline that stays goes to the next holder."""
    if act.move not in ENDS and act.move != Move.TRANSFER:
        return
    drafts = Supervision.objects.filter(problem=now, state="draft")
    if act.move == Move.TRANSFER and now.due_at:
        drafts.filter(due_at=now.due_at).update(unit=now.unit)
        drafts = drafts.exclude(due_at=now.due_at)
    reason = _("Not needed any more: %(move)s") % {"move": dict(Step.MOVES)[act.move]}
    for draft in drafts:
        _decide(draft, state="dropped", reason=reason, decided_by=act.by, decided_at=act.at)
        record("supervision.dropped", draft, by=act.by, after={"reason": reason})


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
