"""X14, X15: a flood stops at its caps without locking anybody else out; a number left in confidence goes nowhere."""

import logging
import re
from datetime import timedelta

import pytest

from campaign.models import Event
from campaign.services.allowances import Limit, TooMany, take, writing_limits
from inspections.models import CitizenReport, Photo
from inspections.services.citizen_desk import accept_report
from inspections.services.citizens import forget_contacts, report_of
from tests.city import NOON
from tests.inspections.citizens import PHONE, filled, sent, upload
from tests.inspections.pictures import jpeg

pytestmark = pytest.mark.django_db
MOBILE = re.compile(r"1[3-9]\d{9}")


def flood(number: int, **values: str) -> int:
    """Send many reports; returns how many arrived."""
    for n in range(number):
        try:
            sent(**{"text": f"积水 {n}", "place": f"东街 {n} 号"} | values)
        except TooMany:
            continue
    return CitizenReport.objects.count()


def test_one_address_gets_its_hour_and_no_more(settings):
    assert flood(60, address="192.0.2.1") == settings.WRITING_LIMITS["address"]


def test_an_honest_person_elsewhere_gets_through_and_an_hour_later_everybody(settings):
    flood(60, address="192.0.2.1")

    sent(address="198.51.100.7", place="西街 3 号", text="路灯不亮")
    sent(address="192.0.2.1", place="北街 3 号", text="又一处", at=NOON + timedelta(minutes=61))


def allowed(limits: list[Limit]) -> bool:
    try:
        take(limits, at=NOON)
    except TooMany:
        return False
    return True


def test_two_thousand_of_one_address_are_five():
    sent = [allowed(writing_limits("report", address="192.0.2.1", place=f"{n} 号")) for n in range(2000)]

    assert (sum(sent), sum(sent[:5])) == (5, 5)


def test_five_hundred_addresses_stop_at_the_citys_cap(settings):
    sent = [
        allowed(writing_limits("report", address=f"198.51.{n // 250}.{n % 250}", place=f"{n} 号"))
        for n in [*range(500)] * 2
    ]

    assert sum(sent) == settings.WRITING_LIMITS["city"]
    assert all(sent[: settings.WRITING_LIMITS["city"]])


def test_two_hundred_addresses_at_one_place_leave_the_others_their_reports(settings):
    sent = [allowed(writing_limits("report", address=f"198.51.100.{n}", place="东街 12 号")) for n in range(200)]

    assert sum(sent) == settings.WRITING_LIMITS["place"]
    assert [allowed(writing_limits("report", address="192.0.2.7", place=f"西街 {n} 号")) for n in range(6)] == [
        True, True, True, True, True, False,
    ]  # fmt: skip


def test_behind_one_wall_with_a_flood_staff_sign_in_work_and_report(client, city, settings):
    """The flood, the citizen and the office have one address: it is empty for the first two, and never for staff."""
    settings.WRITING_LIMITS = settings.WRITING_LIMITS | {"tries": 30}
    for n in range(40):
        client.post("/report/", filled(text=f"积水 {n}"), REMOTE_ADDR="192.0.2.1")
    assert client.post("/report/", filled(text="路灯"), REMOTE_ADDR="192.0.2.1").status_code == 429
    city.office.set_password("wenming-2026")
    city.office.save()

    signed_in = client.post(
        "/sign-in/", {"username": "office", "password": "wenming-2026"}, REMOTE_ADDR="192.0.2.1", follow=True
    )

    assert signed_in.status_code == 200
    for path in ("/problems/", "/citizen-reports/"):
        assert client.get(path, REMOTE_ADDR="192.0.2.1").status_code == 200
    reported = [client.post("/report/", filled(text=f"{n}"), REMOTE_ADDR="192.0.2.1") for n in range(8)]
    assert {response.status_code for response in reported} == {200}


def test_the_same_photograph_a_hundred_times_is_kept_as_often_as_a_report_may_come(client, settings):
    data = jpeg((60, 40))
    for n in range(100):
        client.post("/report/", filled(text=f"积水 {n}", files=[upload(data)]), REMOTE_ADDR="192.0.2.1")

    assert Photo.objects.count() == CitizenReport.objects.count() == settings.WRITING_LIMITS["address"]


def test_photographs_of_reports_that_are_never_finished_are_counted(client, settings):
    settings.WRITING_LIMITS = settings.WRITING_LIMITS | {"address": 2, "tries": 100}
    answers = [
        client.post("/report/", filled(text="", files=[upload(jpeg((20 + n, 20)))]), REMOTE_ADDR="192.0.2.1")
        for n in range(20)
    ]

    assert [answer.status_code for answer in answers] == [422] * 12 + [429] * 8
    assert Photo.objects.count() == 12
    assert client.post("/report/", filled(text="没有照片"), REMOTE_ADDR="192.0.2.1").status_code == 200


def test_the_citys_photographs_have_a_cap_of_their_own(client, settings):
    settings.WRITING_LIMITS = settings.WRITING_LIMITS | {"city": 2}
    for n in range(10):
        client.post("/report/", filled(text="", files=[upload(jpeg((20 + n, 20)))]), REMOTE_ADDR=f"198.51.100.{n}")

    assert Photo.objects.count() == 6


def test_a_body_of_twenty_megabytes_is_refused_and_leaves_nothing(client):
    response = client.post("/report/", filled(files=[upload(b"\xff\xd8\xff" + bytes(20 * 1024 * 1024))]))

    assert response.status_code in (413, 422)
    assert (CitizenReport.objects.count(), Photo.objects.count()) == (0, 0)


def test_a_guess_is_answered_like_any_other(client):
    _report, code = sent()
    guesses = [code[:-1] + ("A" if code[-1] != "A" else "B"), "x", "0" * 22]

    pages = {client.post("/report/track/", {"code": guess}).status_code for guess in guesses}

    assert len(pages) == 1
    assert not any(map(report_of, guesses))


def test_a_number_stands_in_no_log_trail_address_or_export(client, city, caplog, tmp_path):
    caplog.set_level(logging.DEBUG)
    client.post("/report/", filled(contact=PHONE, text=f"请回电 {PHONE}", place=f"东街,{PHONE}"))
    report = CitizenReport.objects.get()
    accept_report(report=report, text=f"积水 {PHONE}", site=city.market, unit=None, by=city.office, at=NOON)
    client.force_login(city.office)
    export = b"".join(client.get("/exports/problems.csv").streaming_content).decode()
    pages = [client.get(url).text for url in ("/problems/", "/problems/text/", "/citizen-reports/?state=accepted")]
    trail = [str(row) for row in Event.objects.values_list("action", "reference", "before", "after")]

    told = [export, *pages, *trail, *caplog.messages, report.get_absolute_url()]
    assert not [text for text in told if MOBILE.search(text)]


def test_purging_leaves_nothing_in_the_whole_database(city):
    report, _code = sent(contact=PHONE, text=f"请回电 {PHONE}")
    accept_report(report=report, text="积水", site=city.market, unit=None, by=city.office, at=NOON)

    forget_contacts(at=NOON + timedelta(days=366))

    report.refresh_from_db()
    assert report.contact == ""
    assert not MOBILE.search(str(list(CitizenReport.objects.values())))
