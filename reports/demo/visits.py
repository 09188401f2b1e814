"""Who was seen when: the weeks of inspections and what was found at each item."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from zlib import crc32

from campaign.models import CheckItem
from campaign.rules import ONE_DAY, SHANGHAI, WorkClock, start_of
from inspections.models import Inspection
from inspections.rules import Earned, Outcome, earn, earned_share
from units.models import Site, Unit

from .habits import habit_of
from .oddities import OTHERS, WEEKDAYS, Oddities
from .tables import dice

Kind = Inspection.Kind
#: Shares of the kinds of inspections.
KINDS = {Kind.DAILY: 70, Kind.SPOT: 15, Kind.SECRET: 8, Kind.ASSESSMENT: 4, Kind.RECHECK: 3}
#: The chance that a site is seen in a week; institutions have one site only, so theirs is greater.
WEEKLY = {Unit.Kind.HOSPITAL: 0.95, Unit.Kind.SCHOOL: 0.9, Unit.Kind.WINDOW: 0.95}
OTHERS_WEEKLY = 0.33
#: Sites whose addresses begin alike are one inspector's beat.
BEAT = 6
#: How many visits a day off gets for each of a working day's.
DAY_OFF = 0.25
#: How much more often an item fails than another, by its severity.
FAILS = {"minor": 1.35, "normal": 1.0, "serious": 0.35}
NOT_APPLICABLE, SKIPPED = 0.02, 0.025


@dataclass(slots=True)
class Finding:
    """What was seen at one item."""

    item: CheckItem
    outcome: str
    result: Earned
    count: int | None = None
    deduction: Decimal | None = None
    pk: int = 0

    @property
    def failed(self) -> bool:
        return self.outcome in (Outcome.PARTLY, Outcome.NOT_MET)


@dataclass(slots=True)
class Visit:
    """One inspection with its findings; ``age`` is 0 on the first day of the history and 1 today."""

    site: Site
    seen_at: datetime
    recorded_at: datetime
    inspector: int
    kind: str
    age: float
    findings: list[Finding] = field(default_factory=list)
    pk: int = 0


@dataclass(frozen=True, slots=True)
class History:
    """The days of the history: ``first`` to the day of ``now``."""

    first: date
    now: datetime

    @property
    def today(self) -> date:
        return self.now.astimezone(SHANGHAI).date()

    @property
    def days(self) -> list[date]:
        return [self.first + ONE_DAY * n for n in range((self.today - self.first).days + 1)]

    def age(self, day: date) -> float:
        return (day - self.first).days / max(1, (self.today - self.first).days)


def make_visits(
    sites: list[Site],
    items: list[CheckItem],
    inspectors: list[int],
    history: History,
    clock: WorkClock,
    odd: Oddities,
) -> list[Visit]:
    """Invent the visits of a history, in the order in which they were made."""
    throw = dice("visits", history.today)
    checklists: dict[int, list[tuple[CheckItem, float]]] = {}
    for item in items:
        chance = FAILS[item.severity] * dice("item", item.code).uniform(0.4, 1.8)
        checklists.setdefault(item.site_type_id, []).append((item, chance))
    habits = {site.unit_id: habit_of(site.unit) for site in sites}
    visits = []
    for site, day in _rounds(sites, history, clock, throw, odd):
        visit = _visit(site, day, inspectors, history, throw)
        chance = habits[site.unit_id].met(visit.age, day) + throw.gauss(0, 0.03)
        for item, weight in checklists[site.type_id]:
            visit.findings.append(find(item, min(0.9, max(0.004, (1 - chance) * weight)), throw))
        visits.append(visit)
    return sorted(visits, key=lambda visit: (visit.seen_at, visit.site.code))


def _rounds(
    sites: list[Site], history: History, clock: WorkClock, throw: Random, odd: Oddities
) -> Iterator[tuple[Site, date]]:
    """Which site is seen on which day; the first and the last week may be short."""
    monday = history.first - ONE_DAY * history.first.weekday()
    known = set(history.days)
    while monday <= history.today:
        week = [monday + ONE_DAY * n for n in range(7)]
        weights = [1 if clock.is_working(day) else DAY_OFF for day in week]
        for site in sites:
            chance = WEEKLY.get(Unit.Kind(site.unit.kind), OTHERS_WEEKLY)
            if site.unit_id == odd.few_sites:
                chance = 1 if site.pk in odd.favourites else OTHERS
            if throw.random() < chance:
                day = throw.choices(week, weights)[0]
                if site.unit_id in odd.foreseen:
                    day = week[WEEKDAYS[day.day % 2]]
                if day in known:
                    yield site, day
        monday += ONE_DAY * 7


def _visit(site: Site, day: date, inspectors: list[int], history: History, throw: Random) -> Visit:
    beat = crc32(site.address[:BEAT].encode())
    minute = throw.choice((throw.randint(500, 705), throw.randint(855, 1065)))
    seen = start_of(day) + timedelta(minutes=minute, seconds=throw.randint(0, 59))
    recorded = seen + timedelta(minutes=throw.randint(4, 25))
    if recorded > history.now:  # today: what lies ahead is moved into the hours before now
        recorded = history.now - (history.now - start_of(day)) * throw.uniform(0.02, 0.5)
        seen = recorded - (recorded - start_of(day)) * throw.uniform(0.01, 0.1)
    return Visit(
        site=site,
        seen_at=seen.astimezone(UTC),
        recorded_at=recorded.astimezone(UTC),
        inspector=inspectors[beat % len(inspectors)],
        kind=throw.choices(list(KINDS), list(KINDS.values()))[0],
        age=history.age(day),
    )


def find(item: CheckItem, failing: float, throw: Random) -> Finding:
    """What is seen at an item that fails with the chance ``failing``."""
    luck = throw.random()
    if luck < failing:
        return _fault(item, throw)
    if luck > 1 - NOT_APPLICABLE:
        return _answered(item, Outcome.NOT_APPLICABLE)
    if luck > 1 - SKIPPED:
        return _answered(item, Outcome.SKIPPED)
    return _answered(item, Outcome.MET)


def _fault(item: CheckItem, throw: Random) -> Finding:
    """A fault in the words of the item's scoring kind: how often, how much off, or simply not met."""
    match item.scoring:
        case "graded" | "per_occurrence":
            return _answered(item, Outcome.PARTLY, count=throw.choices((1, 2, 3, 4), (60, 25, 10, 5))[0])
        case "proportional":
            target = int(item.parameters["target"])
            return _answered(item, Outcome.PARTLY, count=throw.randint(target // 2, target - 1))
        case "deduction":
            off = throw.choices(("0.1", "0.2", "0.3", "1"), (40, 30, 20, 10))[0]
            return _answered(item, Outcome.PARTLY, deduction=Decimal(off))
        case _:
            return _answered(item, Outcome.NOT_MET)


def _answered(item: CheckItem, outcome: str, *, count: int | None = None, deduction: Decimal | None = None) -> Finding:
    """The finding with the points it earns; one that earns nothing of a share is not met at all."""
    share = earned_share(item.scoring, item.parameters, outcome, count, deduction)
    if outcome == Outcome.PARTLY and not share:
        outcome = Outcome.NOT_MET
    return Finding(item, outcome, earn(item.points, share), count, deduction)
