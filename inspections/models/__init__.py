"""What was seen and what was put right."""

from .citizen import CitizenReport
from .inspection import Answer, Inspection, InspectionUnit
from .photo import Photo
from .problem import Extension, Problem, Step, Suspension
from .settings import LedgerSettings

__all__ = [
    "Answer",
    "CitizenReport",
    "Extension",
    "Inspection",
    "InspectionUnit",
    "LedgerSettings",
    "Photo",
    "Problem",
    "Step",
    "Suspension",
]
