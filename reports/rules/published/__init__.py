"""Tables of scores that others published: read tolerantly, computed again exactly, and every difference explained."""

from .checking import Checked, CheckedRow, check_table
from .fitting import rule_for
from .grid import read_grid
from .joining import book, weights_on
from .rule import TableRule, named_columns
from .sentences import table_sentences
from .tables import PublishedRow, PublishedTable, Unreadable

__all__ = [
    "Checked",
    "CheckedRow",
    "PublishedRow",
    "PublishedTable",
    "TableRule",
    "Unreadable",
    "book",
    "check_table",
    "named_columns",
    "read_grid",
    "rule_for",
    "table_sentences",
    "weights_on",
]
