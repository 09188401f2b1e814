"""Sentences of a page one after another, as each language writes them."""

from collections.abc import Iterable

#: Marks that bring their own room: no space follows them.
FULL_WIDTH = "。！？；：，、）”』】"


def joined(sentences: Iterable[object]) -> str:
    """One text of several sentences, empty ones left out: a space between two, none after a full-width mark."""
    text = ""
    for sentence in filter(None, map(str, sentences)):
        text += sentence if not text or text[-1] in FULL_WIDTH else f" {sentence}"
    return text
