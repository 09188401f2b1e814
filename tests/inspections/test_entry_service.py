"""Entering inspections: what they earn, whom they count for, which problems they propose; sent twice, stored once."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaign.models import Event, FactChange, Numbering
from campaign.queries import keep_numbers
from inspections.models import Answer, Inspection, InspectionUnit, Problem
from inspections.rules import SubmissionConflict
from inspections.services.entry import Proposal, Seen, record_inspection
from inspections.services.noting import note_problem
from inspections.services.voiding import void_inspection
from tests.city import MONDAY, NOON, at


def enter(city, *answers, **given):
    values = {
        "site": city.market, "seen_at": at(MONDAY), "kind": "daily", "answers": answers,
        "client_uuid": uuid4(), "by": city.inspector, "recorded_at": NOON,
    } | given  # fmt: skip
    return record_inspection(**values)


def test_score_is_points_earned_of_points_available(city):
    scale, lanes, adverts = city.items

    inspection = enter(
        city,
        Seen(item=scale, outcome="met"),
        Seen(item=lanes, outcome="not_met", count=1),
        Seen(item=adverts, outcome="not_applicable"),
    )

    assert (inspection.earned, inspection.available) == (Decimal("2.5"), Decimal("3"))
    assert inspection.score == Decimal("83.33")


def test_code_names_the_month_it_was_seen_in(city):
    first, second = (enter(city, Seen(item=city.items[0], outcome="met")) for _ in range(2))

    assert (first.code, second.code) == ("JC-2611-00001", "JC-2611-00002")


def test_counts_for_every_responsible_unit_and_their_superiors(city):
    city.market.other_units.add(city.community)

    inspection = enter(city, Seen(item=city.items[0], outcome="met"))

    units = dict(inspection.units.values_list("unit__code", "direct"))
    assert units == {"S1": True, "S1-1": True, "C1": False}


def test_explicit_units_take_the_place_of_the_sites_own(city):
    inspection = enter(city, Seen(item=city.items[0], outcome="met"), units=[city.west])

    assert inspection.unit == city.west
    assert set(inspection.units.values_list("unit__code", flat=True)) == {"S2", "C1"}


def test_failed_item_proposes_a_problem_from_site_and_item(city):
    enter(city, Seen(item=city.items[1], outcome="not_met", note="占道经营"))

    problem = Problem.objects.get()
    assert (problem.code, problem.text, problem.unit, problem.limit) == ("WT-2611-0001", "占道经营", city.east, "4h")
    assert problem.steps.get().move == "note"


def test_proposal_can_be_changed(city):
    wish = Proposal(severity="serious", limit="5d", unit=city.west)

    enter(city, Seen(item=city.items[1], outcome="not_met", problem=wish))

    problem = Problem.objects.get()
    assert (problem.severity, problem.limit, problem.unit) == ("serious", "5d", city.west)
    assert problem.text == f"未达标：{city.items[1].text}"


def test_entry_is_audited_and_marks_its_day(city):
    FactChange.objects.all().delete()

    inspection = enter(city, Seen(item=city.items[0], outcome="met"))

    assert Event.objects.filter(action="inspection.recorded", reference=inspection.code).exists()
    assert list(FactChange.objects.values_list("day", flat=True)) == [MONDAY]


def test_same_content_again_returns_the_stored_one(city):
    uuid, answer = uuid4(), Seen(item=city.items[1], outcome="not_met", count=2)

    first, second = (enter(city, answer, client_uuid=uuid) for _ in range(2))

    assert first == second
    assert (Inspection.objects.count(), Answer.objects.count(), Problem.objects.count()) == (1, 1, 1)


def test_other_content_under_the_same_number_is_refused_and_audited(city):
    uuid = uuid4()
    enter(city, Seen(item=city.items[0], outcome="met"), client_uuid=uuid)

    with pytest.raises(SubmissionConflict) as conflict:
        enter(city, Seen(item=city.items[0], outcome="not_met"), client_uuid=uuid)

    assert conflict.value.code == "different"
    assert Answer.objects.get().outcome == "met"
    assert Event.objects.filter(action="inspection.resent", result="refused", reference=str(uuid)).count() == 1


def test_voided_inspection_cannot_be_sent_again(city):
    uuid, answer = uuid4(), Seen(item=city.items[0], outcome="met")
    void_inspection(inspection=enter(city, answer, client_uuid=uuid), reason="重复", by=city.office, at=NOON)

    with pytest.raises(SubmissionConflict) as conflict:
        enter(city, answer, client_uuid=uuid)

    assert conflict.value.code == "voided"


def test_number_of_another_person_tells_nothing(city):
    uuid, answer = uuid4(), Seen(item=city.items[0], outcome="met")
    stored = enter(city, answer, client_uuid=uuid)

    with pytest.raises(SubmissionConflict) as conflict:
        enter(city, answer, client_uuid=uuid, by=city.office)

    assert conflict.value.code == "taken"
    assert stored.code not in str(conflict.value)


def test_number_given_out_is_not_wasted_on_a_refused_entry(city):
    with pytest.raises(ValidationError):
        enter(city, Seen(item=city.items[0], outcome="met", photos=(uuid4(),)))

    assert not Numbering.objects.exists()


@pytest.mark.parametrize(
    ("key", "given"),
    [
        ("seen_at", {"seen_at": NOON + timedelta(minutes=6)}),
        ("M2", {"count": -1}),
        ("M2", {"deduction": Decimal("1.5")}),
        ("M2", {"outcome": "perhaps"}),
        ("M2", {"note": "长" * 501}),
        ("M2", {"problem": Proposal(limit="soon")}),
        ("__all__", {"outcome": "skipped"}),
    ],
)
def test_bad_input_is_explained_by_its_place(city, key, given):
    visit = {"seen_at": given.pop("seen_at", at(MONDAY))}

    with pytest.raises(ValidationError) as wrong:
        enter(city, Seen(**{"item": city.items[1], "outcome": "not_met"} | given), **visit)

    assert key in wrong.value.message_dict


def test_item_of_another_checklist_is_refused(city):
    city.market.type = type(city.market_type).objects.create(code="park", name="公园")

    with pytest.raises(ValidationError) as wrong:
        enter(city, Seen(item=city.items[0], outcome="met"))

    assert "M1" in wrong.value.message_dict


def test_number_of_statements_does_not_depend_on_the_number_of_answers(city):
    def statements(answers):
        with CaptureQueriesContext(connection) as captured:
            enter(city, *answers)
        return len(captured)

    one = [Seen(item=city.items[0], outcome="not_met")]
    three = [Seen(item=item, outcome="not_met") for item in city.items]
    statements(three)  # from now on each of them is a repeat
    assert statements(three) == statements(one)


def test_voiding_takes_it_out_of_the_figures_and_cancels_what_is_only_noted(city):
    inspection = enter(city, Seen(item=city.items[0], outcome="not_met"), Seen(item=city.items[1], outcome="not_met"))
    handed = inspection.problems.first()
    Problem.objects.filter(pk=handed.pk).update(state="handed_over", handed_over_at=NOON, due_at=NOON)

    void_inspection(inspection=inspection, reason="点位选错", by=city.office, at=NOON)

    assert not InspectionUnit.objects.exists()
    assert sorted(inspection.problems.values_list("state", flat=True)) == ["cancelled", "handed_over"]
    assert inspection.answers.count() == 2


def test_voiding_wants_a_reason_and_happens_once(city):
    inspection = enter(city, Seen(item=city.items[0], outcome="met"))
    with pytest.raises(ValidationError):
        void_inspection(inspection=inspection, reason=" ", by=city.office, at=NOON)

    void_inspection(inspection=inspection, reason="重复", by=city.office, at=NOON)

    with pytest.raises(SubmissionConflict):
        void_inspection(inspection=inspection, reason="重复", by=city.office, at=NOON)


def test_quick_problem_goes_to_the_sites_unit_and_is_stored_once(city):
    given = {"site": city.market, "text": "垃圾未清运", "client_uuid": uuid4(), "by": city.inspector, "noted_at": NOON}

    first, second = (note_problem(**given) for _ in range(2))

    assert first == second
    assert (first.unit, first.state, first.limit) == (city.east, "noted", "3d")


def test_quick_problem_needs_words_and_a_holder(city):
    for missing in ({"text": ""}, {"site": None}, {"limit": "1y"}):
        given = {"site": city.market, "text": "垃圾", "client_uuid": uuid4(), "by": city.inspector, "noted_at": NOON}
        with pytest.raises(ValidationError):
            note_problem(**given | missing)


def test_numbers_of_imported_codes_are_not_given_out_again(city):
    keep_numbers(["JC-2611-00007", "JC-2611-00003", "自编-1", "JC-2610-00099"])

    assert enter(city, Seen(item=city.items[0], outcome="met")).code == "JC-2611-00008"
