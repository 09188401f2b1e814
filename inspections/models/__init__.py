"""What was seen and what was put right."""

from .inspection import Answer, Inspection, InspectionUnit
from .photo import Photo
from .problem import Problem, Step

__all__ = ["Answer", "Inspection", "InspectionUnit", "Photo", "Problem", "Step"]
