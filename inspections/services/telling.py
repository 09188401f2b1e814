"""Who is told of a move: the holder and its helpers what comes to them, the office's person what is asked of them.

Who is to check on the spot is told where that is written (``checks``).
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from django.utils.translation import gettext_noop

from campaign.models import Notice, User
from campaign.services.notices import deliver, notify
from units.models import Membership

from ..models import Problem
from ..queries.appeals import handed_over_by
from ..rules import Move
from .acts import Act

HANDED_OVER = gettext_noop("%(code)s is yours to put right: %(text)s")
HANDED_OVER_MANY = gettext_noop("%(count)s problems were handed to %(unit)s: receive them.")
#: What the people of the holder and of the units that help read, by move.
TO_HOLDER: dict[str, str] = {
    Move.HAND_OVER: HANDED_OVER,
    Move.TRANSFER: HANDED_OVER,
    Move.SEND_BACK: gettext_noop("%(code)s was sent back, it is not put right yet: %(text)s"),
    Move.REOPEN: gettext_noop("%(code)s was reopened: %(text)s"),
    Move.GRANT_TIME: gettext_noop("%(code)s: more time was granted."),
    Move.REFUSE_TIME: gettext_noop("%(code)s: more time was refused, the deadline stays."),
    Move.SUSPEND: gettext_noop("%(code)s was suspended."),
    Move.REFUSE_SUSPENSION: gettext_noop("%(code)s: the suspension was refused, the deadline stays."),
    Move.RESUME: gettext_noop("%(code)s goes on after its suspension: %(text)s"),
}
#: What whoever handed the problem over reads.
TO_OFFICE: dict[str, str] = {
    Move.RETURN: gettext_noop("%(unit)s returned %(code)s as another unit's: %(text)s"),
    Move.ASK_TIME: gettext_noop("%(unit)s asks for more time for %(code)s."),
    Move.ASK_SUSPEND: gettext_noop("%(unit)s asks to suspend %(code)s."),
}
LONGEST = 60  # characters of a problem that a notice repeats


def follow(before: Problem, now: Problem, act: Act) -> None:
    """One notice to each person whom a move concerns; who made it is not told."""
    if act.move in TO_HOLDER:
        helping = now.supporting.filter(until=None).values_list("unit_id", flat=True)
        _tell(people_of([now.unit_id, *helping]), TO_HOLDER[act.move], now, act)
    elif act.move in TO_OFFICE:
        _tell({handed_over_by(now)} - {None}, TO_OFFICE[act.move], now, act)


def _tell(people: Collection[int | None], sentence: str, now: Problem, act: Act) -> None:
    told = [pk for pk in people if pk is not None and pk != act.by.pk]
    values = {"code": now.code, "text": now.text[:LONGEST], "unit": now.unit.label}
    url, key = now.get_absolute_url(), f"{act.move}:{now.code}:{now.version}"
    notify(told, sentence=sentence, values=values, url=url, key=key, at=act.at)


def people_of(units: Iterable[int]) -> set[int]:
    """The ids of everybody who works for one of the units."""
    members = Membership.objects.filter(unit__in=set(units), user__is_active=True)
    return set(members.values_list("user_id", flat=True))


def tell_of_batch(problems: Sequence[Problem], *, by: User, at: datetime) -> None:
    """What was handed over together is told each unit once, with how many; two statements."""
    units: dict[int, list[Problem]] = defaultdict(list)
    for problem in problems:
        units[problem.unit_id].append(problem)
    members = Membership.objects.filter(unit__in=units, user__is_active=True).exclude(user=by)
    deliver(
        _of_batch(units[unit], person, at)
        for unit, person in members.order_by("pk").values_list("unit_id", "user_id")
    )  # fmt: skip


def _of_batch(problems: Sequence[Problem], person: int, at: datetime) -> Notice:
    first, alone = problems[0], len(problems) == 1
    values = {"code": first.code, "text": first.text[:LONGEST], "count": len(problems), "unit": first.unit.label}
    return Notice(
        person_id=person, kind=Notice.Kind.PROBLEM, key=f"handed_over:{first.code}:{first.version}", at=at,
        sentence=HANDED_OVER if alone else HANDED_OVER_MANY, values=values,
        url=first.get_absolute_url() if alone else "/problems/?state=handed_over",
    )  # fmt: skip
