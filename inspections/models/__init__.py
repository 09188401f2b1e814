"""What was seen and what was put right."""

from .citizen import CitizenReport
from .inspection import Answer, Inspection, InspectionUnit
from .photo import Photo
from .problem import Extension, Problem, Step, Suspension

__all__ = [
    "Answer",
    "CitizenReport",
    "Extension",
    "Inspection",
    "InspectionUnit",
    "Photo",
    "Problem",
    "Step",
    "Suspension",
]
