"""加分/扣分: proof, two persons, who sees what, and that what was proposed stands."""

import json
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.db.utils import IntegrityError
from django.test.utils import CaptureQueriesContext

from campaign.models import Event, FactChange
from reports.models import Adjustment, Ranking
from reports.queries import adjusted_since, closed_rankings_of
from reports.services import close_period, open_period
from reports.services.adjustments import decide_adjustment, propose_adjustment, revoke_adjustment
from tests.city import at, make_user
from units.services.tasks import Overtaken

from . import ranked as made
from .adjusted import AFTERWARDS, DAY, a_proof, approved, proposed
from .facts import visit, weekly_rule


def test_an_approved_adjustment_counts_and_its_periods_are_computed_anew(city):
    FactChange.objects.all().delete()

    adjustment = approved(city)

    assert list(Adjustment.objects.counting()) == [adjustment]
    assert list(FactChange.objects.values_list("day", flat=True)) == [DAY]
    assert Event.objects.filter(action="adjustment.approved", reference=adjustment.code).exists()


def test_a_proposal_counts_nowhere(city):
    FactChange.objects.all().delete()
    proposed(city)

    assert not Adjustment.objects.counting().exists()
    assert not FactChange.objects.exists()


def test_a_proof_is_needed(city):
    adjustment = Adjustment(unit=city.east, day=DAY, event="praise", level="city", points=5, reason="通报")

    with pytest.raises(ValidationError) as refused:
        propose_adjustment(adjustment=adjustment, proofs=[], by=city.office, at=AFTERWARDS)

    assert "attached" in refused.value.message_dict


@pytest.mark.parametrize(
    "bad",
    [
        a_proof("run.html"),
        SimpleUploadedFile("照片.jpg", b"MZ\x90\x00"), SimpleUploadedFile("说明.txt", b"\x7fELF"),
        SimpleUploadedFile("表扬.jpg", b"%PDF-1.7"), SimpleUploadedFile("表扬.docx", b"<html>"),
    ],
    ids=str,
)  # fmt: skip
def test_a_proof_of_a_kind_that_is_not_taken_leaves_neither_row_nor_file(city, bad):
    with pytest.raises(ValidationError):
        propose_adjustment(
            adjustment=Adjustment(unit=city.east, day=DAY, event="praise", level="city", points=5, reason="通报"),
            proofs=[a_proof(), bad], by=city.office, at=AFTERWARDS,
        )  # fmt: skip

    assert not Adjustment.objects.exists()
    assert not default_storage.exists("adjustments") or default_storage.listdir("adjustments")[1] == []


def test_a_day_that_has_not_come_is_refused(city):
    with pytest.raises(ValidationError):
        proposed(city, day=AFTERWARDS.date() + timedelta(days=1))


def test_who_proposed_does_not_decide_not_even_by_sql(city):
    adjustment = proposed(city)
    other = make_user("boss", "supervisor")

    with pytest.raises(IntegrityError), transaction.atomic():
        Adjustment.objects.filter(pk=adjustment.pk).update(
            state="approved", decided_by=city.office, decided_at=AFTERWARDS
        )
    with pytest.raises(PermissionDenied):
        decide_adjustment(adjustment=adjustment, approved=True, answer="", by=city.office, at=AFTERWARDS)
    decide_adjustment(adjustment=adjustment, approved=True, answer="", by=other, at=AFTERWARDS)


def test_a_refusal_says_why(city):
    adjustment = proposed(city)

    with pytest.raises(ValidationError):
        decide_adjustment(adjustment=adjustment, approved=False, answer=" ", by=city.supervisor, at=AFTERWARDS)
    decide_adjustment(adjustment=adjustment, approved=False, answer="非市级文件", by=city.supervisor, at=AFTERWARDS)

    assert (adjustment.state, adjustment.answer) == ("refused", "非市级文件")


def test_it_is_decided_once(city):
    adjustment = approved(city)

    with pytest.raises(Overtaken):
        decide_adjustment(adjustment=adjustment, approved=False, answer="晚了", by=city.supervisor, at=AFTERWARDS)


def test_a_mistake_is_revoked_with_a_reason_and_counts_no_more(city):
    adjustment = approved(city)

    revoke_adjustment(adjustment=adjustment, reason="通报对象有误", by=city.supervisor, at=AFTERWARDS)

    assert not Adjustment.objects.counting().exists()
    assert Event.objects.get(action="adjustment.revoked").after == {"reason": "通报对象有误"}


@pytest.mark.parametrize("change", [{"points": 50}, {"day": "2026-11-01"}, {"state": "refused"}])
def test_what_was_approved_stands(city, change):
    adjustment = approved(city)

    with pytest.raises(DatabaseError), transaction.atomic():
        Adjustment.objects.filter(pk=adjustment.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM reports_adjustment")


def test_approved_ones_are_frozen_with_the_inputs(city):
    counted = approved(city)
    approved(city, day=date(2026, 11, 8))
    proposed(city)
    made.facts(city)

    ranking = made.published(city)

    assert json.loads(ranking.inputs)["adjustments"] == [
        {"code": counted.code, "day": "2026-11-18", "event": "praise", "level": "city", "points": "5.00", "unit": "S1"}
    ]


PRAISED = {"kind": "points", "figure": "praised", "title": "加分", "base": "0", "lines": [
    {"event": "adjustment", "subjects": ["praise"]},
]}  # fmt: skip
CLOSED = at(date(2026, 11, 23), 9)


@pytest.fixture
def closed_week(city):
    """Week 47 closed on the Monday after under a rule that takes praise, with one praise in it."""
    weekly_rule(city, total="sum", components=[{"figure": "conformity", "weight": "100"}, PRAISED])
    counted = approved(city)
    visit(city, site=city.market, seen_at=at(DAY), earned=8)
    period = open_period(code="2026-W47", now=CLOSED)
    close_period(period=period, by=city.office, now=CLOSED)
    return SimpleNamespace(counted=counted, ranking=Ranking.objects.get())


def decided(city, **fields) -> Adjustment:
    """An adjustment that is approved an hour after the closing."""
    late = proposed(city, **fields)
    decide_adjustment(adjustment=late, approved=True, answer="", by=city.supervisor, at=CLOSED + timedelta(hours=1))
    return late


def test_what_is_decided_after_closing_is_listed_and_waits_for_a_revision(city, closed_week, signed_in):
    late = decided(city)
    decided(city, event="criticism", points=-2)  # the rule does not take it
    decided(city, day=date(2026, 11, 8))
    proposed(city)
    revoked = closed_week.counted
    assert list(adjusted_since(closed_week.ranking)) == [late]

    revoke_adjustment(adjustment=revoked, reason="通报对象有误", by=city.supervisor, at=CLOSED + timedelta(hours=2))
    assert set(adjusted_since(closed_week.ranking)) == {late, revoked}
    client = signed_in(city.office)
    address = closed_week.ranking.get_absolute_url().replace("/rankings/", "/rankings/late/")
    page = client.get(address).content.decode()
    assert (late.code in page, revoked.code in page) == (True, True)
    note = client.get(address, headers={"hx-request": "true"}).content.decode()
    assert "2 项加分扣分作出决定" in note


def test_an_adjustment_names_the_closed_rankings_that_do_not_hold_it(city, closed_week, signed_in):
    late = decided(city)
    client = signed_in(city.office)

    assert "在批准前已定稿" in client.get(late.get_absolute_url()).content.decode()
    assert "待更正版处理" not in client.get(closed_week.counted.get_absolute_url()).content.decode()
    assert closed_rankings_of(late, city.neighbour) == []


def test_an_adjustment_names_the_rankings_it_counts_in(city, closed_week, signed_in):
    client = signed_in(city.supervisor)
    counted, not_taken = closed_week.counted, proposed(city, event="criticism", points=-2)

    assert closed_week.ranking.get_absolute_url() in client.get(counted.get_absolute_url()).text
    assert "不影响得分" not in client.get(counted.get_absolute_url()).text
    assert "不影响得分" in client.get(not_taken.get_absolute_url()).text


def form(**fields) -> dict[str, object]:
    return {
        "concerned": "S1", "day": "2026-11-18", "event": "praise", "level": "city", "points": "5", "reason": "通报表扬",
        "attached": a_proof(),
    } | fields  # fmt: skip


def test_the_office_proposes_and_the_supervisor_approves(city, signed_in):
    office, supervisor = signed_in(city.office), signed_in(city.supervisor)

    answer = office.post("/adjustments/new/", form(), follow=True)
    adjustment = Adjustment.objects.get()
    supervisor.post(f"/adjustments/{adjustment.code}/decide/", {"act": "approve", "answer": ""})

    assert adjustment.code in answer.text
    adjustment.refresh_from_db()
    assert (adjustment.state, adjustment.decided_by) == ("approved", city.supervisor)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("concerned", "NOPE"), ("day", "x"), ("points", "0"), ("points", "101"), ("points", "1.234"), ("event", "x"),
        ("reason", ""), ("attached", ""),
    ],
)  # fmt: skip
def test_bad_input_explains_itself_and_keeps_what_was_typed(city, signed_in, field, value):
    answer = signed_in(city.office).post("/adjustments/new/", form(**{field: value}))

    assert answer.status_code == 422
    assert "field-error" in answer.text
    assert field == "reason" or "通报表扬" in answer.text


def test_the_unit_sees_its_own_once_approved_and_its_neighbour_never(city, signed_in):
    adjustment = proposed(city)
    address = adjustment.get_absolute_url()
    leader, neighbour = signed_in(city.leader), signed_in(city.neighbour)
    assert leader.get(address).status_code == 404

    decide_adjustment(adjustment=adjustment, approved=True, answer="", by=city.supervisor, at=AFTERWARDS)

    assert leader.get(address).status_code == 200
    assert b"".join(leader.get(adjustment.proofs.get().get_absolute_url())) == b"%PDF-1.7"
    assert neighbour.get(address).status_code == 404
    assert neighbour.get(adjustment.proofs.get().get_absolute_url()).status_code == 404
    assert adjustment.code not in neighbour.get("/adjustments/").text


def test_a_decision_that_came_second_is_told_so(city, signed_in):
    adjustment = approved(city)

    answer = signed_in(city.supervisor).post(
        f"/adjustments/{adjustment.code}/decide/", {"act": "refuse", "answer": "x"}
    )

    assert answer.status_code == 409


def test_the_supervisor_revokes_on_the_page(city, signed_in):
    adjustment, client = approved(city), signed_in(city.supervisor)

    assert client.post(f"/adjustments/{adjustment.code}/revoke/", {"reason": ""}).status_code == 422
    client.post(f"/adjustments/{adjustment.code}/revoke/", {"reason": "有误"})

    adjustment.refresh_from_db()
    assert adjustment.state == "revoked"


def test_the_list_costs_the_same_for_2_and_60_and_is_paged(city, signed_in):
    client, counts = signed_in(city.office), []
    client.get("/adjustments/")
    for number in (2, 58):
        for _ in range(number):
            approved(city)
        with CaptureQueriesContext(connection) as captured:
            page = client.get("/adjustments/")
        counts.append(len(captured))

    assert counts[0] == counts[1] <= 15
    assert 'rel="next"' in page.text
    assert client.get("/adjustments/?q=%E8%A5%BF%E8%A1%97").text.count("JF-2611") == 0
    assert client.get("/adjustments/?state=x").status_code == 422


def test_the_api_answers_with_what_a_person_sees(city, signed_in):
    adjustment = approved(city)
    proposed(city, unit=city.west)

    mine = signed_in(city.leader).get("/api/v1/adjustments/").json()["results"]

    assert [(row["code"], row["points"], row["unit"]["code"]) for row in mine] == [(adjustment.code, "5.00", "S1")]
    assert signed_in(city.neighbour).get(f"/api/v1/adjustments/{adjustment.code}/").status_code == 404
    assert signed_in(city.inspector).get("/api/v1/adjustments/").status_code == 403
