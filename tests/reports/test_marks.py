"""Values that a rule takes from outside, entered by the office."""

from datetime import timedelta

import pytest

from campaign.models import Event, FactChange
from reports.models import Mark
from reports.services import close_period, open_period, save_rule, use_rule
from tests.city import at

from .facts import WEEK
from .ranked import MONDAY

CLOSED_ON = MONDAY + timedelta(days=7)
URL = f"/rules/marks/{WEEK}/streets/"


@pytest.fixture
def survey(city, client):
    """The streets are ranked by a questionnaire alone."""
    spec = {"components": [{"kind": "sheet", "figure": "survey", "title": "问卷", "weight": "1"}]}
    use_rule(rule=save_rule(code="Q", name="Q", spec=spec, by=None), group=city.group, kind="week", by=city.office)
    city.period = open_period(code=WEEK, now=at(MONDAY, 12))
    client.force_login(city.office)
    return city


def field(city) -> str:
    return f"0-{city.east.code}"


def test_entered_values_make_the_ranking(survey, client):
    assert client.post(URL, {field(survey): "91.25"}).status_code == 302

    rows = open_period(code=WEEK, now=at(MONDAY, 13)).rankings.get().rows
    assert [(row.unit.code, str(row.score)) for row in rows.filter(rank=1)] == [(survey.east.code, "91.2500")]
    assert FactChange.objects.exists()
    assert Event.objects.filter(action="marks.entered").exists()


def test_an_emptied_field_takes_the_value_away(survey, client):
    client.post(URL, {field(survey): "91.25"})

    client.post(URL, {field(survey): ""})

    assert not Mark.objects.exists()


def test_a_value_above_full_marks_explains_itself(survey, client):
    response = client.post(URL, {field(survey): "101"})

    assert response.status_code == 422
    assert "应为 0 至 100 的数，最多 4 位小数。" in response.text
    assert 'data-label="问卷"' in response.text
    assert not Mark.objects.exists()


def test_a_closed_ranking_says_that_it_keeps_its_values(survey, client):
    assert "已定稿" not in client.get(URL).text

    close_period(period=survey.period, by=survey.office, now=at(CLOSED_ON, 9))

    page = client.get(URL).text
    assert "本期排名已定稿" in page
    assert f'href="/rankings/{WEEK}/streets/"' in page


def test_a_group_without_a_rule_has_no_values(city, client):
    open_period(code=WEEK, now=at(MONDAY, 12))
    client.force_login(city.office)

    assert client.get(URL).status_code == 404


def test_others_may_not_enter(survey, client):
    client.force_login(survey.supervisor)

    assert client.get(URL).status_code == 403
