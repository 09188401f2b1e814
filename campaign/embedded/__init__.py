"""PostgreSQL and Valkey from the pip wheels, for a trial or a test run without installed servers.

The last command that uses them stops them: each user holds a shared lock, and whoever can take
it alone on leaving switches off. Servers orphaned by a killed command are found again and used.
"""

import fcntl
import os
import secrets
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from campaign import environment
from campaign.embedded.postgres import Postgres
from campaign.embedded.processes import ServerError
from campaign.embedded.valkey import Valkey

__all__ = ["ServerError", "servers", "servers_for"]

BASE_DIR = Path(__file__).resolve().parent.parent.parent

# Commands that touch neither database nor queue.
OFFLINE = {
    "bench",  # starts servers of its own
    "collectstatic",
    "compile_translations",
    "help",
    "makemessages",
    "spectacular",
    "startapp",
    "version",
    "--help",
    "--version",
}
NOWHERE = {
    "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none",
    "REDIS_URL": "redis://127.0.0.1:1/0",
}


@contextmanager
def servers_for(argv: list[str]) -> Iterator[None]:
    """Give the command in `argv` its servers through the environment, starting what is unset."""
    missing = {name for name in NOWHERE if not os.environ.get(name, "").strip()}
    if not missing:
        yield
    elif len(argv) < 2 or OFFLINE & set(argv[1:]):
        for key in ("SECRET_KEY", "AUDIT_KEY", "CONTACT_KEY"):
            os.environ.setdefault(key, secrets.token_urlsafe(64))
        os.environ.update({name: NOWHERE[name] for name in missing})
        yield
    elif not environment.flag("EMBEDDED", default=True):
        raise ServerError(f"{' and '.join(sorted(missing))} must be set, as EMBEDDED is 0.")
    else:
        if "DATABASE_URL" in missing:
            os.environ["EMBEDDED"] = "1"
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
        with servers(environment.var_dir(BASE_DIR), names=missing) as addresses:
            os.environ.update(addresses)
            yield


@contextmanager
def servers(folder: Path, *, names: set[str], lasting: bool = True) -> Iterator[dict[str, str]]:
    """Run what `names` asks for under `folder`; gives the addresses by variable name."""
    (folder / "run").mkdir(parents=True, exist_ok=True)
    wanted: dict[str, Any] = {
        "DATABASE_URL": Postgres(folder / "postgres", lasting=lasting),
        "REDIS_URL": Valkey(folder / "valkey"),
    }
    chosen = {name: server for name, server in wanted.items() if name in names}
    with (folder / "run" / "users").open("w") as users:
        try:
            with _alone(folder):
                fcntl.flock(users, fcntl.LOCK_SH)
                addresses = {name: server.find() or server.start() for name, server in chosen.items()}
            yield addresses
        finally:
            with _alone(folder):
                if _last(users):
                    for server in reversed(wanted.values()):
                        server.stop()


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One process at a time starts or stops servers."""
    with (folder / "run" / "change").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _last(users: IO[str]) -> bool:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
