"""What it adds up to: periods, rules, rankings, lists, produced documents."""

from .document import Document
from .period import Period
from .ranking import ListEntry, Ranking, RankingRow
from .rule import RuleUse, ScoringRule

__all__ = ["Document", "ListEntry", "Period", "Ranking", "RankingRow", "RuleUse", "ScoringRule"]
