"""Exemptions: kept by the office, and what they stop while it is entered."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from campaign.models import CheckItem, User
from campaign.permissions import Permission
from campaign.queries import an_event, record, record_all
from campaign.rules import day_of
from campaign.sentences import joined

from ..models import Exemption, Problem
from ..models.exemption import Case
from ..queries.exemptions import exempt
from .numbering import new_codes


@transaction.atomic
def save_exemption(*, exemption: Exemption, items: Collection[CheckItem], by: User, at: datetime) -> Exemption:
    """Save an exemption from a form, with the items it is about; the trail keeps what it said before."""
    before = _told(Exemption.objects.filter(pk=exemption.pk).first())
    if exemption.pk is None:
        [exemption.code] = new_codes("MZ", [day_of(at)], 3)
        exemption.made_by, exemption.made_at = by, at
    exemption.save()
    exemption.items.set(items)
    after = _told(exemption)
    record("exemption.changed" if before else "exemption.made", exemption, by=by, before=before, after=after)
    return exemption


def _told(exemption: Exemption | None) -> dict[str, Any]:
    if exemption is None:
        return {}
    fields = ("reason", "words", "valid_from", "valid_to", "from_time", "to_time", "approved_by")
    told = {name: str(getattr(exemption, name) or "") for name in fields}
    return told | {"items": sorted(exemption.items.values_list("code", flat=True))}


def stopped(cases: Sequence[Case], *, despite: str, by: User) -> dict[int, str]:
    """The places of the cases that an exemption stops, each with its sentence.

    With a reason (``despite``) the office stops at nothing. Raises ValidationError where somebody else gives one.
    """
    if despite.strip():
        if not by.can(Permission.MANAGE_EXEMPTIONS):
            raise ValidationError({"despite": _("Only the creation office notes what is exempt.")})
        return {}
    more = _("The office may note it all the same, with a reason.")
    return {place: joined([row.sentence, more]) for place, row in enumerate(exempt(cases)) if row}


def record_forced(problems: Iterable[Problem], *, despite: str, by: User) -> None:
    """Write down which of these problems were noted although they are exempt, and why."""
    if not despite.strip():
        return
    noted = list(problems)
    cases = [
        Case(at=row.noted_at, text=row.text, site=row.site, unit_id=row.unit_id, item_id=row.item_id) for row in noted
    ]
    record_all(
        an_event(
            "problem.exemption_overruled", problem, by=by, after={"exemption": row.code, "reason": despite.strip()}
        )
        for problem, row in zip(noted, exempt(cases), strict=True)
        if row
    )
