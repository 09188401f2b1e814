"""The sheet of indicators: one row per node with its parent, or (foreign sheets) one row per leaf with its path."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..models import CheckItem, Indicator, Standard, User
from ..services.standards import (
    IndicatorRow,
    ItemRow,
    store_indicators,
    store_items,
    stored_indicators,
    stored_items,
)
from .cells import Choice, Code, Number, Several, Whole, Words
from .editions import edition_to_write, settle_edition
from .sheet import Check, Column, SheetResource

#: Where a sheet leaves a level blank.
UNCLASSIFIED = "未分类"
PATH = ("level1", "level2", "level3")
LEAF = 4
NUMBERED = re.compile(r"[ⅠⅡⅢⅣ]-\d+")
METHOD_NAMES = {
    "materials": ["材料", "材料审核", "网上申报"], "field": ["实地", "实地考察", "现场"],
    "survey": ["问卷", "问卷调查"], "observation": ["观察", "整体观察"],
}  # fmt: skip


@dataclass(slots=True)
class Plan:
    """What a sheet brings: nodes in order, items by code, and which codes each row stands for."""

    nodes: dict[str, IndicatorRow] = field(default_factory=dict)
    items: dict[str, ItemRow] = field(default_factory=dict)
    of_row: dict[int, tuple[list[str], list[str]]] = field(default_factory=dict)


class StandardSheet(SheetResource):
    """Indicators of an edition of the standard; a row is found again by its code.

    Where a sheet gives the path of each leaf in words (``level1`` to ``level3``), the nodes above are made with codes
    of their own; where it names site types, each of them gets the leaf as a check item.
    """

    kind = "standard"
    title = gettext_lazy("Standard")

    code = Column(Code(60), "编码", "指标编码", "编号", attribute="code", required=True)
    parent = Column(Code(60), "上级指标", "上级编码", attribute="parent__code")
    level = Column(Whole(1, 4), "层级", "级别", attribute="level")
    text = Column(Words(lines=True), "内容", "指标内容", "测评标准", attribute="text")
    weight = Column(Number("0", "99999", 3), "权重", attribute="weight")
    methods = Column(Several(), "测评方法", "方法", attribute="methods")
    guidance = Column(Words(lines=True), "评价标准", "说明", attribute="guidance")
    level1 = Column(Words(), "一级指标", "测评项目", own=False)
    level2 = Column(Words(), "二级指标", "指标名称", own=False)
    level3 = Column(Words(), "三级指标", "测评内容", own=False)
    site_types = Column(Several(), "点位类型", own=False)
    item_text = Column(Words(lines=True), "检查内容", own=False)

    def examine(self, check: Check) -> None:
        check.once("code")
        self._clean_methods(check)
        by_path = any(check.has(column) for column in PATH)
        if not by_path:
            self._check_parents(check)
        settle_edition(check, lambda edition: self._compare(check, edition, by_path=by_path))

    @staticmethod
    def _clean_methods(check: Check) -> None:
        choice = Choice.of(Indicator.Method, METHOD_NAMES)
        for row, given in enumerate(check.cleaned["methods"]):
            try:
                found = dict.fromkeys(filter(None, map(choice.clean, given or ())))
            except ValueError as error:
                check.fault(row, "methods", str(error))
            else:
                check.cleaned["methods"][row] = tuple(found)

    @staticmethod
    def _check_parents(check: Check) -> None:
        """A node's parent stands in the sheet or in an edition, one or more levels above it."""
        levels = dict(Indicator.objects.order_by("pk").values_list("code", "level"))
        here = {check.cleaned["code"][row]: check.cleaned["level"][row] for row in check.right()}
        levels |= {code: level for code, level in here.items() if level}
        for row in list(check.right()):
            parent, level = check.cleaned["parent"][row], check.cleaned["level"][row]
            if parent and parent not in levels and parent not in here:
                check.fault(row, "parent", _("Not known."))
                continue
            above = levels.get(parent, 1 if parent else 0)
            level = check.cleaned["level"][row] = level or above + 1
            levels[check.cleaned["code"][row]] = level
            if level <= above or level > LEAF:
                check.fault(row, "level", _("An indicator stands below its parent, on level 1 to 4."))
            if not check.cleaned["text"][row]:
                check.fault(row, "text", _("Must not be empty."))

    def _compare(self, check: Check, edition: Standard | None, *, by_path: bool) -> None:
        nodes = {node.code: node for node in stored_indicators(edition)}
        items = stored_items(edition)
        plan = Plan()
        tree = Tree(nodes)
        for row in check.right():
            self._add_path(check, row, plan, tree) if by_path else self._add_node(check, row, plan, nodes)
        check.status = ["unchanged"] * len(check.table)
        for row, (codes, item_codes) in plan.of_row.items():
            same = all(nodes.get(code) == plan.nodes[code] for code in codes)
            same = same and all(items.get(code) == plan.items[code] for code in item_codes)
            if not same:
                check.status[row] = "changed" if codes[-1] in nodes else "new"
        plan.nodes = {code: node for code, node in plan.nodes.items() if nodes.get(code) != node}
        plan.items = {code: item for code, item in plan.items.items() if items.get(code) != item}
        check.plan = plan

    @staticmethod
    def _add_node(check: Check, row: int, plan: Plan, stored: Mapping[str, IndicatorRow]) -> None:
        cells = {column: values[row] for column, values in check.cleaned.items()}
        before = stored.get(cells["code"])
        weight, guidance, methods = cells["weight"], cells["guidance"], cells["methods"]
        if before:
            weight = weight if check.has("weight") else before.weight
            guidance = guidance if check.has("guidance") else before.guidance
            methods = methods if check.has("methods") else before.methods
        plan.nodes[cells["code"]] = IndicatorRow(
            cells["code"], cells["parent"], cells["level"], cells["text"], guidance,
            Decimal(1) if weight is None else weight, methods,
        )  # fmt: skip
        plan.of_row[row] = ([cells["code"]], [])

    @staticmethod
    def _add_path(check: Check, row: int, plan: Plan, tree: "Tree") -> None:
        cells = {column: values[row] for column, values in check.cleaned.items()}
        above = tree.path([cells[column] or UNCLASSIFIED for column in PATH])
        code, types = cells["code"], cells["site_types"]
        methods = cells["methods"] or (("field",) if types else ())
        leaf = IndicatorRow(
            code, above[-1].code, LEAF, cells["text"] or cells["guidance"] or UNCLASSIFIED, cells["guidance"],
            Decimal(1) if cells["weight"] is None else cells["weight"], methods,
        )  # fmt: skip
        plan.nodes |= {node.code: node for node in above} | {code: leaf}
        text = cells["item_text"] or leaf.text
        items = [
            ItemRow(
                code if len(types) == 1 else f"{code}-{number}", name, code, text, leaf.guidance,
                CheckItem.Scoring.BINARY.value, "{}", Decimal(1), CheckItem.Severity.NORMAL.value, "3d",
            )
            for number, name in enumerate(types, 1)
        ]  # fmt: skip
        plan.items |= {item.code: item for item in items}
        plan.of_row[row] = ([*(node.code for node in above), code], [item.code for item in items])

    def write(self, check: Check) -> None:
        edition, plan = edition_to_write(check)
        store_indicators(standard=edition, rows=list(plan.nodes.values()), by=check.by)
        if plan.items:
            store_items(standard=edition, rows=list(plan.items.values()), by=check.by)

    def listed(self, user: User | None, filters: Mapping[str, str]) -> QuerySet[Indicator]:
        editions = Standard.objects.visible_to(user) if user else Standard.objects.all()
        if filters.get("standard"):
            chosen = editions.filter(code=filters["standard"])
        else:
            chosen = editions.in_force() or editions
        indicators = Indicator.objects.filter(standard__in=chosen.values("pk"))
        return indicators.select_related("parent").order_by("standard", "position", "pk")


class Tree:
    """The nodes above the leaves, found by their words; those that are not there get a code."""

    def __init__(self, stored: Mapping[str, IndicatorRow]) -> None:
        self.taken = set(stored)
        self.found = {(node.parent, node.text): node for node in stored.values() if node.level < LEAF}
        self.numbers = self._numbers()

    def path(self, words: list[str]) -> list[IndicatorRow]:
        """The nodes along a path, from level 1 down."""
        nodes: list[IndicatorRow] = []
        for level, text in enumerate(words, 1):
            parent = nodes[-1].code if nodes else ""
            if (parent, text) not in self.found:
                code = self._code(parent, text)
                self.found[parent, text] = IndicatorRow(code, parent, level, text, "", Decimal(1), ())
            nodes.append(self.found[parent, text])
        return nodes

    def _code(self, parent: str, text: str) -> str:
        """The number a text begins with (``Ⅰ-3``) where it is free, else the next number."""
        numbered = NUMBERED.match(text)
        code = numbered[0] if numbered and numbered[0] not in self.taken else next(self.numbers)
        self.taken.add(code)
        return code

    def _numbers(self) -> Iterator[str]:
        number = 0
        while True:
            number += 1
            if f"T{number}" not in self.taken:
                yield f"T{number}"
