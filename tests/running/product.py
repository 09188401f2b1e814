"""The product's own processes, web, worker and beat, on the test's database and a queue of their own."""

import os
import signal
import subprocess
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path

from celery import Celery
from django.db import connection

from campaign.embedded import processes
from campaign.embedded.valkey import Valkey, _binary
from campaign.management.commands.serve import COMMANDS
from campaign.serving import unanswered

ROOT = Path(__file__).resolve().parent.parent.parent
#: A machine that is busy with other things needs so long to start a process.
START_SECONDS = 90


def wait_for(condition: Callable[[], object], seconds: float, missing: Callable[[], object]) -> None:
    """Look until it is so; after ``seconds`` fails with what is missing."""
    assert processes.wait_until(condition, seconds), f"not within {seconds} seconds: {missing()}"


class Product:
    """Processes that are started and killed by name; everything ends with the test."""

    def __init__(self, folder: Path) -> None:
        folder.chmod(0o755)
        self.folder = folder
        self.queue = Valkey(folder / "queue")
        self.address = self.queue.start()
        self.port = processes.free_port()
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    @property
    def environment(self) -> dict[str, str]:
        """As in the test, with the test's database and our queue."""
        of = connection.settings_dict
        database = f"postgres://{of['USER']}:{of['PASSWORD']}@{of['HOST']}:{of['PORT']}/{of['NAME']}"
        own = {"DATABASE_URL": database, "REDIS_URL": self.address, "PORT": str(self.port)}
        return {**os.environ, **own, "VAR_DIR": str(self.folder / "var"), "ALLOWED_HOSTS": "127.0.0.1"}

    def start(self, name: str) -> None:
        """Start web, worker or beat as ``manage.py serve`` does."""
        with (self.folder / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                COMMANDS[name], cwd=ROOT, env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip

    def kill(self, name: str) -> None:
        """``kill -9`` of a process and of all that it has started."""
        process = self.running.pop(name)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def send(self, task: str) -> None:
        """Put a task into the queue, as beat does."""
        with Celery(broker=self.address) as app:
            app.send_task(task)

    def answers(self) -> None:
        """Wait until the site answers."""
        said = lambda: unanswered(self.port, ["/readyz"], headers={"Host": "127.0.0.1"})  # noqa: E731
        wait_for(lambda: said() == "", START_SECONDS, said)

    def queue_stops(self) -> None:
        """``kill -9`` of the queue: connections are refused, and what was in it is lost."""
        assert self.queue.process
        self.queue.process.kill()
        self.queue.process.wait()

    def queue_returns(self) -> None:
        """The queue is there again, empty, under the same address."""
        self.queue.process = processes.launch([str(_binary()), str(self.queue.configuration)], self.queue.log)
        self.queue.pid_file.write_text(str(self.queue.process.pid))

    def queue_hangs(self) -> None:
        """The queue takes connections and says nothing."""
        assert self.queue.process
        self.queue.process.send_signal(signal.SIGSTOP)

    def queue_wakes(self) -> None:
        """The queue answers again, everything in it."""
        assert self.queue.process
        self.queue.process.send_signal(signal.SIGCONT)

    def end(self) -> None:
        """Everything ends, at once."""
        with ExitStack() as stack:
            stack.callback(self.queue.stop)
            stack.callback(self.queue_wakes)
            for name in list(self.running):
                stack.callback(self.kill, name)
