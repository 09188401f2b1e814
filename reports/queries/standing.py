"""Where a unit stands: its place, its score's parts, and what would lift it."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from campaign.models import User
from inspections.models import Problem
from units.models import Unit, UnitLink

from ..models import RankingRow
from ..rules.lift import Lift, next_place, on_time_gain
from .history import rows_of
from .rankings import Shown, shown_components


@dataclass(frozen=True, slots=True)
class Standing:
    """A unit's rows of the last weeks, the newest with its components, and the next place up (None for the first)."""

    unit: Unit
    rows: list[RankingRow]
    parts: list[Shown]
    before: list[Shown]
    ranked: int
    lift: Lift | None

    @property
    def row(self) -> RankingRow:
        """The newest row."""
        return self.rows[-1]

    @property
    def score_change(self) -> Decimal | None:
        """The score against the week before."""
        scores = [row.score for row in self.rows[-2:] if row.score is not None]
        return scores[1] - scores[0] if len(scores) == 2 else None


def home_unit(user: User) -> Unit | None:
    """The unit a person's home page is about: of those they belong to, one that is ranked comes first."""
    own = Unit.objects.filter(memberships__user=user).select_related("group")
    return own.order_by("group__position", "memberships__position", "code").first()


def standing_of(unit: Unit, user: User, *, at: datetime) -> Standing | None:
    """How a unit stands after the last week that is over; None where it was never ranked."""
    rows = rows_of(unit, user, until=at)
    if not rows:
        return None
    row, parts = rows[-1], shown_components(rows[-1])
    ranked = row.ranking.rows.filter(rank__isnull=False).values_list("rank", "score")
    others = [(rank or 0, score or Decimal(0)) for rank, score in ranked]
    return Standing(
        unit=unit,
        rows=rows,
        parts=parts,
        before=shown_components(rows[-2]) if len(rows) > 1 else [],
        ranked=len(others),
        lift=_lift(row, parts, others, at),
    )


def _lift(row: RankingRow, parts: list[Shown], others: list[tuple[int, Decimal]], at: datetime) -> Lift | None:
    up = next_place(row.score, others) if row.score is not None else None
    if up is None:
        return None
    part = next((part for part in parts if part.figure == "on_time" and part.kind == "rate"), None)
    if part is None or part.numerator is None or part.denominator is None or part.share is None:
        return Lift(*up, 0, None, None, Decimal(0))
    under = UnitLink.objects.filter(ancestor=row.unit_id, valid_to=None).values("descendant")
    in_time = Problem.objects.with_unit().filter(unit__in=under, due_at__gte=at).count()
    before, after, gain = on_time_gain(part.numerator, part.denominator, part.share, in_time)
    return Lift(*up, in_time, before, after, gain)
