"""The lowest app's rows: people, the campaign, its standard, the work calendar, the audit trail."""

from .calendar import WorkDay
from .campaign import Campaign, FactChange, Numbering
from .event import Event
from .imports import ImportMapping, ImportRun
from .people import PasswordHistory, User
from .standard import CheckItem, Indicator, SiteType, Standard

__all__ = [
    "Campaign",
    "CheckItem",
    "Event",
    "FactChange",
    "ImportMapping",
    "ImportRun",
    "Indicator",
    "Numbering",
    "PasswordHistory",
    "SiteType",
    "Standard",
    "User",
    "WorkDay",
]
