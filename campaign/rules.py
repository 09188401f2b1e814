"""Working time: limits such as ``4h`` and ``3d``, and the clock that counts them. No database here.

Source of the two units: 数字城管 limits are given in 工作时 or 工作日 (GB/T 30428; domain tables of cities).
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Literal
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

SHANGHAI = ZoneInfo("Asia/Shanghai")
ONE_DAY = timedelta(days=1)


class UnknownYear(ValueError):
    """The work calendar has no complete entry for a year that a clock would have to run through.

    As text it is a sentence for the person who met it, in their language.
    """

    def __init__(self, year: int) -> None:
        super().__init__(year)
        self.year = year

    def __str__(self) -> str:
        return _(
            "The work calendar of %(year)s is not maintained yet, so no time limit can run into that year."
            " The creation office enters it on the page Work calendar."
        ) % {"year": self.year}


@dataclass(frozen=True, slots=True)
class Limit:
    """An amount of working time: ``amount`` of 工作时 (``h``) or 工作日 (``d``)."""

    amount: int
    unit: Literal["h", "d"]

    def __str__(self) -> str:
        return f"{self.amount}{self.unit}"


def parse_limit(text: str) -> Limit:
    """Read ``4h``, ``3d``, ``4工作时``, ``3工作日``. Raises ValueError for anything else or an amount outside 1–999."""
    found = re.fullmatch(r"([1-9]\d{0,2})\s*(h|d|工作时|工作日)", text.strip().lower())
    if not found:
        raise ValueError(text)
    return Limit(int(found[1]), "h" if found[2] in ("h", "工作时") else "d")


def parse_distance(text: str) -> Limit:
    """As ``parse_limit``, with ``0`` for no time at all: how far from a deadline something happens."""
    return Limit(0, "h") if text.strip() == "0" else parse_limit(text)


Span = tuple[time, time]


@dataclass(frozen=True, slots=True)
class Stretch:
    """A piece of a deadline's path: time that counted (``rest`` false) or days that did not.

    ``counted`` is what the piece added: working days (int) or working time; zero while the clock rested.
    """

    starts: datetime
    ends: datetime
    counted: timedelta | int
    rest: bool = False


def parse_office_hours(text: str) -> tuple[Span, ...]:
    """Read ``08:00-12:00,14:00-18:00`` into spans in order. Raises ValueError when malformed, empty or overlapping."""
    spans = []
    for part in text.split(","):
        opens, closes = (time.fromisoformat(end.strip()) for end in part.split("-"))
        spans.append((opens, closes))
    ends = [end for span in spans for end in span]
    if ends != sorted(set(ends)):
        raise ValueError(text)
    return tuple(spans)


class Nearness(StrEnum):
    """How far a deadline is, in the words that fit; see ``Remaining``."""

    HOURS_LATE = "hours_late"
    DAYS_LATE = "days_late"
    TODAY = "today"
    TOMORROW = "tomorrow"
    DAYS_LEFT = "days_left"
    FAR = "far"


@dataclass(frozen=True, slots=True)
class Remaining:
    """What is left until ``due``: ``amount`` of hours or calendar days late, or of working days left.

    ``FAR`` means that the work calendar does not know the years until then; today and tomorrow need no amount.
    """

    due: datetime
    nearness: Nearness
    amount: int = 0

    @property
    def late(self) -> bool:
        """Whether the deadline has passed."""
        return self.nearness in (Nearness.HOURS_LATE, Nearness.DAYS_LATE)

    @property
    def soon(self) -> bool:
        """Whether it is due today or tomorrow."""
        return self.nearness in (Nearness.TODAY, Nearness.TOMORROW)


@dataclass(frozen=True, slots=True)
class WorkClock:
    """Counts working time. ``working``: the working dates; ``years``: the years for which these are complete."""

    working: Collection[date]
    years: Collection[int]
    hours: tuple[Span, ...] = ((time(8), time(12)), (time(14), time(18)))

    def is_working(self, day: date) -> bool:
        """Whether a date is worked. Raises UnknownYear where the calendar has no such year: never a guess."""
        if day.year not in self.years:
            raise UnknownYear(day.year)
        return day in self.working

    def next_working(self, day: date) -> date:
        """The first working date after ``day``."""
        day += ONE_DAY
        while not self.is_working(day):
            day += ONE_DAY
        return day

    def start(self, moment: datetime) -> datetime:
        """The moment a clock begins: ``moment`` itself in office hours, else the next opening."""
        local = moment.astimezone(SHANGHAI)
        day, clock = local.date(), local.time()
        if self.is_working(day):
            if any(opens <= clock <= closes for opens, closes in self.hours):
                return local
            for opens, _closes in self.hours:
                if clock < opens:
                    return _at(day, opens)
        return _at(self.next_working(day), self.hours[0][0])

    def due(self, moment: datetime, limit: Limit) -> datetime:
        """When a limit that starts at ``moment`` runs out.

        What begins outside office hours counts from the next opening. Working days keep the time of day (Monday 10:42
        + 3d = Thursday 10:42; Monday 01:17 + 3d = Thursday 08:00); working hours run in office hours only (Friday
        16:00 + 4h = Monday 10:00).
        """
        begin = self.start(moment)
        if limit.unit == "h":
            return self._after(begin, timedelta(hours=limit.amount))
        day = begin.date()
        for _day in range(limit.amount):
            day = self.next_working(day)
        return datetime.combine(day, begin.time(), SHANGHAI)

    def is_open(self, moment: datetime) -> bool:
        """Whether a moment lies in office hours."""
        local = moment.astimezone(SHANGHAI)
        return self.is_working(local.date()) and any(opens <= local.time() < closes for opens, closes in self.hours)

    def ahead(self, moment: datetime, limit: Limit) -> datetime:
        """The latest deadline that is no more than a limit away from ``moment``."""
        return self.due(moment, limit) if limit.amount else moment

    def back(self, moment: datetime, limit: Limit) -> datetime:
        """The latest deadline that was missed by at least a limit at ``moment``."""
        local = moment.astimezone(SHANGHAI)
        if not limit.amount:
            return local
        if limit.unit == "h":
            return self._before(local, timedelta(hours=limit.amount))
        day = local.date()
        for _day in range(limit.amount):
            day = self._last_working(day)
        return datetime.combine(day, local.time(), SHANGHAI)

    def _last_working(self, day: date) -> date:
        day -= ONE_DAY
        while not self.is_working(day):
            day -= ONE_DAY
        return day

    def _before(self, end: datetime, left: timedelta) -> datetime:
        day = end.date()
        while True:
            for opens, closes in reversed(self.hours if self.is_working(day) else ()):
                latest = min(_at(day, closes), end)
                room = latest - _at(day, opens)
                if room >= left:
                    return latest - left
                left -= max(room, timedelta())
            day = self._last_working(day)

    def _after(self, begin: datetime, left: timedelta) -> datetime:
        day, earliest = begin.date(), begin
        while True:
            for opens, closes in self.hours:
                start = max(datetime.combine(day, opens, SHANGHAI), earliest)
                room = datetime.combine(day, closes, SHANGHAI) - start
                if room >= left:
                    return start + left
                left -= max(room, timedelta())
            day = self.next_working(day)
            earliest = datetime.combine(day, time(), SHANGHAI)

    def explain(self, moment: datetime, limit: Limit) -> list[Stretch]:
        """The way from ``moment`` to ``due(moment, limit)``, piece by piece; the last piece ends when it is due.

        Working hours make a piece per working day, working days a piece per unbroken run of them; days off between
        them are pieces of rest. Friday 16:00 + 4h: Friday 16:00 to 18:00 counts 2 hours, Saturday and Sunday rest,
        Monday 08:00 to 10:00 counts 2 hours.
        """
        begin = self.start(moment)
        day = day_of(moment)
        path = self._rests(day if self.is_working(day) else day - ONE_DAY, begin.date())
        if limit.unit == "h":
            return path + self._explain_hours(begin, self.due(moment, limit))
        return path + self._explain_days(begin, limit.amount)

    def _explain_hours(self, begin: datetime, due: datetime) -> list[Stretch]:
        days = [begin.date()]
        while days[-1] < due.date():
            days.append(self.next_working(days[-1]))
        path: list[Stretch] = []
        last = begin.date()
        for day in days:
            spans = [(max(_at(day, opens), begin), min(_at(day, closes), due)) for opens, closes in self.hours]
            counted = [(start, end) for start, end in spans if start < end]
            if counted:
                worked = sum((end - start for start, end in counted), timedelta())
                path += [*self._rests(last, day), Stretch(counted[0][0], counted[-1][1], worked)]
                last = day
        return path

    def _explain_days(self, begin: datetime, amount: int) -> list[Stretch]:
        runs: list[list[date]] = []
        day = begin.date()
        for _day in range(amount):
            following = self.next_working(day)
            if runs and following - day == ONE_DAY:
                runs[-1].append(following)
            else:
                runs.append([following])
            day = following
        path: list[Stretch] = []
        last = begin.date()
        for run in runs:
            counted = Stretch(_at(run[0], begin.time()), _at(run[-1], begin.time()), len(run))
            path += [*self._rests(last, run[0]), counted]
            last = run[-1]
        return path

    def _rests(self, last: date, following: date) -> list[Stretch]:
        return [self._rest(last + ONE_DAY, following)] if following - last > ONE_DAY else []

    @staticmethod
    def _rest(first: date, following: date) -> Stretch:
        return Stretch(start_of(first), start_of(following), 0, rest=True)

    def gaps(self, on: date, *, ahead: int = 60) -> list[int]:
        """Years that clocks started on a day run into within ``ahead`` days and that the calendar does not know."""
        return [year for year in sorted({on.year, (on + ahead * ONE_DAY).year}) if year not in self.years]

    def days_between(self, first: date, last: date) -> int:
        """Working days after ``first`` up to and including ``last``; negative when ``last`` lies before ``first``."""
        if last < first:
            return -self.days_between(last, first)
        span = (first + ONE_DAY * n for n in range(1, (last - first).days + 1))
        return sum(self.is_working(day) for day in span)

    def shifted(self, due: datetime, limit: Limit, *, since: datetime, till: datetime) -> datetime:
        """A deadline moved by the working time between two moments, counted as its limit counts: days or hours."""
        if limit.unit == "d":
            day = day_of(due)
            for _day in range(self.days_between(day_of(since), day_of(till))):
                day = self.next_working(day)
            return _at(day, due.astimezone(SHANGHAI).time())
        worked = self.worked(since, till)
        return self._after(self.start(due), worked) if worked else due

    def worked(self, since: datetime, till: datetime) -> timedelta:
        """Working time between two moments."""
        total, day = timedelta(), day_of(since)
        while day <= day_of(till):
            if self.is_working(day):
                spans = ((max(_at(day, opens), since), min(_at(day, closes), till)) for opens, closes in self.hours)
                total += sum((max(end - start, timedelta()) for start, end in spans), timedelta())
            day += ONE_DAY
        return total

    def remaining(self, due: datetime, at: datetime) -> Remaining:
        """How far ``due`` is at a moment. A deadline is late from the first instant after it."""
        today, day = day_of(at), day_of(due)
        if due < at:
            if day == today:
                return Remaining(due, Nearness.HOURS_LATE, (at - due) // timedelta(hours=1))
            return Remaining(due, Nearness.DAYS_LATE, (today - day).days)
        if day - today <= ONE_DAY:
            return Remaining(due, Nearness.TODAY if day == today else Nearness.TOMORROW)
        try:
            return Remaining(due, Nearness.DAYS_LEFT, self.days_between(today, day))
        except UnknownYear:
            return Remaining(due, Nearness.FAR)


def days_of_year(year: int) -> int:
    """365 or 366."""
    return (date(year + 1, 1, 1) - date(year, 1, 1)).days


def day_of(moment: datetime) -> date:
    """The Asia/Shanghai date a moment belongs to."""
    return moment.astimezone(SHANGHAI).date()


def _at(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, SHANGHAI)


def start_of(day: date) -> datetime:
    """The first instant of an Asia/Shanghai date."""
    return datetime.combine(day, time(), SHANGHAI)
