"""The work calendar in the database, and its page."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from campaign.checks import known_years
from campaign.models import Campaign, Event, Notice, WorkDay
from campaign.queries import work_clock
from campaign.rules import Limit
from campaign.services.calendar import seed_work_year, set_work_day, warn_of_gaps
from tests.campaign.test_work_clock import worked_2026
from tests.city import MONDAY, at, work_year

CALENDAR = "/calendar/"


@pytest.fixture
def office(client, city):
    client.force_login(city.office)
    return client


@pytest.mark.django_db
def test_the_seed_of_2026_is_what_the_state_council_arranged():
    seed_work_year(2026, None)

    assert set(WorkDay.objects.filter(working=True).values_list("date", flat=True)) == worked_2026()
    assert WorkDay.objects.count() == 365
    assert WorkDay.objects.get(date=date(2026, 2, 14)).working


@pytest.mark.django_db
def test_the_seed_names_the_holidays():
    seed_work_year(2026, None)

    notes = dict(WorkDay.objects.exclude(note="").values_list("date", "note"))
    assert notes[date(2026, 10, 6)] == "国庆节"
    assert notes[date(2026, 2, 14)] == "调休上班"
    assert date(2026, 11, 28) not in notes


def test_a_year_that_the_list_does_not_know_is_not_guessed(city):
    with pytest.raises(ValidationError):
        seed_work_year(2027, city.office)

    assert not WorkDay.objects.filter(date__year=2027).exists()


def test_plain_weeks_on_request(city):
    seed_work_year(2027, city.office, plain=True)

    assert work_clock().due(at(date(2026, 12, 31)), Limit(1, "d")) == at(date(2027, 1, 1))
    assert Event.objects.get(action="calendar.seeded").after == {"year": 2027, "plain": True}


def test_a_maintained_year_is_not_overwritten(city):
    with pytest.raises(ValidationError):
        seed_work_year(2026, city.office)


def test_days_entered_before_the_seed_stay(city):
    set_work_day(day=date(2025, 6, 2), working=True, note="加班", by=city.office)

    seed_work_year(2025, city.office)

    assert WorkDay.objects.get(date=date(2025, 6, 2)).note == "加班"
    assert WorkDay.objects.filter(date__year=2025).count() == 365


def test_a_year_is_known_only_when_whole(city):
    work_year(2025)
    WorkDay.objects.filter(date=date(2025, 12, 31)).delete()

    assert set(work_clock().years) == {2026}


def test_the_clock_takes_the_campaigns_hours(city):
    Campaign.objects.update(office_hours="09:00-17:00")

    assert work_clock().due(at(MONDAY, 16), Limit(2, "h")) == at(date(2026, 11, 24), 10)


def test_the_clock_is_two_statements(city, django_assert_num_queries):
    with django_assert_num_queries(2):
        work_clock()


def test_page_shows_the_year_and_the_gap(office):
    page = office.get(CALENDAR, {"year": 2026}).content.decode()

    assert page.count('class="card calendar-month"') == 12
    assert 'href="/calendar/2026-02-14/"' in page


def test_a_year_of_plain_weeks_is_said_to_be_one(office, city):
    assert "只有周一至周五" in office.get(CALENDAR, {"year": 2026}).content.decode()

    set_work_day(day=date(2026, 10, 1), working=False, note="国庆节", by=city.office)

    assert "只有周一至周五" not in office.get(CALENDAR, {"year": 2026}).content.decode()


@pytest.mark.parametrize("year", ["abc", "1999", "2100", "9" * 30, "-1"])
def test_a_year_that_is_none_is_explained(office, year):
    response = office.get(CALENDAR, {"year": year})

    assert response.status_code == 422
    assert 'role="alert"' in response.content.decode()


def test_a_day_is_changed_with_its_reason(office, city):
    response = office.post("/calendar/2026-11-28/", {"working": "yes", "note": "迎检加班"})

    assert response.status_code == 302
    day = WorkDay.objects.get(date=date(2026, 11, 28))
    assert (day.working, day.note) == (True, "迎检加班")
    event = Event.objects.get(action="calendar.changed")
    assert (event.actor, event.before, event.after["working"]) == (city.office, {"working": False, "note": ""}, True)


def test_the_same_again_leaves_no_second_line(office):
    office.post("/calendar/2026-11-28/", {"working": "no", "note": ""})

    assert not Event.objects.filter(action="calendar.changed").exists()


@pytest.mark.parametrize("sent", [{}, {"working": "maybe"}, {"working": "yes", "note": "长" * 61}])
def test_a_wrong_day_form_explains_itself(office, sent):
    response = office.post("/calendar/2026-11-28/", sent)

    assert response.status_code == 422
    assert "field-error" in response.content.decode()


@pytest.mark.parametrize("day", ["2026-02-30", "1999-01-01", "today", "2100-01-01"])
def test_no_such_day(office, day):
    assert office.get(f"/calendar/{day}/").status_code == 404


def test_panel_gets_the_form_alone(office):
    page = office.get("/calendar/2026-11-28/", headers={"HX-Request": "true"}).content.decode()

    assert "<form" in page
    assert "<html" not in page


def test_seed_button(office):
    response = office.post(reverse("campaign:calendar_seed", args=[2025]))

    assert response.status_code == 302
    assert WorkDay.objects.filter(date__year=2025).count() == 365


def test_seed_that_is_refused_says_why(office):
    response = office.post(reverse("campaign:calendar_seed", args=[2027]))

    assert response.status_code == 422
    assert "2027" in response.content.decode()


@pytest.mark.parametrize("address", [CALENDAR, "/calendar/2026-11-28/"])
@pytest.mark.parametrize("role", ["inspector", "supervisor", "system_admin"])
def test_only_the_office_keeps_the_calendar(client, city, role, address):
    client.force_login(city.people[role])

    assert client.get(address).status_code == 403


def test_in_english(office):
    office.cookies["django_language"] = "en"

    assert "Work calendar 2026" in office.get(CALENDAR, {"year": 2026}).content.decode()


def test_a_missing_year_is_told_to_office_and_system_administrator_once_a_week(city):
    for day in (MONDAY, MONDAY, MONDAY + timedelta(days=2)):
        assert warn_of_gaps(now=at(day)) == [2027]
    told = Notice.objects.filter(kind="system")

    assert sorted(row.person.username for row in told) == ["office", "system_admin"]
    assert "2027" in told[0].text
    warn_of_gaps(now=at(MONDAY + timedelta(days=7)))
    assert Notice.objects.count() == 4


def test_a_calendar_that_is_kept_warns_nobody(city):
    work_year(2027)

    assert warn_of_gaps(now=at(MONDAY)) == []
    assert not Notice.objects.exists()


@pytest.mark.parametrize("role", ["office", "system_admin"])
def test_the_first_page_says_that_a_year_is_missing(client, city, role):
    WorkDay.objects.all().delete()
    client.force_login(city.people[role])

    assert "工作日历" in client.get("/").content.decode().partition('role="alert"')[2][:600]


@pytest.mark.django_db
def test_the_check_of_a_start_names_the_missing_year():
    work_year(timezone.localdate().year)
    warned = {warning.msg[:26] for warning in known_years(databases=["default"])}
    soon = (timezone.localdate() + timedelta(days=60)).year

    assert warned == ({f"The work calendar of {soon} "} if soon != timezone.localdate().year else set())
    WorkDay.objects.all().delete()
    assert known_years(databases=["default"])
