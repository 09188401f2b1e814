"""Limits and deadlines in words."""

from datetime import date, datetime

import pytest

from campaign.rules import SHANGHAI, Limit, Nearness, Remaining
from campaign.templatetags.work_time import counted, limit, remaining, stretch
from tests.campaign.test_work_clock import CLOCK, when
from tests.city import at

DUE = at(date(2026, 11, 23), 16)


@pytest.mark.parametrize(
    ("text", "words"),
    [("3d", "3 个工作日"), ("4h", "4 个工作时"), ("4工作时", "4 个工作时"), ("soon", "soon"), ("", "—")],
)
def test_limit(text, words):
    assert limit(text) == words


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (Remaining(DUE, Nearness.DAYS_LEFT, 2), "剩 2 个工作日"),
        (Remaining(DUE, Nearness.TODAY), "今天 16:00"),
        (Remaining(DUE, Nearness.TOMORROW), "明天 16:00"),
        (Remaining(DUE, Nearness.DAYS_LATE, 3), "超期 3 天"),
        (Remaining(DUE, Nearness.HOURS_LATE, 2), "超期 2 小时"),
        (Remaining(DUE, Nearness.HOURS_LATE), "刚刚超期"),
        (Remaining(DUE, Nearness.FAR), "2026年11月23日 16:00"),
        (None, "—"),
    ],
)
def test_remaining(left, words):
    assert remaining(left) == words


def test_friday_four_reads_as_in_the_street():
    path = CLOCK.explain(when("11-27 16:00"), Limit(4, "h"))

    assert [(stretch(piece), counted(piece)) for piece in path] == [
        ("11月27日 周五 16:00–18:00", "2 个工作时"),
        ("11月28日 周六–11月29日 周日", "休息日，不计时"),
        ("11月30日 周一 08:00–10:00", "2 个工作时"),
    ]


def test_pieces_add_up_as_printed_with_seconds_behind_the_minutes():
    path = CLOCK.explain(datetime(2026, 11, 23, 16, 6, 30, tzinfo=SHANGHAI), Limit(4, "h"))

    assert [(stretch(piece)[-11:], counted(piece)) for piece in path] == [
        ("16:06–18:00", "1 小时 54 分"),
        ("08:00–10:06", "2 小时 6 分"),
    ]


def test_days_in_one_run():
    path = CLOCK.explain(when("11-23 09:00"), Limit(3, "d"))

    assert [(stretch(piece), counted(piece)) for piece in path] == [("11月24日 周二–11月26日 周四", "3 个工作日")]
