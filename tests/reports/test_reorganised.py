"""Row T11: units come, go and move within a period; nothing counts twice, nothing is lost."""

from collections import Counter
from datetime import datetime

from django.db import transaction

from campaign.rules import SHANGHAI
from reports.queries.figures import FACTS, Need, city_figures, measure
from reports.rules.periods import parse
from units.models import UnitLink

from .facts import WEEK, scatter

AFTER = datetime(2026, 12, 1, tzinfo=SHANGHAI)


def test_over_fifty_reorganisations_the_units_alone_add_up_to_the_city(city):
    window = parse(WEEK).window(AFTER)
    for seed in range(700, 750):
        with transaction.atomic():
            scatter(city, seed)
            whole = city_figures(parse(WEEK), AFTER, list(FACTS))
            for figure in FACTS:
                alone = measure(Need(figure, scope="direct"), window)
                sums = tuple(sum(pair[at] for pair in alone.values()) for at in (0, 1))
                assert sums[1] == whole[figure].denominator, (seed, figure)
                # a unit whose repairs came back and that submitted none has no rework rate, the city has
                assert sums[0] == whole[figure].numerator or figure == "rework", (seed, figure)
            transaction.set_rollback(True)


def test_who_stands_above_on_a_day_counts_a_fact_once(city):
    window = parse(WEEK).window(AFTER)
    for seed in range(750, 770):
        with transaction.atomic():
            scatter(city, seed)
            above = Counter(UnitLink.objects.filter(depth__gt=0).values_list("descendant", flat=True))
            for figure in FACTS:
                alone = measure(Need(figure, scope="direct"), window)
                under = measure(Need(figure), window)
                most = sum(pair[1] * (1 + above[unit]) for unit, pair in alone.items())
                assert sum(pair[1] for pair in alone.values()) <= sum(pair[1] for pair in under.values()) <= most
            transaction.set_rollback(True)
