"""Who answers for what: units and their order, sites, tasks and evidence."""

from .boundary import Boundary
from .site import Site
from .task import Evidence, Progress, Task, TaskDuty, TaskRule
from .unit import Membership, PeerGroup, Unit, UnitLink

__all__ = [
    "Boundary",
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
