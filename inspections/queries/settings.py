"""The ledger's settings as they stand."""

from ..models import LedgerSettings


def ledger_settings() -> LedgerSettings:
    """The city's settings, or the defaults where none were saved."""
    return LedgerSettings.objects.first() or LedgerSettings()
