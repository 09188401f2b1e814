"""The sheet of inspections: one row per answer."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaign.documents.tables import Cell
from campaign.models import User
from campaign.queries import item_ids
from campaign.resources.cells import Choice, Code, Moment, Number, Several, Whole, Words
from campaign.resources.sheet import NEW, UNCHANGED, Check, Column, Names, SheetResource
from campaign.rules import day_of
from units.resources.names import site_names, unit_names

from ..models import Answer, Inspection
from ..services.bulk import AnswerRow, VisitRow, importer, store_inspections
from .missing import make_missing

OUTCOME_NAMES = {
    "met": ["符合", "达标", "合格", "是", "√", "✓"], "partly": ["部分符合", "基本符合", "部分达标"],
    "not_met": ["不符合", "不达标", "不合格", "否", "×", "✗"], "not_applicable": ["不适用", "不涉及", "n/a", "na", "/"],
    "skipped": ["未查", "跳过", "未检查"],
}  # fmt: skip
KIND_NAMES = {
    "daily": ["日常", "日常检查", "日常巡查"], "spot": ["抽查", "随机抽查"], "secret": ["暗访"],
    "assessment": ["考核", "测评"], "recheck": ["回头看", "复查"],
}  # fmt: skip
#: The person who brings the sheet.
ME = "@me"
OF_THE_VISIT = ("site", "seen_at", "inspector", "kind", "units")


class InspectionSheet(SheetResource):
    """Inspections, one row per answer; the rows of one inspection bear its code. A stored inspection never changes."""

    kind = "inspections"
    title = gettext_lazy("Inspections")
    creates = ("units", "sites", "types", "items", "indicators")

    inspection = Column(Code(60), "检查编号", "检查单号", "编号", attribute="inspection__code", required=True)
    site = Column(Words(160), "点位", "点位编码", "检查点位", attribute="inspection__site__code", required=True)
    seen_at = Column(Moment(), "检查时间", "检查日期", attribute="inspection__seen_at", required=True)
    inspector = Column(Words(60), "检查员", "督查员", "检查人", attribute="inspection__inspector__username",
                       required=True)  # fmt: skip
    kind_ = Column(Choice.of(Inspection.Kind, KIND_NAMES), "检查类型", "检查方式", attribute="inspection__kind")
    item = Column(Words(160), "条目", "条目编码", "检查条目", attribute="item__code", required=True)
    outcome = Column(Choice(Answer.OUTCOMES, OUTCOME_NAMES), "结果", "检查结果", attribute="outcome", required=True)
    count = Column(Whole(0, 9999), "数量", "次数", "处数", attribute="count")
    deduction = Column(Number("0", "1", 3), "扣分", attribute="deduction")
    note = Column(Words(500), "备注", "说明", attribute="note")
    units = Column(Several(), "责任单位", own=False)
    site_name = Column(Words(100), "点位名称", own=False)
    site_type = Column(Words(60), "点位类型", own=False)

    @classmethod
    def columns(cls) -> dict[str, Column]:
        """``kind`` names the sheet itself, so its column is declared as ``kind_``."""
        return {code.rstrip("_"): column for code, column in super().columns().items()}

    def prepare(self, check: Check) -> None:
        make_missing(check)

    def examine(self, check: Check) -> None:
        self._resolve(check)
        for row, seen_at in enumerate(check.cleaned["seen_at"]):
            if seen_at and day_of(seen_at) > check.on:
                check.fault(row, "seen_at", _("Lies in the future."))
        groups: dict[str, list[int]] = defaultdict(list)
        for row in check.right():
            groups[check.cleaned["inspection"][row]].append(row)
        for rows in groups.values():
            self._check_visit(check, rows)
        self._compare(check, groups)

    @staticmethod
    def _resolve(check: Check) -> None:
        cells = check.cleaned
        people = User.objects.values_list("pk", "username", "name")
        named = Names.of((pk, calls) for pk, *calls in people)
        named.known[ME] = check.by.pk if check.by else importer().pk
        cells["site"] = check.resolve("site", site_names())
        cells["inspector"] = check.resolve("inspector", named)
        cells["item"] = check.resolve("item", Names(item_ids(set(cells["item"]), first=check.options.standard[0])))
        cells["kind"] = [kind or Inspection.Kind.DAILY.value for kind in cells["kind"]]
        if check.has("units"):
            cells["units"] = check.resolve_several("units", unit_names())
            for row in check.right():
                if not cells["units"][row]:
                    check.note(_("No unit is named; the row counts for the city alone."), row)

    @staticmethod
    def _check_visit(check: Check, rows: list[int]) -> None:
        """All rows of an inspection tell the same visit, and no item twice."""
        cells = check.cleaned
        seen: dict[int, int] = {}
        for row in rows:
            first = seen.setdefault(cells["item"][row], row)
            if first != row:
                number = check.table.numbers[first]
                check.fault(row, "item", _("The item stands in row %(row)s of this inspection.") % {"row": number})
            for column in OF_THE_VISIT:
                if cells[column][row] != cells[column][rows[0]]:
                    number = check.table.numbers[rows[0]]
                    words = _("Differs from row %(row)s of the same inspection.") % {"row": number}
                    check.fault(row, column, words)

    def _compare(self, check: Check, groups: Mapping[str, list[int]]) -> None:
        stored = stored_visits(list(groups))
        cells = check.cleaned
        answers = list(
            map(AnswerRow, cells["item"], cells["outcome"], cells["count"], cells["deduction"], cells["note"])
        )
        check.status, check.plan = [UNCHANGED] * len(check.table), []
        for code, rows in groups.items():
            first = rows[0]
            visit = VisitRow(
                code, cells["site"][first], cells["seen_at"][first], cells["inspector"][first], cells["kind"][first],
                cells["units"][first] if check.has("units") else None, tuple(answers[row] for row in rows),
            )  # fmt: skip
            before = stored.get(code)
            if before is None:
                check.plan.append(visit)
                for row in rows:
                    check.status[row] = NEW
            elif before != _content(visit):
                sentence = _(
                    "This inspection is stored with other content and never changes; void it, or use a new code."
                )
                check.fault(first, "inspection", sentence)

    def write(self, check: Check) -> None:
        store_inspections(visits=check.plan, by=check.by)

    def listed(self, user: User | None, filters: Mapping[str, str]) -> QuerySet[Answer]:
        inspections = Inspection.objects.visible_to(user) if user else Inspection.objects.all()
        exact = {"site": "site__code", "unit": "units__unit__code", "kind": "kind", "inspector": "inspector__username"}
        chosen = {field: filters[name] for name, field in exact.items() if filters.get(name)}
        inspections = inspections.valid().filter(**chosen)
        answers = Answer.objects.filter(inspection__in=inspections.values("pk"))
        return answers.order_by("inspection__seen_at", "inspection_id", "pk")

    def rows(self, user: User | None, filters: Mapping[str, str]) -> Iterator[list[Cell]]:
        """The rows of an export; by the million, so read as plain values."""
        columns = self.own_columns()
        fields = [column.attribute for column in columns.values()]
        widgets = [column.widget.render for column in columns.values()]
        for values in self.listed(user, filters).values_list(*fields).iterator(chunk_size=5000):
            yield [render(value) for render, value in zip(widgets, values, strict=True)]


def stored_visits(codes: list[str]) -> dict[str, tuple[Any, ...]]:
    """What is stored under these codes, for comparing."""
    found: dict[str, tuple[Any, ...]] = {}
    inspections = Inspection.objects.filter(code__any_of=codes)
    answers: dict[int, set[AnswerRow]] = defaultdict(set)
    rows = Answer.objects.filter(inspection__in=inspections.values("pk"))
    told = rows.values_list("inspection_id", "item_id", "outcome", "count", "deduction", "note")
    for pk, item, outcome, count, deduction, note in told:
        answers[pk].add(AnswerRow(item, outcome, count, deduction, note))
    for pk, code, *values in inspections.values_list("pk", "code", "site_id", "seen_at", "inspector_id", "kind"):
        found[code] = (*values, answers[pk])
    return found


def _content(visit: VisitRow) -> tuple[Any, ...]:
    return (visit.site_id, visit.seen_at, visit.inspector_id, visit.kind, set(visit.answers))
