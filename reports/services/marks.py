"""Values entered for units and periods, which rules take from outside the figures."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from campaign.models import User
from campaign.queries import facts_changed, record
from units.models import Unit

from ..models import Mark, Period


@transaction.atomic
def enter_marks(
    *, period: Period, sheet: str, values: Mapping[Unit, Decimal | None], by: User | None, now: datetime
) -> int:
    """Write what was entered under a name for a period; None takes a value away. Returns how many changed.

    Rankings that are closed or published keep what they counted; drafts of the period are computed anew.
    """
    known = {mark.unit_id: mark for mark in Mark.objects.filter(period=period, sheet=sheet, unit__in=list(values))}
    changes = {
        unit: value
        for unit, value in values.items()
        if (known[unit.pk].value if unit.pk in known else None) != value
    }  # fmt: skip
    if not changes:
        return 0
    before = {unit.code: str(known[unit.pk].value) for unit in changes if unit.pk in known}
    Mark.objects.filter(period=period, sheet=sheet, unit__in=list(changes)).delete()
    Mark.objects.bulk_create(
        Mark(period=period, sheet=sheet, unit=unit, value=value, entered_by=by, entered_at=now)
        for unit, value in changes.items()
        if value is not None
    )
    after = {unit.code: None if value is None else str(value) for unit, value in changes.items()}
    record("marks.entered", period, by=by, reference=f"{period} {sheet}", before=before, after=after)
    facts_changed([period.starts_on])
    return len(changes)
