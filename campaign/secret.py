"""The keys: for sessions and tokens, for the chain over the audit trail, for what citizens leave as their contact."""

import hmac
import os
import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


def key(folder: Path, *, may_create: bool) -> str:
    """SECRET_KEY; a trial makes one on first start and keeps it in `folder`/secret_key, mode 0600."""
    given = os.environ.get("SECRET_KEY", "")
    if given:
        return given
    if not may_create:
        raise ImproperlyConfigured("SECRET_KEY is not set: give a random text of 50 characters.")
    path = folder / "secret_key"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text()
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(64))
    return path.read_text()


def audit_key(secret_key: str, *, may_derive: bool) -> str:
    """AUDIT_KEY; a trial derives one from its SECRET_KEY. Neither is ever in the database."""
    given = os.environ.get("AUDIT_KEY", "")
    if given:
        return given
    if not may_derive:
        raise ImproperlyConfigured("AUDIT_KEY is not set: give a random text of 50 characters, and keep a copy of it.")
    return hmac.digest(secret_key.encode(), b"audit trail", "sha256").hex()


def contact_key(secret_key: str, *, may_derive: bool) -> str:
    """CONTACT_KEY; a trial derives one from its SECRET_KEY. It is never in the database."""
    given = os.environ.get("CONTACT_KEY", "")
    if given:
        return given
    if not may_derive:
        raise ImproperlyConfigured("CONTACT_KEY is not set: give a random text of 50 characters.")
    return hmac.digest(secret_key.encode(), b"contact", "sha256").hex()
