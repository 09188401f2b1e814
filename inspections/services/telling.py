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

from ..models import Problem, ProblemUnit
from ..queries.appeals import handed_over_by
from ..rules import Move
from .acts import Act

HANDED_OVER = gettext_noop("%(code)s is yours to put right: %(text)s")
HANDED_OVER_MANY = gettext_noop("%(count)s problems were handed to %(unit)s: receive them.")
TO_RECEIVE, IN_HAND = "/problems/?state=handed_over", "/problems/?mine=on&order=due"
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
#: The same where a move was made on many at once, and the list to look at.
MANY_TO_HOLDER: dict[str, tuple[str, str]] = {
    Move.HAND_OVER: (HANDED_OVER_MANY, TO_RECEIVE),
    Move.TRANSFER: (HANDED_OVER_MANY, TO_RECEIVE),
    Move.SEND_BACK: (
        gettext_noop("%(count)s problems of %(unit)s were sent back, they are not put right yet."), IN_HAND
    ),
    Move.GRANT_TIME: (gettext_noop("%(count)s problems of %(unit)s: more time was granted."), IN_HAND),
    Move.REFUSE_TIME: (
        gettext_noop("%(count)s problems of %(unit)s: more time was refused, the deadlines stay."), IN_HAND
    ),
}  # fmt: skip
#: What whoever handed the problem over reads.
TO_OFFICE: dict[str, str] = {
    Move.RETURN: gettext_noop("%(unit)s returned %(code)s as another unit's: %(text)s"),
    Move.ASK_TIME: gettext_noop("%(unit)s asks for more time for %(code)s."),
    Move.ASK_SUSPEND: gettext_noop("%(unit)s asks to suspend %(code)s."),
}
LONGEST = 60  # characters of a problem that a notice repeats


def follow(before: Problem, now: Problem, act: Act) -> None:
    """One notice to each person whom a move concerns; who made it is not told. A run of many tells at its end."""
    if act.one_of_many:
        return
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


def tell_of_batch(problems: Sequence[Problem], *, by: User, at: datetime, move: str = Move.HAND_OVER, key: str) -> None:
    """What one move did to many at once is told each unit once, with how many; three statements.

    ``key`` names the occasion; where it has been told already it is not told again.
    """
    of_unit: dict[int, list[Problem]] = defaultdict(list)
    by_pk = {problem.pk: problem for problem in problems}
    for problem in problems:
        of_unit[problem.unit_id].append(problem)
    for pk, unit in ProblemUnit.objects.filter(problem__in=by_pk, until=None).values_list("problem", "unit"):
        of_unit[unit].append(by_pk[pk])
    members = Membership.objects.filter(unit__in=of_unit, user__is_active=True).exclude(user=by).select_related("unit")
    deliver(
        _of_batch(of_unit[member.unit_id], member, at, move, f"{key}:{member.unit_id}")
        for member in members.order_by("pk")
    )  # fmt: skip


def _of_batch(problems: Sequence[Problem], member: Membership, at: datetime, move: str, key: str) -> Notice:
    first, alone = problems[0], len(problems) == 1
    sentence, url = MANY_TO_HOLDER[move]
    values = {"code": first.code, "text": first.text[:LONGEST], "count": len(problems), "unit": member.unit.label}
    return Notice(
        person_id=member.user_id, kind=Notice.Kind.PROBLEM, key=key, at=at,
        sentence=TO_HOLDER[move] if alone else sentence, values=values, url=first.get_absolute_url() if alone else url,
    )  # fmt: skip
