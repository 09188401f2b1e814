"""Acts on periods, rankings and scoring rules."""

from .closing import close_ended, close_period, recompute
from .publication import publish, revise
from .refreshing import open_period, refresh, roll_up
from .rules import TriedRow, apply_rule, compare_rules, save_rule, stop_rule, try_rule, use_rule

__all__ = [
    "TriedRow",
    "apply_rule",
    "close_ended",
    "close_period",
    "compare_rules",
    "open_period",
    "publish",
    "recompute",
    "refresh",
    "revise",
    "roll_up",
    "save_rule",
    "stop_rule",
    "try_rule",
    "use_rule",
]
