"""Random but repeatable facts: units that move, inspections, problems in every state, steps and duties."""

import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace

from campaign.models import Indicator
from campaign.rules import SHANGHAI, day_of
from inspections.models import Answer, Inspection, InspectionUnit, Problem, Step
from reports.models import ScoringRule
from reports.services import save_rule, use_rule
from units.models import PeerGroup, Site, Task, TaskDuty, Unit, UnitLink

#: The week the figures are asked for, and the days around it from which facts come.
WEEK = "2026-W47"
FIRST, LAST = date(2026, 11, 16), date(2026, 11, 22)
EARLIEST, DAYS = date(2026, 11, 11), 16


@dataclass
class Scatter:
    """One random data set."""

    city: SimpleNamespace
    random: random.Random
    units: list[Unit]
    sites: list[Site]

    def moment(self) -> datetime:
        """Any instant of the days around the week, its edges often."""
        edges = [datetime(2026, 11, 16, tzinfo=SHANGHAI), datetime(2026, 11, 23, tzinfo=SHANGHAI)]
        if self.random.random() < 0.2:
            return self.random.choice(edges) - timedelta(microseconds=self.random.choice([0, 1]))
        return datetime(2026, 11, 11, tzinfo=SHANGHAI) + timedelta(seconds=self.random.randrange(DAYS * 86400))

    def later(self, moment: datetime | None, hours: int) -> datetime | None:
        """Some time after a moment, or never."""
        if moment is None or self.random.random() < 0.25:
            return None
        return moment + timedelta(minutes=self.random.randrange(hours * 60))


def scatter(city: SimpleNamespace, seed: int, *, inspections: int = 40, problems: int = 40) -> Scatter:
    """Fill the database with one random data set."""
    chance = random.Random(seed)  # noqa: S311 (test data)
    made = Scatter(city, chance, _units(city, chance), [])
    _links(made)
    made.sites = [
        Site.objects.create(code=f"P{n}", name=f"P{n}", type=city.market_type, unit=chance.choice(made.units))
        for n in range(8)
    ]
    for number in range(chance.randrange(inspections + 1)):
        _inspection(made, number)
    for number in range(chance.randrange(problems + 1)):
        _problem(made, number)
    for number in range(chance.randrange(12)):
        _duty(made, number)
    return made


def _units(city: SimpleNamespace, chance: random.Random) -> list[Unit]:
    groups = [city.group, PeerGroup.objects.create(code="towns", name="乡镇"), None]
    ends = [None, None, None, date(2026, 11, 16), date(2026, 11, 17), date(2026, 11, 20)]
    begins = [date(2000, 1, 1)] * 3 + [date(2026, 11, 19), date(2026, 11, 23)]
    made = []
    for number in range(chance.randrange(4, 14)):
        begin, end = chance.choice(begins), chance.choice(ends)
        end = None if end and end <= begin else end
        code = f"R{chance.randrange(10_000):04}-{number}"
        made.append(Unit(code=code, name=code, label=code, group=chance.choice(groups), valid_from=begin, valid_to=end))
    return Unit.objects.bulk_create(made)


def _links(made: Scatter) -> None:
    """A unit stands under at most two others, for a part of the time; never two links of one pair on one day."""
    rows = [UnitLink(ancestor=unit, descendant=unit, depth=0) for unit in made.units]
    for at, unit in enumerate(made.units):
        for above in made.random.sample(made.units[:at], min(at, made.random.randrange(3))):
            middle = EARLIEST + timedelta(days=made.random.randrange(1, DAYS))
            spans = [(date(2000, 1, 1), None), (date(2000, 1, 1), middle), (middle, None)]
            begin, end = made.random.choice(spans)
            rows.append(UnitLink(ancestor=above, descendant=unit, depth=1, valid_from=begin, valid_to=end))
    UnitLink.objects.bulk_create(rows)


def merge_some(made: Scatter, seed: int) -> str:
    """Give most units that ended a successor; returns what a rule says of them."""
    chance = random.Random(f"merge {seed}")  # noqa: S311
    for unit in made.units:
        if chance.random() < 0.6:
            day = FIRST + timedelta(days=chance.randrange(-1, 9))
            unit.valid_to = unit.valid_to or (day if chance.random() < 0.4 and day > unit.valid_from else None)
            if unit.valid_to:
                others = [other for other in made.units if other != unit]
                near = [other for other in others if other.group_id == unit.group_id]
                unit.succeeded_by = chance.choice(near if near and chance.random() < 0.7 else others)
            unit.save()
    return chance.choice(["successor", "successor", "own_row"])


def units_above(units: set[int], day: date) -> set[int]:
    """The units and those above them on a day, link by link."""
    found = set(units)
    for link in UnitLink.objects.filter(descendant__in=units):
        if link.valid_from <= day and (link.valid_to is None or day < link.valid_to):
            found.add(link.ancestor_id)
    return found


def _inspection(made: Scatter, number: int) -> None:
    seen, site = made.moment(), made.random.choice(made.sites)
    direct = {site.unit_id} | {unit.pk for unit in made.random.sample(made.units, made.random.randrange(2))}
    points = [_points(made.random) for _ in range(made.random.randrange(4))]
    earned, available = (sum((pair[at] for pair in points), Decimal(0)) for at in (0, 1))
    inspection = Inspection.objects.create(
        code=f"JC{number}", site=site, unit=site.unit, inspector=made.city.inspector, seen_at=seen,
        earned=earned, available=available,
    )  # fmt: skip
    InspectionUnit.objects.bulk_create(
        InspectionUnit(
            inspection=inspection, unit_id=unit, direct=unit in direct, site=site, seen_at=seen, earned=earned,
            available=available,
        )
        for unit in units_above(direct, day_of(seen))
    )  # fmt: skip
    items = made.random.sample(made.city.items, len(points))
    indicators = list(Indicator.objects.order_by("pk"))
    Answer.objects.bulk_create(
        Answer(
            inspection=inspection, item=item, indicator=made.random.choice(indicators), seen_at=seen, outcome="partly",
            earned=pair[0], available=pair[1],
        )
        for item, pair in zip(items, points, strict=True)
    )  # fmt: skip


def _points(chance: random.Random) -> tuple[Decimal, Decimal]:
    available = chance.choice([Decimal(0), Decimal(1), Decimal(3), Decimal("0.7"), Decimal("1.3333"), Decimal(8)])
    share = chance.choice([Decimal(0), Decimal(1), Decimal("0.5"), Decimal("0.8625"), Decimal("0.33")])
    return round(available * share, 4), available


def _problem(made: Scatter, number: int) -> None:
    handed = made.later(made.moment(), 48)
    due = handed + timedelta(hours=made.random.choice([1, 24, 72, 200])) if handed else None
    receive_due = handed + timedelta(hours=4) if handed and made.random.random() < 0.8 else None
    received, submitted, closed = (made.later(handed, hours) for hours in (8, 60, 120))
    state = "closed" if closed else made.random.choice(["noted", "cancelled"])
    if handed and not closed:
        state = made.random.choice(["handed_over", "received", "submitted", "sent_back", "suspended"])
    waits = state == "suspended"
    problem = Problem.objects.create(
        code=f"WT{number}", site=made.random.choice(made.sites), unit=made.random.choice(made.units), text="垃圾",
        state=state, noted_by=made.city.inspector, noted_at=handed or made.moment(), handed_over_at=handed,
        due_at=None if waits else due, suspended_until=LAST if waits else None,
        receive_due_at=receive_due, received_at=received, submitted_at=submitted, closed_at=closed,
        voided_at=made.moment() if closed and made.random.random() < 0.2 else None, **_callback(made, number),
    )  # fmt: skip
    moves = made.random.sample(["note", "submit", "send_back", "submit", "close"], made.random.randrange(5))
    holder = made.random.choice(made.units) if made.random.random() < 0.2 else problem.unit
    Step.objects.bulk_create(
        Step(problem=problem, move=move, state="submitted", unit=holder, by=made.city.office, at=made.moment())
        for move in moves
    )


def _callback(made: Scatter, number: int) -> dict[str, object]:
    """What the reporter says when asked back; of half of them nobody asks. Its dice are its own."""
    chance = random.Random(f"callback {number} of {len(made.units)}")  # noqa: S311
    if chance.random() < 0.5:
        return {}
    asked = FIRST + timedelta(days=chance.randrange(-2, 10))
    moment = datetime(asked.year, asked.month, asked.day, chance.choice([0, 9, 23]), tzinfo=SHANGHAI)
    return {"callback": chance.choice(Problem.Callback.values), "called_back_at": moment}


def _duty(made: Scatter, number: int) -> None:
    due = EARLIEST + timedelta(days=made.random.randrange(DAYS))
    task = Task.objects.create(code=f"RW{number}", title="任务", due_on=due)
    reported = made.later(datetime(due.year, due.month, due.day, tzinfo=SHANGHAI) - timedelta(days=1), 72)
    done = reported is not None and made.random.random() < 0.7
    TaskDuty.objects.create(
        task=task, unit=made.random.choice(made.units), part="lead", due_on=due, reported_at=reported,
        state="accepted" if done else "reported", accepted_at=reported if done else None,
    )  # fmt: skip


def random_spec(chance: random.Random) -> dict:
    """A rule of some components, roundings, a least number of inspections, and lists."""
    figures = chance.sample(
        ["conformity", "rectified", "on_time", "rework", "prompt_receipt", "tasks"], chance.randrange(1, 5)
    )
    components = [
        {
            "figure": figure,
            "mean": chance.choice(["pooled", "by_site", "by_indicator"]) if figure == "conformity" else "pooled",
            "scope": chance.choice(["subtree", "subtree", "direct"]),
            "weight": chance.choice(["60", "40", "1", "12.5", "33.333"]),
            "invert": figure == "rework",
        }
        for figure in figures
    ]
    own = random.Random(f"satisfaction {figures} {components[0]['weight']}")  # noqa: S311
    if own.random() < 0.4:  # by dice of its own, so that the others fall as they did
        scope = own.choice(["subtree", "direct"])
        components.append(
            {"figure": "satisfaction", "mean": "pooled", "scope": scope, "weight": "12.5", "invert": False}
        )
    return {
        "components": components,
        "component_places": chance.choice([2, 2, 0, 1, 3]),
        "places": chance.choice([2, 2, 0, 1]),
        "least_inspections": chance.choice([0, 0, 1, 3]),
        "red": chance.choice([{}, {"best": 2, "least_score": "60"}, {"least_score": "80"}, {"best": 1}]),
        "black": chance.choice([{}, {"worst": 2, "below": "70"}, {"below": "50"}, {"worst": 1}]),
    }


def visit(city: SimpleNamespace, *, site: Site, seen_at: datetime, earned: object, **fields: object) -> Inspection:
    """An inspection of ten points that counts for the site's unit and those above it."""
    count = Inspection.objects.count()
    inspection = Inspection.objects.create(
        code=f"V{count}", site=site, unit=site.unit, inspector=city.inspector, seen_at=seen_at,
        earned=Decimal(str(earned)), available=Decimal(10), **({"recorded_at": seen_at} | fields),
    )  # fmt: skip
    InspectionUnit.objects.bulk_create(
        InspectionUnit(
            inspection=inspection, unit_id=unit, direct=unit == site.unit_id, site=site, seen_at=seen_at,
            earned=inspection.earned, available=inspection.available,
        )
        for unit in units_above({site.unit_id}, day_of(seen_at))
    )  # fmt: skip
    return inspection


def weekly_rule(city: SimpleNamespace, kind: str = "week", **spec: object) -> ScoringRule:
    """Rank the streets by pooled conformity, and put it to use."""
    rule = save_rule(
        code="R",
        name="考核办法",
        spec={"components": [{"figure": "conformity", "weight": "100"}]} | spec,
        by=city.office,
    )
    use_rule(rule=rule, group=city.group, kind=kind, by=city.office)
    return rule
