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

SET_DEATH_SIGNAL = 1  # prctl(2), PR_SET_PDEATHSIG
LOOK_SECONDS = 0.2
PATIENCE_SECONDS = 30


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


def watch(children: Sequence[Child], wanting: Callable[[], str], *, patience: float = float("inf")) -> None:
    """Return when `wanting` names nothing more; a child that ends before is an error, and so is waiting longer."""
    end = time.monotonic() + patience
    while want := wanting():
        for child in children:
            if child.process.poll() is not None:
                raise ServingError(f"The {child.name} process ended: {last_words(child.log)} ({child.log})")
        if time.monotonic() > end:
            raise ServingError(f"Not ready after {patience:.0f} seconds: {want}; see {children[0].log}.")
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


def unanswered(port: int, paths: Sequence[str], *, headers: dict[str, str]) -> str:
    """The first of `paths` on our server that does not answer 200, and what it does instead; else nothing."""
    for path in paths:
        said = _ask(port, path, headers)
        if said != "200":
            return f"{path} says {said}"
    return ""


def _ask(port: int, path: str, headers: dict[str, str]) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("GET", path, headers=headers)
        return str(connection.getresponse().status)
    except (OSError, http.client.HTTPException) as error:
        return str(error)
    finally:
        connection.close()
