"""What was seen and what was put right."""

from .bulk import BulkItem, BulkRun
from .citizen import CitizenReport
from .inspection import Answer, Inspection, InspectionUnit
from .photo import Photo
from .problem import Extension, Problem, Step, Suspension
from .saved_filter import SavedFilter
from .settings import LedgerSettings

__all__ = [
    "Answer",
    "BulkItem",
    "BulkRun",
    "CitizenReport",
    "Extension",
    "Inspection",
    "InspectionUnit",
    "LedgerSettings",
    "Photo",
    "Problem",
    "SavedFilter",
    "Step",
    "Suspension",
]
