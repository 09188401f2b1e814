"""Rows A1, A2 and A4: whatever a database's superuser does to the trail is found, and sealing never forks."""

import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, connection, connections, transaction
from django.test import override_settings

from campaign.chain import COLUMNS, Head
from campaign.models import ChainHead, Event, Seal, User
from campaign.permissions import Role
from campaign.queries import an_event, record_all
from campaign.services import accounts, audit
from tests.city import MONDAY, at, make_user

ROOT = Path(__file__).resolve().parent.parent.parent
FORK = multiprocessing.get_context("fork")
TUESDAY, WEDNESDAY = MONDAY + timedelta(days=1), MONDAY + timedelta(days=2)
TABLES = ("campaign_event", "campaign_seal", "campaign_chainhead")
LENGTH = 300


def write(count: int, *, by: User | None = None, start: int = 0) -> None:
    record_all(
        an_event("problem.closed", by=by, reference=f"WT-{n}", before={"n": n}, after={"words": "已销号", "rate": 0.5})
        for n in range(start, start + count)
    )


@pytest.fixture
def sealed(db) -> list[int]:
    """Ids of 300 events: 200 sealed on Monday, 100 on Tuesday; both days' heads are written."""
    by = make_user("office", Role.OFFICE)
    write(200, by=by)
    audit.seal_events(now=at(MONDAY))
    write(100, by=by, start=200)
    audit.seal_events(now=at(TUESDAY))
    audit.seal_events(now=at(WEDNESDAY))
    return list(Event.objects.order_by("id").values_list("id", flat=True))


def as_superuser(*statements: str) -> None:
    """Run statements with every trigger and foreign key of the trail off."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
        for statement in statements:
            cursor.execute(statement)
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER ALL")


def faults(*outside: ChainHead) -> list[str]:
    heads = [Head.parse(str(head)) for head in outside]
    with transaction.atomic():
        return list(audit.verify(outside=heads)[1])


EDITS = {
    "id": "9000000",
    "at": "at + interval '1 microsecond'",
    "actor_id": "NULL",
    "actor_name": "actor_name || ' '",
    "ip": "'10.0.0.1'",
    "action": "'problem.opened'",
    "thing": "'problem'",
    "reference": "upper(reference) || '0'",
    "result": "'refused'",
    "before": "'{}'",
    "after": """after || '{"words": "未销号"}'""",
}


def test_every_column_of_an_event_is_sealed():
    assert {field.column for field in Event._meta.concrete_fields} == set(COLUMNS) == set(EDITS)


def test_an_untouched_trail_is_in_order(sealed):
    assert faults(*ChainHead.objects.all()) == []
    assert list(Seal.objects.values_list("sequence", flat=True)) == list(range(1, LENGTH + 1))
    assert [(head.day, head.sequence) for head in ChainHead.objects.all()] == [(TUESDAY, 300), (MONDAY, 200)]


@pytest.mark.parametrize("number", [1, 150, 299, 300])
@pytest.mark.parametrize("column", EDITS)
def test_an_edited_column_names_its_event(column, number, sealed):
    event = sealed[number - 1]
    as_superuser(f"UPDATE campaign_event SET {column} = {EDITS[column]} WHERE id = {event}")

    found = faults()

    assert len(found) == 1
    assert found[0].startswith(f"Event {event} (")
    assert f"seal {number} of" in found[0]


EXCHANGED = ("at", "action", "reference", "before", "after")
FAR = 1_000_000


def shift(by: int, *, above: int) -> list[str]:
    """Renumber the seals above a number."""
    return [
        f"UPDATE campaign_seal SET sequence = sequence + {FAR} WHERE sequence > {above}",
        f"UPDATE campaign_seal SET sequence = sequence - {FAR} + {by} WHERE sequence > {FAR}",
    ]


#: What is done (``{e120}`` is the id of the event under seal 120), the number of the first bad seal, what is said.
TAMPERINGS = {
    "event deleted": (["DELETE FROM campaign_event WHERE id = {e120}"], 120, "missing: deleted"),
    "first event deleted": (["DELETE FROM campaign_event WHERE id = {e1}"], 1, "missing: deleted"),
    "last 100 events deleted": (["DELETE FROM campaign_event WHERE id > {e200}"], 201, "missing: deleted"),
    "event and seal deleted": (
        ["DELETE FROM campaign_seal WHERE sequence = 120", "DELETE FROM campaign_event WHERE id = {e120}"],
        121, "Seals 120 to 120 are missing",
    ),
    "several deleted": (
        ["DELETE FROM campaign_seal WHERE sequence BETWEEN 50 AND 59",
         "DELETE FROM campaign_event WHERE id BETWEEN {e50} AND {e59}"],
        60, "Seals 50 to 59 are missing",
    ),
    "deleted and renumbered": (
        ["DELETE FROM campaign_seal WHERE sequence = 120", "DELETE FROM campaign_event WHERE id = {e120}",
         *shift(-1, above=120)],
        120, "not what was sealed",
    ),
    "contents swapped": (
        [f"UPDATE campaign_event e SET {column} = o.{column} FROM campaign_event o"
         " WHERE (e.id, o.id) IN (({e10}, {e20}), ({e20}, {e10}))" for column in EXCHANGED],
        10, "not what was sealed",
    ),
    "neighbours' seals swapped": (
        ["UPDATE campaign_seal SET event_id = -event_id WHERE sequence IN (120, 121)",
         "UPDATE campaign_seal SET event_id = CASE sequence WHEN 120 THEN {e121} ELSE {e120} END"
         " WHERE sequence IN (120, 121)"],
        120, "not what was sealed",
    ),
    "sequence swapped": (
        ["UPDATE campaign_seal SET sequence = 900 WHERE sequence = 10",
         "UPDATE campaign_seal SET sequence = 10 WHERE sequence = 20",
         "UPDATE campaign_seal SET sequence = 20 WHERE sequence = 900"],
        10, "not what was sealed",
    ),
    "put in with a made-up seal": (
        [*shift(1, above=119),
         "INSERT INTO campaign_event SELECT 9000000, (e).* FROM (SELECT at, actor_name, ip, action, thing, reference,"
         " result, before, after, actor_id FROM campaign_event WHERE id = {e119}) e",
         "INSERT INTO campaign_seal SELECT 120, day, repeat('a', 64), 9000000 FROM campaign_seal WHERE sequence = 119"],
        120, "not what was sealed",
    ),
    "put in at the end": (
        ["INSERT INTO campaign_seal SELECT 301, day, hash, {e300} + 1 FROM campaign_seal WHERE sequence = 300"],
        301, "missing: deleted",
    ),
    "put in beside the chain": (
        ["INSERT INTO campaign_seal SELECT 0, day, hash, {e300} + 1 FROM campaign_seal WHERE sequence = 1"],
        0, "beside the chain",
    ),
    "no date at all": (["UPDATE campaign_event SET at = 'infinity' WHERE id = {e120}"], 120, "not what was sealed"),
    "no number at all": (
        ["UPDATE campaign_event SET after = to_jsonb(repeat('9', 9000)::numeric) WHERE id = {e120}"],
        120, "not what was sealed",
    ),
    "seal's day": (["UPDATE campaign_seal SET day = day - 1 WHERE sequence = 7"], 7, "not what was sealed"),
    "seal's hash": (["UPDATE campaign_seal SET hash = repeat('0', 64) WHERE sequence = 7"], 7, "not what was sealed"),
    "head's hash": (["UPDATE campaign_chainhead SET hash = repeat('0', 64)"], 200, "kept in the database"),
    "tail cut, heads forgotten": (
        ["DELETE FROM campaign_seal WHERE sequence > 200", "DELETE FROM campaign_event WHERE id > {e200}"],
        201, "seals 201 to 300 were cut off",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TAMPERINGS)
def test_tampering_is_found_at_its_first_seal(name, sealed):
    statements, number, said = TAMPERINGS[name]
    ids = {f"e{place}": event for place, event in enumerate(sealed, 1)}
    as_superuser(*(statement.format(**ids) for statement in statements))

    first = faults()[0]

    assert said in first
    assert f"seal {number}" in first or f"seals {number}" in first


def rewritten(first: str, *, key: str) -> None:
    """Change the first event and make all seals and heads again."""
    as_superuser(
        "DELETE FROM campaign_seal", "DELETE FROM campaign_chainhead",
        "UPDATE campaign_event SET reference = 'WT-x' WHERE id = " + first,
    )  # fmt: skip
    with override_settings(AUDIT_KEY=key):
        audit.seal_events(now=at(MONDAY))
        audit.seal_events(now=at(WEDNESDAY))


def test_a_chain_rewritten_without_the_key_fits_nowhere(sealed):
    rewritten(str(sealed[0]), key="another key")

    check, found = audit.verify()

    assert next(found).startswith(f"Event {sealed[0]} (")
    assert len(list(found)) == LENGTH - 1
    assert check.no_seal_fits


def test_a_chain_rewritten_with_the_key_is_told_by_the_head_kept_outside(sealed, settings):
    kept = ChainHead.objects.get(day=MONDAY)
    rewritten(str(sealed[0]), key=settings.AUDIT_KEY)

    assert faults() == []
    assert "kept outside is not the hash of seal 200: the chain up to there was rewritten" in faults(kept)[0]


def test_a_tail_cut_off_is_told_by_the_head_kept_outside(sealed):
    kept = ChainHead.objects.get(day=TUESDAY)
    as_superuser(
        "DELETE FROM campaign_seal WHERE sequence > 200", f"DELETE FROM campaign_event WHERE id > {sealed[199]}",
        f"DELETE FROM campaign_chainhead WHERE day = '{TUESDAY}'",
    )  # fmt: skip

    assert faults() == []
    assert "kept outside is at seal 300: seals 201 to 300 were cut off" in faults(kept)[0]


def test_an_event_put_in_for_an_earlier_day_is_told_though_it_is_sealed(sealed):
    as_superuser(
        "INSERT INTO campaign_event SELECT 9000000, at - interval '2 days', actor_name, ip, action, thing, reference,"
        " result, before, after, actor_id FROM campaign_event WHERE reference = 'WT-7'"
    )
    audit.seal_events(now=at(WEDNESDAY))

    assert [fault for fault in faults() if fault.startswith("Event 9000000") and "put in afterwards" in fault]


@pytest.mark.parametrize("table", ["campaign_seal", "campaign_chainhead"])
@pytest.mark.parametrize("change", ["DELETE FROM {}", "UPDATE {} SET hash = ''"])
def test_seals_and_heads_cannot_be_changed_in_the_database(change, table, sealed):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change.format(table))


@pytest.fixture
def as_the_site(sealed) -> None:
    """The rest of the test runs as the role that ``deploy/app_role.sql`` describes."""
    rights = (ROOT / "deploy" / "app_role.sql").read_text()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("CREATE ROLE campaign_app; " + rights.replace(":role", "campaign_app"))
        cursor.execute("SET LOCAL ROLE campaign_app")


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(
    "attack",
    ["UPDATE {0} SET {2} = ''", "DELETE FROM {0}", "TRUNCATE {0} CASCADE", "ALTER TABLE {0} DISABLE TRIGGER ALL",
     "DROP TRIGGER {1}_append_only ON {0}", "DROP TABLE {0} CASCADE", "SET session_replication_role = replica"],
)  # fmt: skip
def test_the_sites_role_cannot_alter_the_trail(attack, table, as_the_site):
    trigger = table.removeprefix("campaign_").removeprefix("chain")
    column = "action" if trigger == "event" else "hash"

    with pytest.raises(DatabaseError, match=r"permission denied|must be owner"), transaction.atomic():
        connection.cursor().execute(attack.format(table, trigger, column))


def test_the_sites_role_writes_and_seals(as_the_site):
    write(5)

    assert audit.seal_events(now=at(WEDNESDAY)) == 5
    assert faults() == []


def test_a_wrong_key_seals_nothing(sealed):
    write(5)

    with override_settings(AUDIT_KEY="another key"), pytest.raises(ImproperlyConfigured, match="nothing was sealed"):
        audit.seal_events(now=at(WEDNESDAY))

    assert Seal.objects.count() == LENGTH


def test_one_bad_seal_at_the_end_does_not_stop_sealing(sealed):
    as_superuser(f"UPDATE campaign_event SET action = 'x' WHERE id = {sealed[-1]}")
    write(5)

    assert audit.seal_events(now=at(WEDNESDAY)) == 5
    assert len(faults()) == 1


def test_batches_join_into_one_chain(db, monkeypatch):
    monkeypatch.setattr(audit, "BATCH", 7)
    write(30)

    assert audit.seal_events(now=at(MONDAY)) == 30
    assert faults() == []


@contextmanager
def late_event() -> Iterator[None]:
    """An event that takes its id now, in a connection of its own, and is committed at the end."""
    late = connection.copy()
    late.set_autocommit(False)
    with late.cursor() as cursor:
        cursor.execute(
            "INSERT INTO campaign_event (at, actor_name, action, thing, reference, result, before, after)"
            " VALUES (now(), '', 'late', '', '', 'done', '{}', '{}')"
        )
    yield
    late.commit()
    late.close()


@pytest.mark.django_db(transaction=True)
def test_a_lower_id_that_is_committed_late_is_sealed_when_it_is_seen():
    with late_event():
        write(3)
        audit.seal_events(now=at(MONDAY))

    audit.seal_events(now=at(MONDAY))

    assert Seal.objects.get(event__action="late").sequence == 4
    assert faults() == []


@pytest.mark.django_db(transaction=True)
def test_what_lies_before_the_last_head_is_sealed_when_the_day_has_ended():
    with late_event():
        write(3)
        audit.seal_events(now=at(MONDAY))
        write(1)
        audit.seal_events(now=at(TUESDAY))

    assert audit.seal_events(now=at(TUESDAY)) == 0
    assert audit.seal_events(now=at(WEDNESDAY)) == 1
    assert faults() == []


def write_and_seal(seed: int, ready, count: int) -> None:
    ready.wait()
    for start in range(0, count, 20):
        write(20, start=seed * count + start)
        audit.seal_events(now=at(MONDAY))
    connections.close_all()


@pytest.mark.django_db(transaction=True)
def test_many_writers_and_sealers_at_once_neither_fork_nor_leave_gaps():
    ready = FORK.Barrier(8, timeout=60)
    connections.close_all()  # a connection must not be shared with a child
    children = [FORK.Process(target=write_and_seal, args=(seed, ready, 200)) for seed in range(8)]
    for child in children:
        child.start()
    for child in children:
        child.join(60)

    assert [child.exitcode for child in children] == [0] * 8
    audit.seal_events(now=at(MONDAY))
    assert list(Seal.objects.values_list("sequence", flat=True)) == list(range(1, 1601))
    assert faults() == []


def test_an_action_whose_line_cannot_be_written_fails(db):
    with connection.cursor() as cursor:
        cursor.execute("CREATE TRIGGER disk_full BEFORE INSERT ON campaign_event EXECUTE FUNCTION campaign_refuse()")

    with pytest.raises(DatabaseError), transaction.atomic():
        accounts.create_account(username="newcomer", name="x", by=None)

    assert not User.objects.filter(username="newcomer").exists()


@transaction.atomic
def the_same_account_twice() -> None:
    for _time in range(2):
        accounts.create_account(username="newcomer", name="x", by=None)


def test_an_action_that_is_rolled_back_leaves_no_line(db):
    with pytest.raises(IntegrityError):
        the_same_account_twice()

    assert not Event.objects.exists()


def verified(*arguments: str) -> str:
    out = StringIO()
    call_command("verify_audit", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_counts_what_is_in_order_and_what_waits(sealed, tmp_path):
    write(2)
    out = StringIO()
    call_command("audit_head", stdout=out)
    (tmp_path / "heads.txt").write_text(f"{ChainHead.objects.get(day=MONDAY)}\n\n")

    told = verified("--head", out.getvalue(), "--heads", str(tmp_path / "heads.txt"))

    assert "300 sealed events and 2 heads kept outside: all in order." in told
    assert "2 events are not sealed yet" in told
    assert "302 sealed events" in verified("--seal")


def test_the_command_fails_with_the_first_bad_events(sealed):
    as_superuser("UPDATE campaign_event SET action = 'x' WHERE id % 2 = 0")
    out = StringIO()

    with pytest.raises(CommandError, match="not as it was sealed: 150 faults"):
        call_command("verify_audit", stdout=out)

    assert out.getvalue().count("not what was sealed there") == 20
    assert "and 130 more" in out.getvalue()


@pytest.mark.parametrize("text", ["x", "2026-11-23:1:ff", "2026-13-23:1:" + 64 * "0", "2026-11-23:-1:" + 64 * "0"])
def test_a_head_that_is_none_is_refused(text, db):
    with pytest.raises(CommandError, match="is not a head"):
        verified("--head", text)


def test_there_is_no_head_of_an_unknown_day(sealed):
    with pytest.raises(CommandError, match="no such head"):
        call_command("audit_head", date(2020, 1, 1).isoformat())


def test_the_audit_administrator_reads_the_heads(client, sealed):
    client.force_login(make_user("auditor", Role.AUDIT_ADMIN))
    head = ChainHead.objects.get(day=MONDAY)

    page = client.get("/audit/heads/").text

    assert head.readable in page
    assert str(head) in page
    assert head.readable not in client.get("/audit/heads/", {"before": "2026-11-23"}).text
    assert client.get("/audit/heads/", {"before": "yesterday"}).status_code == 422
    assert "/audit/heads/" in client.get("/audit/").text
