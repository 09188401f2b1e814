"""The ledger as a board: a column for each state."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from campaign.guard import UserRequest, require
from campaign.models import User
from campaign.permissions import Permission, Role

from ..models import Problem
from ..queries.board import Column, columns_of
from ..queries.moves import RARE, moves_for
from ..rules import NOT_FOR_UNITS, OPEN_STATES, State
from .looking import answer, link, looked, set_left
from .problem_page import move_label


@require_safe
@require(Permission.SEE_PROBLEMS)
def board(request: UserRequest) -> HttpResponse:
    """Open problems by state, what is due first on top; each column has pages of its own."""
    look = looked(request)
    hidden = NOT_FOR_UNITS if request.user.role == Role.UNIT else ()
    states = [state for state in (*OPEN_STATES, State.CLOSED) if state not in hidden]
    column, after = request.GET.get("column", "")[:20], look.wanted.get("after") or ""
    columns = columns_of(look.found, counts=look.counts, states=states, column=column, after=after)
    for one in columns:
        set_left(one.cards, look)
    context = {"columns": list(_shown(request, columns, column if after else ""))}
    return answer(request, look, "inspections/board.html", context)


def _shown(request: UserRequest, columns: list[Column], paged: str) -> Iterator[dict[str, Any]]:
    words = dict(Problem.STATES)
    for column in columns:
        for card in column.cards:
            card.moves = _moves(card, request.user)  # type: ignore[attr-defined]
        yield {
            "state": column.state,
            "label": words[column.state],
            "count": column.count,
            "cards": column.cards,
            "first": link(request.GET) if column.state == paged else "",
            "next": link(request.GET) + f"&column={column.state}&after={column.after}" if column.after else "",
        }


def _moves(card: Problem, user: User) -> list[dict[str, str]]:
    """What a person may do with a card; each opens the problem at that move."""
    return [{"move": move.value, "label": move_label(move)} for move in moves_for(card, user) if move not in RARE]
