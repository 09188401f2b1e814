"""The lowest app's rows: people, the campaign, its standard, the work calendar, the audit trail."""

from .calendar import WorkDay
from .campaign import Campaign, FactChange, Numbering
from .event import ChainHead, Event, Seal
from .imports import ImportMapping, ImportRun
from .kept import KeptFile
from .notice import Notice
from .outbox import Delivery, Robot
from .people import PasswordHistory, User
from .public import Allowance, Suggestion
from .standard import CheckItem, Indicator, SiteType, Standard

__all__ = [
    "Allowance",
    "Campaign",
    "ChainHead",
    "CheckItem",
    "Delivery",
    "Event",
    "FactChange",
    "ImportMapping",
    "ImportRun",
    "Indicator",
    "KeptFile",
    "Notice",
    "Numbering",
    "PasswordHistory",
    "Robot",
    "Seal",
    "SiteType",
    "Standard",
    "Suggestion",
    "User",
    "WorkDay",
]
