"""What it adds up to: periods, rules, rankings, lists, produced documents."""

from .adjustment import Adjustment, AdjustmentProof
from .document import Document
from .period import Period
from .ranking import ListEntry, Ranking, RankingRow
from .rule import RuleUse, ScoringRule

__all__ = [
    "Adjustment",
    "AdjustmentProof",
    "Document",
    "ListEntry",
    "Period",
    "Ranking",
    "RankingRow",
    "RuleUse",
    "ScoringRule",
]
