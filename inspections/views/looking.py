"""What list, board, calendar and map of the ledger share: the filters in the address, and the switch between them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from campaign.guard import UserRequest
from campaign.permissions import Permission, Role
from campaign.queries import work_clock
from campaign.rules import Remaining, WorkClock

from ..forms.ledger import ProblemFilter
from ..models import Problem, SavedFilter
from ..queries import ledger
from ..queries.requests import requests_of
from ..rules import NOT_FOR_UNITS, State

#: Tabs in their order; unit staff do not see what was never handed over.
TABS = (ledger.OPEN, *State, ledger.ALL)
#: The ways to look at the same problems: name of the address, words, icon.
WAYS = (
    ("worklist", gettext_lazy("For me"), "user-check"),
    ("problems", pgettext_lazy("ledger", "List"), "list-details"),
    ("board", gettext_lazy("Board"), "layout-kanban"),
    ("deadlines", gettext_lazy("Calendar"), "calendar-event"),
    ("map", gettext_lazy("Map"), "map-pin"),
    ("compare", gettext_lazy("Comparison"), "trending-up"),
)
#: Fields of the filter that say where in it a person is, not what they look for.
PLACES = ("state", "after", "before", "order")
#: What belongs to one way of looking and is left behind in another.
PAGING = ("after", "before", "column", "month", "at")
OWN = (*PAGING, "order")


@dataclass(frozen=True)
class Look:
    """What a person wants to see: ``found`` are the problems that pass the filters, in whatever state."""

    form: ProblemFilter
    valid: bool
    wanted: dict[str, Any]
    found: QuerySet[Problem]
    state: str
    at: datetime

    @cached_property
    def clock(self) -> WorkClock:
        """The clock of the work calendar."""
        return work_clock()

    @cached_property
    def counts(self) -> dict[str, int]:
        """State → number of problems, with ``open`` and ``all``."""
        return ledger.counts(self.found)

    @property
    def filtered(self) -> bool:
        """Whether any filter besides the state is set."""
        return any(self.wanted.get(name) for name in self.form.fields if name not in PLACES)


def looked(request: UserRequest) -> Look:
    """Read the filters in the address; those that make no sense are left out and explained."""
    form = ProblemFilter(request.GET)
    valid = form.is_valid()
    now = timezone.now()
    found = ledger.narrowed(request.user, form.cleaned_data, at=now)
    return Look(form, valid, form.cleaned_data, found, form.cleaned_data.get("state") or ledger.OPEN, now)


def answer(request: UserRequest, look: Look, template: str, context: dict[str, Any]) -> HttpResponse:
    """The page with its filters; htmx gets the part below them, which each template calls ``ledger``."""
    may_export = request.user.can(Permission.EXPORT)
    may_maintain = request.user.can(Permission.MANAGE_CALENDAR)
    context |= {
        "form": look.form,
        "state": look.state,
        "ways": ways(request),
        "saved": _saved(request),
        "query": request.GET.urlencode(),
        "filtered": look.filtered,
        "export": link(request.GET, state=look.state) if may_export else "",
        "may_hand_over": request.user.can(Permission.HAND_OVER),
        "may_issue": request.user.can(Permission.ISSUE_PAPERS),
        "may_note": request.user.can(Permission.NOTE_PROBLEMS),
        "may_paste": request.user.can(Permission.PASTE_MESSAGES),
        "gaps": look.clock.gaps(timezone.localdate()) if may_maintain else [],
    }
    partial = request.htmx and not request.htmx.history_restore_request and request.htmx.target == "ledger"
    response = render(
        request, f"{template}#ledger" if partial else template, context, status=200 if look.valid else 422
    )
    patch_vary_headers(response, ["HX-Request"])
    return response


def ways(request: UserRequest) -> list[dict[str, Any]]:
    """The switch between the ways, each with the filters that stand in the address."""
    kept = link(request.GET, drop=OWN)
    return [
        {
            "label": label,
            "icon": icon,
            "url": (url := reverse(f"inspections:{name}")) + kept,
            "active": url == request.path,
        }
        for name, label, icon in WAYS
    ]


def _saved(request: UserRequest) -> list[dict[str, Any]]:
    """One's own saved filters and those offered to everybody, and which of them this page shows."""
    here = {name: value for name, value in request.GET.items() if value and name not in PAGING}
    return [
        {
            "name": kept.name,
            "url": f"?{kept.query}",
            "active": QueryDict(kept.query).dict() == here,
            "mine": kept.user_id == request.user.pk,
            "default": kept.is_default,
        }
        for kept in SavedFilter.objects.visible_to(request.user)
    ]


def tabs(request: UserRequest, look: Look) -> list[dict[str, Any]]:
    """The states with the number of problems in each."""
    words = {ledger.OPEN: pgettext("problems", "Open"), ledger.ALL: _("All"), **dict(Problem.STATES)}
    hidden = NOT_FOR_UNITS if request.user.role == Role.UNIT else ()
    return [
        {
            "label": words[state],
            "url": link(request.GET, state=state),
            "active": state == look.state,
            "count": look.counts.get(state, 0),
        }
        for state in TABS
        if state not in hidden
    ]


def set_left(rows: Iterable[Problem], look: Look) -> None:
    """Give each row ``left``: how far its deadline is, None where it has none or is closed."""
    for row in rows:
        row.left = _left(row, look.clock, look.at)  # type: ignore[attr-defined]


def set_asked(rows: Iterable[Problem]) -> None:
    """Give each row ``asked``: what its unit asks for and nobody has decided."""
    found = requests_of(rows)
    for row in rows:
        row.asked = found.get(row.pk, [])  # type: ignore[attr-defined]


def _left(row: Problem, clock: WorkClock, now: datetime) -> Remaining | None:
    return clock.remaining(row.due_at, now) if row.due_at and row.closed_at is None else None


def link(query: QueryDict, *, drop: Iterable[str] = (), **changes: str) -> str:
    """The same address with other values; a page's key never survives a change."""
    values = query.copy()
    for key in ("after", "before", "column", *drop):
        values.pop(key, None)
    for key, value in changes.items():
        values[key] = value
    return f"?{values.urlencode()}"
