"""What the columns of a block of a published table are: units, totals, places, bands, groups, figures."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from . import heads as meaning
from .heads import MISSING, NUMBER, is_number, is_unit, number, place_of, plain


@dataclass(slots=True)
class Block:
    """One table on the sheet: the columns of its parts."""

    roles: dict[str, int]
    columns: list[int]
    aside: set[int]
    heads: dict[int, str]


class Blocks:
    """Tells what the columns of a block are."""

    def __init__(self, grid: list[list[str]], heads: list[str], first: int, wanted: Mapping[str, str]) -> None:
        self.grid, self.heads, self.first, self.wanted = grid, heads, first, wanted
        #: Totals of other periods.
        self.earlier: set[int] = set()

    def of(self, span: range) -> Block | None:
        """A block's columns by what they are; None where nothing names units or holds figures."""
        named = [column for column in span if self.heads[column]]
        figures = [column for column in named if self._figures(column)]
        roles = {
            role: column for role, head in self.wanted.items() for column in named if plain(self.heads[column]) == head
        }
        texts = [column for column in named if column not in roles.values()]
        #: A role that no column is to have.
        roles |= {role: -1 for role, head in self.wanted.items() if not head and role != "unit"}
        self._unit(roles, texts)
        self._others(roles, texts, figures)
        if "unit" not in roles:
            return None
        taken = {column for column in roles.values() if column >= 0}
        columns = [column for column in figures if column not in taken]
        aside = {column for column in columns if column in self.earlier or self._is_aside(column)}
        if roles.get("total", -1) >= 0:
            columns.append(roles["total"])
            aside |= {roles["total"]} if len(columns) > len(aside) + 1 else set()
        if len(columns) == len(aside):
            return None
        roles = {role: column for role, column in roles.items() if column >= 0}
        return Block(roles, columns, aside, _apart({column: self.heads[column] for column in span}))

    def _cells(self, column: int) -> list[str]:
        return [row[column] for row in self.grid[self.first :]]

    def _figures(self, column: int) -> bool:
        """Whether a column holds figures: most of what is written in it."""
        written = [cell for cell in self._cells(column) if cell.lower() not in MISSING]
        # 14中 and 3号院 are units, 12.6b and 95分 are figures: the head tells them apart.
        test = is_number if is_unit(self.heads[column]) else NUMBER.match
        return 2 * sum(bool(test(cell)) for cell in written) > len(written) > 0

    def _unit(self, roles: dict[str, int], texts: list[int]) -> None:
        """The column of the units: by its head, of several the one with most different texts."""
        if "unit" in roles:
            return
        words = [column for column in texts if not self._figures(column)]
        words = [
            column for column in words if not self._is(meaning.RANK, column) and not self._is(meaning.BAND, column)
        ]
        found = [column for column in words if is_unit(self.heads[column])] or [
            column for column in words if not meaning.IGNORED.match(self.heads[column])
        ]
        if found:
            roles["unit"] = max(found, key=lambda column: (len({*self._cells(column)}), -column))

    def _is(self, words: object, column: int) -> bool:
        return bool(words.search(self.heads[column]))  # type: ignore[attr-defined]

    def _others(self, roles: dict[str, int], texts: list[int], figures: list[int]) -> None:
        """Totals, places, bands and groups by their heads."""
        unit = roles.get("unit", -1)
        plain_ones = [column for column in texts if column != unit and not meaning.IGNORED.match(self.heads[column])]
        ranks = [column for column in plain_ones if self._is(meaning.RANK, column)]
        bands = [column for column in plain_ones if self._is(meaning.BAND, column) and column not in figures]
        groups = [column for column in plain_ones if meaning.GROUP.match(self.heads[column])]
        last = {column: self.heads[column].rpartition("/")[2] for column in figures if column not in ranks}
        totals = [column for column, head in last.items() if meaning.TOTAL.fullmatch(head)]
        totals = totals or self._of_period(last, ranks)
        like = [column for column, head in last.items() if meaning.LIKE_TOTAL.fullmatch(head)]
        totals = sorted(totals or like, key=lambda column: (self._told_by(ranks, column), column))
        for role, found in (("total", totals), ("band", bands), ("group", groups)):
            if found:
                roles.setdefault(role, found[-1])
        if ranks and "rank" not in roles:
            total = roles.get("total", -1)
            roles["rank"] = self._best_rank(ranks, total if total >= 0 else None)

    def _told_by(self, ranks: list[int], total: int) -> int:
        """How well a column of totals goes with the places, where there are any."""
        return max((self._agreeing(rank, total) for rank in ranks), default=0)

    def _best_rank(self, ranks: list[int], total: int | None) -> int:
        """Of several columns of places the one that goes with the totals, else the one with the shortest head."""
        if total is None or len(ranks) == 1:
            return min(ranks, key=lambda column: len(self.heads[column]))
        period = _period(self.heads[total])
        return max(ranks, key=lambda rank: (self._agreeing(rank, total), _period(self.heads[rank]) == period, rank))

    def _agreeing(self, rank: int, total: int) -> int:
        """How many steps from place to place the totals make in the same direction."""
        known = zip(self._cells(rank), [number(cell) for cell in self._cells(total)], strict=True)
        found = [(place_of(cell)[0], value) for cell, value in known if value is not None]
        placed = sorted((place, value) for place, value in found if place is not None)
        falls = sum(one[1] >= other[1] for one, other in pairwise(placed))
        return max(falls, len(placed) - 1 - falls)

    def _of_period(self, heads: Mapping[int, str], ranks: list[int]) -> list[int]:
        """Totals whose heads name a period (9月综合得分): the one that goes with the first places; the others aside."""
        found = [
            column
            for column, head in heads.items()
            if meaning.PERIOD.match(head) and meaning.TOTAL.fullmatch(meaning.PERIOD.sub("", head))
        ]
        if not found or not ranks:
            return found[-1:]
        first = -1 if len(ranks) > 1 else 1
        best = max(found, key=lambda column: (self._agreeing(ranks[0], column), first * column))
        self.earlier = {column for column in found if column != best} if len(ranks) > 1 else set()
        return [best]

    def _is_aside(self, column: int) -> bool:
        head = self.heads[column]
        return bool(meaning.IGNORED.match(head) or meaning.RANK.search(head) or meaning.TOTAL.fullmatch(head))


def _period(head: str) -> str:
    """The period that a head begins with."""
    found = meaning.PERIOD.match(head)
    return found[0] if found else ""


def _apart(heads: Mapping[int, str]) -> dict[int, str]:
    """Heads by which columns can be told apart: of the same ones the second is numbered."""
    found, seen = {}, Counter[str]()
    for column, head in heads.items():
        seen[head] += 1
        found[column] = f"{head} ({seen[head]})" if head and seen[head] > 1 else head
    return found
