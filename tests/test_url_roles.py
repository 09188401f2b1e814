"""Every address × every role: a page not in this table fails the run, and so does one that lets a stranger in."""

import re
from uuid import UUID

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

from campaign.models import Event
from campaign.permissions import Role
from tests.city import make_user

OFFICE, INSPECTOR, UNIT, SUPERVISOR, MONITOR = "office", "inspector", "unit", "supervisor", "monitor"
SYSTEM, SECURITY, AUDIT = "system_admin", "security_admin", "audit_admin"
EVERYBODY = set(Role.values)
BUSINESS = {OFFICE, INSPECTOR, UNIT, SUPERVISOR}
WITHOUT_SIGNING_IN = {
    "campaign:shortcuts",
    "healthz", "readyz", "set_language", "login", "logout", "campaign:large_print", "campaign:suggestions",
    "inspections:report", "inspections:track",
}  # fmt: skip

#: Whom an address lets in. Which rows they then find there is another question, asked further down.
PAGES = {
    "password_change": EVERYBODY,
    "password_change_done": EVERYBODY,
    "campaign:inbox": EVERYBODY,
    "campaign:inbox_read": EVERYBODY,
    "campaign:notice": EVERYBODY,
    "campaign:robots": {OFFICE},
    "campaign:robot_new": {OFFICE},
    "campaign:robot": {OFFICE},
    "campaign:robot_try": {OFFICE},
    "campaign:delivery_again": {OFFICE},
    "campaign:users": {SYSTEM, SECURITY},
    "campaign:user_new": {SYSTEM},
    "campaign:user": {SYSTEM, SECURITY},
    "campaign:user_reset": {SYSTEM},
    "campaign:suggestions_all": {SYSTEM},
    "campaign:suggestion_answered": {SYSTEM},
    "campaign:suggestion_contact": {SYSTEM},
    "campaign:audit": {AUDIT},
    "campaign:audit_heads": {AUDIT},
    "campaign:calendar": {OFFICE},
    "campaign:calendar_seed": {OFFICE},
    "campaign:work_day": {OFFICE},
    "campaign:standard": BUSINESS,
    "campaign:standard_detail": BUSINESS,
    "campaign:standard_publish": {OFFICE},
    "campaign:campaign_new": {OFFICE},
    "campaign:campaign_edit": {OFFICE},
    "units:units": BUSINESS,
    "units:unit_new": {OFFICE},
    "units:unit_edit": {OFFICE},
    "units:groups": {OFFICE},
    "units:group_new": {OFFICE},
    "units:group_edit": {OFFICE},
    "units:sites": BUSINESS,
    "units:site_search": BUSINESS | {MONITOR},
    "units:site_options": {OFFICE, INSPECTOR},
    "units:unit_options": {OFFICE, INSPECTOR, SECURITY},
    "units:site_new": {OFFICE},
    "units:site_edit": {OFFICE},
    "units:boundaries": {OFFICE},
    "units:tasks": {OFFICE, UNIT, SUPERVISOR},
    "units:task_new": {OFFICE},
    "units:task": {OFFICE, UNIT, SUPERVISOR},
    "units:duty_report": {UNIT},
    "units:duty_answer": {OFFICE},
    "units:evidence": {OFFICE, UNIT, SUPERVISOR},
    "units:memberships": {SECURITY},
    "inspections:inspections": BUSINESS,
    "inspections:new": {OFFICE, INSPECTOR},
    "inspections:inspection": BUSINESS,
    "inspections:void": {OFFICE},
    "inspections:photo_add": {OFFICE, INSPECTOR, UNIT, MONITOR},
    "inspections:photo": BUSINESS | {MONITOR},
    "inspections:thumb": BUSINESS | {MONITOR},
    "inspections:supervisions": {OFFICE, UNIT, SUPERVISOR},
    "inspections:supervision": {OFFICE, UNIT, SUPERVISOR},
    "inspections:supervision_drop": {OFFICE},
    "inspections:limits": {OFFICE},
    "inspections:hand_over_rules": {OFFICE},
    "inspections:hand_over_rule_remove": {OFFICE},
    "inspections:limit_remove": {OFFICE},
    "inspections:problems": BUSINESS | {MONITOR},
    "inspections:board": BUSINESS | {MONITOR},
    "inspections:bulk": {OFFICE, UNIT},
    "inspections:bulk_run": {OFFICE, UNIT},
    "inspections:bulk_file": {OFFICE, UNIT},
    "inspections:compare": BUSINESS | {MONITOR},
    "inspections:saved_filters": BUSINESS | {MONITOR},
    "inspections:worklist": BUSINESS | {MONITOR},
    "inspections:worklist_text": BUSINESS | {MONITOR},
    "inspections:deadlines": BUSINESS | {MONITOR},
    "inspections:map": BUSINESS | {MONITOR},
    "inspections:paste": {OFFICE, INSPECTOR},
    "inspections:problems_text": BUSINESS | {MONITOR},
    "inspections:exemptions": BUSINESS,
    "inspections:exemption_new": {OFFICE},
    "inspections:exemption": {OFFICE},
    "inspections:problem_new": {OFFICE, INSPECTOR, MONITOR},
    "inspections:settings": {OFFICE},
    "inspections:unit_end": {OFFICE},
    "inspections:papers": {OFFICE, UNIT, SUPERVISOR},
    "inspections:paper_new": {OFFICE},
    "inspections:paper_choose": {OFFICE},
    "inspections:paper_settings": {OFFICE},
    "inspections:paper_run": {OFFICE, UNIT, SUPERVISOR},
    "inspections:paper_run_file": {OFFICE, UNIT, SUPERVISOR},
    "inspections:paper": {OFFICE, UNIT, SUPERVISOR},
    "inspections:paper_reply": {UNIT},
    "inspections:paper_file": {OFFICE, UNIT, SUPERVISOR},
    "inspections:problem": BUSINESS | {MONITOR},
    "inspections:suspension_proof": BUSINESS | {MONITOR},
    "inspections:problem_move": {OFFICE, INSPECTOR, UNIT, MONITOR},
    "inspections:appeals": {OFFICE, UNIT, SUPERVISOR},
    "inspections:appeal": {OFFICE, UNIT, SUPERVISOR},
    "inspections:appeal_decide": {OFFICE},
    "inspections:appeal_new": {UNIT},
    "inspections:appeal_proof": {OFFICE, UNIT, SUPERVISOR},
    "inspections:rechecks": {OFFICE, INSPECTOR},
    "inspections:draw_new": {OFFICE},
    "inspections:draw": {OFFICE},
    "inspections:recheck": {OFFICE, INSPECTOR},
    "inspections:citizen_reports": {OFFICE},
    "inspections:citizen_report": {OFFICE},
    "inspections:citizen_contact": {OFFICE},
    "inspections:citizen_act": {OFFICE},
    "reports:rules": {OFFICE},
    "reports:marks": {OFFICE},
    "reports:tables": {OFFICE},
    "reports:rule_new": {OFFICE},
    "reports:rule": {OFFICE},
    "reports:home": EVERYBODY,
    "reports:rankings": EVERYBODY,
    "reports:ranking": EVERYBODY,
    "reports:ranking_analysis": {OFFICE, SUPERVISOR},
    "reports:ranking_trend": EVERYBODY,
    "reports:ranking_late": BUSINESS,
    "reports:ranking_text": EVERYBODY,
    "reports:counts_in": BUSINESS,
    "reports:ranking_close": {OFFICE},
    "reports:ranking_publish": {SUPERVISOR},
    "reports:ranking_revise": {OFFICE},
    "reports:ranking_unit": EVERYBODY,
    "reports:component": EVERYBODY,
    "reports:unit": BUSINESS,
    "reports:objections": {OFFICE, UNIT, SUPERVISOR},
    "reports:objection_times": {OFFICE},
    "reports:objection_proof": {OFFICE, UNIT, SUPERVISOR},
    "reports:objection": {OFFICE, UNIT, SUPERVISOR},
    "reports:objection_answer": {OFFICE},
    "reports:objection_new": {UNIT},
    "reports:ranking_changes": EVERYBODY,
    "reports:ranking_json": EVERYBODY,
    "reports:ranking_bundle": {OFFICE, SUPERVISOR},
    "reports:ranking_recompute": {OFFICE},
    "reports:adjustments": {OFFICE, UNIT, SUPERVISOR},
    "reports:adjustment_new": {OFFICE},
    "reports:adjustment": {OFFICE, UNIT, SUPERVISOR},
    "reports:adjustment_proof": {OFFICE, UNIT, SUPERVISOR},
    "reports:adjustment_decide": {SUPERVISOR},
    "reports:adjustment_revoke": {SUPERVISOR},
    "reports:fairness": {OFFICE},
    "reports:imports": {OFFICE, SYSTEM},
    "reports:import_template": {OFFICE, SYSTEM},
    "reports:import_run": {OFFICE, SYSTEM},
    "reports:import_columns": {OFFICE, SYSTEM},
    "reports:import_confirm": {OFFICE, SYSTEM},
    "reports:import_errors": {OFFICE, SYSTEM},
    "reports:export": {OFFICE, SUPERVISOR, SYSTEM},
    "reports:documents": {OFFICE, SUPERVISOR},
    "reports:document_request": {OFFICE, SUPERVISOR},
    "reports:document_file": {OFFICE, SUPERVISOR},
}

SAMPLES = {"uuid": "00000000-0000-4000-8000-000000000000", "int": "2026", "str": "NOPE", "code": "NOPE"}


def addresses(resolver=None, spaces=()):
    """All named addresses: (name, pattern)."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLPattern):
            yield ":".join([*spaces, pattern.name or str(pattern.pattern)]), pattern
        else:
            yield from addresses(pattern, (*spaces, pattern.namespace) if pattern.namespace else spaces)


def sample(pattern: URLPattern) -> dict[str, object]:
    """Arguments of the right form that name nothing there is."""
    found = re.findall(r"<(?:(\w+):)?(\w+)>", str(pattern.pattern))
    values = {name: SAMPLES[kind or "str"] for kind, name in found}
    return {name: UUID(value) if name in ("token", "client_uuid") else value for name, value in values.items()}


NAMED = dict(addresses())
OF_PAGES = {name: pattern for name, pattern in NAMED.items() if not name.startswith("api:")}


def answers(client: Client, name: str, pattern: URLPattern) -> set[int]:
    """What GET and POST are answered with; a POST sends nothing."""
    address = reverse(name, kwargs=sample(pattern))
    return {client.get(address).status_code, client.post(address).status_code}


def test_every_address_is_known():
    assert set(OF_PAGES) == set(PAGES) | WITHOUT_SIGNING_IN


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(PAGES))
def test_only_these_roles_get_past_the_door(name):
    for role in Role.values:
        client = Client()
        client.force_login(make_user(role, role))
        found = answers(client, name, NAMED[name])

        assert not any(status >= 500 for status in found), (role, found)
        if role in PAGES[name]:
            assert found - {403, 405}, (role, found)
        else:
            assert 403 in found, (role, found)
            assert found <= {403, 405}, (role, found)


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(PAGES))
def test_strangers_are_sent_to_sign_in(name):
    client = Client()
    address = reverse(name, kwargs=sample(NAMED[name]))

    for answer in (client.get(address), client.post(address)):
        assert answer.status_code in (302, 405)
        assert answer.status_code == 405 or answer.headers["Location"].startswith("/sign-in/?next=")


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(PAGES))
def test_an_account_without_a_role_may_do_nothing(name):
    client = Client()
    client.force_login(make_user("nobody", ""))

    if name in ("password_change", "password_change_done", "reports:home"):
        assert answers(client, name, NAMED[name]) - {403}
    else:
        assert answers(client, name, NAMED[name]) <= {403, 405}


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(set(OF_PAGES) - {"healthz", "readyz"}))
def test_a_post_without_the_token_is_refused(name):
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_user("office", "office"))

    assert client.post(reverse(name, kwargs=sample(NAMED[name]))).status_code in (403, 405)


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(name for name, roles in PAGES.items() if roles != EVERYBODY))
def test_a_refusal_leaves_one_line_in_the_trail(name):
    client = Client()
    client.force_login(make_user("nobody", ""))
    lines = Event.objects.filter(actor_name="nobody").exclude(action="user.signed_in")

    refused = client.post(reverse(name, kwargs=sample(NAMED[name]))).status_code == 403

    assert [line.result for line in lines] == ["refused"] * refused


@pytest.mark.django_db
def test_a_refusal_of_a_long_address_is_still_one(client):
    client.force_login(make_user("nobody", ""))

    assert client.get(f"/users/{'x' * 300}/").status_code == 403


@pytest.mark.django_db
def test_signing_in_does_not_lead_off_the_site(client):
    make_user("office", "office")
    for target in (
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "///evil.example",
    ):
        answer = client.post(
            f"/sign-in/?next={target}", {"username": "office", "password": "Correct-horse-9", "next": target}
        )
        assert answer.headers["Location"] == "/", target
        client.logout()
