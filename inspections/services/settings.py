"""Changing the ledger's settings."""

from typing import Any

from django.db import transaction
from django.forms import model_to_dict

from campaign.models import User
from campaign.queries import record

from ..models import LedgerSettings
from ..queries.settings import ledger_settings


@transaction.atomic
def save_ledger_settings(*, settings: LedgerSettings, by: User) -> LedgerSettings:
    """Save the city's settings with the trail of what changed."""
    before, after = _told(ledger_settings()), _told(settings)
    settings.save()
    if before != after:
        record("ledger_settings.changed", by=by, reference="ledger", before=before, after=after)
    return settings


def _told(settings: LedgerSettings) -> dict[str, Any]:
    return {
        name: value if isinstance(value, int | str | None) else str(value)
        for name, value in model_to_dict(settings).items()
    }
