"""Row T11: units merged within the period, ranked as of their own days or with their successors."""

import json
from dataclasses import replace
from datetime import date, datetime

import pytest
from django.db import transaction

from campaign.rules import SHANGHAI
from inspections.models import Inspection
from reports.queries.component import behind, component_of
from reports.queries.drill import inspections_behind, problems_behind, steps_behind
from reports.queries.figures import FACTS, Need, inspection_counts, measure
from reports.queries.tables import successors
from reports.rules.heirs import last_heirs
from reports.rules.periods import parse
from reports.rules.recompute import differences
from reports.services import close_period, open_period, publish
from tests.city import at
from units.models import Unit

from .facts import WEEK, merge_some, scatter, visit, weekly_rule

AFTER = datetime(2026, 12, 1, tzinfo=SHANGHAI)
WEDNESDAY, FRIDAY = date(2026, 11, 18), date(2026, 11, 20)


def windows(city, seed):
    """A random city with mergers, and the week's window without and with heirs."""
    merge_some(scatter(city, seed), seed)
    alone = parse(WEEK).window(AFTER)
    return alone, replace(alone, heirs=tuple(last_heirs(successors(alone)).items()))


def test_over_fifty_mergers_what_units_did_alone_adds_up_to_the_same(city):
    merged = 0
    for seed in range(800, 850):
        with transaction.atomic():
            alone, joined = windows(city, seed)
            merged += len(joined.heirs)
            for figure in FACTS:
                own, passed = (measure(Need(figure, scope="direct"), window) for window in (alone, joined))
                for at_ in (1,) if figure == "rework" else (0, 1):  # without repairs there is no rate of rework
                    assert sum(pair[at_] for pair in own.values()) == sum(pair[at_] for pair in passed.values())
                assert not set(passed) & {ended for ended, _heir in joined.heirs}
            transaction.set_rollback(True)
    assert merged > 25


def test_over_fifty_mergers_nothing_counts_twice(city):
    for seed in range(850, 900):
        with transaction.atomic():
            alone, joined = windows(city, seed)
            predecessors = {heir: {heir} for _ended, heir in joined.heirs}
            for ended, heir in joined.heirs:
                predecessors[heir].add(ended)
            before, after = inspection_counts(alone), inspection_counts(joined)
            for heir, units in predecessors.items():
                seen = Inspection.objects.filter(
                    units__unit__in=units, seen_at__gte=alone.starts_at, seen_at__lt=alone.cut
                )
                assert after.get(heir, 0) == seen.distinct().count()
            others = set(before) - {unit for units in predecessors.values() for unit in units}
            assert {unit: before[unit] for unit in others} == {unit: after[unit] for unit in others}
            transaction.set_rollback(True)


def test_the_rows_behind_a_figure_of_a_successor_are_those_it_counts(city):
    for seed in range(900, 925):
        with transaction.atomic():
            _alone, joined = windows(city, seed)
            heirs = Unit.objects.filter(pk__in=[heir for _ended, heir in joined.heirs])
            for unit in heirs:
                for figure in ("rectified", "on_time"):
                    _number, of = measure(Need(figure), joined).get(unit.pk, (0, 0))
                    assert problems_behind(figure, unit, joined).count() == of
                rework = measure(Need("rework"), joined).get(unit.pk, (0, 0))
                if rework[1]:
                    assert steps_behind(unit, joined).count() == sum(rework)
                assert inspections_behind(unit, joined).count() == inspection_counts(joined).get(unit.pk, 0)
            transaction.set_rollback(True)


@pytest.mark.parametrize(
    ("successors", "heirs"),
    [({1: 2}, {1: 2}), ({1: 2, 2: 3}, {1: 3, 2: 3}), ({1: 2, 2: 1}, {}), ({1: 2, 2: 3, 3: 2}, {}), ({}, {})],
)
def test_who_stands_at_the_end_of_the_line(successors, heirs):
    assert last_heirs(successors) == heirs


@pytest.fixture
def merged(city):
    """东街 is merged into 西街 on Friday: 9 of 10 points before, 西街 has 5 of 10 after."""
    Unit.objects.filter(pk=city.east.pk).update(valid_to=FRIDAY, succeeded_by=city.west)
    visit(city, site=city.market, seen_at=at(WEDNESDAY), earned=9)
    visit(city, site=city.west_market, seen_at=at(FRIDAY), earned=5)
    return city


def ranking(city, **spec):
    weekly_rule(city, **spec)
    return open_period(code=WEEK, now=AFTER).rankings.get()


def scores(found):
    return {row.unit.code: str(row.printed_score) for row in found.rows.select_related("unit")}


def test_by_its_own_row_a_merged_unit_stays(merged):
    found = ranking(merged)

    assert (scores(found), found.merged) == ({"S1": "90.00", "S2": "50.00"}, [])


def test_with_its_successor_it_has_no_row_but_a_footnote(merged, client):
    found = ranking(merged, ended="successor")

    assert scores(found) == {"S2": "70.00"}
    assert found.merged == [{"unit": "S1", "name": "东街", "into": "S2", "on": "2026-11-20"}]
    client.force_login(merged.office)
    for address in (f"/rankings/{WEEK}/streets/", f"/rankings/{WEEK}/streets/S2/"):
        assert "东街（S1）" in client.get(address).text


def test_a_successor_of_another_group_takes_nothing(merged):
    Unit.objects.filter(pk=merged.west.pk).update(group=None)

    assert scores(ranking(merged, ended="successor")) == {"S1": "90.00"}


def test_the_published_text_names_the_merger_and_is_recomputed_from_its_inputs(merged):
    ranking(merged, ended="successor")
    (closed,) = close_period(period=open_period(code=WEEK, now=AFTER), by=None, now=AFTER)
    found = publish(ranking=closed, by=merged.supervisor, now=AFTER)
    snapshot, inputs = json.loads(found.snapshot), json.loads(found.inputs)
    Unit.objects.filter(pk=merged.east.pk).update(succeeded_by=None)

    assert snapshot["merged"][0]["into"] == "S2"
    assert {row["unit"] for row in inputs["inspections"]} == {"S1", "S2"}, "the inputs keep the unit of the day"
    assert differences(snapshot, inputs) == []
    assert differences(snapshot, {**inputs, "merged": []}) != []


def test_the_successors_people_read_the_rows_behind_but_open_no_inspection_of_the_other_unit(merged, client):
    found = ranking(merged, ended="successor")
    row = found.rows.select_related("unit").get()
    rows = behind(found, row.unit, component_of(row, "conformity"), misses=True, after=0)
    past, own = Inspection.objects.order_by("seen_at")
    client.force_login(merged.neighbour)

    assert rows.total == (14, 20)
    assert client.get(past.get_absolute_url()).status_code == 404
    assert client.get(own.get_absolute_url()).status_code == 200
