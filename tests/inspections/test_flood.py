"""X14, X15: a flood stops at its caps without locking anybody else out; a number left in confidence goes nowhere."""

import logging
import re
from datetime import timedelta

import pytest

from campaign.models import Event
from campaign.services.allowances import TooMany
from inspections.models import CitizenReport
from inspections.services.citizen_desk import accept_report
from inspections.services.citizens import forget_contacts, report_of
from tests.city import NOON
from tests.inspections.citizens import PHONE, filled, sent

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
