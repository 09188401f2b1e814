"""The events a rule may give or take points for, and what each line of a rule says about them.

An event is a row with a unit, a day and what it can be chosen by: where a problem came from (``sources``), the kind of
inspection that found it (``kinds``), its severity, and for adjustments the level and the event they name.
"""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from .figures import Text

ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class EventKind:
    """What happened. ``choices`` names the selections that this kind of event can be narrowed by."""

    name: str
    title: Text
    counts: Text
    choices: frozenset[str]


PROBLEM = frozenset({"sources", "kinds", "severities"})

EVENTS: dict[str, EventKind] = {
    event.name: event
    for event in (
        EventKind("noted", _("Problem found"), _("problems noted in the period"), PROBLEM),
        EventKind("handed_over", _("Problem handed over"), _("problems handed over in the period"), PROBLEM),
        EventKind(
            "overdue",
            _("Not fixed in time"),
            _("problems whose deadline passed in the period before they were closed"),
            PROBLEM,
        ),
        EventKind("sent_back", _("Repair sent back"), _("repairs sent back in the period"), PROBLEM),
        EventKind(
            "false_repair", _("False repair"), _("repairs that a recheck in the period found to be false"), PROBLEM
        ),
        EventKind(
            "repeated", _("Same problem again"), _("problems of the period that were pointed out before"), PROBLEM
        ),
        EventKind(
            "clean_site",
            _("Clean site"),
            _("sites found without any problem, each once per day and kind of inspection"),
            frozenset({"kinds"}),
        ),
        EventKind(
            "duty_missed", _("Duty not done in time"), _("duties due in the period and not done in time"), frozenset()
        ),
        EventKind(
            "adjustment",
            _("Praise, criticism and other approved adjustments"),
            _("adjustments approved for a day of the period"),
            frozenset({"subjects", "levels"}),
        ),
    )
}

#: Events of one problem that may come again and again: the n-th one has a number.
NUMBERED = frozenset({"sent_back", "noted", "handed_over", "overdue", "repeated", "false_repair"})

SOURCES = frozenset({"inspection", "superior", "third_party", "media", "hotline", "citizen", "leader"})
KINDS = frozenset({"daily", "spot", "secret", "assessment", "recheck"})
SEVERITIES = frozenset({"minor", "normal", "serious"})
LEVELS = frozenset({"nation", "province", "city", "district", "street"})
SUBJECTS = frozenset(
    {
        "praise", "oral_praise", "honour", "clean_check", "criticism", "exposure", "complaint", "material", "missed",
        "false_report", "other",
    }
)  # fmt: skip
#: Selection → what may stand in it.
SELECTIONS = {
    "sources": SOURCES, "kinds": KINDS, "severities": SEVERITIES, "levels": LEVELS, "subjects": SUBJECTS,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """Points per event, plus or minus; an empty selection takes all.

    ``each`` is None for adjustments that count as they were approved. ``doubled``: sources that count twice.
    ``on_spot``: factor where the fault was put right on the spot. ``by_number``: times the number of the repeat.
    ``from_nth`` and ``then``: other points from the n-th time with the same problem. ``together`` and ``times``: factor
    for all of one check (day and kind of inspection) that found so many sites clean. ``cap``: the line's most points.
    """

    event: str
    each: Decimal | None = None
    title: str = ""
    sources: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    severities: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    doubled: tuple[str, ...] = ()
    on_spot: Decimal = ONE
    by_number: bool = False
    from_nth: int | None = None
    then: Decimal | None = None
    together: int | None = None
    times: Decimal = ONE
    cap: Decimal | None = None

    def as_json(self) -> dict[str, Any]:
        """The line as data; what is not said is left out."""
        plain: dict[str, Any] = {
            "event": self.event,
            "each": None if self.each is None else str(self.each),
            "title": self.title or None,
            **{name: list(getattr(self, name)) or None for name in (*SELECTIONS, "doubled")},
            "on_spot": None if self.on_spot == ONE else str(self.on_spot),
            "by_number": self.by_number or None,
            "from_nth": self.from_nth,
            "then": None if self.then is None else str(self.then),
            "together": self.together,
            "times": None if self.times == ONE else str(self.times),
            "cap": None if self.cap is None else str(self.cap),
        }
        return {name: value for name, value in plain.items() if value is not None}

    def counted(self) -> "Line":
        """What decides which events count and for how much: lines that differ in words or cap only count the same."""
        return replace(self, title="", cap=None)
