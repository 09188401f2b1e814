"""Acts on periods, rankings and scoring rules."""

from .closing import close_ended, close_period
from .publication import publish, revise
from .refreshing import open_period, refresh, roll_up
from .rules import TriedRow, save_rule, stop_rule, try_rule, use_rule

__all__ = [
    "TriedRow",
    "close_ended",
    "close_period",
    "open_period",
    "publish",
    "refresh",
    "revise",
    "roll_up",
    "save_rule",
    "stop_rule",
    "try_rule",
    "use_rule",
]
