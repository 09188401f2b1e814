"""Adjustments (加分/扣分): one person proposes with proof, another decides, a mistake is revoked with a reason."""

from collections.abc import Iterable
from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _

from campaign.keeping import files_of_transaction
from campaign.models import User
from campaign.permissions import Permission
from campaign.queries import facts_changed, record, take_numbers
from campaign.rules import day_of
from campaign.services.kept import keep
from units.services.tasks import Overtaken

from ..models import Adjustment, AdjustmentProof

State = Adjustment.State


def propose_adjustment(*, adjustment: Adjustment, proofs: Iterable[File], by: User, at: datetime) -> Adjustment:
    """Save a new adjustment with its proof (加分/扣分 need one). Raises ValidationError on the form's fields."""
    files = list(proofs)
    if not files:
        raise ValidationError({"attached": _("Attach the document or photograph that proves it.")})
    if adjustment.day > day_of(at):
        raise ValidationError({"day": _("This day has not come yet.")})
    month = f"JF-{day_of(at):%y%m}-"
    with files_of_transaction(default_storage) as written:
        adjustment.code = f"{month}{take_numbers(month)[0]:04}"
        adjustment.proposed_by, adjustment.proposed_at = by, at
        adjustment.save(force_insert=True)
        kept = [keep(AdjustmentProof, file=file, written=written, adjustment=adjustment) for file in files]
        record("adjustment.proposed", adjustment, by=by, after=_told(adjustment) | {"proofs": [f.sha256 for f in kept]})
    return adjustment


@transaction.atomic
def decide_adjustment(*, adjustment: Adjustment, approved: bool, answer: str, by: User, at: datetime) -> None:
    """Approve or refuse a proposal, as another person than who proposed it; a refusal says why.

    Raises Overtaken where somebody decided before, ValidationError or PermissionDenied.
    """
    if not by.can(Permission.DECIDE_ADJUSTMENTS):
        raise PermissionDenied
    if adjustment.proposed_by_id == by.pk:
        raise ValidationError(_("Who proposed it does not decide it: a second person does."))
    if not approved and not answer.strip():
        raise ValidationError({"answer": _("Say why it is refused.")})
    state = State.APPROVED if approved else State.REFUSED
    _move(adjustment, State.PROPOSED, state, decided_by=by, decided_at=at, answer=answer.strip())
    after = _told(adjustment) | {"answer": answer.strip()}
    record(f"adjustment.{state.value}", adjustment, by=by, before={"state": "proposed"}, after=after)
    if approved:
        facts_changed({adjustment.day})


@transaction.atomic
def revoke_adjustment(*, adjustment: Adjustment, reason: str, by: User, at: datetime) -> None:
    """Take an approved adjustment back; it counts no more in what is not yet closed or published."""
    if not by.can(Permission.DECIDE_ADJUSTMENTS):
        raise PermissionDenied
    if not reason.strip():
        raise ValidationError({"reason": _("Say why it is revoked.")})
    stamps = {"revoked_by": by, "revoked_at": at, "revoked_because": reason.strip()}
    _move(adjustment, State.APPROVED, State.REVOKED, **stamps)
    record("adjustment.revoked", adjustment, by=by, before=_told(adjustment), after={"reason": reason.strip()})
    facts_changed({adjustment.day})


def _move(adjustment: Adjustment, source: str, target: str, **stamps: object) -> None:
    if not Adjustment.objects.filter(pk=adjustment.pk, state=source).update(state=target, **stamps):
        raise Overtaken(_("Somebody else changed this in the meantime. Look at it again, then decide."))
    adjustment.refresh_from_db()


def _told(adjustment: Adjustment) -> dict[str, str]:
    return {
        "unit": adjustment.unit.code, "day": adjustment.day.isoformat(), "event": adjustment.event,
        "level": adjustment.level, "points": str(adjustment.points),
    }  # fmt: skip
