"""A message from a chat group, taken apart into what may each be a problem. Text in, parts out; no database.

Groups number (``1.`` ``2、`` ``(3)`` ``①`` ``一、``), nest (a street, its places, their faults), label
(``点位:… 问题:…``), or write one fault a line under a place. A style of numbering that was seen before goes back to its
own depth; one that is new stands below. What asks, greets or answers is kept apart; what the telephone adds is dropped.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from .chat_words import (
    ASK,
    CHATTER,
    CHINESE_DIGITS,
    CIRCLES,
    EMOJI,
    GADGET,
    HEAD,
    INVISIBLE,
    KINDS,
    LABEL,
    LIMIT,
    MENTION,
    MORE,
    PHOTO,
    PLACE_END,
    PREFACE,
    RULE,
    SERIOUS,
    STYLES,
    folded,
    unfolded,
)  # fmt: skip

LONGEST_PART = 500
MOST_PARTS = 50
PLAIN = "plain"
BETWEEN = " ,;、"  # what may stand around a piece of a line
#: How long a line can be and still be nothing but a place.
LONGEST_PLACE = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One problem as proposed: ``text`` as typed, without number, label and mention.

    ``heading``: the lines above that it belongs to. ``mentions``: who is called beside it, ``asked``: who is called for
    all of the message. ``place``, ``unit``: what labels say. ``limit``: as in the ledger
    (``4h`` working hours, ``3d`` working days), empty where nothing is said. ``photos``: how many the text marks here.
    """

    text: str
    heading: str = ""
    place: str = ""
    unit: str = ""
    mentions: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    limit: str = ""
    photos: int = 0

    @property
    def serious(self) -> bool:
        """Whether its words tell of danger."""
        return bool(SERIOUS.search(self.text))


@dataclass(slots=True)
class _Draft:
    text: str
    heading: str
    place: str = ""
    unit: str = ""
    limit: str = ""
    photos: int = 0
    mentions: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Line:
    """A line without noise: its style of numbering (none: ""), its ordinal, its words, photographs and mentions."""

    text: str
    style: str = ""
    ordinal: int = 0
    photos: int = 0
    mentions: tuple[str, ...] = ()
    head: bool = False
    apart: bool = False  # an empty line stands before it


def parts_of(message: str) -> list[Part]:
    """The parts of a message in its order, at most 50; a message in which none is found is one part."""
    reader = _Reader()
    lines = [piece for line in _lines(message) for piece in _pieces(line)]
    for place, line in enumerate(lines):
        reader.take(line, lines[place + 1] if place + 1 < len(lines) else None)
    drafts = reader.finished()
    return [_part(draft) for draft in drafts if len(draft.text) > 1][:MOST_PARTS]


def _part(draft: _Draft) -> Part:
    text = unfolded(draft.text.rstrip("。;, ")) if draft.text.count("。") == 1 else unfolded(draft.text)
    return Part(
        text=text[:LONGEST_PART], heading=draft.heading, place=draft.place, unit=draft.unit,
        mentions=tuple(dict.fromkeys(draft.mentions)), asked=tuple(dict.fromkeys(draft.asked)), limit=draft.limit,
        photos=draft.photos,
    )  # fmt: skip


def share_out(parts: Sequence[Part], photos: int) -> tuple[list[int], bool]:
    """Which part each photograph goes to, in their order, and whether the message itself says so.

    It does where it marks as many photographs as there are, has one part, or as many parts as photographs; otherwise
    they are shared out evenly in their order, for the person to look at.
    """
    if not parts:
        return [], True
    marked = [place for place, part in enumerate(parts) for _photo in range(part.photos)]
    if len(marked) == photos or len(parts) == 1:
        return (marked if len(marked) == photos else [0] * photos), True
    return [number * len(parts) // max(photos, len(parts)) for number in range(photos)], photos in (0, len(parts))


def limit_in(text: str) -> str:
    """The limit that a text sets: ``2小时内`` → ``2h``, ``24小时内`` → ``1d``, ``三日内`` → ``3d``; else nothing."""
    found = LIMIT.search(text)
    if not found:
        return ""
    if found[1] == "半":
        return "4h" if found[2] != "小时" else "1h"
    number = int(found[1]) if found[1].isdigit() else (CHINESE_DIGITS.find(found[1]) + 1 or 2)
    if found[2] == "小时":
        return f"{number}h" if number <= 8 else f"{-(-number // 24)}d"
    return f"{number}d" if 0 < number <= 60 else ""


def _lines(message: str) -> Iterator[_Line]:
    """The lines that say something, without what the telephone adds."""
    apart = False
    for raw in INVISIBLE.sub("", folded(message).replace("\r", "\n")).split("\n"):
        mentions = tuple((found[1] or found[2]).strip() for found in MENTION.finditer(raw))
        text, photos = PHOTO.subn(" ", MENTION.sub(" ", raw))
        text = " ".join(GADGET.sub(" ", text).split())
        style, ordinal, rest = _numbered(text)
        rest = EMOJI.sub("", rest).strip(" ;")
        if not raw.strip() or RULE.fullmatch(text):
            apart = True
        elif rest and not CHATTER.fullmatch(rest):
            head = None if style else HEAD.fullmatch(rest)
            said = (head["name"] or "") if head else rest
            yield _Line(said.strip(), style, ordinal, photos, mentions, bool(head), apart)
            apart = False
        elif photos or mentions:
            yield _Line("", "", 0, photos, mentions)


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


def _pieces(line: _Line) -> Iterator[_Line]:
    """A line with several numbers in it, as if each began a line of its own: ``发现问题:1.… 2.…``."""
    whole = line.text
    for style in ("number", "bracket", "circle", "chinese_bracket"):
        chain = _chain(whole, style, after=line.ordinal if line.style == style else 0)
        if len(chain) + (line.style == style) < 2:
            continue
        ends = [*(found.start() for found in chain), len(whole)]
        lead = whole[: ends[0]].strip(BETWEEN)
        if lead or line.style == style:
            yield _Line(lead, line.style, line.ordinal, 0, (), line.head, line.apart)
        for place, (found, (_start, end)) in enumerate(zip(chain, pairwise(ends), strict=True), 1):
            last = place == len(chain)
            text = whole[found.end() : end].strip(BETWEEN)
            yield _Line(text, style, _ordinal(found), line.photos * last, line.mentions * last)
        return
    yield line


def _chain(text: str, style: str, *, after: int) -> list[re.Match[str]]:
    """The numbers of a style inside a text that count on from ``after``: 1, 2, 3 …"""
    chain: list[re.Match[str]] = []
    for found in STYLES[style].finditer(text):
        spaced = style != "number" or re.search(r"[、.\u20e3]", found[0])
        digit_before = found.start() > 0 and text[found.start() - 1].isdigit()
        if spaced and not digit_before and _ordinal(found) == after + len(chain) + 1:
            chain.append(found)
    return chain


class _Reader:
    """Goes through the lines and keeps where it stands: the headings above, by style, and the drafts so far."""

    def __init__(self) -> None:
        self.drafts: list[_Draft] = []
        self.block: list[_Draft] = []  # of the message of one person
        self.above: list[tuple[str, str]] = []  # (style, heading)
        self.labels: dict[str, str] = {}
        self.asks: list[str] = []
        self.waiting = 0  # photographs before any words

    def take(self, line: _Line, after: _Line | None) -> None:
        """One line, and the one after it."""
        if line.head:
            self._close()
            self.above = [(PLAIN, line.text)] if line.text else []
        elif not line.text:
            self._mark(line)
        elif fields := list(_fields(line.text)):
            self._labelled(line, fields)
        elif line.style:
            self._numbered(line, after)
        else:
            self._unnumbered(line, after)

    def finished(self) -> list[_Draft]:
        """All drafts; what was only asked for is one where there is nothing else."""
        self._close()
        if not self.drafts and self.asks:
            self.drafts = [_Draft(",".join(self.asks), "", limit=limit_in(" ".join(self.asks)), photos=self.waiting)]
        return self.drafts

    def _close(self) -> None:
        """The end of somebody's message: what it asks holds for all that it names."""
        for draft in self.block:
            draft.unit = draft.unit or self.labels.get("unit", "")
        self.block, self.labels, self.above = [], {}, []

    def _mark(self, line: _Line) -> None:
        if self.block:
            self.block[-1].photos += line.photos
            self._mention(line)
        else:
            self.waiting += line.photos

    def _mention(self, line: _Line) -> None:
        """Who is called on a line of its own is called for all that stands before it."""
        for draft in self.block:
            draft.asked += line.mentions

    def _add(self, line: _Line, text: str, *, place: str = "") -> _Draft:
        heading = " ".join(filter(None, (words for _style, words in self.above)))
        draft = _Draft(
            MORE.sub("", text, count=1), heading, place or self.labels.get("place", ""), self.labels.get("unit", ""),
            limit_in(text) or self.labels.get("limit", ""), line.photos + self.waiting, list(line.mentions),
        )  # fmt: skip
        self.waiting = 0
        self.drafts.append(draft)
        self.block.append(draft)
        return draft

    def _stand(self, style: str, heading: str) -> None:
        """Go back to the depth of a style, or one deeper, with a heading there."""
        styles = [known for known, _words in self.above]
        depth = styles.index(style) if style in styles else len(styles)
        self.above = [*self.above[:depth], (style, heading)]

    def _numbered(self, line: _Line, after: _Line | None) -> None:
        styles = [style for style, _words in self.above]
        here = styles.index(line.style) if line.style in styles else len(styles)
        below = after is not None and after.style not in {"", line.style, *styles[:here]}
        if below or _opens(line.text):
            self._stand(line.style, line.text)
        else:
            self._stand(line.style, "")
            self._add(line, line.text)

    def _unnumbered(self, line: _Line, after: _Line | None) -> None:
        begins = after is not None and (after.ordinal == 1 or after.style == "bullet") and not after.head
        numbered = bool(self.above) and self.above[-1][0] != PLAIN
        if begins or _opens(line.text) or PREFACE.fullmatch(line.text):
            self._stand(PLAIN, line.text)
        elif ASK.match(line.text) and (self.block or not _names_fault(line.text)):
            self._ask(line)
        elif self.block and not line.apart and (self._goes_on() or (numbered and not MORE.match(line.text))):
            self._continue(line)
        elif _is_place(line.text) and after is not None and not after.head and after.text:
            self._stand(PLAIN, line.text)
        else:
            if numbered:
                self.above = []
            self._add(line, line.text)

    def _goes_on(self) -> bool:
        return self.block[-1].text.endswith((",", "、", "("))

    def _continue(self, line: _Line) -> None:
        draft = self.block[-1]
        comma = "" if draft.text.endswith((",", "、", "(", ":", "。", ";")) else ","
        draft.text += comma + line.text
        draft.photos += line.photos
        draft.mentions += line.mentions
        draft.limit = draft.limit or limit_in(line.text)

    def _ask(self, line: _Line) -> None:
        self.asks.append(line.text)
        limit = limit_in(line.text)
        for draft in self.block:
            draft.limit = draft.limit or limit
        self._mark(line)

    def _labelled(self, line: _Line, fields: Sequence[tuple[str, str]]) -> None:
        """``点位:… 问题:…``; a place or a number begins anew, a unit behind the words is theirs."""
        if line.style:
            self._stand(line.style, "")
        for kind, value in fields:
            if kind == "place":
                self.labels = {"place": value}
            elif kind in ("unit", "limit"):
                self._tell(kind, value)
            elif kind == "ask":
                self._ask(_Line(value))
            elif kind != "drop" and value:
                self._add(line, value, place=value if not kind and _is_place(value) else "")
        if self.block:
            self.block[-1].mentions += line.mentions

    def _tell(self, kind: str, value: str) -> None:
        """A unit or a limit holds for what is named at the same place, before it or after it."""
        self.labels[kind] = value = value if kind == "unit" else limit_in(value + "内")
        for draft in self.block:
            if draft.place == self.labels.get("place", "") and not getattr(draft, kind):
                setattr(draft, kind, value)


def _fields(text: str) -> Iterator[tuple[str, str]]:
    """The labelled fields of a line as (kind, value); words before the first label have the kind ""."""
    found = list(LABEL.finditer(text))
    if not found:
        return
    lead = text[: found[0].start()].strip(BETWEEN + "。|【】")
    if lead:
        yield "", lead
    ends = [*(label.start() for label in found[1:]), len(text)]
    for label, end in zip(found, ends, strict=True):
        yield KINDS.get(label[1], "drop"), text[label.end() : end].strip(BETWEEN + "|【】")


def _opens(text: str) -> bool:
    """Whether a line announces what comes below it."""
    return text.endswith(":") and len(text) <= 80


def _is_place(text: str) -> bool:
    return len(text) <= LONGEST_PLACE and bool(PLACE_END.fullmatch(text))


def _names_fault(text: str) -> bool:
    """Whether a sentence that asks also says what is wrong: ``请东街清理门口垃圾``."""
    return not re.search(r"整改|反馈|落实|处理|回复|报送|收到", text)
