"""What was entered in the ledger: faults that inspections found, and what came by telephone, press and superiors."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from campaign.models import CheckItem
from campaign.rules import start_of
from inspections.models import Problem
from units.models import Site

from .people import People
from .tables import dice, table
from .visits import Finding, History, Visit

Severity, Source = CheckItem.Severity, Problem.Source
#: Which share of the faults is entered, by severity; fewer where people have no short words for the fault.
ENTERED = {Severity.MINOR: 0.6, Severity.NORMAL: 0.85, Severity.SERIOUS: 1.0}
WORDLESS = 0.25
#: Where problems come from that no inspection found, by share, and how many there are in a day.
ELSEWHERE = {
    Source.HOTLINE: 5,
    Source.CITIZEN: 3,
    Source.SNAPSHOT: 1,
    Source.SUPERIOR: 2,
    Source.MEDIA: 1,
    Source.LEADER: 1,
}
ELSEWHERE_A_DAY = 2
WHERE = ("", "", "", "", "东侧", "西侧", "南侧", "北侧", "入口处", "中段", "拐角处")


@dataclass(slots=True)
class Deed:
    """One step in a problem's life, with the note as it would have been typed."""

    move: str
    state: str
    at: datetime
    by: int
    note: str = ""


@dataclass(slots=True)
class Case:
    """One problem with its steps; ``visit`` and ``finding`` are missing where no inspection found it.

    ``noted_at`` is when it was seen, ``known_at`` when the office could read of it.
    """

    site: Site
    item: CheckItem
    text: str
    source: str
    noted_by: int
    noted_at: datetime
    known_at: datetime
    visit: Visit | None = None
    finding: Finding | None = None
    receive_due_at: datetime | None = None
    due_at: datetime | None = None
    deeds: list[Deed] = field(default_factory=list)
    pk: int = 0

    @property
    def state(self) -> str:
        return self.deeds[-1].state

    def times(self, move: str) -> int:
        """How often a move was made."""
        return sum(deed.move == move for deed in self.deeds)

    def last(self, move: str) -> datetime | None:
        """When a move was last made."""
        return next((deed.at for deed in reversed(self.deeds) if deed.move == move), None)


def make_cases(
    visits: list[Visit], sites: list[Site], items: list[CheckItem], people: People, history: History
) -> list[Case]:
    """All problems of a history, in the order in which they were noted and without their later steps."""
    phrases = {row["item_code"]: row["text"] for row in table("problem_texts")}
    found = _found(visits, phrases, dice("found", history.today))
    reported = _reported(sites, items, phrases, people, history, dice("reported", history.today))
    return sorted([*found, *reported], key=lambda case: (case.noted_at, case.site.code, case.text))


def _found(visits: list[Visit], phrases: dict[str, str], throw: Random) -> Iterator[Case]:
    for visit in visits:
        for finding in visit.findings:
            item = finding.item
            said = phrases.get(item.code)
            chance = ENTERED[Severity(item.severity)] * (1 if said else WORDLESS)
            if finding.failed and throw.random() < chance:
                yield Case(
                    site=visit.site,
                    item=item,
                    text=throw.choice(WHERE) + said if said else f"未达标：{item.text}",
                    source=Source.INSPECTION,
                    noted_by=visit.inspector,
                    noted_at=visit.seen_at,
                    known_at=visit.recorded_at,
                    visit=visit,
                    finding=finding,
                )


def _reported(
    sites: list[Site],
    items: list[CheckItem],
    phrases: dict[str, str],
    people: People,
    history: History,
    throw: Random,
) -> Iterator[Case]:
    by_type: dict[int, list[CheckItem]] = {}
    for item in items:
        if item.code in phrases:
            by_type.setdefault(item.site_type_id, []).append(item)
    for day in history.days:
        for _ in range(ELSEWHERE_A_DAY):
            site = throw.choice(sites)
            item = throw.choice(by_type[site.type_id])
            source = throw.choices(list(ELSEWHERE), list(ELSEWHERE.values()))[0]
            snapshot = source == Source.SNAPSHOT
            noted_at = start_of(day) + timedelta(minutes=throw.randint(520, 1050))
            if noted_at < history.now:
                yield Case(
                    site=site,
                    item=item,
                    text=throw.choice(WHERE) + phrases[item.code],
                    source=source,
                    noted_by=people.monitor if snapshot else throw.choice(people.office),
                    noted_at=noted_at,
                    known_at=noted_at,
                )
