"""Row T11 by the acts of the office: units merged, split and moved among inspections and problems of twelve months."""

import random
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction

from campaign.rules import SHANGHAI, day_of
from inspections.models import Inspection, Problem, Step
from reports.queries.figures import FACTS, Need, city_figures, inspection_counts, measure
from reports.rules.periods import Span, parse
from tests.city import make_unit
from units.models import Site, Unit, UnitLink
from units.services import set_superiors
from units.services.reorganising import end_unit

from .facts import units_above, visit

NOON = datetime(2026, 1, 5, 12, tzinfo=SHANGHAI)
LATER = datetime(2027, 2, 1, tzinfo=SHANGHAI)
QUARTERS = [parse(f"2026-Q{number}") for number in (1, 2, 3, 4)]
FIGURES = [name for name in FACTS if name not in ("tasks", "satisfaction")]


@dataclass
class Year:
    """A year of one city: what the office did, and what each unit had done before it ended."""

    city: SimpleNamespace
    chance: random.Random
    at: datetime = NOON
    acts: dict[str, int] = field(default_factory=lambda: {"merge": 0, "split": 0, "move": 0})
    ended: dict[int, dict[str, int]] = field(default_factory=dict)

    def standing(self) -> list[Unit]:
        """The units of today that have no end."""
        return list(Unit.objects.filter(valid_to=None, valid_from__lte=day_of(self.at)).order_by("code"))

    def live(self) -> None:
        """Some days pass with inspections and problems of sites as they are owned then."""
        self.at += timedelta(days=self.chance.randrange(1, 12), hours=self.chance.randrange(-2, 3))
        for _visit in range(2):
            site = self.chance.choice(list(Site.objects.order_by("code")))
            visit(self.city, site=site, seen_at=self.at, earned=self.chance.randrange(11))
            self._problem(site)

    def _problem(self, site: Site) -> None:
        due = self.at + timedelta(days=3)
        closed = self.at + timedelta(days=self.chance.randrange(6)) if self.chance.random() < 0.7 else None
        moments = {"noted_at": self.at, "handed_over_at": self.at, "due_at": due, "closed_at": closed}
        problem = Problem.objects.create(
            code=f"WT{Problem.objects.count()}", site=site, unit=site.unit, text="垃圾", noted_by=self.city.inspector,
            state="closed" if closed else "received", received_at=self.at, receive_due_at=due, **moments,
        )  # fmt: skip
        for move in self.chance.sample(["submit", "send_back"], self.chance.randrange(3)):
            Step.objects.create(
                problem=problem, move=move, state="submitted", unit=site.unit, by=self.city.office, at=self.at
            )

    def reorganise(self) -> None:
        """One act of the office; one that cannot be (a circle, the last unit) is refused and changes nothing."""
        act = self.chance.choice(sorted(self.acts))
        try:
            getattr(self, f"_{act}")()
        except ValidationError:
            return
        self.acts[act] += 1

    def _end(self, parts: int) -> None:
        unit, *into = self.chance.sample(self.standing(), parts + 1)
        sites = {site.code: self.chance.choice(into) for site in unit.sites.all()}
        before = {span.code: counted(unit, span) for span in QUARTERS}
        end_unit(unit=unit, into=into, sites=sites, by=self.city.office, at=self.at)
        self.ended[unit.pk] = before

    def _merge(self) -> None:
        self._end(1)

    def _split(self) -> None:
        self._end(2)

    def _move(self) -> None:
        unit, above = self.chance.sample(self.standing(), 2)
        set_superiors(superiors={unit.pk: [above.pk]}, by=self.city.office, on=day_of(self.at) + timedelta(days=1))


def counted(unit: Unit, span: Span) -> int:
    """How many inspections count for a unit in a period."""
    return inspection_counts(span.window(LATER)).get(unit.pk, 0)


def year_of(city: SimpleNamespace, seed: int) -> Year:
    """Six reorganisations over a year."""
    year = Year(city, random.Random(seed))  # noqa: S311
    for number in range(5):
        unit = make_unit(f"N{number}", f"新{number}", group=city.group)
        UnitLink.objects.create(ancestor=unit, descendant=unit, depth=0)
        Site.objects.create(code=f"N{number}", name=f"点位{number}", type=city.market_type, unit=unit)
    for _act in range(6):
        for _span in range(4):
            year.live()
        year.reorganise()
    year.live()
    return year


def check(year: Year, seed: int) -> None:
    """Nothing is lost, nothing counts twice, the past stays where it was."""
    for span in QUARTERS:
        window = span.window(LATER)
        whole = city_figures(span, LATER, FIGURES)
        for figure in FIGURES:
            alone = measure(Need(figure, scope="direct"), window)
            assert sum(pair[1] for pair in alone.values()) == whole[figure].denominator, (seed, span, figure)
        seen = Inspection.objects.filter(seen_at__gte=span.starts_at, seen_at__lt=span.ends_at)
        alone = measure(Need("conformity", scope="direct"), window)
        assert sum(pair[1] for pair in alone.values()) == 10 * seen.count(), (seed, span)
    for inspection in Inspection.objects.all():
        counts = set(inspection.units.values_list("unit", flat=True))
        direct = set(inspection.units.filter(direct=True).values_list("unit", flat=True))
        assert counts == units_above(direct, day_of(inspection.seen_at)), (seed, inspection)
    for unit, before in year.ended.items():
        after = {span.code: counted(Unit.objects.get(pk=unit), span) for span in QUARTERS}
        assert after == before, (seed, unit)


def over(city: SimpleNamespace, seeds: range) -> dict[str, int]:
    """How many acts of each kind were done over these years, all of them checked."""
    done = {"merge": 0, "split": 0, "move": 0}
    for seed in seeds:
        with transaction.atomic():
            year = year_of(city, seed)
            check(year, seed)
            done = {act: number + year.acts[act] for act, number in done.items()}
            transaction.set_rollback(True)
    return done


def test_over_fifty_reorganisations_nothing_is_lost_and_the_past_stays(city):
    done = over(city, range(10))

    assert sum(done.values()) >= 50, done
    assert min(done.values()) >= 10, done


@pytest.mark.slow
def test_over_three_hundred_reorganisations_nothing_is_lost_and_the_past_stays(city):
    done = over(city, range(100, 160))

    assert sum(done.values()) >= 300, done


def test_who_belongs_to_the_next_unit_sees_no_more_of_the_past(city):
    past = visit(city, site=city.market, seen_at=NOON, earned=9)
    end_unit(unit=city.east, into=[city.west], sites={}, by=city.office, at=NOON + timedelta(days=1))
    after = visit(city, site=Site.objects.get(pk=city.market.pk), seen_at=NOON + timedelta(days=3), earned=5)

    seen = set(Inspection.objects.visible_to(city.neighbour))
    assert (past in seen, after in seen) == (False, True)
    assert measure(Need("conformity", scope="direct"), parse("2026").window(LATER)) == {
        city.east.pk: (9, 10), city.west.pk: (5, 10),
    }  # fmt: skip
    assert day_of(NOON) == date(2026, 1, 5)
