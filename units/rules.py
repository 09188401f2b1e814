"""The order of units, and how a name is spelt for finding. No database here."""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from pypinyin import Style, lazy_pinyin

CHINESE = re.compile("[\u3400-\u9fff]+")
BETWEEN_NAMES = re.compile(r"[、,，;；\n]+")

#: (ancestor, descendant) → the least number of steps between them; 0 for a unit and itself.
Closure = dict[tuple[int, int], int]


class Circle(ValueError):
    """A unit would stand above itself."""


def closure(superiors: Mapping[int, Iterable[int]]) -> Closure:
    """All links that follow from each unit's direct superiors (unit → superiors). Raises Circle on a circle."""
    found: Closure = {}
    done: dict[int, dict[int, int]] = {}

    def above(unit: int, path: tuple[int, ...]) -> dict[int, int]:
        if unit in path:
            raise Circle(unit)
        if unit not in done:
            reached = {unit: 0}
            for superior in superiors.get(unit, ()):
                for ancestor, depth in above(superior, (*path, unit)).items():
                    reached[ancestor] = min(depth + 1, reached.get(ancestor, depth + 1))
            done[unit] = reached
        return done[unit]

    for unit in superiors:
        found.update({(ancestor, unit): depth for ancestor, depth in above(unit, ()).items()})
    return found


def initials(name: str) -> str:
    """Pinyin initials, lower case: 枣园市场 → ``zysc``; other characters stay as they are."""
    return CHINESE.sub(lambda found: _spelt(found[0]), name).lower()[:100]


@lru_cache(maxsize=100_000)
def _spelt(run: str) -> str:
    """Initials of a run of Chinese characters; spelling takes 40 µs, and names repeat their parts."""
    return "".join(lazy_pinyin(run, style=Style.FIRST_LETTER))


def called(aliases: str) -> list[str]:
    """The names in a field of aliases, each once, in order."""
    return list(dict.fromkeys(filter(None, (name.strip() for name in BETWEEN_NAMES.split(aliases)))))


def labels(units: Iterable[tuple[str, str, str]]) -> dict[str, str]:
    """Code → label for units ``(code, name, superior's name)``.

    A name borne once is its own label. Units that share one are told apart by their superior where that differs among
    them, otherwise by their code, so that no two labels are equal.
    """
    rows = list(units)
    bearers: dict[str, list[tuple[str, str]]] = {}
    for code, name, superior in rows:
        bearers.setdefault(name, []).append((code, superior))
    return {code: _label(code, name, superior, bearers[name]) for code, name, superior in rows}


def _label(code: str, name: str, superior: str, bearers: list[tuple[str, str]]) -> str:
    if len(bearers) == 1:
        return name
    alone = superior and sum(other == superior for _, other in bearers) == 1
    return f"{name}({superior})" if alone else f"{name}({code})"
