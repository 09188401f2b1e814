"""Supervision notices: the office issues or drops a draft, the unit hears of it, the neighbour does not."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campaign.models import Event, Notice
from inspections.models import Problem, Supervision
from inspections.rules import Move
from inspections.services.supervisions import drop_supervision, issue_supervision
from tests.city import NOON
from tests.inspections.ledger import TEN, advance, make_problem
from tests.inspections.test_ladder import make_some


def make_drafts(city, count: int) -> list[Supervision]:
    make_some(city, count)
    problems = Problem.objects.filter(supervisions=None)
    return Supervision.objects.bulk_create(
        Supervision(code=f"DB-{problem.code}", problem=problem, unit=city.east, due_at=TEN, drafted_at=NOON)
        for problem in problems
    )


@pytest.fixture
def draft(city) -> Supervision:
    return make_drafts(city, 1)[0]


def tomorrow() -> date:
    return timezone.localdate() + timedelta(days=1)


def issued(draft: Supervision, city) -> Supervision:
    issue_supervision(supervision=draft, requirement="立即清理", deadline=date(2026, 12, 1), by=city.office, at=NOON)
    return draft


def test_the_office_issues_a_draft_and_the_unit_hears_of_it(client, city, draft):
    client.force_login(city.office)
    answer = client.post(draft.get_absolute_url(), {"requirement": "立即清理", "deadline": tomorrow().isoformat()})

    assert answer.status_code == 302
    draft.refresh_from_db()
    assert (draft.state, draft.requirement, draft.decided_by) == ("issued", "立即清理", city.office)
    assert [row.person for row in Notice.objects.all()] == [city.leader]
    assert Event.objects.filter(action="supervision.issued").count() == 1


GIVEN = [{}, {"requirement": "x", "deadline": "2020-01-01"}, {"requirement": "字", "deadline": "x"}]


@pytest.mark.parametrize("given", GIVEN)
def test_bad_input_explains_itself_and_keeps_what_was_typed(client, city, draft, given):
    client.force_login(city.office)
    answer = client.post(draft.get_absolute_url(), given)

    assert answer.status_code == 422
    assert answer.context["issue"].errors
    assert given.get("requirement", "") in answer.text


def test_a_draft_is_left_with_a_reason(client, city, draft):
    client.force_login(city.office)

    assert client.post(f"{draft.get_absolute_url()}drop/", {"reason": ""}).status_code == 422
    assert client.post(f"{draft.get_absolute_url()}drop/", {"reason": "已另行处理"}).status_code == 302
    assert "已另行处理" in client.get(draft.get_absolute_url()).text


def test_a_decision_is_made_once(city, draft):
    issued(Supervision.objects.get(), city)

    with pytest.raises(ValidationError):
        drop_supervision(supervision=draft, reason="x", by=city.office, at=NOON)


def test_the_unit_sees_what_was_issued_to_it_only(client, city, draft):
    client.force_login(city.leader)
    assert client.get(draft.get_absolute_url()).status_code == 404

    issued(draft, city)
    assert "立即清理" in client.get(draft.get_absolute_url()).text
    assert draft.code in client.get("/supervisions/").text


def test_a_neighbour_finds_nothing(client, city, draft):
    issued(draft, city)
    client.force_login(city.neighbour)

    assert client.get(draft.get_absolute_url()).status_code == 404
    assert draft.code not in client.get("/supervisions/").text


def test_who_may_only_read_changes_nothing(client, city, draft):
    client.force_login(city.supervisor)

    client.post(draft.get_absolute_url(), {"requirement": "x", "deadline": tomorrow().isoformat()})
    assert client.post(f"{draft.get_absolute_url()}drop/", {"reason": "x"}).status_code == 403
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_one_notice_for_one_deadline(city, draft):
    with pytest.raises(IntegrityError):
        Supervision.objects.create(code="x", problem=draft.problem, unit=city.east, due_at=TEN, drafted_at=NOON)


def test_the_list_is_paged_at_one_cost(client, city):
    client.force_login(city.office)
    client.get("/supervisions/")

    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/supervisions/").status_code == 200
        return len(captured)

    make_drafts(city, 2)
    few = statements()
    make_drafts(city, 60)

    assert statements() == few <= 15
    more = client.get("/supervisions/").context["next"]
    assert len(client.get(f"/supervisions/{more}").context["rows"]) == 12


def merged(draft, city) -> Problem:
    issued(draft, city)
    original = advance(make_problem(city, "WT-9"), Move.HAND_OVER, city=city)
    problem = Problem.objects.get(pk=draft.problem_id)
    return advance(problem, Move.MERGE, city=city, original=original).merged_into


def test_a_notice_about_a_merged_problem_leads_to_where_it_goes_on(client, city, draft):
    original = merged(draft, city)
    client.force_login(city.leader)

    page = client.get(draft.get_absolute_url()).text

    assert f'href="{original.get_absolute_url()}"' in page
    assert f'href="{draft.problem.get_absolute_url()}"' not in page


def test_a_notice_about_what_left_the_unit_leads_nowhere(client, city, draft):
    issued(draft, city)
    advance(Problem.objects.get(pk=draft.problem_id), Move.TRANSFER, city=city, unit=city.west)
    client.force_login(city.leader)

    page = client.get(draft.get_absolute_url()).text

    assert "已不由贵单位负责" in page
    assert f'href="{draft.problem.get_absolute_url()}"' not in page
