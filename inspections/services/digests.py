"""One digest a working day: what each person has to know of the ladder, in one notice and one e-mail."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from campaign.models import Delivery, Notice, Robot
from campaign.models.notice import told
from campaign.queries import work_clock
from campaign.rules import SHANGHAI
from campaign.services.notices import deliver
from campaign.services.sending import announce, post

from ..models import Climb, Digest
from ..queries.reminders import Line, Reminder, overdue_by_group, reminders
from ..queries.settings import ledger_settings
from ..rules import Rung

HEAD = gettext_noop("Reminders of %(day)s: %(count)s problems")
SENTENCES = {
    Rung.DUE_SOON: gettext_noop("Due %(due)s: %(code)s %(text)s (%(unit)s)"),
    Rung.OVERDUE: gettext_noop("Overdue since %(due)s: %(code)s %(text)s (%(unit)s)"),
    Rung.SUPERVISION: gettext_noop("Supervision notice to issue, overdue since %(due)s: %(code)s %(text)s (%(unit)s)"),
    Rung.SUPERVISOR: gettext_noop("Long overdue, since %(due)s: %(code)s %(text)s (%(unit)s)"),
}
SUBJECT = gettext_noop("Your reminders of %(day)s")
TO_GROUPS = gettext_noop("Overdue on %(day)s: %(count)s problems")
MORE = gettext_noop("and %(count)s more in the ledger")
LEDGER = "/problems/?order=due"
#: Unread notices besides the digest's own that an e-mail spells out.
MOST_UNREAD = 20


def write_digest(*, now: datetime) -> int | None:
    """Write the day's digest when its time has come, once; returns how many people it told, None for not now.

    In office hours only: a digest whose time passed while nothing ran is written later that day, and what it would
    have told is never lost, since the rungs wait for the next one. All in one transaction, so one that dies halfway
    has told nobody. Raises UnknownYear where the work calendar lacks the year.
    """
    clock, local = work_clock(), now.astimezone(SHANGHAI)
    if not clock.is_open(now) or local.time() < ledger_settings().digest_at:
        return None
    return _write(local.date(), now)


@transaction.atomic
def _write(day: date, now: datetime) -> int | None:
    """The row of the day is the claim: a second writer waits here for the first, and then finds nothing to do."""
    if not _claimed(day, now):
        return None
    Climb.objects.filter(told_on=None).update(told_on=day)
    found = list(reminders(day=day))
    deliver(_notice(reminder, day, now) for reminder in found)
    if settings.EMAIL_ON:
        _mail(day, now)
    _tell_groups(day, now)
    Digest.objects.filter(day=day).update(people=len(found))
    return len(found)


def _claimed(day: date, now: datetime) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO inspections_digest (day, at, people) VALUES (%s, %s, 0) ON CONFLICT DO NOTHING", [day, now]
        )
        return cursor.rowcount == 1


def _notice(reminder: Reminder, day: date, now: datetime) -> Notice:
    lines = [_line(line) for line in reminder.lines]
    if more := reminder.whole - len(lines):
        lines.append({"sentence": MORE, "values": {"count": more}, "url": LEDGER})
    return Notice(
        person_id=reminder.person_id, kind=Notice.Kind.DIGEST, key=f"digest:{day}", sentence=HEAD,
        values={"day": day.isoformat(), "count": reminder.whole}, lines=lines, url=LEDGER, at=now,
    )  # fmt: skip


def _line(line: Line) -> dict[str, object]:
    due = line.due_at.astimezone(SHANGHAI).isoformat(timespec="minutes")
    values = {"due": due, "code": line.code, "text": line.text, "unit": line.unit}
    return {"sentence": SENTENCES[Rung(line.rung)], "values": values, "url": f"/problems/{line.code}/"}


def _mail(day: date, now: datetime) -> None:
    """One e-mail to each person with an address who has something to read that no e-mail has told yet."""
    unread = Notice.objects.unread().filter(mailed_at=None, person__is_active=True).exclude(person__email="")
    by_person: dict[int, list[Notice]] = {}
    for notice in unread.order_by("person", "-id"):
        by_person.setdefault(notice.person_id, []).append(notice)
    post(
        Delivery(
            key=f"digest:{day}:{person}", person_id=person, at=now, next_try_at=now,
            subject=told(SUBJECT, {"day": day.isoformat()}), text=letter(notices),
        )
        for person, notices in by_person.items()
    )  # fmt: skip
    sent = [notice.pk for notices in by_person.values() for notice in notices]
    Notice.objects.filter(pk__in=sent).update(mailed_at=now)


def letter(notices: Sequence[Notice]) -> str:
    """The text of an e-mail: the digest with its lines, then the other unread notices."""
    ordered = sorted(notices, key=lambda notice: notice.kind != Notice.Kind.DIGEST)
    lines: list[str] = []
    for notice in ordered[:MOST_UNREAD]:
        lines += [notice.text, *(f"  · {line['text']}" for line in notice.texts)]
    if len(ordered) > MOST_UNREAD:
        lines.append(_("and %(count)s more in the inbox") % {"count": len(ordered) - MOST_UNREAD})
    return "\n".join([*lines, *_where("/inbox/")])


def _where(path: str) -> Iterable[str]:
    return ["", f"{settings.SITE_URL}{path}"] if settings.SITE_URL else []


def _tell_groups(day: date, now: datetime) -> None:
    """What is overdue, by ranking group and in numbers only, to the chat groups that want it."""
    robots = Robot.objects.filter(active=True, tells_overdue=True)
    groups = overdue_by_group(at=now) if robots else []
    if not groups:
        return
    whole = sum(count for _name, count in groups)
    words = told(TO_GROUPS, {"day": day.isoformat(), "count": whole})
    one = _("%(group)s: %(count)s problems")
    lines = [one % {"group": name or _("Other units"), "count": count} for name, count in groups]
    announce(to=robots, text="\n".join([words, *lines, *_where("/problems/?overdue=on")]), key=f"overdue:{day}", at=now)
