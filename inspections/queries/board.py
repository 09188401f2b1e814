"""The ledger as columns of cards, one for each state, what is due first on top."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import QuerySet

from ..models import Photo, Problem
from ..rules import State
from .ledger import order_of, parts_beyond

COLUMN = 15


@dataclass(slots=True)
class Column:
    """One state: its cards, how many problems stand in it, and the code after which more cards lie (empty: none)."""

    state: State
    count: int
    cards: list[Problem] = field(default_factory=list)
    after: str = ""


def columns_of(
    problems: QuerySet[Problem],
    *,
    counts: Mapping[str, int],
    states: Sequence[State],
    column: str = "",
    after: str = "",
    size: int = COLUMN,
) -> list[Column]:
    """The first cards of every state; in the state ``column`` those that follow the problem with the code ``after``.

    Each card has ``photo``: its first photograph from before, or None. Four statements, however many the columns.
    """
    anchor = Problem.objects.filter(code=after).only("code", "due_at").first() if after else None
    columns = {state: Column(state, counts.get(state, 0)) for state in states}
    for card in _cards(problems, columns.values(), column, anchor, size + 1):
        found = columns[State(card.state)]
        if len(found.cards) < size:
            found.cards.append(card)
        else:
            found.after = found.cards[-1].code
    return list(columns.values())


def _cards(
    problems: QuerySet[Problem], columns: Iterable[Column], column: str, anchor: Problem | None, most: int
) -> QuerySet[Problem]:
    """At least so many of each state where there are so many, in order of their deadlines."""
    first = []
    for one in columns:
        standing = problems.filter(state=one.state)
        order = order_of(by_due=True, count=one.count)
        for part in parts_beyond(standing, anchor if one.state == column else None, by_due=True):
            first.append(part.order_by(*order).values("pk")[:most])
    chosen = list(first[0].union(*first[1:], all=True).values_list("pk", flat=True)) if first else []
    cards = Problem.objects.filter(pk__in=chosen).select_related("site", "unit").order_by(*order_of(by_due=True))
    pictures = Photo.objects.filter(problem__in=chosen, role=Photo.Role.BEFORE).order_by("problem", "id")
    thumbs = dict(pictures.distinct("problem").values_list("problem", "client_uuid"))
    for card in cards:
        card.photo = thumbs.get(card.pk)  # type: ignore[attr-defined]
    return cards
