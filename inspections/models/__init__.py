"""What was seen and what was put right."""

from .citizen import CitizenReport
from .inspection import Answer, Inspection, InspectionUnit
from .photo import Photo
from .problem import Problem, Step

__all__ = ["Answer", "CitizenReport", "Inspection", "InspectionUnit", "Photo", "Problem", "Step"]
