"""Canonical JSON, its digest, and the version of the code that computes figures."""

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any


def canonical(value: Any) -> str:
    """JSON with sorted keys and no spaces; the same value always gives the same text."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(text: str) -> str:
    """The SHA-256 of a text in UTF-8, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


@cache
def code_version() -> str:
    """Names the code that computes: the first 40 hex digits of the SHA-256 over the sources of rules and queries."""
    folder = Path(__file__).parent.parent
    found = hashlib.sha256()
    for path in sorted([*folder.glob("rules/*.py"), *folder.glob("queries/*.py")]):
        found.update(path.read_bytes())
    return found.hexdigest()[:40]
