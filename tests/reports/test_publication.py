"""What is published stays (rows T7, T8, T10)."""

import json
from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaign.models import Delivery, Notice, Robot
from campaign.queries import facts_changed
from inspections.models import Inspection, InspectionUnit, Problem
from reports.models import Ranking, ScoringRule
from reports.queries import late_entries, ranking_stamp, voided_since
from reports.rules.canonical import canonical, digest
from reports.services import close_ended, close_period, open_period, publish, revise, roll_up
from reports.services.publication import snapshot_of
from tests.city import at
from units.models import Unit

from .facts import scatter, visit, weekly_rule

MONDAY, AFTER = date(2026, 11, 16), date(2026, 11, 23)


@pytest.fixture
def closed(city) -> Ranking:
    """The streets' week, closed by the office."""
    weekly_rule(city, red={"best": 1})
    visit(city, site=city.market, seen_at=at(MONDAY), earned=9)
    visit(city, site=city.west_market, seen_at=at(MONDAY), earned=8)
    period = open_period(code="2026-W47", now=at(MONDAY, 12))
    (ranking,) = close_period(period=period, by=city.office, now=at(AFTER))
    return ranking


@pytest.fixture
def published(city, closed) -> Ranking:
    return publish(ranking=closed, by=city.supervisor, now=at(AFTER, 12))


def test_lists_are_told_to_their_units_and_to_chat_groups(city, closed, settings):
    settings.SITE_URL = "https://wenming.example"
    Robot.objects.create(code="JQ-1", name="群", kind="wecom", host="h", address="x")
    Robot.objects.create(code="JQ-2", name="别群", kind="wecom", host="h", address="x", tells_lists=False)
    publish(ranking=closed, by=city.supervisor, now=at(AFTER, 12))

    told = Notice.objects.get(kind="ranking")
    assert (told.person, told.text) == (city.leader, "东街登上 2026年第47周(11.16–11.22) 红榜")
    message = Delivery.objects.get()
    assert message.robot.code == "JQ-1"
    assert message.text.startswith("2026年第47周(11.16–11.22) 街道\n")
    assert "红榜：东街\nhttps://wenming.example/rankings/2026-W47/" in message.text


def test_publishing_freezes_inputs_rule_rows_and_lists(published):
    said = json.loads(published.snapshot)

    assert [(row["unit"], row["rank"], row["score"]) for row in said["rows"]] == [
        ("S1", 1, "90.0000"), ("S2", 2, "80.0000")
    ]  # fmt: skip
    assert [(entry["unit"], entry["color"]) for entry in said["lists"]] == [("S1", "red")]
    assert said["rule"]["spec"]["components"][0]["figure"] == "conformity"
    assert [one["code"] for one in json.loads(published.inputs)["inspections"]] == ["V0", "V1"]


def test_the_digest_covers_snapshot_and_inputs(published):
    assert published.digest == digest(published.snapshot)
    assert json.loads(published.snapshot)["inputs_sha256"] == digest(published.inputs)


def test_inputs_and_snapshot_are_canonical(city):
    weekly_rule(city)
    scatter(city, 7)
    period = open_period(code="2026-W47", now=at(MONDAY, 12))
    (ranking,) = close_period(period=period, by=None, now=at(AFTER))

    published = publish(ranking=ranking, by=city.supervisor, now=at(AFTER, 12))

    assert published.inputs == canonical(json.loads(published.inputs))
    assert published.snapshot == canonical(json.loads(published.snapshot))


def test_who_closed_does_not_publish(city, closed):
    with pytest.raises(ValidationError):
        publish(ranking=closed, by=city.office, now=at(AFTER))


def test_a_draft_is_not_published(city, closed):
    Ranking.objects.filter(pk=closed.pk).update(state="draft", closed_at=None, closed_by=None)

    with pytest.raises(ValidationError):
        publish(ranking=closed, by=city.supervisor, now=at(AFTER))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE reports_ranking SET state = 'draft'", "UPDATE reports_ranking SET digest = 'x'",
        "DELETE FROM reports_ranking",
        "UPDATE reports_rankingrow SET score = 99", "DELETE FROM reports_rankingrow", "DELETE FROM reports_listentry",
        "UPDATE reports_listentry SET color = 'black'", "UPDATE reports_scoringrule SET spec = '{}'",
        "DELETE FROM reports_scoringrule",
        "INSERT INTO reports_rankingrow (ranking_id, unit_id, position, components, footnote)"
        " SELECT min(r.id), min(u.id), 9, '[]', '' FROM reports_ranking r, units_unit u WHERE u.code = 'C1'",
        "INSERT INTO reports_listentry (ranking_id, unit_id, color, consecutive, reason)"
        " SELECT min(r.id), min(u.id), 'red', 1, '{}' FROM reports_ranking r, units_unit u WHERE u.code = 'C1'",
    ],
)  # fmt: skip
def test_direct_sql_on_published_rows_is_refused(published, statement):
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_late_entries_are_listed_and_change_nothing(city, published):
    late = visit(city, site=city.market, seen_at=at(MONDAY), earned=0, recorded_at=at(AFTER, 11))
    facts_changed({MONDAY})

    roll_up(now=at(AFTER, 13))

    assert list(late_entries(published)) == [late]
    assert snapshot_of(Ranking.objects.get(pk=published.pk)) == json.loads(published.snapshot)


def test_inspections_voided_afterwards_are_listed(city, published):
    Inspection.objects.filter(code="V0").update(voided_at=at(AFTER, 11), voided_by=city.office, void_reason="错录")

    assert [inspection.code for inspection in voided_since(published)] == ["V0"]


def _add_visit(city):
    visit(city, site=city.market, seen_at=at(MONDAY), earned=3)


def _void(city):
    InspectionUnit.objects.filter(inspection__code="V0").delete()


def _regroup(city):
    Unit.objects.filter(pk=city.west.pk).update(group=None)


def _rename(city):
    Unit.objects.filter(pk=city.east.pk).update(name="新东街", label="新东街")


def _new_rule(city):
    weekly_rule(city, places=0)


def _close_again(city):
    close_ended(now=at(AFTER, 14))


def _problems(city):
    Problem.objects.create(
        code=f"WT{Problem.objects.count()}", site=city.market, unit=city.east, text="x", noted_by=city.office,
        noted_at=at(MONDAY), handed_over_at=at(MONDAY), due_at=at(MONDAY, 12), state="received",
    )  # fmt: skip


CHANGES = [_add_visit, _void, _regroup, _rename, _new_rule, _close_again, _problems]


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(CHANGES), min_size=1, max_size=6))
def test_no_change_reaches_a_published_ranking(city, published, changes):
    before = Ranking.objects.values().get(pk=published.pk)
    rows = list(published.rows.values())
    with transaction.atomic():
        for change in changes:
            change(city)
            facts_changed([MONDAY, None])
            roll_up(now=at(AFTER, 13))

        assert Ranking.objects.values().get(pk=published.pk) == before
        assert list(published.rows.values()) == rows
        assert digest(published.snapshot) == published.digest
        transaction.set_rollback(True)


def test_a_correction_is_a_new_revision_beside_the_old_one(city, published):
    visit(city, site=city.west_market, seen_at=at(MONDAY), earned=10, recorded_at=at(AFTER, 9))

    draft = revise(ranking=published, reason="补录", by=city.office, now=at(AFTER, 14))

    assert (draft.revision, draft.state, draft.reason) == (2, "draft", "补录")
    assert draft.rows.get(unit=city.west).score == 90
    assert Ranking.objects.get(pk=published.pk).digest == published.digest


def test_a_revision_needs_a_reason_and_is_one_at_a_time(city, published):
    with pytest.raises(ValidationError):
        revise(ranking=published, reason=" ", by=city.office, now=at(AFTER))
    revise(ranking=published, reason="补录", by=city.office, now=at(AFTER))

    with pytest.raises(ValidationError):
        revise(ranking=published, reason="再补", by=city.office, now=at(AFTER))


def test_a_revision_is_closed_and_published_like_the_first(city, published):
    draft = revise(ranking=published, reason="补录", by=city.office, now=at(AFTER))

    close_period(period=draft.period, by=city.office, now=at(AFTER, 15))
    second = publish(ranking=draft, by=city.supervisor, now=at(AFTER, 16))

    assert second.digest != published.digest
    assert Ranking.objects.published().count() == 2


def test_the_job_leaves_a_correction_to_its_author(city, published):
    draft = revise(ranking=published, reason="补录", by=city.office, now=at(AFTER))

    close_ended(now=at(AFTER, 15))

    assert Ranking.objects.get(pk=draft.pk).state == "draft"


def test_the_stamp_changes_with_every_refresh_and_state(city, closed):
    stamps = {ranking_stamp(closed)}
    published = publish(ranking=closed, by=city.supervisor, now=at(AFTER, 12))
    draft = revise(ranking=published, reason="补录", by=city.office, now=at(AFTER, 13))
    stamps |= {ranking_stamp(published), ranking_stamp(draft)}

    assert len(stamps) == 3


def test_an_unused_rule_may_still_change(city):
    rule = ScoringRule.objects.create(code="N", name="N", spec={})

    ScoringRule.objects.filter(pk=rule.pk).update(spec={"components": []})

    assert ScoringRule.objects.get(pk=rule.pk).spec == {"components": []}
