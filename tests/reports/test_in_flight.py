"""Facts that change at the very moment of a closing: counted by it or late for it, never both or neither."""

import json
import multiprocessing
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, connections, transaction
from django.utils import timezone

from inspections.models import Inspection
from inspections.services.bulk import AnswerRow, VisitRow, store_inspections
from inspections.services.entry import Seen, record_inspection
from inspections.services.voiding import void_inspection
from reports.models import Ranking
from reports.queries.inputs import inputs_of
from reports.queries.late import late_entries
from reports.rules.periods import parse
from reports.rules.recompute import differences
from reports.services import close_period, closing, open_period, publish
from tests.city import at
from tests.running.product import wait_for

from .facts import visit, weekly_rule

pytestmark = pytest.mark.django_db(transaction=True)
FORK = multiprocessing.get_context("fork")
#: A week that is over by the clock of this machine too.
WEEK, SEEN = parse("2026-W47"), at(date(2026, 11, 16))
SECONDS = 60


def in_a_transaction(act: Callable[[], object], acted: Any, go: Any) -> None:
    """Act, and hold the transaction open until told to go on."""
    with transaction.atomic():
        act()
        acted.set()
        assert go.wait(SECONDS)
    connections.close_all()


class Acting:
    """A process in the midst of an act."""

    def __init__(self, act: Callable[[], object]) -> None:
        self.acted, self.go = FORK.Event(), FORK.Event()
        connections.close_all()
        self.process = FORK.Process(target=in_a_transaction, args=(act, self.acted, self.go), daemon=True)
        self.process.start()

    def goes_on(self) -> None:
        """Let it end, and well."""
        self.go.set()
        self.process.join(SECONDS)
        assert self.process.exitcode == 0


def somebody_waits() -> bool:
    """Whether a process waits for a lock that is not a row's."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_stat_clear_snapshot(); SELECT 1 FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event = 'advisory'"
        )
        return cursor.fetchone() is not None


def enters_by_hand(city: Any) -> Inspection:
    """An inspector sends in what was seen on Monday, now."""
    return record_inspection(
        site=city.market, seen_at=SEEN, kind="daily", answers=[Seen(item=city.items[0], outcome="met")],
        client_uuid="7f1c1a3e-53a8-4c55-8a0e-0d8b7d1f9a11", by=city.inspector, recorded_at=timezone.now(),
    )  # fmt: skip


def comes_by_sheet(city: Any) -> None:
    """The same from a sheet of a third party."""
    answers = (AnswerRow(city.items[0].pk, "met", None, None, ""),)
    row = VisitRow("JC-X-1", city.market.pk, SEEN, city.inspector.pk, "daily", None, answers)
    store_inspections(visits=[row], by=city.office)


@pytest.fixture
def ended_week(city):
    """A week that has ended, with one inspection of 8 of 10 points, and its draft."""
    weekly_rule(city)
    visit(city, site=city.market, seen_at=SEEN, earned=8)
    open_period(code=WEEK.code, now=WEEK.ends_at - timedelta(hours=1))
    return city


def closes(city: Any) -> Callable[[], object]:
    """The closing, as the job does it now."""
    period = Ranking.objects.get(period__code=WEEK.code).period
    return lambda: close_period(period=period, by=city.office, now=timezone.now())


def denominators() -> tuple[str, int]:
    """Of what the closed week's conformity is made, and how many entries are late for it."""
    ranking = Ranking.objects.get(period__code=WEEK.code)
    assert ranking.state != "draft"
    return ranking.rows.get(unit__code="S1").components[0]["denominator"], late_entries(ranking).count()


@pytest.mark.parametrize("enters", [enters_by_hand, comes_by_sheet])
def test_what_is_being_entered_is_waited_for_and_counts(ended_week, enters):
    entry = Acting(lambda: enters(ended_week))
    assert entry.acted.wait(SECONDS)
    closing = Acting(closes(ended_week))
    wait_for(somebody_waits, SECONDS, lambda: "the closing waits")
    closing.go.set()
    entry.goes_on()
    closing.goes_on()

    assert denominators() == ("12", 0)


@pytest.mark.parametrize("enters", [enters_by_hand, comes_by_sheet])
def test_what_comes_while_a_period_is_closed_is_late(ended_week, enters):
    closing = Acting(closes(ended_week))
    assert closing.acted.wait(SECONDS)
    entry = Acting(lambda: enters(ended_week))
    wait_for(somebody_waits, SECONDS, lambda: "the entry waits")
    entry.go.set()
    closing.goes_on()
    entry.goes_on()

    assert denominators() == ("10", 1)


def test_what_counts_is_not_late_though_it_was_recorded_after_the_job_began(ended_week):
    began = WEEK.ends_at + timedelta(minutes=5)
    visit(
        ended_week,
        site=ended_week.market,
        seen_at=SEEN + timedelta(hours=5),
        earned=6,
        recorded_at=began + timedelta(seconds=3),
    )

    close_period(period=Ranking.objects.get().period, by=None, now=began)

    assert denominators() == ("20", 0)


class Voiding:
    """Freezes inputs as the product does, and while it does so an inspection is voided, ``times`` times."""

    def __init__(self, city: Any, times: int) -> None:
        self.city, self.left = city, times

    def __call__(self, ranking: Ranking) -> str:
        if self.left:
            self.left -= 1
            entry = Inspection.objects.filter(voided_at=None).latest("code")
            void_inspection(inspection=entry, reason="重复录入", by=self.city.office, at=timezone.now())
        return inputs_of(ranking)


def test_figures_and_inputs_are_of_the_same_facts_though_these_change_meanwhile(ended_week, monkeypatch):
    visit(ended_week, site=ended_week.market, seen_at=SEEN + timedelta(hours=5), earned=2)
    monkeypatch.setattr(closing, "inputs_of", Voiding(ended_week, 1))

    closes(ended_week)()
    ranking = publish(ranking=Ranking.objects.get(), by=ended_week.supervisor, now=timezone.now())

    assert denominators() == ("10", 0)
    assert differences(json.loads(ranking.snapshot), json.loads(ranking.inputs)) == []


def test_a_period_whose_facts_do_not_come_to_rest_is_not_closed(ended_week, monkeypatch):
    for hour in range(closing.READINGS):
        visit(ended_week, site=ended_week.market, seen_at=SEEN + timedelta(hours=hour), earned=2)
    monkeypatch.setattr(closing, "inputs_of", Voiding(ended_week, closing.READINGS))

    with pytest.raises(ValidationError, match="正在变化"):
        closes(ended_week)()

    assert Ranking.objects.get().state == "draft"
