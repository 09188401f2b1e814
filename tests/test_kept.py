"""Row T15: what other rows rest on is never deleted; the ledger loses no row."""

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, models, transaction
from django.db.models import ProtectedError, RestrictedError

from campaign.models import Notice
from inspections.rules import Move
from units.models import Progress, Task, TaskDuty

from .city import MONDAY
from .inspections.ledger import TEN, advance, make_problem
from .reports.ranked import facts, published

OURS = ("campaign", "units", "inspections", "reports")
#: Rows that go with another one, and why nothing is lost by it.
GO_ALONG = {
    "Notice.person": "a person who did nothing yet: what they were told",
    "Delivery.person": "the same, on its way to them",
    "PasswordHistory.user": "hashes of old passwords",
    "Membership.user": "a person who did nothing yet: where they work; the trail has it",
    "SavedFilter.user": "a way of looking",
    "Indicator.standard": "drafts alone; the database refuses it of a published standard",
    "Indicator.parent": "the same",
    "CheckItem.standard": "the same",
    "TaskRule.task": "whom a task was meant for; its duties protect it",
    "InspectionUnit.inspection": "repeats columns of its inspection, which is never deleted",
    "Carried.counted": "where a late entry counts; it goes with what it counts for",
    "BulkItem.run": "a run is never deleted",
    "PaperRunItem.run": "a run is never deleted; its papers protect themselves",
    "RankingRow.ranking": "drafts alone, computed again at any time; the database refuses it of published ones",
    "ListEntry.ranking": "the same",
}


def own_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model._meta.app_label in OURS]


def test_every_row_with_children_is_protected_unless_it_is_said_why_not():
    going = {
        f"{model.__name__}.{field.name}"
        for model in own_models()
        for field in model._meta.local_fields
        if isinstance(field, models.ForeignKey) and field.remote_field.on_delete is models.CASCADE
    }

    assert going == set(GO_ALONG)


@pytest.mark.django_db
def test_no_key_of_the_database_deletes_by_itself_or_is_unchecked():
    with connection.cursor() as cursor:
        cursor.execute("""
            SELECT conrelid::regclass, conname FROM pg_constraint
             WHERE contype = 'f' AND (confdeltype <> 'a' OR NOT convalidated)""")
        assert cursor.fetchall() == []


@pytest.fixture
def lived_in(city):
    """The small city with a published week, problems in several states, a duty with a report, and notices."""
    facts(city)
    published(city)
    done = (Move.HAND_OVER, Move.RECEIVE, Move.SUBMIT, Move.CLOSE)
    advance(make_problem(city, "WT-K1"), *done, city=city)
    advance(make_problem(city, "WT-K2"), *done[:2], city=city)
    advance(make_problem(city, "WT-K3"), *done[:2], Move.ASK_TIME, city=city, until=MONDAY.replace(day=30))
    task = Task.objects.create(code="RW-K", title="任务")
    duty = TaskDuty.objects.create(task=task, unit=city.east, part="lead", due_on=MONDAY)
    Progress.objects.create(duty=duty, act="report", note="已完成", by=city.leader)
    Notice.objects.create(person=city.leader, sentence="一条提醒", kind=Notice.Kind.PROBLEM, at=TEN, key="k")
    return city


MUST_STAY = {
    "Unit", "Site", "User", "Problem", "Inspection", "Step", "Task", "TaskDuty", "Progress", "Event", "Ranking",
    "RankingRow", "ScoringRule", "Period", "PeerGroup", "Standard", "CheckItem",
}  # fmt: skip


def _delete(row: models.Model) -> str:
    """Try it, and look at every key of the database; what was deleted with it, or “refused”."""
    try:
        with transaction.atomic():
            _count, gone = row.delete()
            connection.check_constraints()
            transaction.set_rollback(True)
    except (ProtectedError, RestrictedError, DatabaseError):
        return "refused"
    return ",".join(sorted(gone))


def test_whatever_row_is_deleted_nothing_is_left_dangling(lived_in):
    tried, refused = 0, set()
    along = {name.split(".")[0] for name in GO_ALONG}
    for model in own_models():
        for row in model._default_manager.all()[:20]:
            found = _delete(row)
            tried += 1
            if found == "refused":
                refused.add(model.__name__)
            else:
                gone = {name.split(".")[1] for name in found.split(",") if name.split(".")[0] in OURS}
                assert gone - {model.__name__} <= along | {"Site_other_units"}, (model, gone)
    assert tried > 80
    assert refused >= MUST_STAY


KEPT = [
    "campaign_event", "inspections_inspection", "inspections_problem", "inspections_step", "inspections_extension",
    "units_progress", "reports_ranking", "reports_rankingrow", "campaign_checkitem",
]  # fmt: skip


@pytest.mark.parametrize("table", KEPT)
def test_the_database_refuses_to_delete_from_the_ledger(lived_in, table):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        assert cursor.fetchone()[0] > 0
        with pytest.raises(DatabaseError), transaction.atomic():
            cursor.execute(f"DELETE FROM {table}")


GUARDED = {
    "inspection", "problem", "step", "plan", "extension", "suspension", "appeal", "appealproof", "recheck",
    "supervision", "climb", "paper",
}  # fmt: skip


@pytest.mark.django_db
def test_every_table_of_the_ledger_has_its_guard():
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgtype & 8 > 0 AND NOT tgisinternal")
        guarded = {name.removeprefix("inspections_") for (name,) in cursor.fetchall()}

    assert guarded >= GUARDED


@pytest.mark.parametrize("address", ["units/S1/", "sites/D1/", "problems/WT-K1/", "inspections/V0/", "tasks/RW-K/"])
def test_nothing_is_deleted_through_the_api(lived_in, client, address):
    client.force_login(lived_in.office)

    assert client.delete(f"/api/v1/{address}").status_code in (404, 405)
