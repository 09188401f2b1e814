"""Working time: a table worked out by hand on the State Council's calendar of 2026, and what holds for every moment."""

from datetime import date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign.rules import (
    ONE_DAY,
    SHANGHAI,
    Limit,
    Nearness,
    UnknownYear,
    WorkClock,
    parse_limit,
    parse_office_hours,
)

# 国办发明电 on the holidays of 2026, typed by hand: weekdays off, weekend days worked.
OFF = {
    "01-01", "01-02", "02-16", "02-17", "02-18", "02-19", "02-20", "02-23", "04-06", "05-01", "05-04", "05-05",
    "06-19", "09-25", "10-01", "10-02", "10-05", "10-06", "10-07",
}  # fmt: skip
WORKED = {"01-04", "02-14", "02-28", "05-09", "09-20", "10-10"}


def worked_2026() -> frozenset[date]:
    days = (date(2026, 1, 1) + ONE_DAY * n for n in range(365))
    return frozenset(
        day for day in days if f"{day:%m-%d}" in WORKED or (day.weekday() < 5 and f"{day:%m-%d}" not in OFF)
    )


CLOCK = WorkClock(worked_2026(), frozenset({2026}))


def when(text: str) -> datetime:
    return datetime.strptime(f"2026-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=SHANGHAI)


CASES = [
    # working hours inside a day, over lunch, over the night
    ("11-23 08:00", "1h", "11-23 09:00"), ("11-23 08:00", "4h", "11-23 12:00"), ("11-23 08:00", "5h", "11-23 15:00"),
    ("11-23 08:00", "8h", "11-23 18:00"), ("11-23 08:00", "9h", "11-24 09:00"), ("11-23 10:30", "1h", "11-23 11:30"),
    ("11-23 11:00", "2h", "11-23 15:00"), ("11-23 11:59", "1h", "11-23 14:59"), ("11-23 12:00", "1h", "11-23 15:00"),
    ("11-23 12:30", "1h", "11-23 15:00"), ("11-23 13:59", "4h", "11-23 18:00"), ("11-23 14:00", "4h", "11-23 18:00"),
    ("11-23 16:00", "4h", "11-24 10:00"), ("11-23 17:00", "4h", "11-24 11:00"), ("11-23 17:59", "2h", "11-24 09:59"),
    ("11-23 18:00", "2h", "11-24 10:00"), ("11-23 21:15", "4h", "11-24 12:00"), ("11-23 06:00", "4h", "11-23 12:00"),
    ("11-23 00:00", "1h", "11-23 09:00"), ("11-23 23:59", "5h", "11-24 15:00"),
    # working hours over a weekend
    ("11-27 16:00", "4h", "11-30 10:00"), ("11-27 10:00", "4h", "11-27 16:00"), ("11-27 17:30", "1h", "11-30 08:30"),
    ("11-28 10:00", "4h", "11-30 12:00"), ("11-29 22:00", "2h", "11-30 10:00"), ("11-27 18:00", "8h", "11-30 18:00"),
    ("11-26 16:00", "16h", "11-30 16:00"), ("11-23 08:00", "40h", "11-27 18:00"), ("11-23 08:00", "41h", "11-30 09:00"),
    # working days keep the time of day
    ("11-23 10:42", "3d", "11-26 10:42"), ("11-23 10:42", "1d", "11-24 10:42"), ("11-27 16:00", "1d", "11-30 16:00"),
    ("11-27 16:00", "3d", "12-02 16:00"), ("11-28 10:00", "1d", "12-01 08:00"), ("11-29 23:59", "2d", "12-02 08:00"),
    ("11-23 20:00", "1d", "11-25 08:00"), ("11-23 07:00", "5d", "11-30 08:00"), ("11-23 09:00", "15d", "12-14 09:00"),
    ("11-02 09:00", "20d", "11-30 09:00"),
    # 元旦: 1–3 January off, Sunday the 4th worked
    ("01-01 10:00", "1h", "01-04 09:00"), ("01-03 10:00", "1d", "01-05 08:00"), ("01-04 10:00", "1d", "01-05 10:00"),
    # 春节: Saturday the 14th worked, 15–23 February off, Saturday the 28th worked
    ("02-13 10:00", "1d", "02-14 10:00"), ("02-13 16:00", "4h", "02-14 10:00"), ("02-14 10:00", "4h", "02-14 16:00"),
    ("02-14 16:00", "4h", "02-24 10:00"), ("02-14 10:00", "1d", "02-24 10:00"), ("02-14 10:00", "3d", "02-26 10:00"),
    ("02-13 10:00", "2d", "02-24 10:00"), ("02-15 12:00", "1h", "02-24 09:00"), ("02-17 09:00", "3d", "02-27 08:00"),
    ("02-23 23:00", "1d", "02-25 08:00"), ("02-27 10:00", "1d", "02-28 10:00"), ("02-27 17:00", "2h", "02-28 09:00"),
    ("02-28 17:00", "2h", "03-02 09:00"), ("02-24 10:00", "5d", "03-02 10:00"),
    # 清明, 劳动节, 端午, 中秋
    ("04-03 15:00", "1d", "04-07 15:00"), ("04-04 09:00", "4h", "04-07 12:00"), ("04-30 16:00", "4h", "05-06 10:00"),
    ("04-30 10:00", "3d", "05-08 10:00"), ("05-08 10:00", "1d", "05-09 10:00"), ("05-09 17:00", "2h", "05-11 09:00"),
    ("06-18 10:00", "1d", "06-22 10:00"), ("06-19 10:00", "4h", "06-22 12:00"), ("09-24 17:00", "2h", "09-28 09:00"),
    ("09-25 10:00", "1d", "09-29 08:00"),
    # 国庆: Sunday 20 September worked, 1–7 October off, Saturday the 10th worked
    ("09-18 16:00", "4h", "09-20 10:00"), ("09-18 10:00", "1d", "09-20 10:00"), ("09-19 10:00", "1d", "09-21 08:00"),
    ("09-20 10:00", "1d", "09-21 10:00"), ("09-30 16:00", "4h", "10-08 10:00"), ("09-30 10:00", "1d", "10-08 10:00"),
    ("09-30 10:00", "3d", "10-10 10:00"), ("10-01 10:00", "3d", "10-12 08:00"), ("10-07 23:59", "4h", "10-08 12:00"),
    ("10-09 16:00", "4h", "10-10 10:00"), ("10-09 10:00", "2d", "10-12 10:00"), ("10-10 16:00", "4h", "10-12 10:00"),
    ("10-11 10:00", "1h", "10-12 09:00"), ("12-31 10:00", "4h", "12-31 16:00"),
]  # fmt: skip


@pytest.mark.parametrize(("start", "limit", "due"), CASES)
def test_due(start, limit, due):
    assert CLOCK.due(when(start), parse_limit(limit)) == when(due)


@pytest.mark.parametrize(("start", "limit", "due"), CASES)
def test_the_explanation_counts_the_limit_and_ends_when_due(start, limit, due):
    path = [piece for piece in CLOCK.explain(when(start), parse_limit(limit)) if not piece.rest]
    amount = parse_limit(limit)
    zero = timedelta() if amount.unit == "h" else 0

    assert sum((piece.counted for piece in path), zero) == (
        timedelta(hours=amount.amount) if amount.unit == "h" else amount.amount
    )
    assert path[-1].ends == when(due)


def test_friday_four_explained():
    path = CLOCK.explain(when("11-27 16:00"), Limit(4, "h"))

    assert [(piece.starts, piece.ends, piece.rest) for piece in path] == [
        (when("11-27 16:00"), when("11-27 18:00"), False),
        (when("11-28 00:00"), when("11-30 00:00"), True),
        (when("11-30 08:00"), when("11-30 10:00"), False),
    ]


def test_days_over_the_national_holiday_explained():
    path = CLOCK.explain(when("09-29 10:00"), Limit(3, "d"))

    assert [(piece.starts.date(), piece.ends.date(), piece.counted, piece.rest) for piece in path] == [
        (date(2026, 9, 30), date(2026, 9, 30), 1, False),
        (date(2026, 10, 1), date(2026, 10, 8), 0, True),
        (date(2026, 10, 8), date(2026, 10, 9), 2, False),
    ]


@pytest.mark.parametrize(("start", "limit"), [("12-31 16:00", "4h"), ("12-31 10:00", "1d"), ("11-23 10:00", "60d")])
def test_a_year_that_is_not_there_is_an_error(start, limit):
    with pytest.raises(UnknownYear) as missing:
        CLOCK.due(when(start), parse_limit(limit))

    assert missing.value.year == 2027
    assert "2027" in str(missing.value)


def test_a_year_before_the_calendar_is_an_error_too():
    with pytest.raises(UnknownYear):
        CLOCK.due(datetime(2025, 12, 31, 10, tzinfo=SHANGHAI), Limit(1, "h"))


@pytest.mark.parametrize(
    ("at", "due", "nearness", "amount"),
    [
        ("11-23 10:00", "11-26 10:00", Nearness.DAYS_LEFT, 3),
        ("11-27 10:00", "12-01 10:00", Nearness.DAYS_LEFT, 2),
        ("11-23 10:00", "11-24 10:00", Nearness.TOMORROW, 0),
        ("11-23 10:00", "11-23 16:00", Nearness.TODAY, 0),
        ("11-23 16:00", "11-23 16:00", Nearness.TODAY, 0),
        ("11-23 16:01", "11-23 16:00", Nearness.HOURS_LATE, 0),
        ("11-23 18:30", "11-23 16:00", Nearness.HOURS_LATE, 2),
        ("11-24 08:00", "11-23 16:00", Nearness.DAYS_LATE, 1),
        ("11-26 08:00", "11-23 16:00", Nearness.DAYS_LATE, 3),
        ("02-13 10:00", "02-24 10:00", Nearness.DAYS_LEFT, 2),
    ],
)
def test_what_is_left(at, due, nearness, amount):
    left = CLOCK.remaining(when(due), when(at))

    assert (left.nearness, left.amount) == (nearness, amount)


def test_what_is_left_beyond_the_calendar_is_not_guessed():
    left = CLOCK.remaining(datetime(2027, 1, 8, 10, tzinfo=SHANGHAI), when("12-28 10:00"))

    assert left.nearness == Nearness.FAR


def test_the_gap_is_told_in_advance():
    assert CLOCK.gaps(date(2026, 11, 23)) == [2027]
    assert CLOCK.gaps(date(2026, 6, 1)) == []
    assert CLOCK.gaps(date(2027, 6, 1)) == [2027]


@pytest.mark.parametrize("text", ["", "08:00", "12:00-08:00", "08:00-12:00,11:00-18:00", "8-12", "08:00-08:00"])
def test_office_hours_that_make_no_sense(text):
    with pytest.raises(ValueError):  # noqa: PT011
        parse_office_hours(text)


MOMENTS = st.integers(0, 272 * 24 * 60).map(lambda minutes: when("01-01 00:00") + timedelta(minutes=minutes))
LIMITS = st.builds(Limit, st.integers(1, 40), st.sampled_from("hd"))
HOURS = st.sampled_from(
    [
        ((time(8), time(12)), (time(14), time(18))),
        ((time(9), time(17)),),
        ((time(8, 30), time(12)), (time(13), time(17, 15))),
    ]
)


@given(MOMENTS, LIMITS, HOURS)
def test_due_is_later_and_on_a_working_day(moment, limit, hours):
    clock = WorkClock(CLOCK.working, CLOCK.years, hours)
    due = clock.due(moment, limit)

    assert due > moment
    assert clock.is_working(due.date())
    if limit.unit == "h":
        assert any(opens < due.time() <= closes for opens, closes in hours)


@given(MOMENTS, MOMENTS, LIMITS)
def test_who_starts_later_is_not_due_earlier(one, other, limit):
    first, second = sorted([one, other])

    assert CLOCK.due(first, limit) <= CLOCK.due(second, limit)


@given(MOMENTS, st.integers(1, 39), st.sampled_from("hd"))
def test_a_longer_limit_is_due_later(moment, amount, unit):
    assert CLOCK.due(moment, Limit(amount, unit)) < CLOCK.due(moment, Limit(amount + 1, unit))


@given(MOMENTS, LIMITS)
def test_every_explanation_is_in_order_and_adds_up(moment, limit):
    path = CLOCK.explain(moment, limit)

    assert all(before.ends <= after.starts or before.rest for before, after in pairwise(path))
    assert path[-1].ends == CLOCK.due(moment, limit)
    assert all(not CLOCK.is_working(piece.starts.date()) for piece in path if piece.rest)
