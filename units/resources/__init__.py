"""Sheets of units, sites, tasks and accounts."""

from .sites import SiteSheet
from .tasks import TaskSheet
from .units import UnitSheet
from .users import UserSheet

__all__ = ["SiteSheet", "TaskSheet", "UnitSheet", "UserSheet"]
