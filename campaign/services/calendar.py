"""The work calendar: a year written from the State Council's arrangement, a day corrected by hand."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import holidays
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from holidays.countries.china import ChinaStaticHolidays

from ..models import Notice, User, WorkDay
from ..permissions import Role
from ..queries import record, work_clock
from ..rules import ONE_DAY, day_of, days_of_year
from .notices import notify

#: Years that a calendar may be kept for.
FIRST_YEAR, LAST_YEAR = 2000, 2099


def arranged_years() -> frozenset[int]:
    """The years whose 调休 the installed list of Chinese public holidays knows."""
    return frozenset(ChinaStaticHolidays.special_public_holidays)


@transaction.atomic
def seed_work_year(year: int, by: User | None, *, plain: bool = False) -> None:
    """Write all days of a year: from the published arrangement with 调休, or ``plain`` weeks to be corrected by hand.

    Raises ValidationError where the arrangement is not known (it is never guessed) or the year is maintained already.
    """
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValidationError(_("A year between 2000 and 2099, please."))
    if not plain and year not in arranged_years():
        raise ValidationError(
            _(
                "The public holidays of %(year)s are not in this version's list. Update the program, or begin with"
                " plain weeks and correct the days by hand."
            )
            % {"year": year}
        )
    if WorkDay.objects.filter(date__year=year).count() == days_of_year(year):
        raise ValidationError(_("The calendar of %(year)s is maintained already.") % {"year": year})
    WorkDay.objects.bulk_create(
        _plain_days(year) if plain else _arranged_days(year), ignore_conflicts=True, batch_size=400
    )
    record("calendar.seeded", by=by, reference=str(year), after={"year": year, "plain": plain})


@transaction.atomic
def set_work_day(*, day: date, working: bool, note: str, by: User) -> None:
    """Say whether a day is worked, and why. Deadlines that were set before keep their date."""
    row, made = WorkDay.objects.select_for_update().get_or_create(date=day, defaults={"working": working, "note": note})
    before = {} if made else {"working": row.working, "note": row.note}
    row.working, row.note = working, note
    row.save()
    after = {"working": working, "note": note}
    if before != after:
        record("calendar.changed", by=by, reference=day.isoformat(), before=before, after=after)


def _days(year: int) -> Iterator[date]:
    first = date(year, 1, 1)
    return (first + timedelta(days=n) for n in range(days_of_year(year)))


def _plain_days(year: int) -> Iterator[WorkDay]:
    return (WorkDay(date=day, working=day.weekday() < 5) for day in _days(year))


def _arranged_days(year: int) -> Iterator[WorkDay]:
    # The neighbouring years are loaded too: 元旦 of the next year moves days of this December.
    known = holidays.country_holidays("CN", years=[year - 1, year, year + 1], language="zh_CN")
    for day in _days(year):
        working = known.is_working_day(day)
        moved = "调休上班" if working and day.weekday() >= 5 else ""
        yield WorkDay(date=day, working=working, note=moved or _name(known, day))


def _name(known: holidays.HolidayBase, day: date) -> str:
    """The name of the holiday; a day off beside it (weekend, 调休) bears the name of the days before it."""
    while not known.is_working_day(day):
        name = known.get(day, "").removesuffix("（补假）").removeprefix("农历")
        if name and not name.startswith("休息日"):
            return name
        day -= ONE_DAY
    return ""


MISSING = gettext_noop("The work calendar of %(year)s is missing: no deadline can run into that year. Enter it now.")


def warn_of_gaps(*, now: datetime) -> list[int]:
    """Tell office and system administrators of years that deadlines soon need, once a week; returns these years."""
    today = day_of(now)
    gaps = work_clock().gaps(today)
    week = today.isocalendar()
    people = list(User.objects.filter(is_active=True, role__in=[Role.OFFICE, Role.SYSTEM_ADMIN]) if gaps else ())
    for year in gaps:
        notify(
            people, sentence=MISSING, values={"year": year}, key=f"calendar:{year}:{week.year}-{week.week}",
            kind=Notice.Kind.SYSTEM, at=now,
        )  # fmt: skip
    return gaps
