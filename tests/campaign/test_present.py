"""How figures, days and states read on a page."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.template import Context, Template
from django.utils import translation

from campaign.templatetags import present

MONDAY = date(2026, 11, 23)
MOMENT = datetime(2026, 11, 22, 16, 40, tzinfo=UTC)  # Monday 00:40 in Shanghai


@pytest.fixture(autouse=True)
def chinese():
    with translation.override("zh-hans"):
        yield


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("93.974"), "93.97"),
        (Decimal("93.975"), "93.98"),
        (Decimal("0.125"), "0.13"),
        (Decimal("-0.125"), "−0.13"),
        (Decimal("-0.001"), "0.00"),
        ("100", "100.00"),
        (None, "—"),
        ("", "—"),
        ("not a number", "—"),
    ],
)
def test_a_score_is_rounded_half_up(value, text):
    assert present.score(value) == text


def test_a_change_shows_its_sign():
    assert [present.signed(Decimal(v)) for v in ("0.4", "-2.6", "0.001")] == ["+0.40", "−2.60", "0"]


def test_a_rate_shows_its_base():
    assert present.rate(963, 1032) == "93.31\xa0%(963 / 1,032)"


def test_a_rate_of_nothing_is_a_dash():
    assert present.rate(0, 0) == "—"
    assert present.rate(None, None) == "—"


def test_a_rate_reads_in_english():
    with translation.override("en"):
        assert present.rate(Decimal("412.50"), 420) == "98.21\xa0% (412.5 / 420)"


def test_points_carry_their_unit():
    assert present.points(Decimal("93.97")) == "93.97 分"


@pytest.mark.parametrize(
    ("language", "form", "text"),
    [
        ("zh-hans", "", "11月23日 周一"),
        ("zh-hans", "year", "2026年11月23日 周一"),
        ("zh-hans", "short", "11月23日"),
        ("en", "", "Mon 23 Nov"),
        ("en", "year", "Mon 23 Nov 2026"),
        ("en", "short", "23 Nov"),
    ],
)
def test_a_day_reads_in_both_languages(language, form, text):
    with translation.override(language):
        assert present.day(MONDAY, form) == text


def test_a_moment_belongs_to_a_day_of_shanghai():
    assert present.day(MOMENT) == "11月23日 周一"
    assert present.daytime(MOMENT) == "11月23日 00:40"
    assert present.daytime(MOMENT, "year") == "2026年11月23日 00:40"


def test_no_day_is_a_dash():
    assert present.day(None) == "—"
    assert present.daytime(None) == "—"


def test_places_gained_point_up_and_say_so():
    assert 'class="movement up"' in present.movement(2)
    assert "上升 2 名" in present.movement(2)
    assert "下降 1 名" in present.movement(-1)


def test_no_movement_is_told_from_no_earlier_place():
    assert "名次不变" in present.movement(0)
    assert "没有上期名次" in present.movement(None)


def test_a_bar_stays_within_its_track():
    assert 'width="100.0%"' in present.bar(Decimal("120"))
    assert 'width="0.0%"' in present.bar(Decimal("-3"))
    assert 'width="50.0%"' in present.bar(3, "", 6)


def test_a_state_has_colour_word_and_icon():
    markup = present.state("overdue", "超期")

    assert "tone-red" in markup
    assert "#clock-exclamation" in markup
    assert "超期" in markup


def test_every_state_has_a_colour_and_an_icon():
    assert present.TONES.keys() == present.ICONS.keys()


def test_a_word_in_a_state_is_escaped():
    assert "&lt;b&gt;" in present.state("noted", "<b>")


@pytest.mark.parametrize(("value", "css"), [("59.9", "heat-1"), ("90", "heat-5"), (None, "")])
def test_heat_goes_by_limits(value, css):
    assert present.heat(value) == css


def test_filters_and_tags_load_in_a_template():
    page = Template("{% load present %}{{ n|percent:1 }} {{ m|count }} {{ q|quantity }} {% icon 'plus' %}")

    text = page.render(Context({"n": Decimal("98.14"), "m": 1032, "q": Decimal("1240.50")}))

    assert text.startswith("98.1\xa0% 1,032 1,240.5 <svg")
