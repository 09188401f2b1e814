"""The sheet of tasks: one row per task with its units, or (foreign sheets) one row per duty."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, QuerySet, Value
from django.db.models.functions import Concat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaign.models import User
from campaign.queries import indicator_ids
from campaign.resources.cells import Choice, Code, Day, Several, Words
from campaign.resources.sheet import Check, Column, Names, SheetResource

from ..models import Task, TaskDuty, TaskRule
from ..services.task_sheets import Named, TaskRow, store_tasks
from .names import unit_names

LEAD, SUPPORT = TaskDuty.Part.LEAD.value, TaskDuty.Part.SUPPORT.value
PART_NAMES = {LEAD: ["牵头", "牵头单位", "主办", "责任"], SUPPORT: ["配合", "配合单位", "协办", "协助"]}
#: How a rule is written in a cell, and other ways to write it.
EVERYONE, STREETS, UNKNOWN = "all", "streets", "?"
RULES = {
    EVERYONE: TaskRule.Who.ALL.value, "全部单位": TaskRule.Who.ALL.value, "各单位": TaskRule.Who.ALL.value,
    STREETS: TaskRule.Who.STREETS.value, "全部街道": TaskRule.Who.STREETS.value, "各街道": TaskRule.Who.STREETS.value,
}  # fmt: skip
TOKENS = {TaskRule.Who.ALL.value: EVERYONE, TaskRule.Who.STREETS.value: STREETS}


class TaskSheet(SheetResource):
    """Tasks; a row is found again by its code. In ``lead`` and ``support`` stand units, ``all``, ``streets``, or
    ``?name`` for a unit that the source names and we do not know."""

    kind = "tasks"
    title = gettext_lazy("Tasks")

    code = Column(Code(60), "编码", "任务编号", "编号", attribute="code", required=True)
    indicator = Column(Words(60), "指标", "指标编码", attribute="indicator__code")
    title_ = Column(Words(200), "任务", "任务名称", "标题", attribute="title")
    requirement = Column(Words(lines=True), "要求", "工作要求", attribute="requirement")
    leader = Column(Words(60), "分管领导", "牵头领导", attribute="leader")
    due_on = Column(Day(), "完成时限", "截止日期", attribute="due_on")
    lead = Column(Several(), "牵头单位", "主办单位")
    support = Column(Several(), "配合单位", "协办单位")
    unit = Column(Words(160), "单位", "责任单位", own=False)
    part = Column(Choice(TaskDuty.Part.choices, PART_NAMES), "分工", own=False)

    @classmethod
    def columns(cls) -> dict[str, Column]:
        """``title`` names the sheet itself, so its column is declared as ``title_``."""
        return {code.rstrip("_"): column for code, column in super().columns().items()}

    def examine(self, check: Check) -> None:
        per_duty = check.has("unit")
        if not per_duty:
            check.once("code")
        self._resolve_indicators(check)
        groups: dict[str, list[int]] = defaultdict(list)
        for row in check.right():
            groups[check.cleaned["code"][row]].append(row)
        names = unit_names()
        tasks = {}
        for rows in groups.values():
            carriers = self._from_duties(check, rows, names) if per_duty else self._from_cells(check, rows[0], names)
            tasks[rows[0]] = self._row(check, rows, carriers)
        if not check.wrong:
            check.compare(tasks, self._stored())
            for rows in groups.values():
                for row in rows[1:]:
                    check.status[row] = check.status[rows[0]]

    def _resolve_indicators(self, check: Check) -> None:
        indicators = indicator_ids(set(check.cleaned["indicator"]))
        check.cleaned["indicator_text"] = [
            indicators[code][1] if code in indicators else "" for code in check.cleaned["indicator"]
        ]
        check.cleaned["indicator"] = check.resolve(
            "indicator", Names({code: pk for code, (pk, _t) in indicators.items()})
        )

    def _from_cells(self, check: Check, row: int, names: Names) -> list[Named]:
        found = []
        for part in (LEAD, SUPPORT):
            found += [self._carrier(check, row, part, part, name, names) for name in check.cleaned[part][row]]
        return [named for named in found if named]

    def _from_duties(self, check: Check, rows: Iterable[int], names: Names) -> list[Named]:
        """One duty per row; a row without a part leads where nobody does yet, and is noted."""
        found: list[Named] = []
        for row in sorted(rows, key=lambda row: check.cleaned["part"][row] is None):
            part, name = check.cleaned["part"][row], check.cleaned["unit"][row]
            if part is None:
                part = SUPPORT if any(named.part == LEAD for named in found) else LEAD
                check.note(_("No part is given; taken as %(part)s.") % {"part": TaskDuty.Part(part).label}, row)
            named = self._carrier(check, row, "unit", part, name, names)
            if named in found:
                check.note(_("The same duty stands in this sheet twice; it is kept once."), row)
            elif named:
                found.append(named)
        return found

    @staticmethod
    def _carrier(check: Check, row: int, column: str, part: str, name: str, names: Names) -> Named | None:
        if name.lower() in RULES:
            return Named(part, None, RULES[name.lower()])
        if name.startswith(UNKNOWN):
            return Named(part, None, TaskRule.Who.UNKNOWN.value, name[1:])
        unit = check.ask(row, column, name, names)
        if unit is None and column in check.options.forgive:
            return Named(part, None, TaskRule.Who.UNKNOWN.value, name[:60])
        return None if unit is None else Named(part, unit)

    @staticmethod
    def _row(check: Check, rows: list[int], carriers: list[Named]) -> TaskRow:
        first = {
            column: next((cells[row] for row in rows if cells[row]), cells[rows[0]])
            for column, cells in check.cleaned.items()
        }
        lines = first["indicator_text"].split("\n")
        title = first["title"] or (lines[0] if len(lines[0]) > 20 else " ".join(lines))[:200]
        if not title and check.has("indicator"):
            title = _("Task %(code)s") % {"code": first["code"]}
        if not title:
            check.fault(rows[0], "title", _("Must not be empty."))
        order = sorted(carriers, key=_order)
        return TaskRow(
            first["code"], first["indicator"], title, first["requirement"], first["leader"], first["due_on"],
            tuple(order),
        )  # fmt: skip

    @staticmethod
    def _stored() -> dict[str, TaskRow]:
        carriers: dict[int, list[Named]] = defaultdict(list)
        duties = TaskDuty.objects.filter(rule=None).values_list("task_id", "part", "unit_id")
        for task, part, unit in duties:
            carriers[task].append(Named(part, unit))
        for task, *rule in TaskRule.objects.values_list("task_id", "part", "who", "reference"):
            carriers[task].append(Named(rule[0], None, rule[1], rule[2]))
        fields = ("pk", "code", "indicator_id", "title", "requirement", "leader", "due_on")
        return {
            code: TaskRow(code, indicator, title, text, leader, due, tuple(sorted(carriers[pk], key=_order)))
            for pk, code, indicator, title, text, leader, due in Task.objects.values_list(*fields)
        }

    def write(self, check: Check) -> None:
        stored = self._stored()
        new = {task.code for task in check.plan if task.code not in stored}
        store_tasks(rows=check.plan, new=new, by=check.by, on=check.on)

    def listed(self, user: User | None, filters: Mapping[str, str]) -> QuerySet[Task]:
        tasks = Task.objects.visible_to(user) if user else Task.objects.all()
        if filters.get("q"):
            tasks = tasks.filter(title__icontains=filters["q"])
        return with_carriers(tasks).select_related("indicator").order_by("code")

    def dehydrate_lead(self, task: Any) -> str:
        return _carried(task.lead_units, task.lead_rules)

    def dehydrate_support(self, task: Any) -> str:
        return _carried(task.support_units, task.support_rules)


def with_carriers(tasks: QuerySet[Task]) -> QuerySet[Any]:
    """Tasks with the codes of the units named, and the rules, for either part."""
    found = {}
    for part in (LEAD, SUPPORT):
        duties = TaskDuty.objects.filter(task=OuterRef("pk"), part=part, rule=None).order_by("unit__code")
        rules = TaskRule.objects.filter(task=OuterRef("pk"), part=part).order_by("who", "reference")
        found[f"{part}_units"] = ArraySubquery(duties.values("unit__code"))
        found[f"{part}_rules"] = ArraySubquery(
            rules.annotate(token=Concat(F("who"), Value("?"), F("reference"))).values("token")
        )
    return tasks.annotate(**found)


def _order(named: Named) -> tuple[str, str, int, str]:
    return (named.part, named.who, named.unit or 0, named.reference)


def _carried(units: list[str], rules: list[str]) -> str:
    parts = [rule.partition("?") for rule in rules]
    return ";".join([*units, *(TOKENS.get(who, UNKNOWN + reference) for who, _mark, reference in parts)])
