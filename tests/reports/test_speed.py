"""What keeps figures fast whatever the length of history: the plans of their statements, and how many there are."""

import re
from dataclasses import replace
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaign.queries import facts_changed
from reports.models import Period, Ranking, RuleUse
from reports.queries.events import ROWS, event_rows
from reports.queries.figures import CITY_NEEDS, parameters, statement
from reports.rules.periods import Carry, Window, parse
from reports.services import close_period, open_period, publish, roll_up
from tests.city import at, make_unit

from .facts import visit, weekly_rule

BIG = re.compile(r"(\w+(?: \w+)*? Scan).* on inspections_")
WINDOW = parse("2026-11").window(at(date(2026, 11, 28)))


def scans(sql: str, *less_wanted: str, window: Window = WINDOW) -> set[str]:
    """How PostgreSQL would read the big tables; kinds of scan that are less wanted only where nothing else will do."""
    with connection.cursor() as cursor:
        for kind in less_wanted:
            cursor.execute(f"SET LOCAL enable_{kind} = off")
        cursor.execute(f"EXPLAIN {sql}", parameters(window))
        return {found[1] for row in cursor.fetchall() if (found := BIG.search(row[0]))}


@pytest.mark.parametrize(
    "name",
    [
        "conformity_pooled",
        "conformity_by_site",
        "conformity_by_indicator",
        "rectified",
        "rework",
        "prompt_receipt",
        "satisfaction",
    ],
)
def test_a_figure_is_read_from_indexes(db, name):
    found = scans(statement(CITY_NEEDS[name]), "seqscan", "bitmapscan", "nestloop")

    assert found
    assert found <= {"Index Only Scan", "Index Scan"}  # of two indexes of an empty table either may be chosen


def test_late_entries_that_count_here_are_found_by_their_keys(db):
    window = replace(WINDOW, carry=Carry("month", "2026-11", at(date(2026, 10, 20))))
    found = scans(statement(CITY_NEEDS["conformity_by_site"], window), "seqscan", "bitmapscan", window=window)

    assert found
    assert found <= {"Index Only Scan", "Index Scan"}


def test_what_is_open_and_overdue_is_read_from_indexes(db):
    assert "Seq Scan" not in scans(statement(CITY_NEEDS["on_time"]), "seqscan")


@pytest.mark.parametrize("event", sorted(ROWS))
def test_an_event_reads_no_big_table_whole(db, event):
    assert "Seq Scan" not in scans(event_rows(event, WINDOW), "seqscan")


def test_clean_sites_read_no_big_table_whole(db):
    assert "Seq Scan" not in scans(event_rows("clean_site", WINDOW), "seqscan")


# A late entry

TUESDAY = date(2026, 11, 10)
BESIDE = (
    "2026-11-09",
    "2026-11-10",
    "2026-11-11",
    "2026-11-12",
    "2026-W45",
    "2026-W46",
    "2026-W47",
    "2026-10",
    "2026-11",
)


def with_drafts(city, codes):
    """Drafts of days, weeks and months on the Friday of the week after; nothing to do."""
    rule = weekly_rule(city)
    RuleUse.objects.bulk_create(RuleUse(rule=rule, group=city.group, kind=kind) for kind in ("day", "month"))
    for code in codes:
        open_period(code=code, now=at(date(2026, 11, 20)))
    roll_up(now=at(date(2026, 11, 20)))


def test_a_late_entry_makes_its_periods_anew_and_those_that_read_them(city):
    """The next day and week read their movement from those of the entry; the next month has no draft."""
    with_drafts(city, BESIDE)
    facts_changed({TUESDAY})

    done = roll_up(now=at(date(2026, 11, 20)))

    assert {period.code for period in done} == {"2026-11-10", "2026-11-11", "2026-W46", "2026-W47", "2026-11"}


def test_drafts_beside_a_late_entry_cost_no_statement(city):
    with_drafts(city, ["2026-11-10"])
    statements_of_a_late_entry()
    few = statements_of_a_late_entry()
    for day in range(12, 19):
        open_period(code=f"2026-11-{day}", now=at(date(2026, 11, 20)))

    assert statements_of_a_late_entry() == few


def statements_of_a_late_entry() -> int:
    facts_changed({TUESDAY})
    with CaptureQueriesContext(connection) as queries:
        roll_up(now=at(date(2026, 11, 20)))
    return len(queries)


# Many units


def test_closing_and_publishing_cost_the_same_statements_for_few_units_and_many(city):
    weekly_rule(city)
    few = statements_of_publishing(city, "2026-W45")
    for number in range(40):
        make_unit(f"N{number:02}", f"N{number}", group=city.group, valid_from=date(2020, 1, 1))

    assert statements_of_publishing(city, "2026-W46") <= few + 1  # the week before has a ranking now


def statements_of_publishing(city, code: str) -> int:
    visit(city, site=city.market, seen_at=at(parse(code).starts_on), earned=9)
    now = at(date(2026, 11, 20))
    open_period(code=code, now=now)
    with CaptureQueriesContext(connection) as queries:
        close_period(period=Period.objects.get(code=code), by=city.office, now=now)
        publish(ranking=Ranking.objects.get(period__code=code), by=city.supervisor, now=now)
    return len(queries)
