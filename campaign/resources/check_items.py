"""The sheet of check items: what is looked at on a site of a type, and how it earns."""

import json
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export.widgets import Widget

from ..models import CheckItem, Indicator, SiteType, Standard, User
from ..services.standards import ItemRow, store_items, stored_items
from .cells import Choice, Code, Number, Words, WorkLimit
from .editions import edition_to_write, settle_edition
from .sheet import Check, Column, SheetResource

#: Full-width colon and commas as they are typed in Chinese.
NARROW = str.maketrans("\uff1a\uff0c\u3001", ":,,")
SEVERITY_NAMES = {"minor": ["轻微", "一般偏轻"], "normal": ["一般", "普通"], "serious": ["严重", "重大"]}
SCORING_NAMES = {
    "binary": ["是否符合", "是否"], "graded": ["分级", "分档"], "per_occurrence": ["按处", "按处扣分", "逐处"],
    "deduction": ["扣分"], "all_or_nothing": ["全或无", "一票否决"], "proportional": ["按比例", "比例"],
}  # fmt: skip


class Scoring(Widget):
    """``binary``, ``graded:0,1,2``, ``per_occurrence:0.5``, ``deduction``, ``all_or_nothing``, ``proportional:5``."""

    kinds = Choice.of(CheckItem.Scoring, SCORING_NAMES)

    def clean(self, value: str, row: object = None, **kwargs: Any) -> tuple[str, str]:
        """The kind and its parameters as JSON text. Raises ValueError."""
        name, _mark, given = value.translate(NARROW).partition(":")
        kind = self.kinds.clean(name.strip()) or CheckItem.Scoring.BINARY.value
        return kind, json.dumps(self.parameters(kind, given.strip()), sort_keys=True)

    def parameters(self, kind: str, given: str) -> dict[str, Any]:
        """What stands behind the colon, checked against the kind. Raises ValueError."""
        match kind:
            case "graded":
                limits = [int(part) for part in given.split(",") if part.strip().isdigit()] if given else [0, 1, 2]
                if len(limits) != 3 or limits != sorted(limits) or len(given.split(",")) not in (1, 3):
                    raise ValueError(_("Three counts in order, please, such as graded:0,1,2."))
                return {"thresholds": limits}
            case "per_occurrence":
                return {"step": self.number(given or "0.5", most=1)}
            case "proportional":
                return {"target": self.number(given, most=100_000)}
        if given:
            raise ValueError(_("This kind of scoring takes no number."))
        return {}

    @staticmethod
    def number(text: str, *, most: int) -> str:
        """A positive decimal as text. Raises ValueError."""
        try:
            number = Decimal(text)
        except InvalidOperation:
            number = Decimal(0)
        if not 0 < number <= most:
            raise ValueError(_("A number above 0 and up to %(most)s behind the colon, please.") % {"most": most})
        return text

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        behind = value.parameters.get("step") or value.parameters.get("target")
        if value.scoring == CheckItem.Scoring.GRADED:
            behind = ",".join(map(str, value.parameters.get("thresholds", [0, 1, 2])))
        return f"{value.scoring}:{behind}" if behind else value.scoring


class CheckItemSheet(SheetResource):
    """Check items; a row is found again by its code. Site types and indicators that are not there are made."""

    kind = "check_items"
    title = gettext_lazy("Check items")

    code = Column(Code(60), "编码", "条目编码", "编号", attribute="code", required=True)
    site_type = Column(Words(60), "点位类型", "类型", attribute="site_type__name", required=True)
    indicator = Column(Words(60), "指标", "指标编码", "测评指标", attribute="indicator__code", required=True)
    text = Column(Words(lines=True), "内容", "检查内容", "条目", attribute="text", required=True)
    scoring = Column(Scoring(), "计分方式", "记分方式", attribute="pk")
    points = Column(Number("0.001", "99999", 3), "分值", "满分", attribute="points")
    severity = Column(Choice.of(CheckItem.Severity, SEVERITY_NAMES), "严重程度", attribute="severity")
    limit = Column(WorkLimit(), "整改时限", "时限", attribute="limit")
    guidance = Column(Words(lines=True), "说明", "检查说明", own=False)

    def examine(self, check: Check) -> None:
        check.once("code")
        called = dict(SiteType.objects.values_list("code", "name"))
        types = set(called.values())
        check.cleaned["site_type"] = [called.get(name, name) for name in check.cleaned["site_type"]]
        self._name_indicators(check)
        settle_edition(check, lambda edition: self._compare(check, edition))
        new = {check.cleaned["site_type"][row] for row in check.right()} - types
        if new and check.changes:
            check.note(_("New site types: %(names)s") % {"names": "、".join(sorted(new))})
        edition = check.plan[0] or Standard.objects.in_force().order_by("-pk").first()
        known = set(edition.indicators.values_list("code", flat=True)) if edition else set()
        unknown = {check.cleaned["indicator"][row] for row in check.right()} - known
        if unknown and check.changes:
            check.note(_("New indicators: %(names)s") % {"names": "、".join(sorted(unknown)[:20])})

    @staticmethod
    def _name_indicators(check: Check) -> None:
        """An indicator may be called by its text."""
        called = dict(Indicator.objects.order_by("-pk").values_list("text", "code"))
        codes = set(called.values())
        cells = check.cleaned["indicator"]
        check.cleaned["indicator"] = [name if name in codes else called.get(name, name) for name in cells]

    def _compare(self, check: Check, edition: Standard | None) -> None:
        stored = stored_items(edition)
        check.compare({row: self._row(check, row, stored) for row in check.right()}, stored)

    @staticmethod
    def _row(check: Check, row: int, stored: Mapping[str, ItemRow]) -> ItemRow:
        cells = {column: values[row] for column, values in check.cleaned.items()}
        before = stored.get(cells["code"])
        scoring, parameters = cells["scoring"]
        if before and not check.has("scoring"):
            scoring, parameters = before.scoring, before.parameters

        def value(column: str, default: Any) -> Any:
            return getattr(before, column) if before and not check.has(column) else cells[column] or default

        return ItemRow(
            cells["code"], cells["site_type"], cells["indicator"], cells["text"], value("guidance", ""), scoring,
            parameters, value("points", Decimal(1)), value("severity", CheckItem.Severity.NORMAL.value),
            value("limit", "3d"),
        )  # fmt: skip

    def write(self, check: Check) -> None:
        edition, rows = edition_to_write(check)
        store_items(standard=edition, rows=rows, by=check.by)

    def listed(self, user: User | None, filters: Mapping[str, str]) -> QuerySet[CheckItem]:
        editions = Standard.objects.visible_to(user) if user else Standard.objects.all()
        if filters.get("standard"):
            chosen = editions.filter(code=filters["standard"])
        else:
            chosen = editions.in_force() or editions
        items = CheckItem.objects.filter(standard__in=chosen.values("pk")).select_related("site_type", "indicator")
        return items.order_by("standard", "position", "pk")

    def dehydrate_scoring(self, item: CheckItem) -> str:
        return Scoring().render(item)
