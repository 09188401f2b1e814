"""Citizens' reports at the office's desk, what becomes of them, and when contacts go."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaign.models import Event
from inspections.models import CitizenReport, Photo, Problem
from inspections.rules import SubmissionConflict
from inspections.services.citizen_desk import accept_report, join_report, look_again, refuse_report
from inspections.services.citizens import answer_repair, forget_contacts, report_of
from inspections.services.photos import sweep
from tests.city import NOON
from tests.inspections.citizens import PHONE, filled, sent, upload

A_DAY = timedelta(days=1)


@pytest.fixture
def desk(client, city):
    client.force_login(city.office)
    return client


def accepted(city, **values) -> tuple[CitizenReport, str]:
    report, code = sent(contact=PHONE, **values)
    accept_report(report=report, text=report.text, site=city.market, unit=None, by=city.office, at=NOON)
    report.refresh_from_db()
    return report, code


def put(problem: Problem, state: str, *, at=NOON) -> None:
    """A problem further on its way, without the ledger."""
    closed_at = at if state == "closed" else None
    Problem.objects.filter(pk=problem.pk).update(state=state, handed_over_at=at, due_at=at, closed_at=closed_at)
    problem.steps.create(move="close", state=state, unit=problem.unit, by=problem.noted_by, at=at)


def stage(code: str) -> str:
    return report_of(code).stage


def test_new_reports_stand_in_the_list_with_masked_contacts(desk):
    report, _code = sent(contact=PHONE)

    assert report.code in desk.get("/citizen-reports/").text
    page = desk.get(report.get_absolute_url()).text
    assert "138****1234" in page
    assert PHONE not in page


def test_the_office_finds_them_on_its_first_page(desk):
    def main() -> str:
        return desk.get("/").text.partition("<main")[2].partition("</main>")[0]

    assert "/citizen-reports/" not in main()
    sent()

    assert "/citizen-reports/" in main()


def test_a_list_costs_the_same_for_two_and_sixty(desk):
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            desk.get("/citizen-reports/")
        return len(queries)

    for number in range(2):
        sent(address=f"192.0.2.{number}", place=f"{number}")
    cost()  # the first request writes the session
    few = cost()
    for number in range(58):
        sent(address=f"198.51.100.{number}", place=f"{number}")

    assert cost() == few <= 15
    first = desk.get("/citizen-reports/")
    assert len(first.context["page"].rows) == 50
    assert len(desk.get(f"/citizen-reports/{first.context['next']}").context["page"].rows) == 10


def test_the_contact_is_shown_once_and_the_trail_says_by_whom(desk, city):
    report, _code = sent(contact=PHONE)

    response = desk.post(f"{report.get_absolute_url()}contact/")

    assert PHONE in response.text
    assert "no-store" in response.headers["Cache-Control"]
    assert PHONE not in desk.get(report.get_absolute_url()).text
    event = Event.objects.get(action="citizen_report.contact_shown")
    assert (event.actor, event.reference) == (city.office, report.code)
    assert PHONE not in f"{event.before}{event.after}"


def test_where_no_site_is_named_the_problem_says_the_place(client, city):
    client.post("/report/", filled(place="东街桥下", text="路面塌陷，有人绊倒"))
    client.force_login(city.office)

    assert "东街桥下：路面塌陷，有人绊倒</textarea>" in client.get(CitizenReport.objects.get().get_absolute_url()).text


def test_taking_up_makes_a_problem_with_the_photographs(client, city):
    client.post("/report/", filled(site="D1", place="", files=[upload()]))
    report = CitizenReport.objects.get()
    client.force_login(city.office)

    form = {"accept-text": f"积水,打 {PHONE}", "accept-site": "D1", "accept-severity": "normal", "accept-limit": "2d"}
    response = client.post(f"{report.get_absolute_url()}accept/", form)

    problem = Problem.objects.get()
    assert response.url == report.get_absolute_url()
    assert (problem.source, problem.site, problem.unit, problem.limit) == ("citizen", city.market, city.east, "2d")
    assert problem.text == "积水,打 ***********"
    assert problem.photos.get().report == report
    assert PHONE not in str(list(Event.objects.values()))


def test_a_unit_may_be_named_instead_of_a_site(desk, city):
    report, _code = sent()

    form = {"accept-text": "积水", "accept-unit": "S2", "accept-severity": "normal", "accept-limit": "3d"}
    desk.post(f"{report.get_absolute_url()}accept/", form)

    assert (Problem.objects.get().unit, Problem.objects.get().site) == (city.west, None)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"accept-text": ""}, "必填"),
        ({"accept-site": "无此点位"}, "没有唯一对应的点位"),
        ({"accept-unit": "无此单位"}, "没有"),
        ({"accept-limit": "soon"}, "4h"),
        ({"accept-site": ""}, "请选择点位或单位"),
    ],
)
def test_taking_up_explains_what_is_missing(desk, city, change, words):
    report, _code = sent()
    form = {"accept-text": "积水", "accept-site": "D1", "accept-severity": "normal", "accept-limit": "3d"}

    response = desk.post(f"{report.get_absolute_url()}accept/", form | change)

    assert response.status_code == 422
    assert words in response.text
    assert not Problem.objects.exists()


def test_refusing_tells_the_reporter_why(desk, client):
    report, code = sent()

    assert desk.post(f"{report.get_absolute_url()}refuse/", {"refuse-reason": ""}).status_code == 422
    desk.post(f"{report.get_absolute_url()}refuse/", {"refuse-reason": "属供水公司,请拨 96XXX"})

    page = client.post("/report/track/", {"code": code}).text
    assert "不属于受理范围" in page
    assert "属供水公司" in page


def test_joining_moves_the_photographs_to_the_known_problem(client, city):
    first, _code = accepted(city)
    client.post("/report/", filled(site="D1", files=[upload()]))
    second = CitizenReport.objects.get(state="received")
    client.force_login(city.office)

    assert first.problem.code in client.get(second.get_absolute_url()).text
    client.post(f"{second.get_absolute_url()}join/", {"join-problem": first.problem.code})

    second.refresh_from_db()
    assert second.problem == first.problem
    assert Photo.objects.get().problem == first.problem


def test_a_cancelled_problem_takes_nothing_in(city):
    _report, _code = accepted(city)
    Problem.objects.update(state="cancelled")
    other, _code = sent(address="192.0.2.2")

    with pytest.raises(ValidationError, match="不再计入"):
        join_report(report=other, problem=Problem.objects.get(), by=city.office, at=NOON)


def test_two_who_decide_at_once_the_second_is_told(desk, city):
    report, _code = sent()
    refuse_report(report=report, reason="无此地点", by=city.office, at=NOON)

    response = desk.post(f"{report.get_absolute_url()}refuse/", {"refuse-reason": "另一个原因"})

    assert response.status_code == 409
    assert "已有人处理" in response.text
    with pytest.raises(SubmissionConflict):
        accept_report(report=report, text="积水", site=city.market, unit=None, by=city.office, at=NOON)
    assert not Problem.objects.exists()


def test_an_unknown_act_is_not_there(desk):
    report, _code = sent()

    assert desk.post(f"{report.get_absolute_url()}delete/").status_code == 404


def test_the_reporter_sees_each_stage(city):
    report, code = sent()
    seen = [stage(code)]
    accept_report(report=report, text="积水", site=city.market, unit=None, by=city.office, at=NOON)
    seen.append(stage(code))
    for state in ("handed_over", "submitted", "closed"):
        put(Problem.objects.get(), state)
        seen.append(stage(code))

    assert seen == ["received", "checking", "handed_over", "handed_over", "repaired"]


def test_not_fixed_is_flagged_until_somebody_looks_again(client, city):
    report, code = accepted(city)
    put(report.problem, "closed")

    page = client.post("/report/track/", {"code": code, "answer": "1", "fixed": "no", "rating": "2"})
    assert "再次核查" in page.text
    client.force_login(city.office)
    assert report.code in client.get("/citizen-reports/?state=doubted").text
    client.post(f"{report.get_absolute_url()}checked/")

    assert report.code not in client.get("/citizen-reports/?state=doubted").text
    report.refresh_from_db()
    assert (report.said_fixed, report.rating, report.doubted) == (False, 2, False)


def test_a_repair_is_answered_once(city):
    report, _code = accepted(city)
    with pytest.raises(ValidationError):
        answer_repair(report=report, fixed=True, rating=None, at=NOON)
    put(report.problem, "closed")
    answer_repair(report=report, fixed=True, rating=5, at=NOON + A_DAY)

    with pytest.raises(ValidationError):
        answer_repair(report=report, fixed=False, rating=1, at=NOON + A_DAY)
    put(report.problem, "closed", at=NOON + 2 * A_DAY)
    answer_repair(report=report, fixed=False, rating=1, at=NOON + 3 * A_DAY)


@pytest.mark.parametrize("answer", [{}, {"fixed": "maybe"}, {"fixed": "yes", "rating": "6"}])
def test_a_wrong_answer_explains_itself(client, city, answer):
    report, code = accepted(city)
    put(report.problem, "closed")

    assert client.post("/report/track/", {"code": code, "answer": "1", **answer}).status_code == 422


def test_the_contact_goes_thirty_days_after_the_end(city):
    report, _code = accepted(city)
    put(report.problem, "closed")

    assert [forget_contacts(at=NOON + days * A_DAY) for days in (0, 29, 30, 31)] == [0, 0, 1, 0]
    assert not CitizenReport.objects.exclude(contact="").exists()


def test_so_it_does_after_a_refusal_a_cancellation_and_a_year(city):
    refused, _code = sent(contact=PHONE)
    refuse_report(report=refused, reason="无此地点", by=city.office, at=NOON)
    _cancelled, _code = accepted(city)
    Problem.objects.update(state="cancelled")
    _forgotten, _code = sent(contact=PHONE, place="西街", address="192.0.2.3")
    forget_contacts(at=NOON)

    assert forget_contacts(at=NOON + 30 * A_DAY) == 2
    assert forget_contacts(at=NOON + 365 * A_DAY) == 1


def test_a_reopened_or_doubted_matter_keeps_its_contact(city):
    report, _code = accepted(city)
    put(report.problem, "closed")
    forget_contacts(at=NOON)
    put(report.problem, "sent_back")
    assert forget_contacts(at=NOON + 60 * A_DAY) == 0
    put(report.problem, "closed", at=NOON + 60 * A_DAY)
    answer_repair(report=report, fixed=False, rating=None, at=NOON + 61 * A_DAY)
    assert forget_contacts(at=NOON + 120 * A_DAY) == 0

    look_again(report=report, by=city.office, at=NOON + 121 * A_DAY)
    put(report.problem, "closed", at=NOON + 121 * A_DAY)
    assert forget_contacts(at=NOON + 151 * A_DAY) == 1


def test_photographs_of_reports_are_not_swept(client, city):
    client.post("/report/", filled(files=[upload()]))

    assert sweep(at=NOON + 400 * A_DAY)[0] == 0


@pytest.mark.parametrize("person", ["leader", "neighbour", "inspector", "supervisor"])
def test_others_see_neither_reports_nor_their_photographs(client, city, person):
    client.post("/report/", filled(site="D1", files=[upload()]))
    report, photo = CitizenReport.objects.get(), Photo.objects.get()
    client.force_login(getattr(city, person))

    for path in ("/citizen-reports/", report.get_absolute_url()):
        assert client.get(path).status_code == 403
    assert client.post(f"{report.get_absolute_url()}contact/").status_code == 403
    assert client.get(f"/photos/{photo.client_uuid}/").status_code == 404
    assert client.get(f"/api/v1/photos/{photo.client_uuid}/").status_code == 404


def test_the_office_sees_the_photograph(desk):
    desk.post("/report/", filled(files=[upload()]))

    assert b"".join(desk.get(f"/photos/{Photo.objects.get().client_uuid}/")).startswith(b"\xff\xd8")


def test_no_export_carries_a_contact(desk, city):
    report, _code = accepted(city, text=f"积水 {PHONE}")

    exported = b"".join(desk.get("/exports/problems.csv").streaming_content)

    assert report.problem.code.encode() in exported
    assert PHONE.encode() not in exported
