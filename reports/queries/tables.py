"""The facts of one period, each statement run once however many groups ask for it."""

from datetime import datetime

from django.db import DatabaseError, transaction
from django.db.models import Q

from units.models import Unit

from ..models import Period
from ..rules.columns import Ratio
from ..rules.parts import AnyNeed, EarlierNeed, EventNeed, Need
from ..rules.periods import Window
from ..rules.scoring import Table
from ..rules.spec import RuleSpec
from .events import measure_events
from .figures import inspection_counts, measure
from .marks import measure_earlier, measure_marks


class Facts:
    """Figures of all units in a period, computed when first asked for."""

    def __init__(self, period: Period, now: datetime) -> None:
        self.period = period
        self.window: Window = period.span.window(now)
        self._figures: dict[AnyNeed, dict[int, Ratio] | DatabaseError] = {}
        self._counts: dict[int, int] | None = None
        self._units: dict[int, list[tuple[int, str]]] | None = None

    def _measured(self, need: AnyNeed) -> dict[int, Ratio]:
        match need:
            case Need():
                return measure(need, self.window)
            case EventNeed():
                return measure_events(need, self.window)
            case EarlierNeed():
                return measure_earlier(need, self.period.span)
            case _:
                return measure_marks(need.sheet, self.period.code)

    def figure(self, need: AnyNeed) -> dict[int, Ratio]:
        """One figure, line of events, entered value or earlier score.

        A statement that fails, fails for each group that needs it and for no other.
        """
        if need not in self._figures:
            try:
                with transaction.atomic():
                    self._figures[need] = self._measured(need)
            except DatabaseError as error:
                self._figures[need] = error
        found = self._figures[need]
        if isinstance(found, DatabaseError):
            raise found
        return found

    def counts(self) -> dict[int, int]:
        """How many inspections count for each unit."""
        if self._counts is None:
            self._counts = inspection_counts(self.window)
        return self._counts

    def units(self, group_id: int) -> list[tuple[int, str]]:
        """The units of a group that existed on some day of the period, as (id, code)."""
        if self._units is None:
            self._units = {}
            rows = Unit.objects.filter(
                Q(valid_to=None) | Q(valid_to__gt=self.period.starts_on), valid_from__lte=self.period.ends_on
            )
            for group, unit, code in rows.order_by().values_list("group_id", "id", "code"):
                self._units.setdefault(group, []).append((unit, code))
        return self._units.get(group_id, [])

    def table(self, spec: RuleSpec, group_id: int) -> Table:
        """What a group's ranking by a rule is made from."""
        return Table(
            units=self.units(group_id),
            figures=[self.figure(need) for need in spec.needs()],
            inspections=self.counts() if spec.least_inspections else {},
        )
