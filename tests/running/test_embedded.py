import os
import shutil
import signal
import stat
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest
import redis

from campaign.embedded import servers, servers_for
from campaign.embedded.postgres import Postgres
from campaign.embedded.processes import ServerError
from campaign.embedded.valkey import Valkey

BOTH = {"DATABASE_URL", "REDIS_URL"}


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that root's servers, running as nobody, can enter; pytest's own is closed to them."""
    path = Path(tempfile.mkdtemp(prefix="campaign-embedded-"))
    path.chmod(0o711)
    yield path
    shutil.rmtree(path)


@pytest.fixture
def postgres(folder: Path) -> Iterator[Postgres]:
    server = Postgres(folder / "postgres", lasting=False)
    yield server
    server.stop()


def ask(address: str, statement: str) -> object:
    with closing(psycopg2.connect(address)) as connection, connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()[0]


def answers(address: str) -> bool:
    try:
        return ask(address, "SELECT 1") == 1
    except psycopg2.OperationalError:
        return False


def test_servers_answer_and_end_with_their_user(folder: Path) -> None:
    with servers(folder, names=BOTH, lasting=False) as addresses:
        assert answers(addresses["DATABASE_URL"])
        with closing(redis.Redis.from_url(addresses["REDIS_URL"])) as client:
            assert client.ping()

    assert not answers(addresses["DATABASE_URL"])
    assert Valkey(folder / "valkey").find() is None


def test_last_user_switches_off(folder: Path) -> None:
    with servers(folder, names=BOTH, lasting=False) as first:
        with servers(folder, names=BOTH, lasting=False) as second:
            assert second == first
        assert answers(first["DATABASE_URL"])

    assert not answers(first["DATABASE_URL"])


def test_orphans_of_a_killed_command_are_used_again(postgres: Postgres) -> None:
    address = postgres.start()

    assert Postgres(postgres.folder).find() == address


def test_data_lasts(folder: Path) -> None:
    with (
        servers(folder, names={"DATABASE_URL"}) as addresses,
        closing(psycopg2.connect(addresses["DATABASE_URL"])) as connection,
    ):
        connection.cursor().execute("CREATE TABLE kept AS SELECT 7 AS n")
        connection.commit()

    with servers(folder, names={"DATABASE_URL"}) as addresses:
        assert ask(addresses["DATABASE_URL"], "SELECT n FROM kept") == 7


def test_lasting_server_is_durable(folder: Path) -> None:
    wanted = ["fsync", "full_page_writes", "synchronous_commit", "data_checksums"]
    with servers(folder, names={"DATABASE_URL"}) as addresses:
        assert {ask(addresses["DATABASE_URL"], f"SHOW {name}") for name in wanted} == {"on"}


def test_starts_after_a_kill(postgres: Postgres) -> None:
    postgres.start()
    assert postgres.process
    os.kill(postgres.process.pid, signal.SIGKILL)
    postgres.process.wait()

    assert postgres.find() is None
    assert answers(postgres.start())


def test_process_number_used_again_by_another_program(postgres: Postgres) -> None:
    address = postgres.start()
    lines = (postgres.data / "postmaster.pid").read_text().splitlines()
    postgres.stop()
    (postgres.data / "postmaster.pid").write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")

    assert postgres.find() is None
    assert postgres.start() != address


def test_stranger_on_the_port_is_not_taken_for_ours(folder: Path) -> None:
    ours, theirs = Valkey(folder / "ours"), Valkey(folder / "theirs")
    theirs.start()
    ours.configuration.write_text(theirs.configuration.read_text())

    assert not ours._is_ours(os.getpid())
    theirs.stop()


def test_root_runs_the_database_as_nobody(postgres: Postgres) -> None:
    postgres.start()

    assert postgres.data.stat().st_uid != 0
    assert stat.S_IMODE((postgres.folder / "password").stat().st_mode) == 0o600


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has files that others cannot reach")
def test_folder_closed_to_nobody_keeps_its_rights(tmp_path: Path) -> None:
    before = tmp_path.stat().st_mode
    server = Postgres(tmp_path / "postgres", lasting=False)
    try:
        assert answers(server.start())
        assert tmp_path.stat().st_mode == before
    finally:
        server.stop()
        shutil.rmtree(server.folder)


def test_chinese_names_are_searched_by_trigrams(postgres: Postgres) -> None:
    address = postgres.start()

    assert ask(address, "CREATE EXTENSION pg_trgm; SELECT similarity('宝塔山街道办', '宝塔山街道')") > 0.5


def test_embedded_servers_can_be_forbidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REDIS_URL")
    monkeypatch.setenv("EMBEDDED", "0")

    with pytest.raises(ServerError, match="REDIS_URL must be set"), servers_for(["manage.py", "migrate"]):
        pass
