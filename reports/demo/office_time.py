"""Office time as one line of minutes: so that invented steps happen while somebody is at work."""

from bisect import bisect_right
from datetime import UTC, date, datetime

from campaign.rules import ONE_DAY, SHANGHAI, WorkClock


class OfficeTime:
    """Minutes counted only inside office hours of working days, from the opening of ``first`` on."""

    def __init__(self, clock: WorkClock, first: date, last: date) -> None:
        self.opens: list[float] = []
        self.before: list[int] = []
        self.length: list[int] = []
        total, day = 0, first
        while day <= last:
            for start, end in clock.hours if clock.is_working(day) else ():
                opens = datetime.combine(day, start, SHANGHAI).timestamp()
                closes = datetime.combine(day, end, SHANGHAI).timestamp()
                self.opens.append(opens)
                self.before.append(total)
                self.length.append(int(closes - opens) // 60)
                total += self.length[-1]
            day += ONE_DAY

    def minute(self, moment: datetime) -> int:
        """The office minute of a moment; outside office hours that of the next opening."""
        stamp = moment.timestamp()
        n = bisect_right(self.opens, stamp) - 1
        if n < 0:
            return 0
        return self.before[n] + min(int(stamp - self.opens[n]) // 60, self.length[n])

    def moment(self, minute: int, second: int = 0) -> datetime:
        """The moment of an office minute, in UTC."""
        n = bisect_right(self.before, minute) - 1
        stamp = self.opens[n] + (minute - self.before[n]) * 60 + second
        return datetime.fromtimestamp(stamp, UTC)
