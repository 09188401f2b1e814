"""Periods: codes and dates of days, ISO weeks, months, quarters and years of Asia/Shanghai.

A week belongs to the ISO year of its Thursday: 2026-W53 is 28 December 2026 to 3 January 2027.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from campaign.rules import ONE_DAY, day_of, start_of

KINDS = ("day", "week", "month", "quarter", "year")


@dataclass(frozen=True, slots=True)
class Carry:
    """That late entries moved: some, seen from ``since`` on, count in this period (its code); or some left it."""

    kind: str
    period: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Window:
    """What a figure looks at: moments from ``starts_at`` up to, not including, ``cut``.

    ``heirs``: merged units and those that what they did counts for; ``carry``: late entries that came or left.
    """

    starts_at: datetime
    cut: datetime
    heirs: tuple[tuple[int, int], ...] = ()
    carry: Carry | None = None

    @property
    def since(self) -> datetime:
        """When the first inspection that may count was seen: the start, or before it where late entries count."""
        return min(self.starts_at, self.carry.since) if self.carry else self.starts_at

    @property
    def first_day(self) -> date:
        """The first Asia/Shanghai date."""
        return day_of(self.starts_at)

    @property
    def first_open_day(self) -> date:
        """The first date that was not over at the cut; duties due on it are not due yet."""
        return day_of(self.cut)

    @property
    def last_day(self) -> date:
        """The date of the last instant before the cut."""
        return day_of(self.cut - datetime.resolution)


@dataclass(frozen=True, slots=True)
class Span:
    """A period: ``starts_on`` and ``ends_on`` are both included, ``starts_at`` ≤ moment < ``ends_at``."""

    kind: str
    code: str
    starts_on: date
    ends_on: date

    def __str__(self) -> str:
        return self.code

    @property
    def starts_at(self) -> datetime:
        """The first instant."""
        return start_of(self.starts_on)

    @property
    def ends_at(self) -> datetime:
        """The first instant after it."""
        return start_of(self.ends_on + ONE_DAY)

    def previous(self) -> "Span":
        """The period of the same kind before this one."""
        return containing(self.starts_on - ONE_DAY, self.kind)

    def next(self) -> "Span":
        """The period of the same kind after this one."""
        return containing(self.ends_on + ONE_DAY, self.kind)

    def year_before(self) -> "Span":
        """The same period a year ago; a week by its number, where that year has no week 53 its last one."""
        if self.kind == "week":
            year, week, _weekday = self.starts_on.isocalendar()
            last = date(year - 1, 12, 28).isocalendar().week
            return containing(date.fromisocalendar(year - 1, min(week, last), 1), "week")
        first, leap_day = self.starts_on, (self.starts_on.month, self.starts_on.day) == (2, 29)
        return containing(first.replace(year=first.year - 1, day=28 if leap_day else first.day), self.kind)

    def back(self, count: int) -> list["Span"]:
        """This period and those before it, ``count`` in all, the oldest first."""
        spans = [self]
        while len(spans) < count:
            spans.append(spans[-1].previous())
        return spans[::-1]

    def window(self, now: datetime) -> Window:
        """What its figures look at when they are computed at ``now``: never past its end."""
        return Window(self.starts_at, max(self.starts_at, min(self.ends_at, now)))

    def label(self, *, days: bool = True) -> str:
        """In the reader's language: 2026年第47周(11.16–11.22); without ``days``: 2026年第47周."""
        first, last = self.starts_on, self.ends_on
        values = {
            "year": self.code[:4], "number": int(re.sub(r"\D", "", self.code[5:]) or 0), "day": first.day,
            "month": first.month, "last_month": last.month, "last_day": last.day,
        }  # fmt: skip
        patterns = {
            "day": _("%(day)d/%(month)d/%(year)s"),
            "week": _("Week %(number)d of %(year)s (%(day)d/%(month)d–%(last_day)d/%(last_month)d)"),
            "month": _("%(year)s, month %(month)d"),
            "quarter": _("%(year)s, quarter %(number)d"),
            "year": _("Year %(year)s"),
        }
        if self.kind == "week" and not days:
            return _("Week %(number)d of %(year)s") % values
        return patterns[self.kind] % values

    @property
    def short(self) -> str:
        """The label without the days of a week, for the head of a column."""
        return self.label(days=False)


def containing(day: date, kind: str) -> Span:
    """The period of a kind that a date belongs to."""
    match kind:
        case "day":
            return Span(kind, day.isoformat(), day, day)
        case "week":
            year, week, weekday = day.isocalendar()
            monday = day - (weekday - 1) * ONE_DAY
            return Span(kind, f"{year}-W{week:02}", monday, monday + 6 * ONE_DAY)
        case "month":
            return Span(kind, f"{day:%Y-%m}", day.replace(day=1), _last_of_month(day.year, day.month))
        case "quarter":
            number = (day.month + 2) // 3
            last = _last_of_month(day.year, number * 3)
            return Span(kind, f"{day.year}-Q{number}", date(day.year, number * 3 - 2, 1), last)
        case "year":
            return Span(kind, f"{day.year}", date(day.year, 1, 1), date(day.year, 12, 31))
    raise ValueError(kind)


def _last_of_month(year: int, month: int) -> date:
    return date(year + month // 12, month % 12 + 1, 1) - ONE_DAY


def parse(code: str) -> Span:
    """Read ``2026-11-23``, ``2026-W47``, ``2026-11``, ``2026-Q4`` or ``2026``. Raises ValueError for anything else."""
    found = re.fullmatch(r"(20\d\d)(?:-W(\d\d)|-Q([1-4])|-(\d\d)-(\d\d)|-(\d\d))?", code, re.ASCII)
    if not found:
        raise ValueError(code)
    year = int(found[1])
    if found[2]:
        return containing(date.fromisocalendar(year, int(found[2]), 1), "week")
    if found[3]:
        return containing(date(year, int(found[3]) * 3, 1), "quarter")
    if found[4]:
        return containing(date(year, int(found[4]), int(found[5])), "day")
    if found[6]:
        return containing(date(year, int(found[6]), 1), "month")
    return containing(date(year, 1, 1), "year")


def all_containing(day: date) -> list[Span]:
    """The five periods a date belongs to, from day to year."""
    return [containing(day, kind) for kind in KINDS]
