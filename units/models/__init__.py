"""Who answers for what: units and their order, sites, tasks and evidence."""

from .site import Site
from .task import Evidence, Progress, Task, TaskDuty, TaskRule
from .unit import Membership, PeerGroup, Unit, UnitLink

__all__ = [
    "Evidence",
    "Membership",
    "PeerGroup",
    "Progress",
    "Site",
    "Task",
    "TaskDuty",
    "TaskRule",
    "Unit",
    "UnitLink",
]
