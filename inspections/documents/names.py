"""Which of many things a text names: by whole names first, then by what people make of them. No database.

``城管局`` is 城市管理局 and ``枣园市场`` is 枣园春晖路农贸市场: an abbreviation keeps some characters of the name
in their order, and its last one. A name that several bear is doubtful; what is longest in the text wins.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

SIZES = range(3, 9)  # characters of an abbreviation
LEAST_SHARE = 0.3  # of a name that its abbreviation keeps
MOST_DOUBTED = 6  # things that a doubtful name is offered as
WORD = re.compile(r"[0-9a-z_-]+")
CHINESE = re.compile("[\u3400-\u9fff0-9]+")
#: Characters that end a sentence's part and never stand inside a short name.
APART = re.compile("[的及在到对把被让由请至从向将是有了等未不]")

#: What parts a name from what is said of it.
BEHIND_NAME = " :,\uff1a\uff0c、\u3000-—–~→"


class Surety(StrEnum):
    """How sure a guess is."""

    SURE = "sure"
    LIKELY = "likely"
    DOUBTFUL = "doubtful"


@dataclass(frozen=True, slots=True)
class Guess:
    """The things a text may name, the likeliest first (by key), and the words that do."""

    keys: tuple[int, ...]
    surety: Surety
    words: str

    @property
    def key(self) -> int | None:
        """The one it is, unless that is doubtful."""
        return None if self.surety == Surety.DOUBTFUL else self.keys[0]


def plain(text: str) -> str:
    """A text for comparing: one width, lower case, no blanks."""
    return "".join(unicodedata.normalize("NFKC", text).lower().split())


class Directory:
    """What things are called: key → full name, then short names, aliases and codes."""

    def __init__(self, rows: Iterable[tuple[int, Iterable[str]]]) -> None:
        self.bearers: dict[str, dict[int, None]] = defaultdict(dict)  # name → keys, in order
        self.by_end: dict[str, list[tuple[str, int]]] = defaultdict(list)
        for key, calls in rows:
            for name in dict.fromkeys(map(plain, calls)):
                if len(name) >= 2:
                    self.bearers[name].setdefault(key)
                    self.by_end[name[-1]].append((name, key))

    def find(self, text: str, *, prefer: Collection[int] = ()) -> Guess | None:
        """What a text names. Among several of one name those in ``prefer`` come first, and alone decide."""
        told = plain(text)
        if not told:
            return None
        return self._whole(told, prefer) or self._abbreviated(told, prefer)

    def _whole(self, told: str, prefer: Collection[int]) -> Guess | None:
        words = set(WORD.findall(told))
        named = [name for name in self.bearers if name in words or (name in told and not WORD.fullmatch(name))]
        if not named:
            return None
        longest = max(named, key=lambda name: (len(name), -told.index(name)))
        return _guess(self.bearers[longest], prefer, Surety.SURE if len(longest) > 2 else Surety.LIKELY, longest)

    def _abbreviated(self, told: str, prefer: Collection[int]) -> Guess | None:
        runs = [run for piece in APART.split(told) for run in CHINESE.findall(piece)]
        windows = {
            run[end - size : end] for run in runs for end in range(len(run) + 1) for size in SIZES if size <= end
        }
        best: tuple[int, str, dict[int, None]] = (0, "", {})
        for window in sorted(windows):
            if len(window) > best[0] and window[-1] in self.by_end:
                meant = {key: None for name, key in self.by_end[window[-1]] if _shortens(window, name)}
                if 0 < len(meant) <= MOST_DOUBTED:
                    best = (len(window), window, meant)
        return _guess(best[2], prefer, Surety.LIKELY, best[1]) if best[0] else None


def _guess(keys: Collection[int], prefer: Collection[int], surety: Surety, words: str) -> Guess:
    preferred = [key for key in keys if key in prefer]
    if len(keys) == 1 or len(preferred) == 1:
        return Guess(tuple(preferred or keys), surety if len(keys) == 1 else Surety.LIKELY, words)
    ordered = dict.fromkeys([*preferred, *keys])
    return Guess(tuple(ordered)[:MOST_DOUBTED], Surety.DOUBTFUL, words)


def _shortens(short: str, name: str) -> bool:
    """Whether ``short`` keeps enough characters of ``name``, in their order."""
    if len(short) >= len(name) or len(short) < len(name) * LEAST_SHARE:
        return False
    left = iter(name)
    return all(character in left for character in short)


def without_name(text: str, name: str) -> str:
    """A text without the name that it begins with, where something is said after it: ``枣园市场:垃圾`` → ``垃圾``."""
    rest = text.removeprefix(name)
    cut = rest.lstrip(BEHIND_NAME) if rest != text else text
    return cut if len(cut) > 1 and (rest == text or rest[:1] in BEHIND_NAME) else text
