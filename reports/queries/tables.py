"""The facts of one period, each statement run once however many groups ask for it."""

from dataclasses import replace
from datetime import datetime
from functools import cached_property

from django.db import DatabaseError, transaction
from django.db.models import F, Q

from units.models import Unit

from ..models import Period
from ..rules.columns import Ratio
from ..rules.heirs import last_heirs
from ..rules.parts import AnyNeed, EarlierNeed, EventNeed, Need
from ..rules.periods import Window
from ..rules.scoring import Table
from ..rules.spec import RuleSpec
from .carried import window_at
from .events import measure_events
from .figures import inspection_counts, measure
from .marks import measure_earlier, measure_marks


class Facts:
    """Figures of all units in a period, computed when first asked for."""

    def __init__(self, period: Period, now: datetime) -> None:
        self.period = period
        self.window: Window = window_at(period.span, now)
        self._figures: dict[tuple[AnyNeed, Window], dict[int, Ratio] | DatabaseError] = {}
        self._counts: dict[Window, dict[int, int]] = {}
        self._units: dict[int, list[tuple[int, str]]] | None = None

    @cached_property
    def merged_window(self) -> Window:
        """The same window, what merged units did counting for their successors."""
        heirs = last_heirs(successors(self.window))
        return replace(self.window, heirs=tuple(sorted(heirs.items())))

    def window_for(self, spec: RuleSpec) -> Window:
        """What the figures of a rule look at."""
        return self.merged_window if spec.ended == "successor" else self.window

    def _measured(self, need: AnyNeed, window: Window) -> dict[int, Ratio]:
        match need:
            case Need():
                return measure(need, window)
            case EventNeed():
                return measure_events(need, window)
            case EarlierNeed():
                return measure_earlier(need, self.period.span)
            case _:
                return measure_marks(need.sheet, self.period.code)

    def figure(self, need: AnyNeed, window: Window) -> dict[int, Ratio]:
        """One figure, line of events, entered value or earlier score.

        A statement that fails, fails for each group that needs it and for no other.
        """
        if (need, window) not in self._figures:
            try:
                with transaction.atomic():
                    self._figures[need, window] = self._measured(need, window)
            except DatabaseError as error:
                self._figures[need, window] = error
        found = self._figures[need, window]
        if isinstance(found, DatabaseError):
            raise found
        return found

    def counts(self, window: Window) -> dict[int, int]:
        """How many inspections count for each unit."""
        if window not in self._counts:
            self._counts[window] = inspection_counts(window)
        return self._counts[window]

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
        window = self.window_for(spec)
        merged = {ended for ended, _heir in window.heirs}
        return Table(
            units=[unit for unit in self.units(group_id) if unit[0] not in merged],
            figures=[self.figure(need, window) for need in spec.needs()],
            inspections=self.counts(window) if spec.least_inspections else {},
        )

    def merged(self, spec: RuleSpec, group_id: int) -> list[dict[str, str]]:
        """The units of a group that have no row because what they did counts for another: codes, name and day."""
        heirs = dict(self.window_for(spec).heirs)
        if not heirs:
            return []
        rows = Unit.objects.filter(pk__in=heirs, group=group_id).order_by("code")
        codes = dict(Unit.objects.filter(pk__in=set(heirs.values())).values_list("pk", "code"))
        return [
            {"unit": unit.code, "name": unit.label, "into": codes[heirs[unit.pk]], "on": f"{unit.valid_to}"}
            for unit in rows
        ]


def successors(window: Window) -> dict[int, int]:
    """Units that ended in a window and their successors, where both are of one group and the successor has a row."""
    exists = Q(succeeded_by__valid_to=None) | Q(succeeded_by__valid_to__gt=window.first_day)
    rows = Unit.objects.filter(
        exists,
        valid_to__gt=window.first_day,
        valid_to__lte=window.last_day,
        group=F("succeeded_by__group"),
        succeeded_by__valid_from__lte=window.last_day,
    )
    return dict(rows.values_list("pk", "succeeded_by_id"))
