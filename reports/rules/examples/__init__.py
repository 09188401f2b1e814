"""Rules of real cities as data, to start from: one JSON file each with its title, what it shows, and the rule."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Example:
    """A rule to start from. ``code`` is the name of its file."""

    code: str
    title: str
    note: str
    spec: dict[str, Any]


@cache
def examples() -> dict[str, Example]:
    """All examples by code, in the order of their files."""
    found = [(path.stem, json.loads(path.read_text("utf-8"))) for path in sorted(Path(__file__).parent.glob("*.json"))]
    return {code: Example(code, data["title"], data["note"], data["spec"]) for code, data in found}
