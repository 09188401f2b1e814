"""What became of each problem: handed over, received, repaired, checked; some late, some twice, some not yet."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile
from random import Random

from campaign.permissions import Permission
from campaign.rules import WorkClock, day_of, parse_limit
from inspections.rules import TRANSITIONS, Move, State

from .cases import Case, Deed
from .habits import Habit, habit_of
from .oddities import Oddities
from .office_time import OfficeTime
from .people import People
from .tables import dice
from .visits import History

#: Chances that a problem is withdrawn before it is handed over, and that it lies about for weeks.
CANCELLED, FORGOTTEN = 0.012, 0.01
WEEKS_LATE = (2 * 2400, 7 * 2400)
#: Office minutes of two days.
TWO_DAYS = 960
REPAIRED = ("已清理完毕，请核查", "已整改到位，请核查", "已安排专人整改并加强巡查", "已修复", "已劝导并规范")
AGAIN = ("现场仍有残留，请继续整改", "照片看不出整改效果，请重拍", "只整改了一处，其余未动")
CHECKED = ("经核查已整改，销号", "现场复查合格，销号", "照片核对一致，销号")
WITHDRAWN = ("与已有问题重复", "划线内停放，不算占道", "经核实不属实")


@dataclass(frozen=True, slots=True)
class Repairs:
    """Follow problems through the transition table up to ``history.now``; nothing happens outside office hours."""

    people: People
    history: History
    clock: WorkClock
    office: OfficeTime
    receive_limit: str
    odd: Oddities

    def follow(self, cases: list[Case]) -> None:
        """Give every case the steps that have been made so far."""
        habits = {case.site.unit_id: habit_of(case.site.unit) for case in cases}
        for n, case in enumerate(cases):
            unit, throw = case.site.unit_id, dice("case", self.history.today, n)
            officer = throw.choice(self.people.office)
            life = Life(case, habits[unit], throw, officer, self.people.contacts[unit], self)
            case.deeds = list(takewhile(lambda deed: deed.at <= self.history.now, life.all()))


@dataclass(frozen=True, slots=True)
class Life:
    """All that will ever happen to one problem; minutes are office minutes (see ``OfficeTime``)."""

    case: Case
    habit: Habit
    throw: Random
    officer: int
    contact: int
    world: Repairs

    def all(self) -> Iterator[Deed]:
        """Every step in order; the clocks start once the problem has been handed over."""
        case, throw, office, clock = self.case, self.throw, self.world.office, self.world.clock
        yield Deed("note", State.NOTED, case.noted_at, case.noted_by)
        minute = office.minute(case.known_at) + 8 + int(throw.expovariate(1 / 70))
        if throw.random() < CANCELLED:
            yield self.deed(Move.CANCEL, minute, WITHDRAWN)
            return
        handed = self.deed(Move.HAND_OVER, minute)
        yield handed
        case.receive_due_at = receive_due = clock.due(handed.at, parse_limit(self.world.receive_limit))
        case.due_at = due = clock.due(handed.at, parse_limit(case.item.limit))
        minute = self.received(minute, office.minute(receive_due))
        yield self.deed(Move.RECEIVE, minute)
        yield from self.repair(minute, office.minute(due))

    def received(self, minute: int, due: int) -> int:
        """When the unit signs for it: soon after ``minute``, or after ``due``."""
        if self.throw.random() < self.habit.prompt:
            return minute + int((due - minute) * self.throw.uniform(0.03, 0.4))
        return due + self.throw.randint(5, 240)

    def repair(self, minute: int, due: int) -> Iterator[Deed]:
        """Repairs and checks, until a check is passed: within the time from ``minute`` to ``due``, or late."""
        throw, day = self.throw, day_of(self.case.noted_at)
        if throw.random() < FORGOTTEN:
            minute = due + throw.randint(*WEEKS_LATE)
            check = throw.randint(15, 300)
        elif throw.random() < self.habit.in_time(self.world.history.age(day), day) and due - minute > 20:
            minute = self.oddly(minute + int((due - minute) * throw.uniform(0.15, 0.7)), due)
            check = int((due - minute) * throw.uniform(0.1, 0.8))
        else:
            minute = max(minute, due) + 20 + int(throw.expovariate(1 / 500))
            check = throw.randint(15, 300)
        yield self.deed(Move.SUBMIT, minute, REPAIRED)
        while throw.random() < self.habit.botched:
            minute += throw.randint(15, 200)
            yield self.deed(Move.SEND_BACK, minute, AGAIN)
            minute += throw.randint(60, 700)
            yield self.deed(Move.SUBMIT, minute, REPAIRED)
            check = throw.randint(15, 300)
        yield self.deed(Move.CLOSE, minute + check, CHECKED)

    def oddly(self, minute: int, due: int) -> int:
        """When a repair in time is reported: as it is done, in the last half hour, or all of two days at once."""
        unit = self.case.site.unit_id
        if unit == self.world.odd.last_minute:
            return max(minute, due - 5 - minute % 20)
        batch = minute + TWO_DAYS - 1 - minute % TWO_DAYS
        return batch if unit == self.world.odd.at_once and batch < due else minute

    def deed(self, move: Move, minute: int, notes: tuple[str, ...] = ("",)) -> Deed:
        """One move by whoever makes it, with one of the notes people type."""
        transition = TRANSITIONS[move]
        by = self.contact if transition.permission == Permission.REPAIR else self.officer
        at = self.world.office.moment(minute, self.throw.randint(0, 59))
        return Deed(move, str(transition.target), at, by, self.throw.choice(notes))
