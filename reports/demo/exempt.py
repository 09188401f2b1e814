"""Exemptions of the demonstration city, and what people call some of its places in their groups."""

from datetime import date, time, timedelta

from django.db.models import OuterRef, Subquery, Value
from django.db.models.functions import Concat

from inspections.models import Exemption
from units.models import Site, Unit

from .people import People

#: Departments by the end of their names → what groups call them.
CALLED = {"城管执法局": "城管局、执法局", "市场监督管理局": "市监局、工商", "住房和城乡建设局": "住建局"}


def make_exemptions(people: People, *, today: date) -> None:
    """A morning market, a building site and a painted parking area; aliases of departments and of community markets."""
    office = people.office[0]
    market, works, parking = Site.objects.filter(active=True).order_by("code").select_related("type")[:3]
    common = {"made_by_id": office, "approved_by": "市创建办主任会议"}
    early = {"from_time": time(5), "to_time": time(8), "words": "占道、摊位、摊点"}
    rows = [
        Exemption(
            code="MZ-DEMO-1", reason="早市经批准，五点至八点经营", site=market, valid_from=today, **early, **common,
        ),
        Exemption(
            code="MZ-DEMO-2", reason="雨污分流施工，围挡内不检查", site=works, valid_from=today - timedelta(days=30),
            valid_to=today + timedelta(days=90), **common,
        ),
        Exemption(
            code="MZ-DEMO-3", reason="划线停车位内有序停放不算占道", site_type=parking.type,
            valid_from=today - timedelta(days=60), words="线内停放、停车位内", **common,
        ),
    ]  # fmt: skip
    Exemption.objects.bulk_create(rows)
    for end, aliases in CALLED.items():
        Unit.objects.filter(name__endswith=end).update(aliases=aliases)
    short = Unit.objects.filter(pk=OuterRef("unit")).values("short_name")[:1]
    Site.objects.filter(name__endswith="农贸市场").update(aliases=Concat(Subquery(short), Value("菜市场")))
