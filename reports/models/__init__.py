"""What it adds up to: periods, rules, rankings, lists, produced documents."""

from .adjustment import Adjustment, AdjustmentProof
from .carried import Carried
from .document import Document
from .mark import Mark
from .objection import Objection, ObjectionProof, ObjectionTime
from .period import Period
from .ranking import ListEntry, Ranking, RankingRow
from .rule import RuleUse, ScoringRule

__all__ = [
    "Adjustment",
    "AdjustmentProof",
    "Carried",
    "Document",
    "ListEntry",
    "Mark",
    "Objection",
    "ObjectionProof",
    "ObjectionTime",
    "Period",
    "Ranking",
    "RankingRow",
    "RuleUse",
    "ScoringRule",
]
