"""Published rankings computed again from their frozen inputs (row T9)."""

import json
import random
from datetime import date, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from campaign.rules import SHANGHAI
from reports.models import Ranking, RuleUse, ScoringRule
from reports.rules.recompute import differences
from reports.rules.spec import RuleSpec
from reports.services import close_period, open_period, publish
from tests.city import at

from .facts import WEEK, merge_some, random_spec, scatter, visit, weekly_rule
from .facts_of_parts import enrich, random_rule

AFTER = datetime(2026, 11, 24, tzinfo=SHANGHAI)
SUNDAY = date(2026, 11, 22)


def published(city, seed: int, *, parts: bool = False) -> list[Ranking]:
    """The rankings of a random week by a random rule, published; of every kind of part, or of rates alone."""
    made = scatter(city, seed)
    chance = random.Random(seed)  # noqa: S311
    if parts:
        enrich(made)
    spec = (random_rule(chance) if parts else random_spec(chance)) | {"ended": merge_some(made, seed)}
    spec = RuleSpec.parse(spec).as_json() if parts else spec
    rule = ScoringRule.objects.create(code="R", name="R", spec=spec)
    for group in {unit.group_id for unit in made.units if unit.group_id}:
        RuleUse.objects.create(rule=rule, group_id=group, kind="week")
    period = open_period(code=WEEK, now=AFTER)
    closed = close_period(period=period, by=None, now=AFTER)
    return [publish(ranking=ranking, by=city.supervisor, now=AFTER) for ranking in closed]


def test_inputs_alone_give_every_published_figure_again(city):
    for seed in range(200, 230):
        with transaction.atomic():
            for ranking in published(city, seed):
                assert differences(json.loads(ranking.snapshot), json.loads(ranking.inputs)) == [], seed
            transaction.set_rollback(True)


def test_inputs_alone_give_every_ranking_by_parts_again(city):
    for seed in range(300, 330):
        with transaction.atomic():
            for ranking in published(city, seed, parts=True):
                assert differences(json.loads(ranking.snapshot), json.loads(ranking.inputs)) == [], seed
            transaction.set_rollback(True)


def test_what_is_entered_between_closing_and_publishing_is_not_among_the_inputs(city):
    weekly_rule(city)
    visit(city, site=city.market, seen_at=at(SUNDAY), earned=9)
    (closed,) = close_period(period=open_period(code=WEEK, now=AFTER), by=None, now=AFTER)
    visit(city, site=city.market, seen_at=at(SUNDAY), earned=1, recorded_at=AFTER + timedelta(hours=1))

    ranking = publish(ranking=closed, by=city.supervisor, now=AFTER + timedelta(hours=2))

    assert differences(json.loads(ranking.snapshot), json.loads(ranking.inputs)) == []


@pytest.fixture
def week(city) -> Ranking:
    return next(ranking for ranking in published(city, 4) if ranking.rows.filter(rank__isnull=False).exists())


def test_the_command_verifies_a_period(week):
    out = StringIO()

    call_command("verify_period", WEEK, stdout=out)

    assert week.digest in out.getvalue()


def tamper(statement: str) -> None:
    """Change a published ranking behind the guards' back, as the owner of the database could."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(statement)
        cursor.execute("SET LOCAL session_replication_role = origin")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE reports_ranking SET digest = repeat('0', 64)",
        'UPDATE reports_ranking SET inputs = replace(inputs, \'"earned":"\', \'"earned":"1\')',
        "UPDATE reports_ranking SET snapshot = replace(snapshot, '\"rank\":1', '\"rank\":2')",
        "UPDATE reports_rankingrow SET rank = rank + 1",
        "DELETE FROM reports_rankingrow",
    ],
)
def test_the_command_finds_what_was_tampered_with(week, statement):
    tamper(statement)

    with pytest.raises(CommandError):
        call_command("verify_period", WEEK, stdout=StringIO())


def test_a_period_without_published_rankings_is_said_so(db):
    with pytest.raises(CommandError):
        call_command("verify_period", WEEK)
