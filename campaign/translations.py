"""Compiling and checking translations without gettext's own programs."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import polib

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")
#: A mark of half width beside a Chinese character or behind a placeholder; (963 / 1,032) and week labels keep theirs.
HALF_WIDTH = re.compile(
    r"[\u4e00-\u9fff）”][,;:?!]|[,;:?!](?=[\u4e00-\u9fff])|\)s[,;:](?!//)|\([^()%\"]*[\u4e00-\u9fff]"
)


def catalogues(folder: Path) -> list[Path]:
    """Every .po file under a locale folder."""
    return sorted(folder.glob("*/LC_MESSAGES/*.po"))


def compile_all(folder: Path) -> int:
    """Write the .mo beside every .po that is newer; gives how many were written."""
    stale = [path for path in catalogues(folder) if _is_stale(path)]
    for path in stale:
        part = path.with_suffix(f".mo.{os.getpid()}")
        polib.pofile(str(path)).save_as_mofile(str(part))
        part.rename(path.with_suffix(".mo"))
    return len(stale)


def _is_stale(path: Path) -> bool:
    compiled = path.with_suffix(".mo")
    return not compiled.exists() or compiled.stat().st_mtime_ns <= path.stat().st_mtime_ns


def faults(catalogue: Path, template: Path) -> Iterator[str]:
    """What is missing or wrong in a catalogue, measured against the texts found in the code."""
    known = {(entry.msgctxt, entry.msgid): entry for entry in polib.pofile(str(catalogue))}
    for wanted in polib.pofile(str(template)):
        entry = known.get((wanted.msgctxt, wanted.msgid))
        if entry is None:
            yield f"missing: {wanted.msgid!r} ({_place(wanted)})"
        elif not entry.translated():
            yield f"not translated: {wanted.msgid!r}"
        elif wanted.msgid_plural and not entry.msgid_plural:
            yield f"plural missing: {wanted.msgid!r}"
        else:
            yield from _strange_placeholders(entry)
            yield from _half_width(entry)


def _strange_placeholders(entry: polib.POEntry) -> Iterator[str]:
    allowed = set(PLACEHOLDER.findall(entry.msgid + (entry.msgid_plural or "")))
    for text in [entry.msgstr, *entry.msgstr_plural.values()]:
        if "format" in " ".join(entry.flags) and set(PLACEHOLDER.findall(text)) - allowed:
            yield f"other placeholders: {entry.msgid!r} → {text!r}"


def _half_width(entry: polib.POEntry) -> Iterator[str]:
    for text in [entry.msgstr, *entry.msgstr_plural.values()]:
        if text != entry.msgid and HALF_WIDTH.search(text):
            yield f"half-width mark: {text!r}"


def _place(entry: polib.POEntry) -> str:
    return ":".join(entry.occurrences[0]) if entry.occurrences else "?"
