"""The sheet of values entered for units and periods: questionnaires, assessments, figures of other offices."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaign.models import User
from campaign.resources.cells import Code, Number, Words
from campaign.resources.sheet import Check, Column, Names, SheetResource
from units.models import Unit
from units.resources.names import unit_names

from ..models import Mark, Period
from ..queries.rules import sheet_parts
from ..services.marks import enter_marks


@dataclass(frozen=True, slots=True)
class MarkRow:
    """A value; ``code`` is its period, name and unit."""

    code: tuple[int, str, int]
    value: Decimal


class MarkSheet(SheetResource):
    """Values for rules; a row is found again by its period, name and unit."""

    kind = "marks"
    title = gettext_lazy("Entered values")

    period = Column(Code(10), "期次", "周期", attribute="period__code", required=True)
    name = Column(Words(40), "名称", "项目", "分项", attribute="sheet", required=True)
    unit = Column(Words(160), "单位", "责任单位", attribute="unit__code", required=True)
    value = Column(Number("0", "1000", 4), "分值", "得分", "数值", attribute="value", required=True)

    def examine(self, check: Check) -> None:
        periods = Names.of((pk, [code]) for pk, code in Period.objects.values_list("pk", "code"))
        check.cleaned["period"] = check.resolve("period", periods)
        check.cleaned["unit"] = check.resolve("unit", unit_names())
        parts = sheet_parts()
        calls = ((part.figure, [part.figure, part.title]) for part in parts.values())
        check.cleaned["name"] = check.resolve("name", Names.of(calls))
        check.cleaned["key"] = list(zip(*(check.cleaned[column] for column in ("period", "name", "unit")), strict=True))
        check.heads["key"] = check.heads.get("unit", "unit")
        for row in list(check.right()):
            most = parts[check.cleaned["name"][row]].points
            if check.cleaned["value"][row] > most:
                words = _("At most %(most)s: the full marks of this part.")
                check.fault(row, "value", words % {"most": f"{most.normalize():f}"})
        check.once("key")
        rows = {row: MarkRow(check.cleaned["key"][row], check.cleaned["value"][row]) for row in check.right()}
        check.compare(rows, self._stored({wanted.code[0] for wanted in rows.values()}))

    @staticmethod
    def _stored(periods: set[int]) -> dict[Any, MarkRow]:
        known = Mark.objects.filter(period__in=periods).values_list("period_id", "sheet", "unit_id", "value")
        return {(period, name, unit): MarkRow((period, name, unit), value) for period, name, unit, value in known}

    def write(self, check: Check) -> None:
        wanted: dict[tuple[int, str], dict[int, Decimal]] = defaultdict(dict)
        for row in check.plan:
            period, name, unit = row.code
            wanted[period, name][unit] = row.value
        periods = Period.objects.in_bulk({period for period, _name in wanted})
        units = Unit.objects.in_bulk({unit for values in wanted.values() for unit in values})
        now = timezone.now()
        for (period, name), values in wanted.items():
            given = {units[unit]: value for unit, value in values.items()}
            enter_marks(period=periods[period], sheet=name, values=given, by=check.by, now=now)

    def listed(self, user: User | None, filters: Mapping[str, str]) -> QuerySet[Mark]:
        found = Mark.objects.select_related("period", "unit").order_by("-period__starts_on", "sheet", "unit__code")
        if user:
            found = found.filter(unit__in=Unit.objects.visible_to(user))
        return found.filter(period__code=filters["period"]) if filters.get("period") else found
