"""Builds the demonstration city, from an empty database to the rankings of ended periods."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from campaign.models import Campaign, CheckItem, SiteType, Standard, User
from campaign.queries import work_clock
from campaign.rules import ONE_DAY, WorkClock, day_of
from units.models import Site, Unit

from .cases import make_cases
from .citizens import ask_callers, make_citizens, make_hand_over_rules
from .due_process import make_adjustments, make_objections
from .exempt import make_exemptions
from .fairness import make_fairness, mark_all_repeats
from .filters import share_filters
from .moves import make_batch, make_moves
from .oddities import oddities
from .office_time import OfficeTime
from .outlines import make_outlines
from .papers import make_papers
from .people import People, make_people
from .photos import make_photos
from .places import make_map, make_units
from .rankings import make_rules, publish_history
from .reminders import make_reminders, put_in_order
from .repairs import Repairs
from .sites import make_sites
from .standard import make_calendar, make_campaign
from .tasks import make_tasks
from .visits import History, make_visits
from .writing import write_cases, write_visits

Say = Callable[[str], None]
#: Where one row is enough to refuse.
FILLED = (User, Unit, Site, SiteType, Standard)


class NotEmpty(Exception):
    """There is something in the database that the demonstration would mix with."""


def build(
    *,
    now: datetime,
    weeks: int = 26,
    sites: int = 1500,
    illustrated: int = 16,
    say: Say = lambda line: None,
) -> None:
    """Build the whole city in one transaction; the same for the same day and numbers.

    ``weeks`` of history end today, there are at most so many ``sites``, and ``illustrated`` problems get pictures.
    Raises NotEmpty when the database already holds people, units or a standard.
    """
    if any(model._default_manager.exists() for model in FILLED):
        raise NotEmpty("the database is not empty: the demonstration city was not built")
    history = History(first=day_of(now) - ONE_DAY * (7 * weeks - 1), now=now)
    with transaction.atomic():
        ground = _ground(history, sites, say)
        _inspect_and_repair(ground, history, illustrated, say)
        _judge(ground, history, say)
        _hear_citizens(ground.people, now, say)
        put_in_order()


@dataclass(frozen=True)
class Ground:
    """What everything else stands on."""

    campaign: Campaign
    clock: WorkClock
    horizon: date
    units: dict[str, Unit]
    people: People
    sites: list[Site]


def _ground(history: History, limit: int, say: Say) -> Ground:
    today = day_of(history.now)
    horizon = today + ONE_DAY * 60
    campaign = make_campaign(first=history.first, last=today)
    make_calendar(first=history.first, last=horizon)
    units = make_units()
    people = make_people(units)
    share_filters(people)
    city_map = make_map(units)
    make_outlines(city_map)
    sites = make_sites(units, city_map, limit=limit)
    say(f"{len(units)} units, {len(sites)} sites")
    make_tasks(campaign, units, people, history.now)
    return Ground(campaign, work_clock(campaign), horizon, units, people, sites)


def _inspect_and_repair(ground: Ground, history: History, illustrated: int, say: Say) -> None:
    people, clock, now = ground.people, ground.clock, history.now
    items = list(CheckItem.objects.in_force().select_related("indicator"))
    odd = oddities(ground.sites)
    visits = make_visits(ground.sites, items, people.inspectors, history, clock, odd)
    write_visits(visits)
    say(f"{len(visits)} inspections")
    cases = make_cases(visits, ground.sites, items, people, history)
    office = OfficeTime(clock, history.first, ground.horizon)
    Repairs(people, history, clock, office, ground.campaign.receive_limit, odd).follow(cases)
    write_cases(cases)
    say(f"{len(cases)} problems, {make_photos(cases, illustrated)} pictures, {make_moves(people, now=now)} moves")


def _judge(ground: Ground, history: History, say: Say) -> None:
    people = ground.people
    make_adjustments(people, history)
    say(f"{make_papers(history.now)} papers")
    say(f"{mark_all_repeats()} repeats")
    count = publish_history(make_rules(people), people, history)
    make_objections(people, history)
    make_reminders(ground.clock, history.now)
    say(f"{count} rankings closed")
    say(f"{ask_callers(now=history.now)} callers asked back")
    say(make_fairness(people, history))


def _hear_citizens(people: People, now: datetime, say: Say) -> None:
    make_exemptions(people, today=day_of(now))
    say(f"{make_citizens(people, now=now)} citizens' reports, {make_hand_over_rules(people)} rules of hand-over")
    say(f"{make_batch(people, now=now)} handed over together")
