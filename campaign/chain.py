"""The chain of seals over the audit trail, and what is wrong with one. No database here.

A seal's hash is HMAC-SHA256(key, hash of the seal before ‖ canonical JSON), where the JSON holds the seal's number and
day and the event's columns; what is JSON itself stands in it as PostgreSQL's text of it. Without the key nobody can
make a seal that fits; where key and database are both in one hand, only a head that was kept outside still tells.
"""

import hmac
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

#: What is sealed of an event, in the order in which ``queries`` reads it: ``before`` and ``after`` as JSON text, ``at``
#: as None where it is no date of ours. What a tamperer wrote there must not stop the pass that looks for it.
COLUMNS = ("id", "at", "actor_id", "actor_name", "ip", "action", "thing", "reference", "result", "before", "after")
#: No action takes longer; an event that much older than one sealed before it was put in afterwards.
LATEST = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Link:
    """One seal with the columns of its event, which are empty when there is no such event any more."""

    sequence: int
    day: str
    hash: str
    event_id: int
    event: Sequence[Any]

    def __str__(self) -> str:
        if not self.event:
            return f"Event {self.event_id} (seal {self.sequence} of {self.day})"
        _id, at, _actor, name, _ip, action, _thing, reference, *_values = self.event
        moment = f"{at:%Y-%m-%d %H:%M:%S} UTC" if at else "at no time"
        told = " ".join(filter(None, [moment, name, action, reference]))
        return f"Event {self.event_id} ({told}; seal {self.sequence} of {self.day})"


@dataclass(frozen=True, slots=True)
class Head:
    """The chain's state at the end of a day: how many seals, and the hash of the last. ``place``: where it was kept."""

    day: str
    sequence: int
    hash: str
    place: str

    @classmethod
    def parse(cls, text: str) -> "Head":
        """Read ``2026-11-23:1032:<64 hex digits>``. Raises ValueError for anything else."""
        day, sequence, digest = text.strip().split(":")
        if len(bytes.fromhex(digest)) != 32 or not (sequence.isascii() and sequence.isdigit()):
            raise ValueError(text)
        return cls(date.fromisoformat(day).isoformat(), int(sequence), digest.lower(), "outside")

    def __str__(self) -> str:
        return f"The head of {self.day} kept {self.place}"


def link_hash(key: str, previous: str, *, sequence: int, day: str, event: Sequence[Any]) -> str:
    """The hash of a seal (64 hex digits) after the seal with the hash ``previous``, which is empty for the first."""
    content: dict[str, Any] = dict(zip(COLUMNS, event, strict=True), sequence=sequence, day=day)
    moment: datetime | None = content["at"]
    content["at"] = moment and moment.astimezone(UTC).isoformat(timespec="microseconds")
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hmac.digest(key.encode(), f"{previous}{text}".encode(), "sha256").hex()


class Verification:
    """One pass over a chain, from its beginning or from the seal ``after``.

    Each fault is told once: the pass goes on from the hash that is stored.
    """

    def __init__(self, key: str, *, heads: Iterable[Head] = (), after: Link | None = None) -> None:
        self.key = key
        self.heads: dict[int, list[Head]] = defaultdict(list)
        for head in heads:
            self.heads[head.sequence].append(head)
        self.last, self.hash = (after.sequence, after.hash) if after else (0, "")
        self.newest = datetime.min.replace(tzinfo=UTC) + LATEST
        self.sealed = 0
        self.unfit = 0

    @property
    def no_seal_fits(self) -> bool:
        """Whether every seal was made with another key."""
        return 0 < self.sealed == self.unfit

    def faults(self, links: Iterable[Link]) -> Iterator[str]:
        """A sentence for each fault, in the chain's order; ``links`` come in order of their numbers."""
        for link in links:
            if link.sequence < 1:
                yield f"{link} stands beside the chain, which begins with seal 1: put in."
                continue
            yield from self._fault(link)
            for head in self.heads.pop(link.sequence, ()):
                if head.hash != link.hash:
                    yield f"{head} is not the hash of seal {link.sequence}: the chain up to there was rewritten."
            self.last, self.hash = link.sequence, link.hash
            self.sealed += 1
        for sequence in sorted(self.heads):
            yield from (self._lost(head) for head in self.heads[sequence])

    def _fault(self, link: Link) -> Iterator[str]:
        if link.sequence != self.last + 1:
            yield f"Seals {self.last + 1} to {link.sequence - 1} are missing, with their events: deleted before {link}."
        elif not link.event:
            yield f"{link} is missing: deleted."
        elif not self._fits(link):
            self.unfit += 1
            yield f"{link} is not what was sealed there: edited, put in, or moved to another's place."
        elif (at := link.event[1]) is None or at < self.newest - LATEST:
            yield f"{link} was sealed after events that are a day younger: put in afterwards."
        else:
            self.newest = max(self.newest, at)

    def _fits(self, link: Link) -> bool:
        found = link_hash(self.key, self.hash, sequence=link.sequence, day=link.day, event=link.event)
        return hmac.compare_digest(found, link.hash)

    def _lost(self, head: Head) -> str:
        if head.sequence > self.last:
            return f"{head} is at seal {head.sequence}: seals {self.last + 1} to {head.sequence} were cut off."
        return f"{head} is at seal {head.sequence}, which is missing."
