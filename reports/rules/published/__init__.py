"""Tables of scores that others published: read tolerantly, computed again exactly, and every difference explained."""

from .checking import Checked, CheckedRow, check_table
from .fitting import rule_for
from .grid import PublishedRow, PublishedTable, Unreadable, read_grid
from .rule import named_columns

__all__ = [
    "Checked",
    "CheckedRow",
    "PublishedRow",
    "PublishedTable",
    "Unreadable",
    "check_table",
    "named_columns",
    "read_grid",
    "rule_for",
]
