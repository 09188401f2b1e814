"""Reading the environment: every value is checked, and a broken one is one plain sentence."""

import os
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

YES = {"1", "true", "yes", "on"}
NO = {"0", "false", "no", "off", ""}


def text(name: str, default: str | None = None) -> str:
    """The variable as text; without a default it must be set."""
    value = os.environ.get(name, "").strip()
    if value:
        return value
    if default is None:
        raise ImproperlyConfigured(f"{name} is not set.")
    return default


def flag(name: str, default: bool = False) -> bool:
    """A yes or no: 1/0, true/false, yes/no, on/off."""
    raw = os.environ.get(name)
    if raw is None:
        return default
    value = raw.strip().lower()
    if value not in YES | NO:
        raise ImproperlyConfigured(f"{name} must be 1 or 0, not {raw!r}.")
    return value in YES


def number(name: str, default: int, *, least: int, most: int) -> int:
    """A whole number between `least` and `most`, both included."""
    raw = text(name, str(default))
    if not raw.isascii() or not raw.isdigit() or not least <= int(raw) <= most:
        raise ImproperlyConfigured(f"{name} must be a whole number from {least} to {most}, not {raw!r}.")
    return int(raw)


def choice(name: str, default: str, allowed: tuple[str, ...]) -> str:
    """One of a few words."""
    value = text(name, default)
    if value not in allowed:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(allowed)}, not {value!r}.")
    return value


def names(name: str, default: str = "") -> list[str]:
    """A list separated by commas; empty parts are dropped."""
    return [part.strip() for part in text(name, default).split(",") if part.strip()]


def database() -> dict[str, Any]:
    """DATABASE_URL as Django's settings dictionary; only PostgreSQL over TCP is taken."""
    url = text("DATABASE_URL")
    if _scheme_and_host(url, {"postgres", "postgresql"}) and urlsplit(url).path.strip("/"):
        return dict(environ.Env.db_url_config(url))
    raise ImproperlyConfigured("DATABASE_URL must look like postgres://user:password@host:5432/name.")


def redis_url() -> str:
    """REDIS_URL, for Redis or Valkey."""
    url = text("REDIS_URL")
    if _scheme_and_host(url, {"redis", "rediss"}):
        return url
    raise ImproperlyConfigured("REDIS_URL must look like redis://:password@host:6379/0.")


def tiles(name: str) -> str:
    """The address of map tiles with ``{z}``, ``{x}`` and ``{y}`` in it, or nothing."""
    url = text(name, "")
    try:
        known = url.format(z=1, x=1, y=1) != url and all(part in url for part in ("{z}", "{x}", "{y}"))
    except (KeyError, IndexError, ValueError):
        known = False
    if url and not (known and _scheme_and_host(url, {"http", "https"})):
        raise ImproperlyConfigured(f"{name} must look like https://tiles.example/{{z}}/{{x}}/{{y}}.png.")
    return url


class MailServer(NamedTuple):
    """Where e-mail is handed in."""

    host: str
    port: int
    user: str
    password: str
    tls: bool
    ssl: bool


NO_MAIL = MailServer("localhost", 25, "", "", False, False)
MAIL_PORTS = {"smtp": 25, "smtp+tls": 587, "smtp+ssl": 465}


def mail_server() -> MailServer | None:
    """EMAIL_URL: smtp+tls://user:password@host:587 (STARTTLS), smtp+ssl:// or smtp://; None where it is unset."""
    url = text("EMAIL_URL", "")
    if not url:
        return None
    if not _scheme_and_host(url, set(MAIL_PORTS)):
        raise ImproperlyConfigured("EMAIL_URL must look like smtp+tls://user:password@host:587.")
    parts = urlsplit(url)
    port = parts.port or MAIL_PORTS[parts.scheme]
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    tls, ssl = parts.scheme == "smtp+tls", parts.scheme == "smtp+ssl"
    return MailServer(parts.hostname or "", port, user, password, tls, ssl)


def origin(url: str) -> str:
    """Scheme, host and port of an address, as a content security policy names them; empty for none."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" if url else ""


def _scheme_and_host(url: str, schemes: set[str]) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def var_dir(base: Path) -> Path:
    """Where the running system keeps what it writes: VAR_DIR, or var/ beside manage.py; made where it is not there."""
    folder = Path(text("VAR_DIR", str(base / "var"))).resolve()
    try:
        folder.mkdir(mode=0o750, parents=True, exist_ok=True)
    except OSError as error:
        raise ImproperlyConfigured(f"VAR_DIR is {folder}, which cannot be a folder: {error.strerror}.") from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise ImproperlyConfigured(f"VAR_DIR is {folder}, where this user may not write.")
    return folder
