"""A small city with a published week: what the pages are tried on."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace

from campaign.models import User
from inspections.models import Answer, Problem
from reports.models import Ranking
from reports.services import close_period, open_period, publish
from tests.city import at, make_unit
from units.models import Site, UnitLink

from .facts import WEEK, visit, weekly_rule

MONDAY, TUESDAY = date(2026, 11, 16), date(2026, 11, 17)
#: The page is looked at on Tuesday of the week after.
NOW = at(date(2026, 11, 24), 9)
CLOSED, PUBLISHED = at(date(2026, 11, 23), 8), at(date(2026, 11, 23), 9)
SPEC = {
    "components": [{"figure": "conformity", "weight": "60"}, {"figure": "on_time", "weight": "40"}],
    "red": {"best": 1, "least_score": "60"},
    "black": {"worst": 1, "below": "70"},
}


def facts(city: SimpleNamespace) -> None:
    """East: 17 of 20 points at one market, one problem closed in time and one overdue. West: 5 of 10 points."""
    city.visits = [
        visit(city, site=city.market, seen_at=at(MONDAY), earned=9),
        visit(city, site=city.market, seen_at=at(TUESDAY), earned=8),
        visit(city, site=city.west_market, seen_at=at(MONDAY), earned=5),
    ]
    Answer.objects.create(
        inspection=city.visits[1], item=city.items[0], indicator=city.indicator, seen_at=at(TUESDAY), outcome="not_met",
        earned=Decimal(0), available=Decimal(2),
    )  # fmt: skip
    problem(city, "WT-1", due_at=at(TUESDAY, 18), closed_at=at(TUESDAY, 12))
    problem(city, "WT-2", due_at=at(TUESDAY, 18))


def problem(
    city: SimpleNamespace, code: str, *, due_at: datetime, closed_at: datetime | None = None, **fields
) -> Problem:
    """A problem of the east market, handed over on Monday."""
    values = {
        "code": code, "site": city.market, "unit": city.east, "text": f"垃圾 {code}", "noted_by": city.inspector,
        "noted_at": at(MONDAY), "handed_over_at": at(MONDAY), "due_at": due_at, "closed_at": closed_at,
        "state": "closed" if closed_at else "received",
    }  # fmt: skip
    return Problem.objects.create(**values | fields)


def draft(city: SimpleNamespace, code: str = WEEK, **spec) -> Ranking:
    """The week's ranking as a draft."""
    weekly_rule(city, "quarter" if "Q" in code else "week", **SPEC | spec)
    period = open_period(code=code, now=CLOSED)
    return Ranking.objects.get(period=period)


def closed(city: SimpleNamespace, *, by: User | None = None, **spec) -> Ranking:
    """The week closed by the office."""
    ranking = draft(city, **spec)
    close_period(period=ranking.period, by=by or city.office, now=CLOSED)
    return Ranking.objects.get(pk=ranking.pk)


def published(city: SimpleNamespace, **spec) -> Ranking:
    """The week closed by the office and published by the supervisor."""
    return publish(ranking=closed(city, **spec), by=city.supervisor, now=PUBLISHED)


def crowd(city: SimpleNamespace, number: int) -> None:
    """More streets, each with one inspected site."""
    for at_number in range(number):
        unit = make_unit(f"X{at_number:03}", f"街道{at_number}", group=city.group)
        UnitLink.objects.create(ancestor=unit, descendant=unit, depth=0)
        site = Site.objects.create(code=f"X{at_number:03}", name=f"点位{at_number}", type=city.market_type, unit=unit)
        visit(city, site=site, seen_at=at(MONDAY) + timedelta(seconds=at_number), earned=at_number % 11)
