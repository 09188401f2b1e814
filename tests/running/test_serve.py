"""The trial as a person starts it: a process of its own, in a folder of its own."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
OURS = (
    "DATABASE_URL",
    "REDIS_URL",
    "SECRET_KEY",
    "AUDIT_KEY",
    "CONTACT_KEY",
    "PLAIN_STATIC",
    "EMBEDDED",
    "DEBUG",
    "LOG_LEVEL",
)


@pytest.fixture
def environment() -> Iterator[dict[str, str]]:
    folder = Path(tempfile.mkdtemp(prefix="campaign-serve-"))
    folder.chmod(0o711)
    kept = {name: value for name, value in os.environ.items() if name not in OURS}
    yield {**kept, "VAR_DIR": str(folder), "PORT": "0", "DEMO": "0", "PYTHONUNBUFFERED": "1"}
    shutil.rmtree(folder)


@pytest.fixture
def served(environment: dict[str, str]) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`manage.py serve` when it says that it is ready, and its address."""
    process = start(environment)
    assert process.stdout
    for line in process.stdout:
        if "Ready: " in line:
            break
    else:
        pytest.fail(process.communicate()[1])
    with process:
        yield process, line.split()[-1].replace("localhost", "127.0.0.1")
        process.terminate()
        process.communicate()


def start(environment: dict[str, str]) -> "subprocess.Popen[str]":
    command = [sys.executable, "manage.py", "serve"]
    return subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def left_behind(folder: str) -> list[str]:
    """Command lines of processes that still work in `folder`."""
    lines = [read(path) for path in Path("/proc").glob("[0-9]*/environ")]
    return [line for line in lines if f"VAR_DIR={folder}\0" in line]


def read(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""


def children(pid: int) -> dict[str, int]:
    pids = [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return {
        name: pid
        for pid in pids
        for name in ("gunicorn", "beat", "worker")
        if name in read(Path(f"/proc/{pid}/cmdline"))
    }


def test_serves_until_it_is_told_to_stop(
    served: tuple[subprocess.Popen[str], str], environment: dict[str, str]
) -> None:
    process, address = served
    with urllib.request.urlopen(f"{address}readyz") as response:
        assert response.status == 200

    process.terminate()

    assert process.wait(60) == 0
    assert left_behind(environment["VAR_DIR"]) == []


@pytest.mark.parametrize("part", ["gunicorn", "worker"])
def test_everything_stops_when_a_part_dies(
    part: str, served: tuple[subprocess.Popen[str], str], environment: dict[str, str]
) -> None:
    process, _ = served
    os.kill(children(process.pid)[part], signal.SIGKILL)

    _, said = process.communicate(timeout=60)

    assert process.returncode == 1
    assert "process ended" in said
    assert left_behind(environment["VAR_DIR"]) == []


def test_taken_port_is_one_sentence(environment: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        process = start({**environment, "PORT": str(taken.getsockname()[1])})
        _, said = process.communicate()

    assert process.returncode == 1
    assert "cannot be used" in said
    assert len(said.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("PORT", "eighty", "PORT must be a whole number"),
        ("DEBUG", "maybe", "DEBUG must be 1 or 0"),
        ("LOG_LEVEL", "loud", "LOG_LEVEL must be one of"),
        ("DATABASE_URL", "mysql://x@y/z", "is not set"),
        ("REDIS_URL", "localhost", "REDIS_URL must look like"),
    ],
)
def test_broken_environment_is_one_sentence(name: str, value: str, sentence: str, environment: dict[str, str]) -> None:
    process = start({**environment, name: value})
    _, said = process.communicate()

    assert process.returncode == 1
    assert sentence in said
    assert len(said.strip().splitlines()) == 1


def test_database_that_does_not_answer_is_one_sentence(environment: dict[str, str]) -> None:
    nowhere = {"DATABASE_URL": "postgres://a:b@127.0.0.1:1/c", "SECRET_KEY": "x" * 60, "DEBUG": "1"}
    process = start({**environment, **nowhere})
    _, said = process.communicate()

    assert process.returncode == 1
    assert said.startswith("CommandError: The server of DATABASE_URL does not answer")
