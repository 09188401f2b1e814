"""The sheet of sites (点位)."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaign.models import SiteType, User
from campaign.resources.cells import Aliases, Code, Number, Several, Words
from campaign.resources.sheet import Check, Column, Names, SheetResource

from ..models import Site
from ..services.sheets import SiteRow, store_sites
from .names import unit_names


class SiteSheet(SheetResource):
    """Sites with their type and the units that answer for them; a row is found again by its code."""

    kind = "sites"
    title = gettext_lazy("Sites")
    creates = ("types",)

    code = Column(Code(60), "编码", "点位编码", "编号", attribute="code", required=True)
    name = Column(Words(100), "名称", "点位名称", "点位", attribute="name", required=True)
    type = Column(Words(60), "类型", "点位类型", "类别", attribute="type__name", required=True)
    unit = Column(Words(160), "责任单位", "主要责任单位", attribute="unit__code", required=True)
    other_units = Column(Several(), "其他责任单位", "协同单位", attribute="others")
    address = Column(Words(200), "地址", "详细地址", attribute="address")
    lat = Column(Number("-90", "90", 6, rounds=True), "纬度", attribute="lat")
    lon = Column(Number("-180", "180", 6, rounds=True), "经度", attribute="lon")
    aliases = Column(Aliases(200), "别名", "俗称", "又名", attribute="aliases")

    def examine(self, check: Check) -> None:
        check.once("code")
        for row, (lat, lon) in enumerate(zip(check.cleaned["lat"], check.cleaned["lon"], strict=True)):
            if (lat is None) != (lon is None) and row not in check.wrong:
                check.fault(row, "lon" if lon is None else "lat", _("Latitude and longitude go together."))
        self._resolve(check)
        stored = self._stored({check.cleaned["code"][row] for row in check.right()})
        check.compare({row: self._row(check, row, stored) for row in check.right()}, stored)

    @staticmethod
    def _resolve(check: Check) -> None:
        known = SiteType.objects.values_list("pk", "code", "name")
        types = Names.of((pk, calls) for pk, *calls in known)
        units = unit_names()
        check.cleaned["type"] = check.resolve("type", types)
        check.cleaned["unit"] = check.resolve("unit", units)
        check.cleaned["other_units"] = check.resolve_several("other_units", units)

    @staticmethod
    def _stored(codes: Collection[str]) -> dict[str, SiteRow]:
        stored = Site.objects.filter(code__any_of=codes)
        others: dict[int, list[int]] = defaultdict(list)
        shared = Site.other_units.through.objects.filter(site__in=stored.values("pk"))
        for site, unit in shared.values_list("site_id", "unit_id"):
            others[site].append(unit)
        fields = ("pk", "code", "name", "type_id", "unit_id", "address", "lat", "lon", "aliases")
        return {
            code: SiteRow(code, name, kind, unit, tuple(sorted(others[pk])), *rest)
            for pk, code, name, kind, unit, *rest in stored.values_list(*fields)
        }

    @staticmethod
    def _row(check: Check, row: int, stored: Mapping[str, SiteRow]) -> SiteRow:
        cells = check.cleaned
        unit, before = cells["unit"][row], stored.get(cells["code"][row])
        others: tuple[int, ...] | None = tuple(sorted(set(cells["other_units"][row]) - {unit}))
        kept = {column: cells[column][row] for column in ("address", "lat", "lon", "aliases")}
        if before:
            kept |= {column: getattr(before, column) for column in kept if not check.has(column)}
            others = others if check.has("other_units") else before.others
        return SiteRow(
            cells["code"][row], cells["name"][row], cells["type"][row], unit, others,
            kept["address"], kept["lat"], kept["lon"], kept["aliases"],
        )  # fmt: skip

    def write(self, check: Check) -> None:
        store_sites(rows=check.plan, new=len(check.added()), by=check.by)

    def listed(self, user: User | None, filters: Mapping[str, str]) -> QuerySet[Site]:
        sites = Site.objects.visible_to(user) if user else Site.objects.all()
        if filters.get("q"):
            sites = sites.matching(filters["q"])
        exact = {"type": "type__code", "unit": "unit__code"}
        sites = sites.filter(**{field: filters[name] for name, field in exact.items() if filters.get(name)})
        return with_others(sites).select_related("type", "unit").order_by("code")


def with_others(sites: QuerySet[Site]) -> QuerySet[Any]:
    """Sites with ``others``: the codes of the other units that answer for them."""
    shared = Site.other_units.through.objects.filter(site=OuterRef("pk")).order_by("unit__code")
    return sites.annotate(others=ArraySubquery(shared.values("unit__code")))
