"""The demonstration's ladder: limits by rule, what has climbed, the last digest, and supervision notices."""

from datetime import datetime, time, timedelta

from django.db.models import F

from campaign.models import Notice, User
from campaign.permissions import Role
from campaign.rules import ONE_DAY, SHANGHAI, WorkClock, day_of
from inspections.models import LimitRule, Problem, Supervision
from inspections.services.digests import write_digest
from inspections.services.ladder import climb
from inspections.services.supervisions import issue_supervision

ISSUED = 2
READ_AFTER = timedelta(days=3)


def make_reminders(clock: WorkClock, now: datetime) -> None:
    """As if the sweep had last run on the working day before ``now``."""
    LimitRule.objects.bulk_create(
        [
            LimitRule(source=Problem.Source.HOTLINE, receive_limit="2h", repair_limit="2d"),
            LimitRule(source=Problem.Source.HOTLINE, severity="serious", receive_limit="2h", repair_limit="8h"),
            LimitRule(source=Problem.Source.LEADER, receive_limit="1h"),
        ]
    )
    day = day_of(now) - ONE_DAY
    while not clock.is_working(day):
        day -= ONE_DAY
    morning = datetime.combine(day, time(9), SHANGHAI)
    climb(now=morning)
    write_digest(now=morning)
    office = User.objects.get(username=Role.OFFICE)
    for draft in Supervision.objects.order_by("due_at", "pk")[:ISSUED]:
        issue_supervision(
            supervision=draft, requirement="请主要负责同志牵头，立即组织整改，并书面报告整改情况。",
            deadline=day + 3 * ONE_DAY, contact="张敏 0911-8000000（演示）", by=office, at=morning,
        )  # fmt: skip
    Notice.objects.filter(at__lt=now - READ_AFTER).update(read_at=F("at"))


def put_in_order() -> None:
    """Write the notices anew in the order of their moments: an inbox shows them as they came."""
    rows = list(Notice.objects.order_by("at", "pk"))
    Notice.objects.all().delete()
    for row in rows:
        row.pk = None
    Notice.objects.bulk_create(rows, batch_size=1000)
