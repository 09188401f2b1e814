"""A published table as it was read: units with their values, totals, places and bands."""

from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise

from .heads import places

#: What a reader may name by its head: {"columns": {"unit": "Institution", "total": "HDI", "band": ""}}; "" for none.
ROLES = ("unit", "total", "rank", "band", "group")


class Unreadable(ValueError):
    """The sheet is not a table of scores; the message says what is missing."""


@dataclass(slots=True)
class PublishedRow:
    """A unit as published; values by column, None where nothing was given. ``last_rank`` ends a range of places."""

    unit: str
    group: str
    values: list[Decimal | None]
    total: Decimal | None = None
    rank: int | Decimal | None = None
    band: str = ""
    line: int = 0
    last_rank: int | None = None


@dataclass(slots=True)
class PublishedTable:
    """A published table: the heads of its columns of figures, its rows, and what was left aside while reading.

    ``aside``: columns that are no components unless a rule names them (numbers, years, places in single components);
    ``weights`` and ``marks``: what rows of weights and full marks say, by column. ``remarks``: titles and notes.
    ``heads``: every head; ``roles``: which of them names units, totals, places, bands and groups.
    ``by_places``: the total is no column that says so, but the one whose order the places follow.
    """

    columns: list[str]
    rows: list[PublishedRow]
    total: str = ""
    notes: list[str] = field(default_factory=list)
    aside: set[int] = field(default_factory=set)
    weights: dict[int, Decimal] = field(default_factory=dict)
    marks: dict[int, Decimal] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    by_places: bool = False
    heads: list[str] = field(default_factory=list)
    roles: dict[str, str] = field(default_factory=dict)

    @property
    def groups(self) -> list[str]:
        """The groups in their order."""
        return list(dict.fromkeys(row.group for row in self.rows))

    @property
    def components(self) -> list[int]:
        """The columns that may be components, without being named."""
        return [at for at in range(len(self.columns)) if at not in self.aside]

    def places_of(self, column: int | None = None) -> int:
        """The most decimal places of a column, or of the published totals."""
        found = [row.total if column is None else row.values[column] for row in self.rows]
        return max((places(value) for value in found if value is not None), default=0)

    def ranked_together(self) -> list[list[int]]:
        """The rows that are ranked together: each group on its own where places begin anew in it, else all.

        Without named groups one begins wherever places that run down the table start again at 1.
        """
        rows = self.rows
        named = {name: [at for at, row in enumerate(rows) if row.group == name] for name in self.groups}
        firsts = [numbers for numbers in named.values() if any(rows[number].rank == 1 for number in numbers)]
        if len(named) > 1:
            return list(named.values()) if len(firsts) == len(named) else [list(range(len(rows)))]
        starts = [at for at, row in enumerate(rows) if row.rank == 1 and (not at or (rows[at - 1].rank or 0) > 1)]
        runs = [list(range(one, two)) for one, two in pairwise([*starts, len(rows)])]
        falls = sum((two.rank or 0) < (one.rank or 0) for one, two in pairwise(rows))
        short = any(len(run) < 2 for run in runs) or any(row.rank is None for row in rows)
        return [list(range(len(rows)))] if len(runs) < 2 or starts[0] or falls != len(runs) - 1 or short else runs
