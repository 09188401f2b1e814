"""What the page of one problem shows: photographs, story, clock, and the forms of the moves this person may make."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest
from typing import Any

from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaign.models import User
from campaign.permissions import Permission
from campaign.queries import work_clock
from campaign.rules import Stretch, UnknownYear, WorkClock, day_of, parse_limit
from campaign.templatetags.present import daytime
from campaign.templatetags.work_time import limit
from units.models import Unit

from ..forms.ledger import FORMS, MoveForm
from ..models import Photo, Problem, Step
from ..queries import ledger
from ..queries.checklist import LimitChoice, limit_choices, units_near
from ..rules import Move
from ..services.ledger import due_dates

Typed = tuple[Move, MoveForm]


#: Verb and consequence of every move but the hand-over, whose consequence is a date.
WORDS = {
    Move.RECEIVE: (
        gettext_lazy("Receive"),
        gettext_lazy("Confirms that your unit has it. The deadline stays: %(due)s."),
    ),
    Move.SUBMIT: (
        gettext_lazy("Submit the repair"),
        gettext_lazy("Goes to the creation office for checking; the clock runs until it is closed."),
    ),
    Move.SEND_BACK: (
        gettext_lazy("Send back"),
        gettext_lazy("Goes back to %(unit)s and counts as one rework; the deadline does not move."),
    ),
    Move.CLOSE: (
        gettext_lazy("Close the problem"),
        gettext_lazy("A closed problem counts in the figures of %(unit)s from today and does not change any more."),
    ),
    Move.CANCEL: (
        gettext_lazy("Cancel it"),
        gettext_lazy("It will not be handed over and counts for nobody. The reason stays in the ledger."),
    ),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """One move this person may make: its words, what it will do, and its form."""

    move: Move
    label: str
    consequence: str
    url: str
    form: MoveForm
    photos: list[Photo]
    limits: dict[str, LimitChoice]
    units: list[Unit]


def page_context(user: User, problem: Problem, *, at: datetime, typed: Typed | None = None) -> dict[str, Any]:
    """Everything the template shows; ``typed`` is a form that came back, shown instead of an empty one."""
    clock = work_clock()
    open_due = problem.due_at if problem.closed_at is None else None
    return {
        "problem": problem,
        "left": clock.remaining(open_due, at) if open_due else None,
        "path": _path(problem, clock),
        "pairs": _pairs(problem),
        "steps": _timeline(problem, user),
        "inspection": ledger.seen_inspection(problem, user),
        "choices": [_choice(problem, move, user, at, typed) for move in ledger.moves_for(problem, user)],
        "trail": [{"label": _("Problem ledger"), "url": reverse("inspections:problems")}],
        "as_text": _as_text(problem),
        "sees_units": user.can(Permission.SEE_UNITS),
    }


def _path(problem: Problem, clock: WorkClock) -> list[Stretch]:
    """How the deadline was computed; empty where today's calendar does not lead to the date that was set."""
    if problem.handed_over_at is None or problem.due_at is None:
        return []
    try:
        path = clock.explain(problem.handed_over_at, parse_limit(problem.limit))
    except (UnknownYear, ValueError):
        return []
    return path if path[-1].ends == problem.due_at else []


def _pairs(problem: Problem) -> list[dict[str, Any]]:
    photos = [(photo.role, _picture(photo)) for photo in problem.photos.all()]
    before = [picture for role, picture in photos if role == Photo.Role.BEFORE]
    after = [picture for role, picture in photos if role == Photo.Role.AFTER]
    return [{"before": first, "after": second} for first, second in zip_longest(before, after)]


def _picture(photo: Photo) -> dict[str, str]:
    return {
        "url": reverse("inspections:thumb", args=[photo.client_uuid]),
        "full": reverse("inspections:photo", args=[photo.client_uuid]),
        "caption": daytime(photo.received_at),
    }


def _timeline(problem: Problem, user: User) -> Iterator[dict[str, Any]]:
    step: Step
    for step in ledger.story(problem, user):
        yield {
            "state": step.state,
            "title": step.get_move_display(),
            "at": step.at,
            "by": f"{step.who} → {step.unit.label}" if step.move == Move.HAND_OVER else step.who,  # type: ignore[attr-defined]
            "note": step.note,
        }


def _choice(problem: Problem, move: Move, user: User, at: datetime, typed: Typed | None) -> Choice:
    if typed and typed[0] == move:
        form = typed[1]
    else:
        form = FORMS[move](
            initial={
                "version": problem.version, "unit": problem.unit.label, "limit": problem.limit, "text": problem.text,
            },
            auto_id=f"{move}-%s",
        )  # fmt: skip
    label, consequence = _words(problem, move, at)
    url = reverse("inspections:problem_move", args=[problem.code, move.value])
    handing = move == Move.HAND_OVER
    return Choice(
        move, label, consequence, url, form,
        photos=_arrived(form, user),
        limits=limit_choices({problem.limit}, at=at) if handing else {},
        units=units_near(problem.unit, on=day_of(at), site=problem.site) if handing else [],
    )  # fmt: skip


def _arrived(form: MoveForm, user: User) -> list[Photo]:
    """The photographs that a form which came back names, already stored and not yet attached."""
    named = getattr(form, "cleaned_data", {}).get("photos")
    return list(Photo.objects.filter(client_uuid__in=named, uploaded_by=user, problem=None)) if named else []


def _words(problem: Problem, move: Move, at: datetime) -> tuple[str, str]:
    """The verb on the button and what the move will do, said before it is made."""
    if move == Move.HAND_OVER:
        return _("Hand over"), _deadline_ahead(problem, at)
    label, consequence = WORDS[move]
    return str(label), consequence % {"unit": problem.unit.label, "due": daytime(problem.due_at)}


def _deadline_ahead(problem: Problem, at: datetime) -> str:
    try:
        due, receive = due_dates(problem.limit, at)
    except ValidationError as refused:
        return " ".join(refused.messages)
    return _("Handed over now with %(limit)s it is due %(due)s and to be received by %(receive)s.") % {
        "limit": limit(problem.limit), "due": daytime(due), "receive": daytime(receive),
    }  # fmt: skip


def _as_text(problem: Problem) -> str:
    """Lines to paste into a chat group."""
    lines = [
        f"【{problem.get_state_display()}】{problem.code}",
        f"{_('Site')}:{problem.site}" if problem.site else "",
        f"{_('Problem')}:{problem.text}",
        f"{_('Responsible unit')}:{problem.unit.label}",
        f"{_('Due')}:{daytime(problem.due_at, 'year')}" if problem.due_at else f"{_('Limit')}:{limit(problem.limit)}",
    ]
    return "\n".join(line for line in lines if line)
