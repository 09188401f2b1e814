"""Row T6: deadlines worked out by hand over the State Council's arrangements of 2024, 2025 and 2026.

Each line says from when, which limit, and when it is due, with the days of the week as on the wall calendar. With the
80 of ``test_work_clock`` they are more than 200; the walk from minute to minute of ``test_work_clock_table`` is the
check on who counts wrongly, the hand or the clock.
"""

import re
from datetime import date, datetime, timedelta

import pytest

from campaign.models import WorkDay
from campaign.rules import ONE_DAY, SHANGHAI, UnknownYear, WorkClock, parse_limit, parse_office_hours
from campaign.services.calendar import seed_work_year
from tests.campaign import test_work_clock, test_work_clock_table
from tests.campaign.test_work_clock_table import minutes

# 国办发明电 on the holidays of 2024, typed by hand: weekdays off, weekend days worked.
OFF = {
    "01-01", "02-12", "02-13", "02-14", "02-15", "02-16", "04-04", "04-05", "05-01", "05-02", "05-03", "06-10",
    "09-16", "09-17", "10-01", "10-02", "10-03", "10-04", "10-07",
}  # fmt: skip
WORKED = {"02-04", "02-18", "04-07", "04-28", "05-11", "09-14", "09-29", "10-12"}


def worked_2024() -> frozenset[date]:
    days = (date(2024, 1, 1) + ONE_DAY * n for n in range(366))
    return frozenset(
        day for day in days if f"{day:%m-%d}" in WORKED or (day.weekday() < 5 and f"{day:%m-%d}" not in OFF)
    )


WORKING = worked_2024() | test_work_clock_table.worked_2025() | test_work_clock.worked_2026()
YEARS = frozenset({2024, 2025, 2026})
USUAL, WINTER, STRAIGHT = "08:00-12:00,14:00-18:00", "08:30-12:00,13:30-17:30", "09:00-17:00"

DUE = f"""
{USUAL}
# 2024 元旦: Monday the 1st off
2024-01-01 一 10:00  4h  2024-01-02 二 12:00
2024-01-01 一 10:00  1d  2024-01-03 三 08:00
2024-01-02 二 16:00  4h  2024-01-03 三 10:00
2024-01-05 五 17:00  2h  2024-01-08 一 09:00
2024-01-05 五 10:00  1d  2024-01-08 一 10:00
# 2024 春节: Sunday 4 February worked, 10 to 17 February off, Sunday the 18th worked
2024-02-02 五 16:00  4h  2024-02-04 日 10:00
2024-02-02 五 10:00  1d  2024-02-04 日 10:00
2024-02-02 五 10:00  2d  2024-02-05 一 10:00
2024-02-03 六 09:00  1d  2024-02-05 一 08:00
2024-02-03 六 09:00  5h  2024-02-04 日 15:00
2024-02-04 日 17:00  1h  2024-02-04 日 18:00
2024-02-04 日 17:00  2h  2024-02-05 一 09:00
2024-02-05 一 08:00 40h  2024-02-09 五 18:00
2024-02-05 一 08:00 41h  2024-02-18 日 09:00
2024-02-07 三 11:00 20h  2024-02-09 五 17:00
2024-02-08 四 10:00  1d  2024-02-09 五 10:00
2024-02-08 四 10:00  2d  2024-02-18 日 10:00
2024-02-09 五 16:00  4h  2024-02-18 日 10:00
2024-02-09 五 18:00  1h  2024-02-18 日 09:00
2024-02-09 五 18:00  1d  2024-02-18 日 18:00
2024-02-09 五 18:01  1d  2024-02-19 一 08:00
2024-02-10 六 00:00  8h  2024-02-18 日 18:00
2024-02-14 三 12:00  3d  2024-02-21 三 08:00
2024-02-17 六 23:59  1h  2024-02-18 日 09:00
2024-02-18 日 10:00  5d  2024-02-23 五 10:00
2024-02-18 日 16:00  4h  2024-02-19 一 10:00
2024-02-28 三 10:00  2d  2024-03-01 五 10:00
2024-02-29 四 17:30  1h  2024-03-01 五 08:30
# 2024 清明: 4 to 6 April off, Sunday the 7th worked
2024-04-03 三 16:00  4h  2024-04-07 日 10:00
2024-04-03 三 10:00  1d  2024-04-07 日 10:00
2024-04-03 三 10:00  2d  2024-04-08 一 10:00
2024-04-04 四 08:00  1d  2024-04-08 一 08:00
2024-04-06 六 20:00  4h  2024-04-07 日 12:00
2024-04-07 日 15:00  4h  2024-04-08 一 09:00
2024-04-07 日 10:00  6d  2024-04-15 一 10:00
# 2024 劳动节: Sunday 28 April worked, 1 to 5 May off, Saturday the 11th worked
2024-04-26 五 17:00  3h  2024-04-28 日 10:00
2024-04-26 五 09:00  1d  2024-04-28 日 09:00
2024-04-27 六 12:00  1d  2024-04-29 一 08:00
2024-04-30 二 17:59  1h  2024-05-06 一 08:59
2024-04-30 二 10:00  1d  2024-05-06 一 10:00
2024-04-30 二 10:00  6d  2024-05-11 六 10:00
2024-04-30 二 10:00  7d  2024-05-13 一 10:00
2024-05-03 五 10:00  2h  2024-05-06 一 10:00
2024-05-10 五 16:00  4h  2024-05-11 六 10:00
2024-05-11 六 16:00  4h  2024-05-13 一 10:00
2024-05-12 日 09:00  3d  2024-05-16 四 08:00
# 2024 端午: Monday 10 June off
2024-06-07 五 16:00  4h  2024-06-11 二 10:00
2024-06-07 五 15:30  1d  2024-06-11 二 15:30
2024-06-09 日 10:00  2d  2024-06-13 四 08:00
2024-06-10 一 10:00  1h  2024-06-11 二 09:00
# 2024 中秋: Saturday 14 September worked, 15 to 17 off
2024-09-12 四 10:00  3d  2024-09-18 三 10:00
2024-09-13 五 16:00  4h  2024-09-14 六 10:00
2024-09-13 五 10:00  1d  2024-09-14 六 10:00
2024-09-14 六 10:00  1d  2024-09-18 三 10:00
2024-09-14 六 16:00  4h  2024-09-18 三 10:00
2024-09-15 日 09:00  1d  2024-09-19 四 08:00
# 2024 国庆: Sunday 29 September worked, 1 to 7 October off, Saturday the 12th worked
2024-09-27 五 17:00  9h  2024-09-29 日 18:00
2024-09-27 五 17:00 10h  2024-09-30 一 09:00
2024-09-27 五 10:00  1d  2024-09-29 日 10:00
2024-09-27 五 10:00  3d  2024-10-08 二 10:00
2024-09-30 一 11:00  4h  2024-09-30 一 17:00
2024-09-30 一 16:00  4h  2024-10-08 二 10:00
2024-09-30 一 16:00  2d  2024-10-09 三 16:00
2024-10-01 二 00:00  1d  2024-10-09 三 08:00
2024-10-07 一 18:00  8h  2024-10-08 二 18:00
2024-10-08 二 10:00  4d  2024-10-12 六 10:00
2024-10-08 二 10:00  5d  2024-10-14 一 10:00
2024-10-11 五 17:00  9h  2024-10-12 六 18:00
2024-10-12 六 18:00  1h  2024-10-14 一 09:00
2024-10-13 日 15:00  5h  2024-10-14 一 15:00
# into 2025: Wednesday 1 January off
2024-12-27 五 10:00  3d  2025-01-02 四 10:00
2024-12-30 一 14:00 20h  2025-01-02 四 18:00
2024-12-31 二 16:00  4h  2025-01-02 四 10:00
2024-12-31 二 10:00  1d  2025-01-02 四 10:00
2024-12-31 二 18:30  1d  2025-01-03 五 08:00
# 2025 春节: Sunday 26 January worked, 28 January to 4 February off, Saturday 8 February worked
2025-01-22 三 09:30  4d  2025-01-27 一 09:30
2025-01-22 三 09:30  5d  2025-02-05 三 09:30
2025-01-24 五 17:00 10h  2025-01-27 一 09:00
2025-01-26 日 14:00 12h  2025-01-27 一 18:00
2025-01-26 日 14:00 13h  2025-02-05 三 09:00
2025-02-01 六 10:00  4d  2025-02-10 一 08:00
2025-02-05 三 08:00 30h  2025-02-08 六 16:00
2025-02-07 五 17:15  1h  2025-02-08 六 08:15
# 2025 清明 (4 to 6 April), 劳动节 (1 to 5 May, Sunday 27 April worked), 端午 (31 May to 2 June)
2025-04-02 三 10:00  3d  2025-04-08 二 10:00
2025-04-05 六 10:00  9h  2025-04-08 二 09:00
2025-04-24 四 10:00  3d  2025-04-28 一 10:00
2025-04-26 六 09:00  8h  2025-04-27 日 18:00
2025-04-29 二 10:00  2d  2025-05-06 二 10:00
2025-05-05 一 08:00  3h  2025-05-06 二 11:00
2025-05-29 四 17:00 10h  2025-06-03 二 09:00
2025-05-31 六 10:00  4h  2025-06-03 二 12:00
2025-06-02 一 23:00  1d  2025-06-04 三 08:00
# 2025 国庆 with 中秋: Sunday 28 September worked, 1 to 8 October off, Saturday the 11th worked
2025-09-26 五 16:00 12h  2025-09-29 一 10:00
2025-09-29 一 10:00  1d  2025-09-30 二 10:00
2025-09-29 一 10:00  2d  2025-10-09 四 10:00
2025-09-30 二 12:00  1h  2025-09-30 二 15:00
2025-09-30 二 13:00  1d  2025-10-09 四 14:00
2025-10-04 六 10:00  4d  2025-10-14 二 08:00
2025-10-09 四 14:00 20h  2025-10-11 六 18:00
2025-10-09 四 14:00 21h  2025-10-13 一 09:00
2025-10-11 六 11:30  1h  2025-10-11 六 14:30
# into 2026: 1 to 3 January off, Sunday the 4th worked
2025-12-29 一 10:00  4d  2026-01-05 一 10:00
2025-12-31 三 12:30  1d  2026-01-04 日 14:00
2025-12-31 三 14:00  5h  2026-01-04 日 09:00
2026-01-02 五 10:00  3d  2026-01-07 三 08:00
2026-01-04 日 16:00  4h  2026-01-05 一 10:00
# 2026 春节: Saturday 14 February worked, 15 to 23 off, Saturday the 28th worked
2026-02-12 四 10:00  3d  2026-02-24 二 10:00
2026-02-13 五 17:00  9h  2026-02-14 六 18:00
2026-02-13 五 17:00 10h  2026-02-24 二 09:00
2026-02-14 六 13:00  1h  2026-02-14 六 15:00
2026-02-16 一 08:00  2d  2026-02-26 四 08:00
2026-02-24 二 08:00 40h  2026-02-28 六 18:00
2026-02-24 二 08:00 41h  2026-03-02 一 09:00
2026-02-26 四 15:00  3d  2026-03-02 一 15:00
2026-02-28 六 18:01  1d  2026-03-03 二 08:00
# 2026 清明 (4 to 6 April), 劳动节 (1 to 5 May, Saturday the 9th worked), 端午 (19 to 21 June)
2026-04-02 四 16:00 12h  2026-04-07 二 10:00
2026-04-03 五 18:30  4h  2026-04-07 二 12:00
2026-04-06 一 10:00  1d  2026-04-08 三 08:00
2026-04-29 三 10:00  2d  2026-05-06 三 10:00
2026-04-30 四 17:30  9h  2026-05-07 四 08:30
2026-05-06 三 10:00  3d  2026-05-09 六 10:00
2026-05-06 三 10:00  4d  2026-05-11 一 10:00
2026-05-08 五 17:00  9h  2026-05-09 六 18:00
2026-05-10 日 10:00  1h  2026-05-11 一 09:00
2026-06-17 三 10:00  2d  2026-06-22 一 10:00
2026-06-18 四 17:00  2h  2026-06-22 一 09:00
2026-06-20 六 10:00  1d  2026-06-23 二 08:00
# 2026 中秋 (25 to 27 September) and 国庆: Sunday 20 September worked, 1 to 7 October off, Saturday the 10th worked
2026-09-17 四 10:00  2d  2026-09-20 日 10:00
2026-09-19 六 10:00  8h  2026-09-20 日 18:00
2026-09-20 日 10:00  4d  2026-09-24 四 10:00
2026-09-20 日 10:00  5d  2026-09-28 一 10:00
2026-09-24 四 16:00  4h  2026-09-28 一 10:00
2026-09-28 一 10:00  4d  2026-10-09 五 10:00
2026-09-30 三 14:00 12h  2026-10-08 四 18:00
2026-09-30 三 14:00 13h  2026-10-09 五 09:00
2026-10-03 六 03:00  3d  2026-10-12 一 08:00
2026-10-09 五 15:00 12h  2026-10-12 一 09:00
2026-10-10 六 12:30  1d  2026-10-12 一 14:00
# an ordinary weekend, and the last days that are known
2026-11-20 五 16:00  4h  2026-11-23 一 10:00
2026-12-25 五 10:00  4d  2026-12-31 四 10:00
2026-12-30 三 18:00  8h  2026-12-31 四 18:00
2026-12-31 四 08:00  8h  2026-12-31 四 18:00
{WINTER}
2024-02-09 五 08:30 15h  2024-02-18 日 17:30
2025-09-30 二 16:00  8h  2025-10-09 四 16:30
2026-02-14 六 17:00  1h  2026-02-24 二 09:00
2026-11-23 一 08:00  4h  2026-11-23 一 14:00
2026-11-23 一 08:30  8h  2026-11-24 二 09:00
2026-11-23 一 12:15  1h  2026-11-23 一 14:30
2026-11-23 一 12:15  1d  2026-11-24 二 13:30
2026-11-23 一 17:30  1d  2026-11-24 二 17:30
2026-11-23 一 17:31  1d  2026-11-25 三 08:30
2026-11-27 五 17:00  4h  2026-11-30 一 12:00
{STRAIGHT}
2024-09-30 一 12:30  4h  2024-09-30 一 16:30
2024-09-30 一 16:00  8h  2024-10-08 二 16:00
2025-01-27 一 12:00  6h  2025-02-05 三 10:00
2026-09-30 三 09:00 16h  2026-10-08 四 17:00
"""
# The deadline it had, its limit, suspended since, resumed at, and the deadline then.
MOVED = """
# 春节: 7, 8, 9, 18, 19 and 20 February 2024 were lost
2024-02-07 三 10:00  3d  2024-02-06 二 09:00  2024-02-20 二 00:00  2024-02-21 三 10:00
# 劳动节: Friday the 10th and Saturday the 11th, worked, were lost
2024-05-10 五 10:00  2d  2024-05-09 四 10:00  2024-05-12 日 00:00  2024-05-13 一 10:00
# 国庆: 15:00 to 18:00 were lost; the holiday is none that counts
2024-09-30 一 16:00  4h  2024-09-30 一 15:00  2024-10-08 二 00:00  2024-10-08 二 09:00
2025-02-06 四 11:00  8h  2025-01-27 一 16:00  2025-02-05 三 00:00  2025-02-06 四 15:00
2026-10-09 五 10:00  2d  2026-09-30 三 10:00  2026-10-08 四 00:00  2026-10-10 六 10:00
# a weekend costs nothing, nor in days what ends on the day it began
2026-11-30 一 10:00  4h  2026-11-28 六 10:00  2026-11-30 一 00:00  2026-11-30 一 10:00
2026-11-26 四 10:00  3d  2026-11-25 三 10:00  2026-11-25 三 15:00  2026-11-26 四 10:00
# in hours it costs what was worked: 10 to 12 and 14 to 15
2026-11-26 四 10:00  8h  2026-11-25 三 10:00  2026-11-25 三 15:00  2026-11-26 四 15:00
# resumed early, on the morning of the next day
2026-11-26 四 16:00  8h  2026-11-24 二 17:00  2026-11-25 三 10:00  2026-11-27 五 09:00
"""
MOMENT = re.compile(r"(\d{4}-\d\d-\d\d) ([一二三四五六日]) (\d\d:\d\d)")


def moments(line: str) -> list[datetime]:
    """The moments of a line; a day of the week that does not fit its date is a slip of the hand."""
    found = []
    for day, weekday, clock in MOMENT.findall(line):
        moment = datetime.fromisoformat(f"{day} {clock}").replace(tzinfo=SHANGHAI)
        assert "一二三四五六日"[moment.weekday()] == weekday, line
        found.append(moment)
    return found


def lines(table: str) -> list[tuple[str, str]]:
    """Each line that is a case, with the office hours above it."""
    hours, found = USUAL, []
    for line in table.strip().splitlines():
        if MOMENT.match(line):
            found.append((hours, line))
        elif not line.startswith("#"):
            hours = line
    return found


def limit_of(line: str):
    return parse_limit(re.search(r" (\d+[hd]) ", line)[1])


def clock(hours: str) -> WorkClock:
    return WorkClock(WORKING, YEARS, parse_office_hours(hours))


@pytest.mark.parametrize(("hours", "line"), lines(DUE))
def test_due_as_worked_out_by_hand(hours, line):
    start, due = moments(line)

    assert clock(hours).due(start, limit_of(line)) == due


@pytest.mark.parametrize(("hours", "line"), lines(DUE))
def test_the_hand_and_the_walk_agree(hours, line):
    start, due = moments(line)

    assert minutes(hours, start, limit_of(line), WORKING) == due


@pytest.mark.parametrize(("hours", "line"), lines(DUE))
def test_the_explanation_adds_up(hours, line):
    start, due = moments(line)
    limit = limit_of(line)
    pieces = [piece for piece in clock(hours).explain(start, limit) if not piece.rest]
    none = timedelta() if limit.unit == "h" else 0

    assert pieces[-1].ends == due
    assert sum((piece.counted for piece in pieces), none) == (
        timedelta(hours=limit.amount) if limit.unit == "h" else limit.amount
    )


@pytest.mark.parametrize(("hours", "line"), lines(MOVED))
def test_a_suspension_moves_it_as_worked_out_by_hand(hours, line):
    due, since, till, moved = moments(line)

    assert clock(hours).shifted(due, limit_of(line), since=since, till=till) == moved


@pytest.mark.parametrize(
    ("start", "limit", "year"),
    [
        ("2026-12-31 16:00", "4h", 2027), ("2026-12-31 18:00", "1h", 2027), ("2026-12-31 18:01", "1d", 2027),
        ("2026-12-31 10:00", "1d", 2027), ("2026-12-28 10:00", "4d", 2027), ("2026-12-28 08:00", "33h", 2027),
        ("2027-01-01 10:00", "1h", 2027), ("2023-12-31 10:00", "1h", 2023),
    ],
)  # fmt: skip
def test_the_year_end_leads_into_a_year_that_is_missing(start, limit, year):
    with pytest.raises(UnknownYear) as missing:
        clock(USUAL).due(datetime.fromisoformat(start).replace(tzinfo=SHANGHAI), parse_limit(limit))

    assert missing.value.year == year


def test_there_are_two_hundred_by_hand():
    ours = {(hours, *moments(line)[:1], str(limit_of(line))) for hours, line in lines(DUE)}
    before = {(USUAL, test_work_clock.when(start), limit) for start, limit, _due in test_work_clock.CASES}

    assert len(ours) == len(lines(DUE))
    assert len(ours | before) >= 200


@pytest.mark.django_db
@pytest.mark.parametrize("year", sorted(YEARS))
def test_a_seeded_year_is_the_arrangement_typed_by_hand(year):
    seed_work_year(year, None)

    worked = set(WorkDay.objects.filter(working=True).values_list("date", flat=True))
    assert worked == {day for day in WORKING if day.year == year}
