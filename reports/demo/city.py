"""Builds the demonstration city, from an empty database to the rankings of ended periods."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from campaign.models import CheckItem, SiteType, Standard, User
from campaign.queries import work_clock
from campaign.rules import ONE_DAY, day_of
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
from .people import make_people
from .photos import make_photos
from .places import make_map, make_units
from .rankings import make_rules, publish_history
from .reminders import make_reminders
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
    today = day_of(now)
    history = History(first=today - ONE_DAY * (7 * weeks - 1), now=now)
    with transaction.atomic():
        campaign = make_campaign(first=history.first, last=today)
        horizon = today + ONE_DAY * 60
        make_calendar(first=history.first, last=horizon)
        clock = work_clock(campaign)
        units = make_units()
        people = make_people(units)
        share_filters(people)
        city_map = make_map(units)
        make_outlines(city_map)
        made = make_sites(units, city_map, limit=sites)
        say(f"{len(units)} units, {len(made)} sites")
        make_tasks(campaign, units, people, now)
        items = list(CheckItem.objects.in_force().select_related("indicator"))
        odd = oddities(made)
        visits = make_visits(made, items, people.inspectors, history, clock, odd)
        write_visits(visits)
        say(f"{len(visits)} inspections")
        cases = make_cases(visits, made, items, people, history)
        office = OfficeTime(clock, history.first, horizon)
        Repairs(people, history, clock, office, campaign.receive_limit, odd).follow(cases)
        write_cases(cases)
        say(f"{len(cases)} problems, {make_photos(cases, illustrated)} pictures, {make_moves(people, now=now)} moves")
        make_adjustments(people, history)
        say(f"{make_papers(now)} papers")
        say(f"{mark_all_repeats()} repeats")
        count = publish_history(make_rules(people), people, history)
        make_objections(people, history)
        make_reminders(clock, now)
        say(f"{count} rankings closed")
        say(f"{ask_callers(now=now)} callers asked back")
        say(make_fairness(people, history))
        make_exemptions(people, today=today)
        say(f"{make_citizens(people, now=now)} citizens' reports, {make_hand_over_rules(people)} rules of hand-over")
        say(f"{make_batch(people, now=now)} handed over together")
