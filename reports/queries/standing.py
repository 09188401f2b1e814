"""Where a unit stands: its place, its score's parts, and what would lift it."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Count, Q

from campaign.models import User
from campaign.rules import day_of
from inspections.models import Problem
from inspections.rules import WITH_UNIT, State
from units.models import TaskDuty, Unit, UnitLink

from ..models import RankingRow
from ..rules.lift import Gains, Lift, Work, lift
from ..rules.spec import RuleSpec
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
    if row.score is None:
        return None
    return lift(RuleSpec.parse(row.ranking.rule.spec), parts, row.score, others, _open_work(row, at))


def _open_work(row: RankingRow, at: datetime) -> list[Work]:
    """What the unit and those under it hold and can still do in time: problems, receipts, duties."""
    span = row.ranking.period.span
    under = UnitLink.objects.filter(ancestor=row.unit_id, valid_to=None).values("descendant")
    in_period = Q(handed_over_at__gte=span.starts_at, handed_over_at__lt=span.ends_at)
    counts = Problem.objects.filter(unit__in=under).aggregate(
        due=Count("pk", filter=Q(state__in=WITH_UNIT, due_at__gte=at)),
        of_period=Count("pk", filter=Q(state__in=WITH_UNIT, due_at__gte=at) & in_period),
        receipts=Count("pk", filter=Q(state=State.HANDED_OVER, receive_due_at__gte=at)),
    )
    duties = TaskDuty.objects.filter(unit__in=under, due_on__gte=day_of(at), state__in=["open", "returned"]).count()

    def closing(count: int) -> Gains:
        return {"on_time": (count, count), "rectified": (min(count, counts["of_period"]), 0)}

    return [
        Work("problems", counts["due"], closing),
        Work("receipts", counts["receipts"], lambda count: {"prompt_receipt": (count, count)}),
        Work("duties", duties, lambda count: {"tasks": (count, count)}),
    ]
