"""What citizens reported to the demonstration city, and where problems of some kinds go by rule."""

from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

from campaign.models import SiteType, User
from inspections.models import CitizenReport, HandOverRule, Problem
from inspections.services.citizen_desk import accept_report, refuse_report
from inspections.services.citizens import receive_report, tracking_code
from inspections.services.hand_over_rules import add_rule
from units.models import Site, Unit

from .people import People
from .tables import dice

#: Text, hours before now, and what became of it.
REPORTS = [
    ("小区门口垃圾桶满了三天没有清运，气味很大", 3, ""),
    ("菜市场东门外摊贩占了盲道，老人走不过去", 7, ""),
    ("公交站牌玻璃破损，怕伤到孩子", 20, ""),
    ("楼道里堆满旧家具，消防通道被堵", 26, "accepted"),
    ("公厕没有水，也没有人打扫", 31, "accepted"),
    ("路口红绿灯时间太短，来不及过街", 48, "refused"),
    ("人行道地砖松动，下雨天溅一身水", 52, "accepted"),
    ("广场音响晚上十一点还在放", 75, "accepted"),
]
#: The end of a site type's name → the end of the name of the department that answers for it, whoever holds the site.
GOES_TO = {"室外公厕": "城管执法局", "农贸市场": "市场监管局", "公交站台": "交通运输局"}


#: What callers of the hotline say when they are asked back, and how often.
SAID = {"satisfied": 62, "mostly": 20, "fair": 4, "unsatisfied": 8, "silent": 6}
ASKED_AFTER = timedelta(hours=20)


def ask_callers(*, now: datetime) -> int:
    """The hotline asks back those whose matter was closed; returns how many."""
    throw = dice("callbacks")
    closed = Problem.objects.filter(source=Problem.Source.HOTLINE, closed_at__lt=now - ASKED_AFTER).order_by("pk")
    asked = list(closed.only("closed_at"))
    for problem in asked:
        problem.callback = throw.choices(list(SAID), list(SAID.values()))[0]
        problem.called_back_at = problem.closed_at and problem.closed_at + ASKED_AFTER
    return Problem.objects.bulk_update(asked, ["callback", "called_back_at"], batch_size=1000)


def make_citizens(people: People, *, now: datetime) -> int:
    """Reports that wait, were taken up or refused; returns how many."""
    office = User.objects.get(pk=people.office[0])
    sites = list(Site.objects.filter(active=True).order_by("code")[: len(REPORTS) * 3 : 3])
    for (text, hours, became), site in zip(REPORTS, sites, strict=True):
        at = now - timedelta(hours=hours)
        code = tracking_code(form=uuid5(NAMESPACE_URL, f"demo:{text}"), content={"text": text})
        receive_report(code=code, text=text, site=site, contact="", address=None, at=at)
        report = CitizenReport.objects.latest("pk")
        if became == "accepted":
            accept_report(
                report=report, text=text, site=site, unit=None, by=office, at=min(now, at + timedelta(minutes=40))
            )
        elif became == "refused":
            reason = "信号灯配时已转交警支队研究，不属文明城市点位问题。"
            refuse_report(report=report, reason=reason, by=office, at=min(now, at + timedelta(minutes=50)))
    return len(REPORTS)


def make_hand_over_rules(people: People) -> int:
    """A few kinds of sites whose problems go to the department; returns how many rules."""
    office = User.objects.get(pk=people.office[0])
    made = 0
    for kind, end in GOES_TO.items():
        site_type = SiteType.objects.filter(name__contains=kind).order_by("pk").first()
        unit = Unit.objects.filter(name__endswith=end, valid_to=None).order_by("code").first()
        if site_type and unit:
            add_rule(rule=HandOverRule(site_type=site_type, unit=unit), by=office)
            made += 1
    return made
