"""What waits for one person: parts of the ledger with their numbers and the first few of each, by due date."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count, F, IntegerField, Q, QuerySet, Value

from campaign.models import User
from campaign.permissions import Permission, Role

from ..models import Problem
from ..rules import State
from .ledger import in_state, narrowed, order_of

SHOWN = 5
UNITS = 30

#: Role → the parts of its work list: a name, and the filters of the ledger that open the whole of it.
PARTS: dict[str, tuple[tuple[str, dict[str, str]], ...]] = {
    Role.UNIT: (
        ("receive", {"state": "handed_over", "mine": "on"}),
        ("redo", {"state": "sent_back", "mine": "on"}),
        ("repair", {"state": "received", "mine": "on"}),
    ),
    Role.OFFICE: (
        ("hand_over", {"state": "noted"}),
        ("check", {"state": "submitted"}),
        ("requests", {"state": "open", "asks": "on"}),
        ("handled", {"state": "open", "handled": "on"}),
    ),
    Role.INSPECTOR: (
        ("to_check", {"state": "submitted", "checks": "on"}),
        ("noted", {"state": "open", "mine": "on"}),
    ),
    Role.SUPERVISOR: (("overdue", {"state": "open", "overdue": "on"}), ("suspended", {"state": "suspended"})),
}
OTHERS = (("noted", {"state": "open", "mine": "on"}),)


@dataclass(slots=True)
class Part:
    """One part: its filters, how many problems it holds, how many of them are overdue, and the first of them."""

    name: str
    query: dict[str, str]
    count: int = 0
    late: int = 0
    rows: list[Problem] = field(default_factory=list)


def work_of(user: User, *, at: datetime, shown: int = SHOWN) -> list[Part]:
    """The parts of a person's work list with so many rows each; one statement for each number, two for all rows."""
    parts = [Part(name, query) for name, query in PARTS.get(user.role, OTHERS)]
    found = [_found(user, part, at) for part in parts]
    for part, problems in zip(parts, found, strict=True):
        counted = problems.aggregate(count=Count("pk"), late=Count("pk", filter=Q(closed_at=None, due_at__lt=at)))
        part.count, part.late = counted["count"], counted["late"]
    for place, row in _rows(found, shown):
        parts[place].rows.append(row)
    return parts


def _found(user: User, part: Part, at: datetime) -> QuerySet[Problem]:
    wanted: dict[str, Any] = {name: value == "on" or value for name, value in part.query.items()}
    return in_state(narrowed(user, wanted, at=at).order_by(), part.query["state"])


def _rows(found: list[QuerySet[Problem]], shown: int) -> list[tuple[int, Problem]]:
    """The first rows of each part, each with the place of the part."""
    first = [
        problems.order_by(*order_of(by_due=True))
        .annotate(part=Value(place, IntegerField()))
        .values_list("part", "pk")[:shown]
        for place, problems in enumerate(found)
    ]
    chosen = list(first[0].union(*first[1:], all=True))
    rows = Problem.objects.select_related("site", "unit").in_bulk({pk for _part, pk in chosen})
    return [(place, rows[pk]) for place, pk in chosen]


def open_by_unit(user: User, *, at: datetime) -> list[dict[str, Any]]:
    """Units with what they hold open, those with most overdue first; nothing for those who see no other unit."""
    if not user.can(Permission.HAND_OVER) and user.role != Role.SUPERVISOR:
        return []
    late = Q(due_at__lt=at)
    lines = (
        Problem.objects.visible_to(user)
        .open()
        .exclude(state=State.NOTED)
        .order_by()
        .values(unit_code=F("unit__code"), unit_label=F("unit__label"))
        .annotate(
            count=Count("pk"),
            late=Count("pk", filter=late),
            unreceived=Count("pk", filter=Q(state=State.HANDED_OVER, receive_due_at__lt=at)),
            to_check=Count("pk", filter=Q(state=State.SUBMITTED)),
        )
    )
    return [dict(line) for line in lines.order_by("-late", "-count", "unit_code")[:UNITS]]
