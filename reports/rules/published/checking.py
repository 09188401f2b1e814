"""A published table beside its recomputation: every total, place and band, and why one differs."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from itertools import pairwise

from django.utils.translation import gettext as _

from ..spec import Band, RuleSpec
from .again import Again, Rank, ranked, rounded, within
from .bands import Quotas, bands_of, quotas_of
from .heads import places
from .rule import TableRule
from .tables import PublishedRow, PublishedTable


@dataclass(slots=True)
class CheckedRow:
    """A unit: ours beside theirs; ``why`` explains each difference, ``open`` says that one was not explained.

    ``allowed``: the least and greatest total that the printed components allow, where the totals differ.
    """

    published: PublishedRow
    score: Decimal | None
    rank: Rank | None
    shared: bool
    band: str
    footnote: str
    difference: Decimal | None = None
    allowed: tuple[Decimal, Decimal] | None = None
    why: list[str] = field(default_factory=list)
    open: bool = False

    @property
    def agrees(self) -> bool:
        """Whether total, place and band are as published."""
        return not self.why

    @property
    def word(self) -> str:
        """Agrees, explained or open, in the reader's language."""
        if self.agrees:
            return _("agrees")
        return _("does not add up") if self.open else _("explained")


@dataclass(frozen=True)
class Checked:
    """A table with every row computed again."""

    table: PublishedTable
    rule: TableRule
    rows: list[CheckedRow]
    notes: list[str] = field(default_factory=list)

    @property
    def spec(self) -> RuleSpec:
        """The rule by which it was computed."""
        return self.rule.spec

    @property
    def found(self) -> str:
        """How the rule was come by."""
        return self.rule.found

    @property
    def agreeing(self) -> int:
        """Rows without a difference."""
        return sum(row.agrees for row in self.rows)

    @cached_property
    def explained(self) -> int:
        """Rows whose differences follow from a rounding, a rule for ties or another stated rule of theirs."""
        return sum(bool(row.why) and not row.open for row in self.rows)

    @property
    def unexplained(self) -> int:
        """Rows with a difference that nothing explains but arithmetic."""
        return sum(row.open for row in self.rows)

    @property
    def heads(self) -> list[str]:
        """The heads of the columns that count."""
        return [self.table.columns[column] for column in self.rule.used(len(self.table.columns))]

    def values(self, row: CheckedRow) -> list[Decimal | None]:
        """A row's values under ``heads``."""
        return [row.published.values[column] for column in self.rule.used(len(self.table.columns))]

    @cached_property
    def grouped(self) -> bool:
        """Whether the table names groups."""
        return any(row.published.group for row in self.rows)

    def theirs(self, row: CheckedRow) -> Decimal | None:
        """A published total with the places that the table prints: a sheet keeps 86.00 as 86."""
        total, digits = row.published.total, self.table.places_of()
        return total if total is None or places(total) >= digits else total.quantize(Decimal(1).scaleb(-digits))

    @property
    def named(self) -> list[tuple[CheckedRow, list[tuple[str, Decimal | None]], Decimal | None]]:
        """The rows with their values, each with its head, and their totals."""
        heads = self.heads
        return [(row, list(zip(heads, self.values(row), strict=True)), self.theirs(row)) for row in self.rows]

    @property
    def shown(self) -> list[tuple[CheckedRow, list[Decimal | None], Decimal | None]]:
        """The rows with their values and their totals."""
        return [(row, self.values(row), self.theirs(row)) for row in self.rows]


def check_table(table: PublishedTable, rule: TableRule) -> Checked:
    """Compute a published table again and explain every difference."""
    again, notes = Again(table, rule), []
    if not rule.spec.bands and not rule.quotas:
        by_total = bands_of(table.rows)
        bands, said = by_total or ((), [])
        quotas: Quotas = ()
        if by_total is None:
            quotas, said = quotas_of(table.rows)
        notes += said
        data = {**rule.data, "bands": [*_bands_data(bands), *_quotas_data(quotas)]} if bands or quotas else rule.data
        again = Again(table, replace(rule, spec=replace(rule.spec, bands=bands), quotas=quotas, data=data))
    rows = [_checked(again, number) for number in range(len(table.rows))]
    for numbers in again.groups:
        _Places(again, numbers, rows).explain()
    return Checked(table, again.rule, rows, notes)


def _bands_data(bands: Sequence[Band]) -> list[dict[str, str]]:
    return [{"name": band.name, "least": str(band.least)} for band in bands]


def _quotas_data(quotas: Quotas) -> list[dict[str, str]]:
    return [{"name": name} | ({} if last is None else {"best": str(last)}) for name, last in quotas]


def _checked(again: Again, number: int) -> CheckedRow:
    published, score, rank = again.table.rows[number], again.scores[number], again.ranks[number]
    spec = again.rule.spec
    shared = rank is not None and again.alike[number][rank] > 1
    found = CheckedRow(published, score, rank, shared, again.band(number), again.placed[number].footnote)
    if published.total is not None and score is not None and published.total != score:
        found.difference = score - published.total
        _explain_total(again, number, found, published.total)
    if published.total is not None and score is None:
        found.why.append(_("We find nothing to add up."))
        found.open = True
    if published.band and found.band and published.band != found.band:
        found.why.append(_("Band: %(ours)s by the rule, published %(theirs)s.") % {
            "ours": found.band, "theirs": published.band
        })  # fmt: skip
        found.open = found.open or bool(again.rule.quotas) or spec.band(published.total) != published.band
    return found


def _explain_total(again: Again, number: int, row: CheckedRow, theirs: Decimal) -> None:
    """Say why a published total is not ours: rounding, what is missing, another total, or arithmetic."""
    exact, spec = again.totals[number], again.rule.spec
    if exact is None:
        return
    allowed = again.focused.allowed[number]
    if allowed:
        low, high = (rounded(end, spec.places + 2) for end in allowed)
        row.allowed = low, high
    if words := _rounded_otherwise(again, exact, theirs, everywhere=True):
        row.why.append(words)
        return
    if allowed and low != high and within(theirs, allowed, again.table.places_of()):
        row.why.append(
            _("Rounding of the components: as printed they allow %(low)s to %(high)s.")
            % {"low": _printed(allowed[0], spec.places), "high": _printed(allowed[1], spec.places)}
        )
        return
    if words := _rounded_otherwise(again, exact, theirs, everywhere=False):
        row.why.append(words)
        return
    lacks = any(column is not None and again.cells.value(number, column) is None for column in again.rule.columns)
    for words, about_missing, other in again.variants:
        if other.scores[number] == theirs and (lacks or not about_missing):
            row.why.append(words)
            return
    row.open = True
    row.why.append(_("Arithmetic of theirs: by this rule the components give %(exact)s.") % {
        "exact": _printed(exact, spec.places)
    })  # fmt: skip


def _printed(exact: Fraction, digits: int) -> str:
    """A total before it is rounded: two places more than the rule's, but none of them that is a mere zero."""
    more, usual = rounded(exact, digits + 2), rounded(exact, digits)
    return f"{usual if more == usual else more.normalize():f}"


def _rounded_otherwise(again: Again, exact: Fraction, theirs: Decimal, *, everywhere: bool) -> str:
    """What rounding makes theirs of our total, if any; ``everywhere``: only where the whole table speaks for it."""
    spec, digits = again.rule.spec, again.table.places_of() if everywhere else places(theirs)
    if digits != spec.places and rounded(exact, digits) == theirs:
        return _("Published with %(places)s decimal places.") % {"places": digits}
    words = {"down": _("downwards"), "up": _("upwards"), "half_up": _("half up"), "half_even": _("half to even")}
    for name, how in words.items():
        if name == again.rule.rounding or (everywhere and not again.rounded_so(name)):
            continue
        if rounded(exact, spec.places, name) == theirs:
            return _("Rounding: theirs is rounded %(how)s.") % {"how": how}
    return ""


class _Places:
    """Why published places are not ours, within the rows that are ranked together."""

    def __init__(self, again: Again, numbers: Sequence[int], every: Sequence[CheckedRow]) -> None:
        self.again, self.numbers, self.rule = again, numbers, again.rule
        self.rows = rows = [every[number] for number in numbers]
        self.by_theirs = self._ranks({at: row.published.total for at, row in enumerate(rows)}, "shared")
        self.theirs_dense = self._ranks({at: row.published.total for at, row in enumerate(rows)}, "dense")
        ours = {at: row.score for at, row in enumerate(rows)}
        self.ours = {ties: self._ranks(ours, ties) for ties in ("dense", "shared", "last", "average")}
        self.equal = Counter(row.published.total for row in rows)
        self.placed: dict[Rank | None, list[Rank | None]] = {}
        for row in rows:
            self.placed.setdefault(row.rank, []).append(row.published.rank)

    def _ranks(self, scores: Mapping[int, Decimal | None], ties: str) -> Mapping[int, Rank]:
        sign = 1 if self.rule.ascending else -1
        return ranked({at: sign * score for at, score in scores.items() if score is not None}, ties)

    @cached_property
    def excerpt(self) -> bool:
        """Whether the table shows some of the places only, in our order."""
        known = [row for row in self.rows if row.rank is not None and row.published.rank is not None]
        by_ours = sorted(known, key=lambda row: (row.rank or 0, row.published.rank or 0))
        falls = any((two.published.rank or 0) < (one.published.rank or 0) for one, two in pairwise(by_ours))
        return not falls and max((row.published.rank or 0 for row in known), default=0) > len(self.rows)

    def explain(self) -> None:
        """Say of every place that differs why."""
        for at, row in enumerate(self.rows):
            theirs = row.published.rank
            if theirs is None or row.rank is None or theirs <= row.rank <= (row.published.last_rank or theirs):
                continue
            words = self._why(at, row, theirs)
            row.why.append(
                words
                or _("Their place %(theirs)s does not follow from their totals; ours is %(ours)s.")
                % {"theirs": theirs, "ours": row.rank}
            )
            row.open = row.open or not words

    @cached_property
    def otherwise(self) -> dict[int, Rank]:
        """Places on the totals before they are rounded, or after it where ours go by those before."""
        basis = "rounded" if self.rule.spec.rank_on == "exact" else "exact"
        ranks = self.again.ranks_on(basis)
        return {at: rank for at, number in enumerate(self.numbers) if (rank := ranks[number]) is not None}

    def _why(self, at: int, row: CheckedRow, theirs: Rank) -> str:
        exact = self.rule.spec.rank_on == "exact"
        if self.otherwise.get(at) == theirs:
            if exact:
                return _("Theirs goes by the rounded totals, ours by the totals before they are rounded.")
            return _("Theirs goes by the totals before they are rounded; rounded they are equal.")
        tied = self.placed[row.rank]
        if row.shared and row.rank is not None:
            if row.rank <= theirs < row.rank + len(tied) and tied.count(theirs) == 1:
                return _("Equal scores: ours share place %(place)s (并列), theirs stand one after the other.") % {
                    "place": row.rank
                }
            if self.ours["last"].get(at) == theirs:
                return _("Theirs gives equal scores the last of their places (2, 2, 3).")
            if self.ours["average"].get(at) == theirs:
                return _("Theirs gives equal scores the mean of their places (1.5, 1.5, 3).")
        return self._by_totals(at, row, theirs)

    def _by_totals(self, at: int, row: CheckedRow, theirs: Rank) -> str:
        """Why a place is another one that does not stand among equal scores of ours."""
        first, same = self.by_theirs.get(at), self.equal[row.published.total]
        if self.excerpt and theirs > (row.rank or 0):
            return _("Places are left out between these rows; their order is ours.")
        if self.ours["dense"].get(at) == theirs:
            return _("Theirs counts places without gaps after equal scores (1, 1, 2).")
        if self.ours["shared"].get(at) == theirs:
            return _("Theirs leaves gaps after equal scores (1, 1, 3).")
        if first == theirs or self.theirs_dense.get(at) == theirs:
            return _("Their place follows from their totals.")
        if first is not None and row.published.total is not None and same > 1 and first <= theirs < first + same:
            return _("Their place follows from their totals; they part equal ones.")
        return ""
