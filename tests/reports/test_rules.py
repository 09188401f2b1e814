"""Scoring rules: the page, versions, uses, and trying."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError

from campaign.models import Event
from reports.models import Ranking, RuleUse, ScoringRule
from reports.rules.examples import examples
from reports.rules.spec import RuleSpec
from reports.services import open_period, save_rule, try_rule
from tests.city import at

from .facts import visit, weekly_rule

FORM = {
    "name": "街道考核办法", "places": "2", "component_places": "2", "least_inspections": "0",
    "p0-kind": "rate", "p0-figure": "conformity", "p0-weight": "60", "p0-mean": "by_site",
    "p1-kind": "rate", "p1-figure": "on_time", "p1-weight": "40",
    "best": "3", "least_score": "90", "below": "80", "uses": ["streets:week"],
}  # fmt: skip


@pytest.fixture
def office(city, client):
    client.force_login(city.office)
    return client


def test_a_rule_is_made_with_the_form(city, office):
    response = office.post("/rules/new/", FORM | {"code": "streets"})

    rule = ScoringRule.objects.get()
    assert response.status_code == 302
    assert [(part["figure"], part["weight"], part["mean"]) for part in rule.spec["components"]] == [
        ("conformity", "60", "by_site"), ("on_time", "40", "pooled")
    ]  # fmt: skip
    assert (rule.spec["red"], rule.spec["black"]) == ({"best": 3, "least_score": "90"}, {"below": "80"})
    assert RuleUse.objects.get().group == city.group


def test_saving_a_used_rule_makes_a_version_and_moves_its_uses(city, office):
    office.post("/rules/new/", FORM | {"code": "streets"})

    office.post("/rules/streets/", FORM | {"p0-weight": "70"})

    assert list(ScoringRule.objects.values_list("version", flat=True)) == [2, 1]
    assert RuleUse.objects.get(active=True).rule.version == 2


def test_an_unticked_group_is_ranked_by_it_no_longer(city, office):
    office.post("/rules/new/", FORM | {"code": "streets"})

    office.post("/rules/streets/", FORM | {"uses": []})

    assert not RuleUse.objects.filter(active=True).exists()
    assert Event.objects.filter(action="rule.stopped").exists()


def test_the_form_comes_back_filled(city, office):
    office.post("/rules/new/", FORM | {"code": "streets"})

    page = office.get("/rules/streets/").content.decode()

    assert 'value="60"' in page
    assert 'value="streets:week" class' in page or 'value="streets:week"' in page
    assert page.count("checked") == 1
    assert "权重 60" in page


def test_buttons_add_and_remove_lines_and_keep_what_was_typed(city, office):
    typed = FORM | {"code": "streets", "p0-weight": "61", "change": "add:points"}

    page = office.post("/rules/new/", typed).content.decode()

    assert 'value="streets"' in page
    assert 'value="61"' in page
    assert 'name="p2-base"' in page
    assert 'name="p2l0-event"' in page
    assert 'name="p1-kind"' not in office.post("/rules/new/", FORM | {"change": "remove:p0"}).content.decode()
    assert not ScoringRule.objects.exists()


def test_an_example_is_saved_as_a_rule_with_its_lines(city, office):
    page = office.get("/rules/new/?example=10-digital-city")
    typed = {field.html_name: value for field, value in _fields(page.context["form"])}

    assert office.post("/rules/new/", typed | {"code": "digital"}).status_code == 302

    assert RuleSpec.parse(ScoringRule.objects.get().spec) == RuleSpec.parse(examples()["10-digital-city"].spec)


def _fields(form):
    """The fields of a rule's page with what they show."""
    forms = [form, *(one for node in form.parts for one in (node.form, *(line for _name, line in node.lines)))]
    return [(field, field.value()) for one in forms for field in one if field.value() or field.value() == 0]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"p0-weight": "", "p1-weight": ""}, "必填"),
        ({"p0-weight": "-1"}, "大于或等于"),
        ({"p0-weight": "abc"}, "输入"),
        ({"places": "9"}, "小于或等于"),
        ({"p1-figure": "conformity"}, "两次"),
        ({"steps": "约谈"}, "次数"),
        ({"least_score": "301"}, "小于或等于"),
        ({"uses": ["nowhere:week"]}, "nowhere"),
        ({"code": "new"}, "编号"),
        ({"code": "a b"}, "字母"),
    ],
)
def test_a_wrong_rule_explains_itself_and_is_not_saved(city, office, wrong, words):
    response = office.post("/rules/new/", FORM | {"code": "streets"} | wrong)

    assert response.status_code == 422
    assert words in response.content.decode()
    assert not ScoringRule.objects.exists()


def test_trying_shows_both_rules_and_writes_nothing(city, office):
    weekly_rule(city)
    visit(city, site=city.market, seen_at=at(date(2026, 11, 16)), earned=9)
    period = open_period(code="2026-W47", now=at(date(2026, 11, 17)))
    before = list(Ranking.objects.values())

    response = office.post("/rules/R/", FORM | {"try": "1", "try-group": "streets", "try-period": period.code})

    assert response.status_code == 200
    assert "90.00" in response.content.decode()
    assert list(Ranking.objects.values()) == before
    assert ScoringRule.objects.count() == 1


def test_a_new_rule_is_tried_before_it_has_a_name_or_a_code(city, office):
    period = open_period(code="2026-W47", now=at(date(2026, 11, 17)))
    trying = {"try": "1", "try-group": "streets", "try-period": period.code}

    assert office.post("/rules/new/", FORM | trying | {"name": "", "code": ""}).status_code == 200
    assert office.post("/rules/new/", FORM | {"name": "", "code": ""}).status_code == 422
    assert not ScoringRule.objects.exists()


def test_trying_on_an_unknown_period_explains_itself(city, office):
    weekly_rule(city)

    response = office.post("/rules/R/", FORM | {"try": "1", "try-group": "streets", "try-period": "2020-W01"})

    assert response.status_code == 422


def test_an_unknown_rule_is_not_found(city, office):
    assert office.get("/rules/none/").status_code == 404


@pytest.mark.parametrize("path", ["/rules/", "/rules/new/", "/rules/R/"])
def test_others_may_not_see_the_rules(city, client, path):
    weekly_rule(city)
    client.force_login(city.supervisor)

    assert client.get(path).status_code == 403


def test_the_list_shows_each_rule_once_with_what_it_ranks(city, office):
    weekly_rule(city)
    weekly_rule(city, places=1)

    page = office.get("/rules/").content.decode()

    assert page.count("/rules/R/") == 2
    assert "街道" in page


def test_saving_the_same_again_makes_no_version(city):
    spec = {"components": [{"figure": "tasks", "weight": "1"}]}

    assert save_rule(code="T", name="T", spec=spec, by=None) == save_rule(code="T", name="T", spec=spec, by=None)


def test_an_unused_rule_is_changed_in_place(city):
    first = save_rule(code="T", name="T", spec={"components": [{"figure": "tasks", "weight": "1"}]}, by=None)

    second = save_rule(code="T", name="T", spec={"components": [{"figure": "tasks", "weight": "2"}]}, by=None)

    assert (first.pk, second.version) == (second.pk, 1)


def test_a_faulty_rule_is_not_tried(city):
    period = open_period(code="2026-W47", now=at(date(2026, 11, 17)))

    with pytest.raises(ValidationError):
        try_rule(spec={}, group=city.group, period=period, now=at(date(2026, 11, 17)))


def test_a_rule_that_made_a_ranking_cannot_be_changed_in_the_database(city):
    rule = weekly_rule(city)
    open_period(code="2026-W47", now=at(date(2026, 11, 17)))

    with pytest.raises(DatabaseError):
        ScoringRule.objects.filter(pk=rule.pk).update(spec={})


@pytest.mark.parametrize("path", ["/rules/", "/rules/BAD/", "/rankings/2026-W47/streets/"])
def test_a_rule_that_cannot_be_read_is_said_so_and_fails_no_page(city, office, path):
    rule = ScoringRule.objects.create(code="BAD", name="坏", spec={"components": "none"})
    RuleUse.objects.create(rule=rule, group=city.group, kind="week")
    open_period(code="2026-W47", now=at(date(2026, 11, 17)))

    assert office.get(path).status_code == 200
