"""Values that a rule takes from outside, entered by the office."""

import pytest

from campaign.models import Event, FactChange
from reports.models import Mark
from reports.services import open_period, save_rule, use_rule
from tests.city import at

from .facts import WEEK
from .ranked import MONDAY

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
    assert not Mark.objects.exists()


def test_a_group_without_a_rule_has_no_values(city, client):
    open_period(code=WEEK, now=at(MONDAY, 12))
    client.force_login(city.office)

    assert client.get(URL).status_code == 404


def test_others_may_not_enter(survey, client):
    client.force_login(survey.supervisor)

    assert client.get(URL).status_code == 403
