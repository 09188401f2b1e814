"""What was seen and what was put right."""

from .appeal import Appeal, AppealProof
from .bulk import BulkItem, BulkRun
from .citizen import CitizenReport
from .exemption import Exemption
from .hand_over import HandOverRule
from .inspection import Answer, Inspection, InspectionUnit
from .ladder import Climb, Digest, LimitRule, Supervision
from .paper import Paper, PaperFile, PaperProblem, PaperReply, PaperRun, PaperRunItem, PaperSettings
from .photo import Photo
from .problem import Extension, Problem, Step, Suspension, SuspensionProof
from .recheck import BlindVisit, Draw, Recheck
from .repair import CheckVisit, Plan, ProblemUnit
from .saved_filter import SavedFilter
from .settings import LedgerSettings

__all__ = [
    "Answer",
    "Appeal",
    "AppealProof",
    "BlindVisit",
    "BulkItem",
    "BulkRun",
    "CheckVisit",
    "CitizenReport",
    "Climb",
    "Digest",
    "Draw",
    "Exemption",
    "Extension",
    "HandOverRule",
    "Inspection",
    "InspectionUnit",
    "LedgerSettings",
    "LimitRule",
    "Paper",
    "PaperFile",
    "PaperProblem",
    "PaperReply",
    "PaperRun",
    "PaperRunItem",
    "PaperSettings",
    "Photo",
    "Plan",
    "Problem",
    "ProblemUnit",
    "Recheck",
    "SavedFilter",
    "Step",
    "Supervision",
    "Suspension",
    "SuspensionProof",
]
