"""The lines of a chat message: without what the telephone adds, each with its number, mentions and photographs.

Before that, a pasted table becomes labelled lines and bare numbers get their mark; after it, a line that holds several
problems (a chain of numbers, clauses with a place each, one fault of several places) comes apart.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from .chat_words import (
    AFTERTHOUGHT,
    ALL_OF_THEM,
    BARE_NUMBER,
    CHATTER,
    CHINESE_DIGITS,
    CIRCLES,
    CLAUSE_PLACE,
    EMOJI,
    GADGET,
    GREETING,
    HEAD,
    INVISIBLE,
    KINDS,
    LABEL,
    LEAD,
    MENTION,
    PHOTO,
    PLACE_END,
    RULE,
    STAMP,
    STYLES,
    SURE_MARKS,
    TABLE_NUMBERS,
    THANKS,
    folded,
)  # fmt: skip
from .traditional import simplified

BETWEEN = " ,;、"  # what may stand around a piece of a line
#: How long a line can be and still be nothing but a place.
LONGEST_PLACE = 24


@dataclass(frozen=True, slots=True)
class Line:
    """A line without noise: its style of numbering (none: ""), its ordinal, its words, photographs and mentions."""

    text: str
    style: str = ""
    ordinal: int = 0
    photos: int = 0
    mentions: tuple[str, ...] = ()
    head: bool = False
    apart: bool = False  # an empty line stands before it
    inline: bool = False  # a piece of a longer line: what stands on the next one does not go on with it


def lines_of(message: str) -> list[Line]:
    """The lines that say something, those that hold several problems in pieces."""
    found = list(_said(message))
    if any(line.style == "figure" for line in found):  # captions say how many photographs there are, and where
        found = [line if line.style == "figure" else replace(line, photos=0) for line in found]
    return [piece for line in found for piece in _pieces(line)]


def _said(message: str) -> Iterator[Line]:
    """The lines without what the telephone adds, and without greetings and thanks."""
    apart = False
    for raw in _prepared(message):
        mentions = tuple((found[1] or found[2]).strip() for found in MENTION.finditer(raw))
        text, photos = PHOTO.subn(" ", MENTION.sub(" ", raw))
        text = " ".join(GADGET.sub(" ", text).split())
        style, ordinal, rest = _numbered(text)
        rest = EMOJI.sub("", rest).strip(" ;")
        if not raw.strip() or RULE.fullmatch(text):
            apart = True
        elif rest and not CHATTER.fullmatch(rest):
            head = None if style else HEAD.fullmatch(rest)
            said = (head["name"] or "") if head else (rest if style else _without_greeting(rest))
            photos += _captioned(text) if style == "figure" else 0
            yield Line(said.strip(), style, ordinal, photos, mentions, bool(head), apart)
            apart = False
        elif photos or mentions:
            yield Line("", "", 0, photos, mentions)


def _prepared(message: str) -> list[str]:
    """The lines with ASCII marks and simplified characters; tables labelled, numbers marked."""
    ends = message.replace("\r\n", "\n").replace("\r", "\n")
    return _marked(_labelled([INVISIBLE.sub("", simplified(line)) for line in ends.split("\n")]))


def _labelled(lines: Sequence[str]) -> list[str]:
    """The rows below a row of known heads, parted by tabs, as labelled lines; all lines with ASCII marks."""
    heads: list[str] = []
    told: list[str] = []
    for line in lines:
        cells = [cell.strip() for cell in line.split("\t")]
        if len(cells) > 1 and all(cell in KINDS or cell in TABLE_NUMBERS for cell in cells):
            heads = cells
        elif heads and len(cells) == len(heads):
            pairs = [(head, cell) for head, cell in zip(heads, cells, strict=True) if cell and head in KINDS]
            told.append(folded(";".join(f"{head}:{cell}" for head, cell in pairs)))
        else:
            heads = []
            told.append(folded(line))
    return told


def _marked(lines: Sequence[str]) -> list[str]:
    """``1枣园… 2桥沟…``: numbers that begin lines and count on get the mark that parts them from the words."""
    found = {place: number for place, line in enumerate(lines) if (number := BARE_NUMBER.match(line))}
    if len(found) < 2 or [int(number[1]) for number in found.values()] != list(range(1, len(found) + 1)):
        return list(lines)
    return [f"{found[place][1]}、{line[found[place].end() :]}" if place in found else line
            for place, line in enumerate(lines)]  # fmt: skip


def _without_greeting(text: str) -> str:
    """What is said after the day and hour, greeting and thanks in front; all of it where nothing else is."""
    rest = text
    for polite in (STAMP, GREETING, THANKS):
        found = polite.match(rest)
        if found and len(rest) > found.end() + 1:
            rest = rest[found.end() :]
    return rest


def _captioned(text: str) -> int:
    """How many photographs a caption names: ``图1:`` 1, ``图3、4:`` 2, ``图5-7:`` 3."""
    caption = STYLES["figure"].match(text)
    numbers = [int(number) for number in re.findall(r"\d+", caption[0])] if caption else []
    if len(numbers) == 2 and caption and re.search(r"[-~至到]", caption[0]):
        return min(max(numbers[1] - numbers[0] + 1, 1), 9)
    return len(numbers)


def _clauses(line: Line) -> Iterator[Line]:
    """A line that nothing numbers with several sentences: each clause with a place, an afterthought and a demand."""
    plain = not line.style and not line.head and not LABEL.search(line.text)
    sentences = AFTERTHOUGHT.split(line.text) if plain else [line.text]
    clauses = [clause for sentence in sentences for clause in (_placed(sentence) if plain else [sentence])]
    told = [text for clause in clauses for text in _each_place(clause)]
    for place, text in enumerate(told):
        last = place == len(told) - 1
        part = replace(line, text=text, photos=line.photos * last, inline=len(told) > 1, apart=line.apart and not place)
        yield replace(part, mentions=line.mentions if last else ())


def _placed(text: str) -> list[str]:
    """The words that announce and the clauses between semicolons that name a place each, else the text itself."""
    lead = LEAD.match(text)
    clauses: list[str] = []
    for clause in filter(None, (piece.strip(BETWEEN) for piece in text[lead.end() if lead else 0 :].split(";"))):
        if clauses and not (CLAUSE_PLACE.search(clause) or (lead and is_place(lead[0]))):
            clauses[-1] += ";" + clause
        else:
            clauses.append(clause)
    return [*([lead[0]] if lead else []), *clauses] if len(clauses) > 1 else [text]


def _each_place(text: str) -> list[str]:
    """``A、B均有垃圾`` → ``A垃圾``, ``B垃圾``."""
    shared = ALL_OF_THEM.fullmatch(text)
    places = [place.strip() for place in shared["places"].split("、")] if shared else []
    if shared and len(places) > 1 and all(map(is_place, places)):
        return [f"{place}{shared['fault']}" for place in places]
    return [text]


def is_place(text: str) -> bool:
    """Whether a short text is nothing but the name of a place."""
    return len(text) <= LONGEST_PLACE and bool(PLACE_END.fullmatch(text))


def _numbered(text: str) -> tuple[str, int, str]:
    """The style and ordinal at the beginning of a text, and what follows."""
    for style, pattern in STYLES.items():
        found = pattern.match(text)
        if found:
            return style, _ordinal(found), text[found.end() :]
    return "", 0, text


def _ordinal(found: re.Match[str]) -> int:
    number = next((group for group in found.groups() if group), "")
    if number.isdecimal():
        return int(number)
    if number in CIRCLES:
        return CIRCLES[number]
    tens, _ten, ones = number.rpartition("十") if "十" in number else ("0", "", number)
    return (CHINESE_DIGITS.find(tens) + 1 if tens else 1) * ("十" in number) * 10 + CHINESE_DIGITS.find(ones or "x") + 1


def _pieces(line: Line) -> Iterator[Line]:
    """A line with several numbers in it, as if each began a line of its own: ``发现问题:1.… 2.…``."""
    whole = line.text
    for style in ("number", "bracket", "circle", "chinese_bracket", "chinese"):
        chain = _chain(whole, style, after=line.ordinal if line.style == style else 0)
        if len(chain) + (line.style == style) < 2:
            continue
        ends = [*(found.start() for found in chain), len(whole)]
        lead = whole[: ends[0]].strip(BETWEEN)
        if lead or line.style == style:
            yield Line(lead, line.style, line.ordinal, 0, (), line.head, line.apart, inline=True)
        for place, (found, (_start, end)) in enumerate(zip(chain, pairwise(ends), strict=True), 1):
            last = place == len(chain)
            text = whole[found.end() : end].strip(BETWEEN)
            yield Line(text, style, _ordinal(found), line.photos * last, line.mentions * last, inline=True)
        return
    yield from _clauses(line)


def _chain(text: str, style: str, *, after: int) -> list[re.Match[str]]:
    """The numbers of a style inside a text that count on from ``after``: 1, 2, 3 …"""
    chain: list[re.Match[str]] = []
    for found in STYLES[style].finditer(text):
        spaced = re.search(SURE_MARKS.get(style, ""), found[0])
        digit_before = found.start() > 0 and text[found.start() - 1].isdigit()
        if spaced and not digit_before and _ordinal(found) == after + len(chain) + 1:
            chain.append(found)
    return chain
