"""Jobs killed at any point, and started many times at once (rows J1, J2): real processes on the real database."""

import signal
from datetime import date, timedelta
from functools import partial

import pytest
from django.db import connection

from campaign.models import Event, FactChange, Notice
from campaign.queries import facts_changed
from reports.models import ListEntry, Period, Ranking, RankingRow
from reports.rules.canonical import canonical, digest
from reports.rules.periods import parse
from reports.services import close_ended, publish, roll_up
from reports.services.objections import set_objection_time
from tests.city import at
from tests.processes import Counter, ended, in_process, killed_after, wrapped

from .facts import scatter, weekly_rule

pytestmark = pytest.mark.django_db(transaction=True)
NOW, AFTER = at(date(2026, 11, 20)), at(date(2026, 11, 23), 0, 5)


def content() -> str:
    """The hash of every ranking, row and list, without database ids."""
    rows = RankingRow.objects.order_by("ranking__period__code", "ranking__group__code", "position")
    entries = ListEntry.objects.order_by("ranking__period__code", "unit__code")
    return digest(
        canonical(
            [
                [
                    [str(value) for value in row]
                    for row in rows.values_list("unit__code", "rank", "score", "components", "movement")
                ],
                [list(entry) for entry in entries.values_list("unit__code", "color", "consecutive")],
            ]
        )
    )  # fmt: skip


@pytest.fixture
def busy_city(city):
    """Facts, a rule with lists for weeks and months, and a week before that is already ranked."""
    scatter(city, 3)
    for kind in ("week", "month"):
        weekly_rule(city, kind, red={"best": 1}, black={"worst": 1})
    facts_changed({date(2026, 11, 12), date(2026, 11, 18)})
    return city


def test_a_roll_up_killed_anywhere_ends_as_if_it_never_was(busy_city):
    with connection.execute_wrapper(counter := Counter()):
        roll_up(now=NOW)
    whole = content()
    for statements in sorted({1, 2, counter.seen // 3, counter.seen // 2, counter.seen - 3, counter.seen}):
        Ranking.objects.all().delete()
        Period.objects.all().delete()
        facts_changed({date(2026, 11, 12), date(2026, 11, 18)})

        assert ended(in_process(partial(killed_after, statements, partial(roll_up, now=NOW)))) == -signal.SIGKILL
        assert not Ranking.objects.exists()
        assert FactChange.objects.exists()

        roll_up(now=NOW)
        assert content() == whole


def test_over_twenty_rounds_ten_jobs_at_once_close_a_period_once_and_tell_it_once(busy_city):
    set_objection_time(kind="week", days=2, working=False, by=busy_city.office)
    for number in range(20):
        week = parse(f"2026-W{number + 27}")
        roll_up(now=week.starts_at + timedelta(hours=1))
        after = week.ends_at + timedelta(minutes=5)

        codes = [ended(child) for child in [in_process(partial(close_ended, now=after)) for _job in range(10)]]

        assert codes == [0] * 10, number
        assert Event.objects.filter(action="ranking.closed", reference__startswith=week.code).count() == 1, number
        ranking = Ranking.objects.get(period__code=week.code)
        told = Notice.objects.filter(key__startswith=f"announced:{ranking.pk}:")
        assert (ranking.state, ranking.revision) == ("closed", 1)
        assert told.count() == told.values("key", "person").distinct().count() == 2, number


def test_a_closing_killed_at_five_points_ends_in_the_very_same_texts(busy_city):
    roll_up(now=NOW)
    whole, inputs = closed_whole()
    for statements in (3, 7, 11, 15, 19):
        Ranking.objects.all().delete()
        facts_changed({date(2026, 11, 12), date(2026, 11, 18)})
        roll_up(now=NOW)
        closing = Counter(stop=statements)

        assert ended(in_process(partial(wrapped, closing, partial(close_ended, now=AFTER)))) == -signal.SIGKILL
        assert not Ranking.objects.filter(state="closed").exists()
        assert closed_whole() == (whole, inputs)


def closed_whole() -> tuple[str, str]:
    """Close what has ended; the hash of all rankings and that of the frozen inputs."""
    close_ended(now=AFTER)
    return content(), digest(Ranking.objects.get(state="closed").inputs)


def test_a_closing_with_a_time_for_objections_killed_anywhere_opens_it_once(busy_city):
    set_objection_time(kind="week", days=2, working=True, by=busy_city.office)
    roll_up(now=NOW)
    for statements in (2, 6, 10, 14, 18):
        closing = Counter(stop=statements)
        assert ended(in_process(lambda closing=closing: wrapped(closing, lambda: close_ended(now=AFTER)))) == (
            -signal.SIGKILL
        )
        assert not Ranking.objects.filter(state="closed").exists()
        assert not Notice.objects.filter(key__startswith="announced:").exists()

    codes = [ended(child) for child in [in_process(lambda: close_ended(now=AFTER)) for _beat in range(2)]]

    closed = Ranking.objects.get(state="closed")
    told = Notice.objects.filter(key__startswith=f"announced:{closed.pk}:")
    assert (codes, closed.objections_until) == ([0, 0], at(date(2026, 11, 26), 0))
    assert told.count() == told.values("key", "person").distinct().count() == 2


def test_two_who_publish_at_once_after_the_objections_make_one_publication(busy_city):
    set_objection_time(kind="week", days=1, working=False, by=busy_city.office)
    roll_up(now=NOW)
    close_ended(now=AFTER)
    ranking, over = Ranking.objects.get(state="closed"), at(date(2026, 11, 27))

    act = partial(publish, ranking=ranking, by=busy_city.supervisor, now=over)
    codes = sorted(ended(child) for child in [in_process(act) for _person in range(2)])

    assert codes == [0, 1], "the second one is told that it is published already"
    assert Event.objects.filter(action="ranking.published").count() == 1


def test_ten_roll_ups_at_once_make_one_set_of_drafts(busy_city):
    codes = [ended(child) for child in [in_process(lambda: roll_up(now=NOW)) for _ in range(10)]]

    assert codes == [0] * 10
    assert Ranking.objects.count() == 3
    assert not FactChange.objects.exists()


def test_a_reader_sees_the_old_rows_until_the_new_ones_are_whole(busy_city):
    roll_up(now=NOW)
    before = content()
    facts_changed({date(2026, 11, 18)})
    weekly_rule(busy_city, "week", places=0)

    assert ended(in_process(partial(killed_after, 25, partial(roll_up, now=NOW)))) == -signal.SIGKILL

    assert content() == before
