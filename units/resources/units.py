"""The sheet of units."""

from collections.abc import Mapping
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaign.models import User
from campaign.resources.cells import Aliases, Choice, Code, Day, Several, Words
from campaign.resources.sheet import Check, Column, Names, SheetResource

from ..models import PeerGroup, Unit, UnitLink
from ..models.unit import ALWAYS
from ..rules import Circle, closure
from ..services.sheets import UnitRow, store_units

KIND_NAMES = {
    "county": ["县", "区", "县区", "区县", "县(市、区)", "县级"],
    "street": ["街道办", "街道办事处", "各街道"],
    "town": ["乡镇", "镇", "乡", "镇(街)"],
    "community": ["社区居委会", "居委会", "各社区"],
    "village": ["村", "行政村", "村委会"],
    "department": ["部门", "单位", "局", "委办局", "机关", "委员单位", "成员单位", "区直部门", "市直部门"],
    "hospital": ["医院", "医疗机构"],
    "school": ["学校", "中小学", "中小学校", "幼儿园"],
    "window": ["窗口", "窗口单位", "服务窗口"],
    "headquarters": ["指挥部", "各指挥部", "专项组", "工作组"],
    "other": ["其他", "其他单位", "其它"],
}


class UnitSheet(SheetResource):
    """Units with their groups and superiors; a row is found again by its code."""

    kind = "units"
    title = gettext_lazy("Units")
    creates = ("groups",)

    code = Column(Code(40), "编码", "单位编码", "代码", "单位代码", attribute="code", required=True)
    name = Column(Words(100), "名称", "单位名称", "单位", attribute="name", required=True)
    kind_ = Column(Choice.of(Unit.Kind, KIND_NAMES), "类别", "单位类别", "类型", "性质", attribute="kind")
    group = Column(Words(60), "分组", "考核分组", "组别", attribute="group__name")
    superiors = Column(Several(), "上级单位", "上级", "主管单位", attribute="above")
    valid_from = Column(Day(), "生效日期", "启用日期", attribute="valid_from")
    valid_to = Column(Day(), "失效日期", "停用日期", attribute="valid_to")
    short_name = Column(Words(40), "简称", attribute="short_name")
    aliases = Column(Aliases(200), "别名", "俗称", "又名", attribute="aliases")

    @classmethod
    def columns(cls) -> dict[str, Column]:
        """``kind`` names the sheet itself, so its column is declared as ``kind_``."""
        return {code.rstrip("_"): column for code, column in super().columns().items()}

    def examine(self, check: Check) -> None:
        check.once("code")
        self._check_days(check)
        self._check_groups(check)
        stored = self._stored()
        above = self._superiors(check, stored)
        check.compare({row: self._row(check, row, stored, above) for row in check.right()}, stored)

    @staticmethod
    def _check_days(check: Check) -> None:
        pairs = zip(check.cleaned["valid_from"], check.cleaned["valid_to"], strict=True)
        for row, (start, end) in enumerate(pairs):
            if end and end <= (start or ALWAYS):
                check.fault(row, "valid_to", _("Ends before it begins."))

    @staticmethod
    def _check_groups(check: Check) -> None:
        names = Names.of((name, (code, name)) for code, name in PeerGroup.objects.values_list("code", "name"))
        made: dict[str, None] = {}
        groups = check.cleaned["group"]
        for row, name in enumerate(groups):
            if name and name in names.known:
                groups[row] = names.known[name]
            elif name and check.options.creates("groups", by_default=True):
                made[name] = None
            elif name:
                check.fault(row, "group", _("Not known."))
        if made:
            check.note(_("New groups: %(names)s") % {"names": "、".join(made)})

    @staticmethod
    def _stored() -> dict[str, UnitRow]:
        fields = ("code", "name", "kind", "group__name", "valid_from", "valid_to", "above", "short_name", "aliases")
        return {
            row[0]: UnitRow(row[0], row[1], row[2], row[3] or "", row[4], row[5], tuple(sorted(row[6])), *row[7:])
            for row in with_superiors(Unit.objects.all()).values_list(*fields)
        }

    def _superiors(self, check: Check, stored: Mapping[str, UnitRow]) -> list[tuple[str, ...] | None]:
        """Each row's superiors by code, from the sheet itself or known before; no unit stands above itself."""
        if not check.has("superiors"):
            return [None] * len(check.table)
        called: Any = Unit.objects.values_list("code", "label", "name", "short_name")
        here = [(check.cleaned["code"][row], check.cleaned["name"][row]) for row in check.right()]
        called = {calls[0]: calls for calls in [*called, *here]}
        names = Names.of((code, calls) for code, calls in called.items())
        above = [tuple(sorted(codes)) for codes in check.resolve_several("superiors", names)]
        for row in list(check.right()):
            code = check.cleaned["code"][row]
            if code in above[row]:
                above[row] = tuple(superior for superior in above[row] if superior != code)
                if "superiors" in check.options.forgive:
                    check.note(_("The unit is named as its own superior; left out."), row)
                else:
                    check.fault(row, "superiors", _("A unit cannot stand above itself."))
        self._check_circles(check, stored, above)
        return list(above)

    @staticmethod
    def _check_circles(check: Check, stored: Mapping[str, UnitRow], above: list[tuple[str, ...]]) -> None:
        rows = {check.cleaned["code"][row]: row for row in check.right()}
        order: dict[Any, Any] = {code: unit.superiors or () for code, unit in stored.items()}
        order |= {code: above[row] for code, row in rows.items()}
        while True:
            try:
                closure(order)
            except Circle as circle:
                code = circle.args[0]
                culprit = next((name for name in _circle(order, code) if name in rows), None)
                if culprit is None:
                    return
                check.fault(rows[culprit], "superiors", _("A unit cannot stand above itself."))
                order[culprit] = ()
            else:
                return

    @staticmethod
    def _row(check: Check, row: int, stored: Mapping[str, UnitRow], above: list[tuple[str, ...] | None]) -> UnitRow:
        values = {column: cells[row] for column, cells in check.cleaned.items()}
        before = stored.get(values["code"])

        def value(column: str, default: Any) -> Any:
            kept = getattr(before, column) if before and not check.has(column) else None
            return kept or values[column] or default

        superiors = above[row]
        return UnitRow(
            values["code"], values["name"], value("kind", Unit.Kind.OTHER.value), value("group", ""),
            value("valid_from", ALWAYS), value("valid_to", None),
            before.superiors if before and superiors is None else superiors,
            value("short_name", ""), value("aliases", ""),
        )  # fmt: skip

    def write(self, check: Check) -> None:
        store_units(rows=check.plan, new={unit.code for unit in check.added()}, by=check.by, on=check.on)

    def listed(self, user: User | None, filters: Mapping[str, str]) -> QuerySet[Unit]:
        units = Unit.objects.visible_to(user) if user else Unit.objects.all()
        if filters.get("q"):
            units = units.matching(filters["q"])
        exact = {"kind": "kind", "group": "group__code"}
        units = units.filter(**{field: filters[name] for name, field in exact.items() if filters.get(name)})
        return with_superiors(units).select_related("group").order_by("code")


def with_superiors(units: QuerySet[Unit]) -> QuerySet[Any]:
    """Units with ``above``: the codes of their direct superiors today."""
    links = UnitLink.objects.filter(descendant=OuterRef("pk"), depth=1, valid_to=None)
    return units.annotate(above=ArraySubquery(links.order_by("ancestor__code").values("ancestor__code")))


def _circle(order: Mapping[str, tuple[str, ...]], start: str) -> list[str]:
    """The units on a circle through ``start``."""
    path: list[str] = []

    def walk(code: str) -> bool:
        if code in path:
            return code == start
        path.append(code)
        if any(walk(superior) for superior in order.get(code, ())):
            return True
        path.pop()
        return False

    walk(start)
    return path
