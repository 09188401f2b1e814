"""What is sent twice is stored once: the client's number and the digest of the content decide."""

import hashlib
import json
from typing import Any, TypeVar
from uuid import UUID

from django.utils.translation import gettext as _

from campaign.models import Event, User
from campaign.queries import record

from ..models import Inspection, Photo, Problem
from ..rules import SubmissionConflict

Sent = TypeVar("Sent", Inspection, Problem, Photo)

#: The field of each model that names the person who sent it.
SENDER = {Inspection: "inspector_id", Problem: "noted_by_id", Photo: "uploaded_by_id"}
#: The field of each model that holds the digest of what was sent.
DIGEST = {Inspection: "payload_sha256", Problem: "payload_sha256", Photo: "sha256"}


def digest_of(content: dict[str, Any]) -> str:
    """SHA-256 of a submission, the same for the same content whatever its order of keys; other types go in as text."""
    written = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
    return hashlib.sha256(written.encode("utf-8", "surrogatepass")).hexdigest()


def sent_before(model: type[Sent], *, client_uuid: UUID, digest: str, by: User) -> Sent | None:
    """The row stored under a client's number, if there is one and this submission is the same.

    Raises SubmissionConflict, with a refused line in the audit trail, where the number is somebody else's (nothing of
    theirs is told), its inspection was voided, or the content differs.
    """
    stored = model._default_manager.filter(client_uuid=client_uuid).first()
    if stored is None:
        return None
    if getattr(stored, SENDER[model]) != by.pk:
        raise _refusal(stored, "taken", _("This number is already in use. Start a new entry."), by=by)
    if getattr(stored, "voided_at", None):
        raise _refusal(stored, "voided", _("This inspection was voided; it cannot be sent again."), by=by)
    if getattr(stored, DIGEST[model]) != digest:
        message = _("This was sent before with other content; what was stored first stays. Start a new entry.")
        raise _refusal(stored, "different", message, by=by)
    return stored


def _refusal(stored: Sent, code: str, message: str, *, by: User) -> SubmissionConflict:
    record(
        f"{stored._meta.model_name}.resent",
        stored,
        by=by,
        reference=str(stored.client_uuid),
        result=Event.Result.REFUSED,
        after={"reason": code},
    )
    return SubmissionConflict(message, code=code)
