"""Sheets of inspections and problems."""

from .inspections import InspectionSheet
from .problems import ProblemSheet

__all__ = ["InspectionSheet", "ProblemSheet"]
