"""Processes and ports: who runs, as whom, and how to end it."""

import os
import pwd
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

LOOPBACK = "127.0.0.1"


class ServerError(Exception):
    """An embedded server cannot be had; the message is one sentence for the person who starts it."""


def free_port() -> int:
    """A port that the system has just found free. It may be lost again: try the start, then retry."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def servant() -> pwd.struct_passwd | None:
    """The account for servers that refuse to run as root; None where we are not root."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def as_servant() -> dict[str, Any]:
    """Arguments of `subprocess` that give up root."""
    account = servant()
    if account is None:
        return {}
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def launch(command: list[str], log: Path, **kwargs: Any) -> subprocess.Popen[bytes]:
    """Start a server apart from our terminal, so that Ctrl-C reaches us alone."""
    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd="/",
            start_new_session=True,
            **kwargs,
        )


def runs(pid: int, word: str) -> bool:
    """Whether process `pid` lives and has `word` on its command line (numbers are used again)."""
    proc = Path(f"/proc/{pid}/cmdline")
    if Path("/proc/self").exists():
        return proc.exists() and word.encode() in proc.read_bytes()
    command = ["/bin/ps", "-ww", "-o", "command=", "-p", str(pid)]
    shown = subprocess.run(command, capture_output=True, text=True, check=False)
    return word in shown.stdout


def end(pid: int, word: str, how: signal.Signals, *, patience: float) -> None:
    """Ask a process to stop; after `patience` seconds it is killed."""
    for sign in (how, signal.SIGKILL):
        if not runs(pid, word):
            return
        os.kill(pid, sign)
        wait_until(lambda: not runs(pid, word), patience)


def wait_until(condition: Callable[[], object], patience: float) -> bool:
    """Look every 20 ms, at most `patience` seconds."""
    until = time.monotonic() + patience
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(0.02)
    return False


def last_line(log: Path) -> str:
    """The last thing a server said before it gave up."""
    lines = log.read_text(errors="replace").strip().splitlines() if log.exists() else []
    return lines[-1] if lines else "no message"


def package_folder(name: str) -> Path:
    """Where an installed package lies; it is not imported, as that may do work of its own."""
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise ServerError(f"The package {name} is not installed; run `make setup`.")
    return Path(spec.origin).parent
