"""Whole rankings against a second implementation in plain SQL: no difference to the last digit (row T13)."""

import random
from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.db import transaction

from campaign.rules import SHANGHAI, day_of
from inspections.models import Inspection
from reports.models import Ranking, RuleUse, ScoringRule
from reports.queries import ranking_entries
from reports.rules.periods import parse
from reports.rules.spec import RuleSpec
from reports.services import open_period
from reports.services.carrying import carry_late, ensure_period

from . import second, second_parts
from .facts import FIRST, LAST, WEEK, merge_some, random_spec, scatter
from .facts_of_parts import BEFORE, CLOSED, enrich, random_rule


def compare(city, seed: int) -> None:
    made = scatter(city, seed)
    chance = random.Random(seed)  # noqa: S311
    spec = random_spec(chance) | {"ended": merge_some(made, seed), "late": "next"}
    now = chance.choice([datetime(2026, 12, 24, tzinfo=SHANGHAI), datetime(2026, 11, 19, 15, 30, tzinfo=SHANGHAI)])
    rule = ScoringRule.objects.create(code="R", name="R", spec=spec)
    groups = {unit.group_id for unit in made.units if unit.group_id}
    for group in groups:
        RuleUse.objects.create(rule=rule, group_id=group, kind="week")
    closed = entered_late(rule, groups, seed)
    period = open_period(code=WEEK, now=now)
    window = parse(WEEK).window(now)
    for ranking in period.rankings.all():
        entries = ranking_entries(ranking)
        ours = [
            (
                row.unit.code, row.rank, row.score, entries[row.unit_id].color if row.unit_id in entries else None,
                *(part["value"] for part in row.components),
            )
            for row in ranking.rows.select_related("unit")
        ]  # fmt: skip
        theirs = second.rankings(spec, ranking.group_id, window.starts_at, window.cut, FIRST, LAST, closed)
        assert ours == [(*row[:4], *(None if v is None else str(v) for v in row[4:])) for row in theirs], (seed, spec)


def entered_late(rule: ScoringRule, groups: Iterable[int], seed: int) -> datetime | None:
    """Mostly the week before is closed, and some of its inspections were recorded later: they go on. When it was."""
    chance = random.Random(f"late {seed}")  # noqa: S311
    if chance.random() < 0.3:
        return None
    before = ensure_period(parse(BEFORE), now=CLOSED)
    for group in groups:
        state = {"rule": rule, "state": "closed", "closed_at": CLOSED}
        Ranking.objects.get_or_create(period=before, group_id=group, defaults=state)
    for inspection in Inspection.objects.order_by("code"):
        recorded_at = inspection.seen_at + timedelta(hours=chance.choice([0, 1, 30, 120]))
        Inspection.objects.filter(pk=inspection.pk).update(recorded_at=recorded_at)
    carry_late(days={day_of(seen) for seen in Inspection.objects.values_list("seen_at", flat=True)}, now=CLOSED)
    return CLOSED


def each(city, seeds) -> None:
    for seed in seeds:
        with transaction.atomic():
            compare(city, seed)
            transaction.set_rollback(True)


def compare_parts(city, seed: int) -> None:
    """The same for rules of every kind of part."""
    made = scatter(city, seed)
    enrich(made)
    chance = random.Random(seed)  # noqa: S311
    spec = RuleSpec.parse(random_rule(chance) | {"ended": merge_some(made, seed), "late": "next"}).as_json()
    now = chance.choice([datetime(2026, 12, 24, tzinfo=SHANGHAI), datetime(2026, 11, 19, 15, 30, tzinfo=SHANGHAI)])
    rule = ScoringRule.objects.create(code="R", name="R", spec=spec)
    groups = {unit.group_id for unit in made.units if unit.group_id}
    for group in groups:
        RuleUse.objects.create(rule=rule, group_id=group, kind="week")
    closed = entered_late(rule, groups, seed)
    window = parse(WEEK).window(now)
    for ranking in open_period(code=WEEK, now=now).rankings.all():
        assert not ranking.error, (seed, ranking.error)
        entries = ranking_entries(ranking)
        ours = [
            (
                row.unit.code, row.rank, row.score, entries[row.unit_id].color if row.unit_id in entries else None,
                *(None if part["value"] is None else Decimal(part["value"]) for part in row.components),
            )
            for row in ranking.rows.select_related("unit")
        ]  # fmt: skip
        theirs = second_parts.rankings(spec, ranking.group_id, WEEK, window.starts_at, window.cut, FIRST, LAST, closed)
        theirs = [(code, rank, score if rank else None, *rest) for code, rank, score, *rest in theirs]
        assert ours == theirs, (seed, spec)


def each_of_parts(city, seeds) -> None:
    for seed in seeds:
        with transaction.atomic():
            compare_parts(city, seed)
            transaction.set_rollback(True)


def test_sixty_random_rules_of_parts_equal_plain_sql(city):
    each_of_parts(city, range(60))


@pytest.mark.slow
@pytest.mark.parametrize("thousand", range(5))
def test_five_thousand_random_rules_of_parts_equal_plain_sql(city, thousand):
    each_of_parts(city, range(1000 * thousand, 1000 * thousand + 1000))


def test_sixty_random_rankings_equal_plain_sql(city):
    each(city, range(60))


@pytest.mark.slow
@pytest.mark.parametrize("thousand", range(5))
def test_five_thousand_random_rankings_equal_plain_sql(city, thousand):
    each(city, range(1000 * thousand, 1000 * thousand + 1000))


def test_the_comparison_would_see_a_difference(city, monkeypatch):
    monkeypatch.setattr(second, "_bound", lambda *given: "true")

    with pytest.raises(AssertionError):
        each(city, range(60))


def test_the_comparison_would_see_a_late_entry_that_is_left_out(city, monkeypatch):
    monkeypatch.setattr("tests.reports.test_second.carry_late", lambda **given: set())

    with pytest.raises(AssertionError):
        each(city, range(20))
