"""What was seen and what was put right."""

from .bulk import BulkItem, BulkRun
from .citizen import CitizenReport
from .inspection import Answer, Inspection, InspectionUnit
from .ladder import Climb, Digest, LimitRule, Supervision
from .photo import Photo
from .problem import Extension, Problem, Step, Suspension
from .saved_filter import SavedFilter
from .settings import LedgerSettings

__all__ = [
    "Answer",
    "BulkItem",
    "BulkRun",
    "CitizenReport",
    "Climb",
    "Digest",
    "Extension",
    "Inspection",
    "InspectionUnit",
    "LedgerSettings",
    "LimitRule",
    "Photo",
    "Problem",
    "SavedFilter",
    "Step",
    "Supervision",
    "Suspension",
]
