"""异议: a closed ranking stands open to its units before a second person publishes it."""

from datetime import date, timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from campaign.models import Event, Notice, WorkDay
from inspections.services.voiding import void_inspection
from reports.models import Objection, ObjectionTime, Ranking, RankingRow
from reports.services import close_ended, open_period, publish, recompute
from reports.services.objections import answer_objection, object_to, set_objection_time
from tests.city import at
from units.services.tasks import Overtaken

from . import ranked as made
from .adjusted import a_proof
from .facts import weekly_rule

#: The week is closed on Monday the 23rd; two working days later is the end of Wednesday the 25th.
END = at(date(2026, 11, 26), 0)
OVER = at(date(2026, 11, 26), 9)


@pytest.fixture
def closed(city) -> Ranking:
    """The week closed by the office, open to objection for two working days."""
    made.facts(city)
    set_objection_time(kind="week", days=2, working=True, by=city.office)
    return made.closed(city)


def row(ranking: Ranking, city, unit: str = "east") -> RankingRow:
    return ranking.rows.get(unit=getattr(city, unit))


def raised(ranking: Ranking, city, about: str = "conformity") -> Objection:
    return object_to(
        row=row(ranking, city), about=about, text="当日已整改", proofs=[a_proof()], by=city.leader, at=made.NOW
    )


def test_it_is_open_for_the_working_days_of_its_kind(city, closed):
    assert closed.objections_until == END
    assert closed.takes_objections(at=END - timedelta(seconds=1))
    assert not closed.takes_objections(at=END)


@pytest.mark.parametrize(("working", "last"), [(True, date(2026, 11, 30)), (False, date(2026, 11, 29))])
def test_days_are_counted_on_the_calendar_or_not(city, working, last):
    WorkDay.objects.filter(date=date(2026, 11, 27)).update(working=not working)
    set_objection_time(kind="week", days=6 if not working else 4, working=working, by=city.office)
    made.facts(city)

    assert made.closed(city).objections_until == at(last + timedelta(days=1), 0)


def test_without_a_time_it_is_published_at_once(city):
    made.facts(city)

    assert made.published(city).objections_until is None


def test_it_is_not_published_while_its_units_may_object_not_even_by_sql(city, closed):
    with pytest.raises(ValidationError):
        publish(ranking=closed, by=city.supervisor, now=END - timedelta(seconds=1))
    with pytest.raises(DatabaseError), transaction.atomic():
        Ranking.objects.filter(pk=closed.pk).update(
            state="published", published_at=made.NOW, published_by=city.supervisor, digest="x"
        )

    assert publish(ranking=closed, by=city.supervisor, now=END).state == "published"


def test_nor_before_every_objection_is_answered_not_even_by_sql(city, closed):
    objection = raised(closed, city)
    with pytest.raises(ValidationError):
        publish(ranking=closed, by=city.supervisor, now=OVER)
    with pytest.raises(DatabaseError), transaction.atomic():
        Ranking.objects.filter(pk=closed.pk).update(
            state="published", published_at=OVER, published_by=city.supervisor, digest="x"
        )

    answer_objection(objection=objection, upheld=False, answer="照片清楚", by=city.office, at=OVER)

    assert publish(ranking=closed, by=city.supervisor, now=OVER).state == "published"


def test_an_objection_keeps_what_stood_there(city, closed):
    objection = raised(closed, city)

    assert objection.stated == {"rank": 1, "score": "71.00", "title": "实地符合率", "value": "85.00"}
    assert objection.proofs.get().size == 8


@pytest.mark.parametrize(("about", "field"), [("rework", "about"), ("nothing", "about")])
def test_only_to_what_the_row_says(city, closed, about, field):
    with pytest.raises(ValidationError) as refused:
        raised(closed, city, about)

    assert field in refused.value.message_dict


def test_only_in_time_and_once_at_a_time(city, closed):
    raised(closed, city)
    with pytest.raises(ValidationError):
        raised(closed, city)
    with pytest.raises(ValidationError):
        object_to(row=row(closed, city), about="score", text="x", proofs=[], by=city.leader, at=END)


def test_nobody_objects_for_another_unit(city, closed):
    with pytest.raises(PermissionDenied):
        object_to(row=row(closed, city), about="score", text="x", proofs=[], by=city.neighbour, at=made.NOW)
    with pytest.raises(PermissionDenied):
        object_to(row=row(closed, city), about="score", text="x", proofs=[], by=city.office, at=made.NOW)


def test_an_answer_says_why_comes_once_and_is_told(city, closed):
    objection = raised(closed, city)
    with pytest.raises(ValidationError):
        answer_objection(objection=objection, upheld=True, answer=" ", by=city.office, at=made.NOW)
    with pytest.raises(PermissionDenied):
        answer_objection(objection=objection, upheld=True, answer="x", by=city.supervisor, at=made.NOW)
    answer_objection(objection=objection, upheld=True, answer="已作废该检查", by=city.office, at=made.NOW)
    with pytest.raises(Overtaken):
        answer_objection(objection=objection, upheld=False, answer="x", by=city.office, at=made.NOW)

    told = Notice.objects.get(person=city.leader, key=f"objection:{objection.code}")
    assert str(told) == f"您提出的异议 {objection.code} 成立，请查看答复。"


def test_the_notice_of_a_refusal_says_so(city, closed):
    objection = raised(closed, city)
    answer_objection(objection=objection, upheld=False, answer="照片与现场一致", by=city.office, at=made.NOW)

    told = Notice.objects.get(person=city.leader, key=f"objection:{objection.code}")
    assert "不成立" in str(told)


def test_what_was_raised_and_answered_stands(city, closed):
    objection = raised(closed, city)
    answer_objection(objection=objection, upheld=True, answer="已更正", by=city.office, at=made.NOW)

    for change in ({"answer": "x"}, {"text": "x"}, {"state": "open"}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Objection.objects.filter(pk=objection.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM reports_objection")


def test_the_people_of_its_units_are_told_once_that_they_may_object(city, closed):
    told = Notice.objects.filter(key__startswith="announced:")

    assert {(notice.person, notice.url) for notice in told} == {
        (city.leader, f"/objections/{made.WEEK}/streets/S1/"), (city.neighbour, f"/objections/{made.WEEK}/streets/S2/"),
    }  # fmt: skip


def test_upheld_the_facts_are_corrected_and_the_ranking_is_recomputed_before_it_is_published(city, closed):
    before = closed.inputs
    void_inspection(inspection=city.visits[1], reason="点位有误", by=city.office, at=made.NOW)

    again = recompute(ranking=closed, reason="异议成立", by=city.office, now=made.NOW)

    assert row(again, city).components[0]["value"] == "90.00"
    assert (again.state, again.revision, again.objections_until) == ("closed", 1, END)
    assert again.inputs != before
    line = Event.objects.get(action="ranking.recomputed")
    assert line.after["reason"] == "异议成立"
    assert line.before["inputs"] != line.after["inputs"]
    assert publish(ranking=again, by=city.supervisor, now=OVER).digest


def test_recomputing_wants_a_reason_and_a_closed_ranking(city, closed):
    with pytest.raises(ValidationError):
        recompute(ranking=closed, reason=" ", by=city.office, now=made.NOW)
    published = publish(ranking=closed, by=city.supervisor, now=OVER)
    with pytest.raises(ValidationError):
        recompute(ranking=published, reason="x", by=city.office, now=OVER)


def test_a_year_without_a_calendar_holds_up_no_other_period(city):
    made.facts(city)
    weekly_rule(city)
    open_period(code=made.WEEK, now=at(made.TUESDAY))
    WorkDay.objects.all().delete()
    set_objection_time(kind="week", days=2, working=True, by=city.office)

    assert close_ended(now=made.NOW) == []
    ObjectionTime.objects.all().delete()
    assert [period.code for period in close_ended(now=made.NOW)] == [made.WEEK]


ADDRESS = f"/objections/{made.WEEK}/streets/S1/"


@pytest.fixture
def announced(closed, city):
    with time_machine.travel(made.NOW):
        yield closed


def test_a_unit_sees_its_own_row_and_the_way_down_before_publication(city, announced, signed_in):
    client = signed_in(city.leader)

    page = client.get(ADDRESS)
    assert "71.00" in page.text
    assert "西街" not in page.text
    assert client.get(f"/rankings/{made.WEEK}/streets/S1/?revision=1").status_code == 200
    assert client.get(f"/rankings/{made.WEEK}/streets/S1/conformity/?revision=1").status_code == 200


def test_and_neither_its_neighbours_row_nor_the_ranking(city, announced, signed_in):
    client = signed_in(city.neighbour)

    for path in (
        ADDRESS,
        f"/rankings/{made.WEEK}/streets/S1/?revision=1",
        f"/rankings/{made.WEEK}/streets/?revision=1",
    ):
        assert client.get(path).status_code == 404, path


def test_a_row_that_was_never_announced_stays_unseen(city, today, signed_in):
    made.closed(city)

    assert signed_in(city.leader).get(ADDRESS).status_code == 404


def test_from_objection_to_answer_on_the_pages(city, announced, signed_in):
    leader, office = signed_in(city.leader), signed_in(city.office)
    assert leader.post(ADDRESS, {"about": "conformity", "text": ""}).status_code == 422

    page = leader.post(ADDRESS, {"about": "conformity", "text": "当日已整改", "attached": a_proof()}, follow=True)
    objection = Objection.objects.get()
    address = objection.get_absolute_url()

    assert "当日已整改" in page.text
    assert signed_in(city.neighbour).get(address).status_code == 404
    assert signed_in(city.neighbour).get(objection.proofs.get().get_absolute_url()).status_code == 404
    assert "当日已整改" in office.get(address).text
    assert office.post(f"{address}answer/", {"act": "refuse", "answer": ""}).status_code == 422
    office.post(f"{address}answer/", {"act": "refuse", "answer": "照片清楚"})
    second = office.post(f"{address}answer/", {"act": "refuse", "answer": "另有依据"})
    assert second.status_code == 409
    assert "form-error" in second.text  # who comes second is told so, and keeps their words
    assert "另有依据" in second.text
    assert f'href="{ADDRESS}"' in leader.get(address).text
    assert "照片清楚" in leader.get(ADDRESS).text


def test_a_figure_is_called_in_the_readers_language(city, announced, signed_in):
    raised(announced, city)
    office = signed_in(city.office)
    assert "实地符合率" in office.get("/objections/").text
    office.cookies["django_language"] = "en"

    assert "Conformity" in office.get("/objections/").text


def test_the_ranking_page_says_what_holds_it_back(city, announced, signed_in):
    raised(announced, city)
    supervisor, path = signed_in(city.supervisor), f"/rankings/{made.WEEK}/streets/"

    assert 'name="stamp"' not in supervisor.get(path).text
    with time_machine.travel(OVER):
        assert 'name="stamp"' not in supervisor.get(path).text
        answer_objection(objection=Objection.objects.get(), upheld=False, answer="x", by=city.office, at=OVER)
        assert 'name="stamp"' in supervisor.get(path).text


def test_the_office_recomputes_on_the_page(city, announced, signed_in):
    path, office = f"/rankings/recompute/{made.WEEK}/streets/", signed_in(city.office)
    address = raised(announced, city).get_absolute_url()
    office.post(f"{address}answer/", {"act": "uphold", "answer": "已更正"})
    assert "#recompute" in office.get(address).text

    with time_machine.travel(made.NOW + timedelta(minutes=1)):
        office.post(path, {"reason": "异议成立"})

    assert "#recompute" not in office.get(address).text
    assert Event.objects.filter(action="ranking.recomputed").exists()


def test_once_published_the_way_to_object_leads_to_the_published_row(city, closed, signed_in):
    publish(ranking=closed, by=city.supervisor, now=OVER)

    assert signed_in(city.leader).get(ADDRESS).url == f"/rankings/{made.WEEK}/streets/S1/"
    assert signed_in(city.neighbour).get(ADDRESS).status_code == 404


def test_closing_says_until_when_units_may_object(city, signed_in):
    made.facts(city)
    made.draft(city)
    set_objection_time(kind="week", days=2, working=True, by=city.office)
    with time_machine.travel(made.CLOSED):
        path = f"/rankings/close/{made.WEEK}/streets/"
        page = signed_in(city.office).post(path, {"confirmed": "on"}, follow=True).text

    assert "本期已定稿，11月25日 周三（含当日）前各单位可提异议。" in page


def test_the_time_is_set_on_a_page(city, signed_in):
    client = signed_in(city.office)
    kinds = ("day", "week", "month", "quarter", "year")
    form = {f"{kind}-days": "0" for kind in kinds} | {"month-days": "3", "month-working": "on"}

    assert client.post("/objections/times/", form | {"week-days": "x"}).status_code == 422
    client.post("/objections/times/", form)

    assert ObjectionTime.objects.get(kind="month").days == 3


def test_the_list_costs_the_same_for_2_and_30(city, announced, signed_in):
    client, counts = signed_in(city.office), []
    client.get("/objections/")
    for number in (2, 28):
        for _each in range(number):
            objection = raised(announced, city)
            answer_objection(objection=objection, upheld=False, answer="x", by=city.office, at=made.NOW)
        with CaptureQueriesContext(connection) as captured:
            client.get("/objections/")
        counts.append(len(captured))

    assert counts[0] == counts[1] <= 15


def test_home_pages_say_what_is_open_and_what_waits(city, announced, signed_in):
    raised(announced, city)

    assert ADDRESS in signed_in(city.leader).get("/").text
    assert "1 件待答复" in signed_in(city.office).get("/").text
    assert "#decide" not in signed_in(city.supervisor).get("/").text
    with time_machine.travel(OVER):
        answer_objection(objection=Objection.objects.get(), upheld=False, answer="x", by=city.office, at=OVER)
        assert "#decide" in signed_in(city.supervisor).get("/").text
