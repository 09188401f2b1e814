"""Running the product's processes together: start, watch, and stop in order."""

import ctypes
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

SET_DEATH_SIGNAL = 1  # prctl(2), PR_SET_PDEATHSIG
LOOK_SECONDS = 0.2
PATIENCE_SECONDS = 30
HOPS = 3


class ServingError(Exception):
    """The product cannot run; the message is one sentence for the person who started it."""


@dataclass
class Child:
    """A process of ours and where its output goes."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path


@contextmanager
def running(commands: dict[str, list[str]], folder: Path, *, logs: Path) -> Iterator[list[Child]]:
    """Run `commands` by name in `folder`; on leaving they are stopped in the order they were started."""
    logs.mkdir(parents=True, exist_ok=True)
    children: list[Child] = []
    try:
        for name, command in commands.items():
            children.append(_start(name, command, folder, logs / f"{name}.log"))
        yield children
    finally:
        for sign in (signal.SIGINT, signal.SIGTERM):
            signal.signal(sign, signal.SIG_IGN)
        for child in children:
            _stop(child)


def _start(name: str, command: list[str], folder: Path, log: Path) -> Child:
    """In a session of its own, so that Ctrl-C reaches only us, and ended by the system if we are killed."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            preexec_fn=_die_with_parent if sys.platform == "linux" else None,
        )
    return Child(name, process, log)


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(SET_DEATH_SIGNAL, signal.SIGTERM)


def _stop(child: Child) -> None:
    """Ask, wait, then end the whole group."""
    child.process.terminate()
    with suppress(subprocess.TimeoutExpired):
        child.process.wait(PATIENCE_SECONDS)
    with suppress(ProcessLookupError):
        os.killpg(child.process.pid, signal.SIGKILL)
    child.process.wait()


def watch(children: Sequence[Child], until: Callable[[], bool], *, patience: float = float("inf")) -> None:
    """Return when `until` says so; a child that ends before is an error, and so is waiting longer than `patience`."""
    end = time.monotonic() + patience
    while not until():
        for child in children:
            if child.process.poll() is not None:
                raise ServingError(f"The {child.name} process ended: {last_words(child.log)} ({child.log})")
        if time.monotonic() > end:
            raise ServingError(f"The first page did not answer within {patience:.0f} seconds; see {children[0].log}.")
        time.sleep(LOOK_SECONDS)


def last_words(log: Path) -> str:
    """The last line of a log, which is where a Python program says why it ended."""
    lines = log.read_text(errors="replace").strip().splitlines()
    return lines[-1] if lines else "it said nothing"


def claim_port(host: str, port: int) -> int:
    """The port, seen to be free; 0 asks the system for one."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise ServingError(
                f"Port {port} on {host} cannot be used ({error.strerror}); choose another with PORT."
            ) from error
        return int(probe.getsockname()[1])


def answers(port: int, path: str, *, headers: dict[str, str]) -> bool:
    """Whether a page of our server answers 200, following redirects within the site."""
    for _ in range(HOPS):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        try:
            connection.request("GET", path, headers=headers)
            response = connection.getresponse()
            response.read()
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
        if response.status == 200:
            return True
        target = urlsplit(response.headers.get("Location", ""))
        path = f"{target.path}?{target.query}" if target.query else target.path
        if not path:
            return False
    return False
