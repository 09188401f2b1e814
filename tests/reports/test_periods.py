"""Periods: every instant lies in exactly one of each kind (row T1)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from campaign.rules import SHANGHAI, day_of, start_of
from reports.rules.periods import KINDS, Window, all_containing, containing, parse

FIRST, LAST = date(2024, 1, 1), date(2035, 12, 31)
DAYS = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]


@pytest.mark.parametrize("kind", KINDS)
def test_periods_follow_each_other_without_gap_or_overlap(kind):
    span = containing(FIRST, kind)
    while span.ends_on < LAST:
        following = span.next()
        assert following.starts_at == span.ends_at
        assert following.previous() == span
        span = following


@pytest.mark.parametrize("kind", KINDS)
def test_every_day_lies_in_the_period_that_its_edges_lie_in(kind):
    for day in DAYS:
        span = containing(day, kind)
        assert span.starts_on <= day <= span.ends_on
        for moment in (
            datetime(day.year, day.month, day.day, tzinfo=SHANGHAI),
            datetime(day.year, day.month, day.day, 23, 59, 59, 999999, tzinfo=SHANGHAI),
        ):
            assert span.starts_at <= moment < span.ends_at


def test_weeks_agree_with_isocalendar():
    for day in DAYS:
        year, week, _ = day.isocalendar()
        assert containing(day, "week").code == f"{year}-W{week:02}"


@pytest.mark.parametrize(("moment", "day"), [("15:59:59", 23), ("16:00:00", 24)])
def test_the_day_changes_at_sixteen_hours_utc(moment, day):
    assert day_of(datetime.fromisoformat(f"2026-11-23T{moment}+00:00")) == date(2026, 11, day)


def test_week_53_of_2026_holds_the_first_three_days_of_2027():
    assert {containing(date(2027, 1, day), "week").code for day in (1, 2, 3)} == {"2026-W53"}
    assert containing(date(2027, 1, 4), "week").code == "2027-W01"


@given(st.integers(0, len(DAYS) * 86_400 - 1).map(lambda second: start_of(FIRST) + timedelta(seconds=second)))
def test_an_instant_lies_in_exactly_one_period_of_each_kind(moment):
    for span in all_containing(day_of(moment)):
        holding = [one for one in (span.previous(), span, span.next()) if one.starts_at <= moment < one.ends_at]
        assert holding == [span]


@given(st.sampled_from(DAYS), st.sampled_from(KINDS))
def test_a_code_reads_back_as_its_period(day, kind):
    span = containing(day, kind)

    assert parse(span.code) == span


@pytest.mark.parametrize(
    "code",
    [
        "",
        "2026-W54",
        "2026-W00",
        "2026-13",
        "2026-00",
        "2026-11-00",
        "2026-11-31",
        "2026-Q5",
        "26",
        "2026-W4",
        "２０２６",
    ],
)
def test_what_is_no_code_is_refused(code):
    with pytest.raises(ValueError):  # noqa: PT011 (the words are of datetime)
        parse(code)


@pytest.mark.parametrize(
    ("code", "label"),
    [
        ("2026-11-23", "2026年11月23日"), ("2026-W47", "2026年第47周(11.16–11.22)"), ("2026-11", "2026年11月"),
        ("2026-Q4", "2026年第4季度"), ("2026", "2026年"),
    ],
)  # fmt: skip
def test_labels_are_in_the_words_of_the_campaign(code, label):
    with translation.override("zh-hans"):
        assert parse(code).label() == label


def test_labels_are_in_english_too():
    with translation.override("en"):
        assert parse("2026-W47").label() == "Week 47 of 2026 (16/11–22/11)"


def test_a_window_never_reaches_past_the_end_or_before_the_start():
    span = parse("2026-W47")

    assert span.window(datetime(2027, 1, 1, tzinfo=UTC)) == Window(span.starts_at, span.ends_at)
    assert span.window(datetime(2026, 1, 1, tzinfo=UTC)) == Window(span.starts_at, span.starts_at)
