"""A message from a chat group, taken apart into what may each be a problem. Text in, parts out; no database.

Groups number (``1.`` ``2、`` ``(3)`` ``①`` ``一、``), nest (a street, its places, their faults), label
(``点位:… 问题:…``), or write one fault a line under a place. A style of numbering that was seen before goes back to its
own depth; one that is new stands below. What asks, greets or answers is kept apart; what the telephone adds is dropped.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from .chat_lines import BETWEEN, Line, is_place, lines_of
from .chat_words import (
    ASK,
    CHINESE_DIGITS,
    DONE,
    KINDS,
    LABEL,
    LIMIT,
    MORE,
    PLACE_AND_FAULT,
    PREFACE,
    SERIOUS,
    TODAY,
    unfolded,
)  # fmt: skip

LONGEST_PART = 500
MOST_PARTS = 100
PLAIN = "plain"


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

    @property
    def done(self) -> bool:
        """Whether its words say that it is put right already."""
        return bool(DONE.search(self.text))


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


def parts_of(message: str) -> list[Part]:
    """The parts of a message in its order, at most ``MOST_PARTS``; a message in which none is found is one part."""
    reader = _Reader()
    lines = lines_of(message)
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
    """The limit that a text sets: ``2小时内`` → ``2h``, ``24小时内`` → ``1d``, ``三日内`` → ``3d``, ``今日内`` →
    ``4h``; else nothing."""
    found = LIMIT.search(text)
    if not found:
        return "4h" if TODAY.search(text) else ""
    if found[1] == "半":
        return "4h" if found[2] != "小时" else "1h"
    number = int(found[1]) if found[1].isdigit() else (CHINESE_DIGITS.find(found[1]) + 1 or 2)
    if found[2] == "小时":
        return f"{number}h" if number <= 8 else f"{-(-number // 24)}d"
    return f"{number}d" if 0 < number <= 60 else ""


class _Reader:
    """Goes through the lines and keeps where it stands: the headings above, by style, and the drafts so far."""

    def __init__(self) -> None:
        self.drafts: list[_Draft] = []
        self.block: list[_Draft] = []  # of the message of one person
        self.above: list[tuple[str, str]] = []  # (style, heading)
        self.labels: dict[str, str] = {}
        self.asks: list[str] = []
        self.waiting = 0  # photographs before any words
        self.called: tuple[str, ...] = ()  # by a heading, for all that stands below it
        self.headings: list[str] = []
        self.inline = False  # whether the line before was a piece of a longer one
        self.opened = 0  # drafts there were at the last heading

    def take(self, line: Line, after: Line | None) -> None:
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
        self.inline = line.inline

    def finished(self) -> list[_Draft]:
        """All drafts; what was only asked for is one where there is nothing else."""
        self._close()
        if not self.drafts and not self.asks and self.headings:
            self.drafts = [_Draft(self.headings[-1].rstrip(":"), "", photos=self.waiting)]
        if not self.drafts and self.asks:
            self.drafts = [_Draft(",".join(self.asks), "", limit=limit_in(" ".join(self.asks)), photos=self.waiting)]
        return self.drafts

    def _close(self) -> None:
        """The end of somebody's message: what it asks holds for all that it names."""
        for draft in self.block:
            draft.unit = draft.unit or self.labels.get("unit", "")
        self.block, self.labels, self.above, self.called = [], {}, [], ()

    def _mark(self, line: Line) -> None:
        if self.block:
            self.block[-1].photos += line.photos
            self._mention(line)
        else:
            self.waiting += line.photos

    def _mention(self, line: Line) -> None:
        """Who is called on a line of its own is called for all that stands before it."""
        for draft in self.block:
            draft.asked += line.mentions

    def _add(self, line: Line, text: str, *, place: str = "") -> _Draft:
        heading = " ".join(filter(None, (words for _style, words in self.above)))
        draft = _Draft(
            re.sub(f"^{MORE.pattern}", "", text), heading, place or self.labels.get("place", ""),
            self.labels.get("unit", ""), limit_in(text) or self.labels.get("limit", ""), line.photos + self.waiting,
            list(line.mentions), list(self.called),
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
        self.headings += [heading] if heading else []
        self.opened = len(self.drafts)

    def _numbered(self, line: Line, after: Line | None) -> None:
        styles = [style for style, _words in self.above]
        here = styles.index(line.style) if line.style in styles else len(styles)
        below = after is not None and after.style not in {"", line.style, *styles[:here]}
        if below or _opens(line.text):
            self._stand(line.style, line.text)
        else:
            self._stand(line.style, "")
            self._add(line, line.text)

    def _unnumbered(self, line: Line, after: Line | None) -> None:
        begins = after is not None and (after.ordinal == 1 or after.style == "bullet") and not after.head
        numbered = bool(self.above) and self.above[-1][0] != PLAIN
        if begins or _opens(line.text) or PREFACE.fullmatch(line.text):
            self._stand(PLAIN, "" if ASK.match(line.text) else line.text)
            self.called += line.mentions
        elif ASK.match(line.text) and (self.block or not _names_fault(line.text)):
            self._ask(line)
        elif self.block and not line.apart and (self._goes_on() or (numbered and self._more_of_it(line))):
            self._continue(line)
        elif is_place(line.text) and after is not None and not after.head and after.text:
            self._stand(PLAIN, f"{self._just_opened()} {line.text}".strip())
        elif (at := PLACE_AND_FAULT.match(line.text)) and is_place(at[1]):
            self._stand(PLAIN, "")
            self._add(line, line.text, place=at[1])
        else:
            if numbered:
                self.above = []
            self._add(line, line.text)

    def _more_of_it(self, line: Line) -> bool:
        """Whether a line below a numbered one belongs to it; below several on one line it does not."""
        return not self.inline and not MORE.match(line.text) and not PLACE_AND_FAULT.match(line.text)

    def _just_opened(self) -> str:
        """The plain heading right above, where nothing was named under it yet: a street above its place."""
        fresh = self.above and self.above[-1][0] == PLAIN and self.opened == len(self.drafts)
        return self.above[-1][1] if fresh and is_place(self.above[-1][1]) else ""

    def _goes_on(self) -> bool:
        return self.block[-1].text.endswith((",", "、", "("))

    def _continue(self, line: Line) -> None:
        draft = self.block[-1]
        comma = "" if draft.text.endswith((",", "、", "(", ":", "。", ";")) else ","
        draft.text += comma + line.text
        draft.photos += line.photos
        draft.mentions += line.mentions
        draft.limit = draft.limit or limit_in(line.text)

    def _ask(self, line: Line) -> None:
        self.asks.append(line.text)
        limit = limit_in(line.text)
        for draft in self.block:
            draft.limit = draft.limit or limit
        self._mark(line)

    def _labelled(self, line: Line, fields: Sequence[tuple[str, str]]) -> None:
        """``点位:… 问题:…``; a place or a number begins anew, a unit behind the words is theirs."""
        if line.style:
            self._stand(line.style, "")
        before, known = dict(self.labels), len(self.drafts)
        for kind, value in fields:
            if kind == "place":
                self.labels = {"place": value}
            elif kind in ("unit", "limit"):
                self._tell(kind, value)
            elif kind == "ask":
                self._ask(Line(value))
            elif kind != "drop" and value:
                self._add(line, value, place=value if not kind and is_place(value) else "")
        if self.block:
            self.block[-1].mentions += line.mentions
        if line.style and len(self.drafts) > known:  # what a number says of itself does not hold for the next
            self.labels |= {kind: before.get(kind, "") for kind in ("unit", "limit")}

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
    lead = text[: found[0].start()].strip(BETWEEN + "。|【】(")
    if lead:
        yield "", lead
    ends = [*(label.start() for label in found[1:]), len(text)]
    for label, end in zip(found, ends, strict=True):
        value = text[label.end() : end].strip(BETWEEN + "|【】")
        yield KINDS.get(label[1], "drop"), value if "(" in value else value.rstrip(")")


def _opens(text: str) -> bool:
    """Whether a line announces what comes below it."""
    return text.endswith(":") and len(text) <= 80


def _names_fault(text: str) -> bool:
    """Whether a sentence that asks also says what is wrong: ``请东街清理门口垃圾``."""
    return not re.search(r"整改|反馈|落实|处理|回复|报送|收到", text)
