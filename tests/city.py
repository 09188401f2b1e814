"""A small city for tests: people, two streets with a community, a market and its checklist."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from types import SimpleNamespace

import pytest
from django.contrib.auth.hashers import make_password

from campaign.models import Campaign, CheckItem, Indicator, SiteType, Standard, User, WorkDay
from campaign.permissions import Role
from campaign.rules import SHANGHAI
from units.models import Membership, PeerGroup, Site, Unit
from units.services import relabel, set_superiors

#: 2026-11-23 is a Monday.
MONDAY = date(2026, 11, 23)
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=SHANGHAI)


def at(day: date, hour: int = 10, minute: int = 0) -> datetime:
    """A moment of an Asia/Shanghai day."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=SHANGHAI)


PASSWORD = "Correct-horse-9"


@cache
def hashed_password() -> str:
    """Hashing is slow on purpose; everybody here has the same password."""
    return make_password(PASSWORD)


def make_user(username: str, role: str = "", **fields) -> User:
    values = {"name": username, "role": role, "password": hashed_password()} | fields
    return User.objects.create(username=username, **values)


def make_unit(code: str, name: str, *, group: PeerGroup | None = None, kind: str = "street", **fields) -> Unit:
    return Unit.objects.create(code=code, name=name, label=code, group=group, kind=kind, **fields)


def make_item(code: str, city: SimpleNamespace, **fields) -> CheckItem:
    """An item of the standard; only before it is published, the database refuses it afterwards."""
    values = {
        "standard": city.standard,
        "site_type": city.market_type,
        "indicator": city.indicator,
        "text": code,
    } | fields
    return CheckItem.objects.create(code=code, **values)


def work_year(year: int) -> None:
    """A plain calendar: Monday to Friday are worked."""
    first = date(year, 1, 1)
    days = (first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days))
    WorkDay.objects.bulk_create(WorkDay(date=day, working=day.weekday() < 5) for day in days)


@pytest.fixture
def city(db) -> SimpleNamespace:
    """People of every role, streets 东街 and 西街 in one group, community 东一 under 东街, a market in each street."""
    people = {role: make_user(role, role) for role in Role.values if role != Role.UNIT}
    group = PeerGroup.objects.create(code="streets", name="街道")
    county = make_unit("C1", "某县", kind="county")
    east, west = make_unit("S1", "东街", group=group), make_unit("S2", "西街", group=group)
    community = make_unit("S1-1", "东一社区", kind="community")
    set_superiors(
        superiors={county.pk: [], east.pk: [county.pk], west.pk: [county.pk], community.pk: [east.pk]}, by=None
    )
    relabel()
    leader, neighbour = make_user("leader", Role.UNIT), make_user("neighbour", Role.UNIT)
    Membership.objects.create(user=leader, unit=east, position="leader")
    Membership.objects.create(user=neighbour, unit=west, position="leader")
    standard = Standard.objects.create(code="STD", name="测评体系", edition="2026")
    campaign = Campaign.objects.create(
        name="创建周期", city="某市", standard=standard, starts_on=date(2024, 1, 1), ends_on=date(2026, 12, 31)
    )
    project = Indicator.objects.create(standard=standard, code="1", level=1, text="环境")
    indicator = Indicator.objects.create(standard=standard, code="1-1", level=2, text="市场环境", parent=project)
    market_type = SiteType.objects.create(code="market", name="农贸市场")
    made = SimpleNamespace(
        people=people, group=group, county=county, east=east, west=west, community=community, leader=leader,
        neighbour=neighbour, standard=standard, campaign=campaign, indicator=indicator, market_type=market_type,
        office=people[Role.OFFICE], inspector=people[Role.INSPECTOR], supervisor=people[Role.SUPERVISOR],
    )  # fmt: skip
    made.items = [
        make_item("M1", made, text="公平秤设在明显位置", points=Decimal(2)),
        make_item("M2", made, text="划行归市", scoring="per_occurrence", parameters={"step": "0.5"}, limit="4h"),
        make_item("M3", made, text="公益广告不少于 5 处", scoring="proportional", parameters={"target": "5"}),
    ]
    Standard.objects.filter(pk=standard.pk).update(state="published")
    standard.refresh_from_db()
    made.market = Site.objects.create(code="D1", name="东街农贸市场", initials="djnmsc", type=market_type, unit=east)
    made.west_market = Site.objects.create(
        code="D2", name="西街农贸市场", initials="xjnmsc", type=market_type, unit=west
    )
    work_year(2026)
    return made
