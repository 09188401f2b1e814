"""What the page of one problem shows: photographs, story, clock, and the forms of the moves this person may make."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from campaign.documents.copied import labelled
from campaign.models import User
from campaign.permissions import Permission
from campaign.queries import running_campaign, work_clock
from campaign.rules import Remaining, day_of
from campaign.sentences import joined
from campaign.templatetags.present import daytime
from campaign.templatetags.work_time import limit, remaining
from units.models import Unit

from ..forms.fields import is_uuid
from ..forms.moves import FORMS, PAIR, WHY, MoveForm
from ..models import Paper, Photo, Plan, Problem, Step, Suspension
from ..queries import ledger
from ..queries.checklist import LimitChoice, limit_choices, units_near
from ..queries.citizens import said_of
from ..queries.duplicates import likely_same
from ..queries.extensions import open_one
from ..queries.fairness import fairness_of
from ..queries.hand_over import units_by_rule
from ..queries.limits import Terms, terms_of
from ..queries.moves import RARE, moves_now
from ..queries.way import leads_to, way_to
from ..rules import Move, State, SystemMove
from ..services.deadlines import RECEIVE_LIMIT, due_dates
from .move_words import WORDS

Typed = tuple[Move, MoveForm]


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
    keep_label: str
    leads_on: bool
    rare: bool
    pairing: list[dict[str, Any]]
    alike: Sequence[Problem]


def page_context(user: User, problem: Problem, *, at: datetime, typed: Typed | None = None) -> dict[str, Any]:
    """Everything the template shows; ``typed`` is a form that came back, shown instead of an empty one."""
    campaign = running_campaign()
    clock, begun = work_clock(campaign), problem.handed_over_at
    open_due = problem.due_at if problem.closed_at is None else None
    left = clock.remaining(open_due, at) if open_due else None
    steps = ledger.story(problem, user)
    terms = terms_of([problem])[problem.pk]
    receive = terms.receive or (campaign.receive_limit if campaign else RECEIVE_LIMIT)
    returned = steps[-1] if problem.returned_at else None
    return {
        "problem": problem,
        "left": left,
        "way": way_to(problem, steps, clock),
        "receive_limit": receive if leads_to(problem.receive_due_at, receive, since=begun, clock=clock) else "",
        "returned": returned,
        "latest": steps[-1] if steps else None,
        "asking": open_one(problem.extensions.all()),
        "to_suspend": _waiting(problem),
        "suspension_proofs": [
            file for one in problem.suspensions.all() if one.granted is not None for file in one.proofs.all()
        ],
        "fairness": fairness_of(problem, user, at=at, clock=clock),
        "pairs": pairs_of(problem),
        "relatives": ledger.relatives(problem, user),
        "plans": _plans(problem),
        "checking": ledger.open_check(problem),
        "steps": _timeline(steps),
        "inspection": ledger.seen_inspection(problem, user),
        "choices": sorted(
            (_choice(problem, move, user, at, typed, returned, terms) for move in moves_now(problem, user, at=at)),
            key=lambda choice: choice.rare,
        ),
        "climbs": list(problem.climbs.filter(due_at=open_due)) if open_due else [],
        "rule": terms.repair_by if terms.repair == problem.limit or problem.due_at is None else None,
        "trail": [{"label": _("Problem ledger"), "url": reverse("inspections:problems")}],
        "as_text": _as_text(problem, left),
        "said": said_of(problem),
        "handles_reports": user.can(Permission.HANDLE_CITIZEN_REPORTS),
        "papers": Paper.objects.visible_to(user).filter(problems=problem).only("token", "number")[:MOST_PAPERS],
        "may_issue": user.can(Permission.ISSUE_PAPERS) and problem.state != State.NOTED,
        "paper_query": f"?{urlencode({'problem': problem.code})}",
        "sees_units": user.can(Permission.SEE_UNITS),
    }


#: Papers about one problem that its page names, the newest.
MOST_PAPERS = 10


def pairs_of(problem: Problem) -> list[dict[str, Any]]:
    """Photographs side by side: each from before with the last one after it, or why there is none; then the others."""
    photos = list(problem.photos.all())
    after = [photo for photo in photos if photo.role == Photo.Role.AFTER]
    latest = {photo.pair_id: photo for photo in after if photo.pair_id}
    shown = {photo.pk for photo in latest.values()}
    rows = [
        {"before": _picture(one), "after": _picture(latest[one.pk]) if one.pk in latest else None, "why": one.no_pair}
        for one in photos
        if one.role == Photo.Role.BEFORE
    ]
    loose = [_picture(photo) for photo in after if photo.pk not in shown]
    unanswered = [row for row in rows if not row["after"] and not row["why"]]
    for row, picture in zip(unanswered, loose, strict=False):  # taken before photographs were paired one by one
        row["after"] = picture
    rest = loose[len(unanswered) :]
    return rows + [{"before": None, "after": picture, "why": ""} for picture in rest + _looked_again(photos)]


def _looked_again(photos: list[Photo]) -> list[dict[str, Any]]:
    labels = {Photo.Role.CHECK: _("At the check"), Photo.Role.RECHECK: _("Recheck")}
    return [_picture(photo) | {"label": labels[role]} for photo in photos if (role := Photo.Role(photo.role)) in labels]


def _plans(problem: Problem) -> list[Plan]:
    """The plans, the latest first."""
    return list(problem.plans.select_related("unit", "by").order_by("-pk"))


def _pairing(problem: Problem, form: MoveForm, user: User) -> list[dict[str, Any]]:
    """For each photograph from before: what the form that came back says of the one after it."""
    arrived = {str(photo.client_uuid): photo for photo in _loose(user, [v for k, v in _sent(form, PAIR).items()])}
    return [
        {
            "uuid": one.client_uuid,
            "before": _picture(one),
            "after": arrived.get(_sent(form, PAIR).get(str(one.client_uuid), "")),
            "why": _sent(form, WHY).get(str(one.client_uuid), ""),
        }
        for one in problem.photos.all()
        if one.role == Photo.Role.BEFORE
    ]


def _sent(form: MoveForm, prefix: str) -> dict[str, str]:
    return {key.removeprefix(prefix): value for key, value in form.data.items() if key.startswith(prefix)}


def _picture(photo: Photo) -> dict[str, str]:
    return {
        "url": reverse("inspections:thumb", args=[photo.client_uuid]),
        "full": reverse("inspections:photo", args=[photo.client_uuid]),
        "caption": daytime(photo.received_at),
    }


def _timeline(steps: list[Step]) -> Iterator[dict[str, Any]]:
    for step in steps:
        yield {
            "state": MARKS.get(step.move, step.state),
            "title": step.get_move_display(),
            "at": step.at,
            "by": f"{step.who} → {step.unit.label}" if step.move in (Move.HAND_OVER, Move.TRANSFER) else step.who,  # type: ignore[attr-defined]
            "note": "\n".join(filter(None, [step.note, _proposal(step), _original(step)])),
        }


#: Moves whose colour and icon are not those of the state they lead to.
MARKS: dict[str, str] = {
    Move.RETURN: "returned", Move.REOPEN: "reopened", Move.PLAN: "planned", Move.ASSIGN_CHECK: "checking",
    SystemMove.DOUBT: "reopened",
    Move.ADD: "seen_again", "appeal": "appeal", "uphold": "upheld", "refuse_apl": "refused", "recheck": "recheck",
}  # fmt: skip


def _proposal(step: Step) -> str:
    return _("Says it is %(unit)s's.") % {"unit": step.proposed_unit.label} if step.proposed_unit else ""


def _original(step: Step) -> str:
    if step.original is None:
        return ""
    words = _("Out of %(code)s again.") if step.move == Move.UNMERGE else _("Into %(code)s.")
    return words % {"code": step.original.code}


#: Moves with a choice of units and of limits, and those whose deadline may stay as it is.
NAMES_UNIT = (Move.HAND_OVER, Move.TRANSFER, Move.RETURN, Move.SPLIT)
SETS_LIMIT = (Move.HAND_OVER, Move.TRANSFER, Move.REOPEN, Move.SPLIT)
#: Moves that bring a problem nearer to its end: the first of these is the accented one.
LEADS_ON = (Move.HAND_OVER, Move.RECEIVE, Move.SUBMIT, Move.CLOSE)


def _choice(
    problem: Problem, move: Move, user: User, at: datetime, typed: Typed | None, returned: Step | None, terms: Terms
) -> Choice:
    if typed and typed[0] == move:
        form = typed[1]
    else:
        form = FORMS[move](initial=_initial(problem, move, returned, at, terms), auto_id=f"{move}-%s")
    label, consequence = _words(problem, move, at, terms)
    url = reverse("inspections:problem_move", args=[problem.code, move.value])
    keeps = move in (Move.TRANSFER, Move.REOPEN) and problem.due_at
    near = units_near(problem.unit, on=day_of(at), site=problem.site) if move in NAMES_UNIT else []
    return Choice(
        move, label, consequence, url, form,
        photos=_arrived(form, user),
        limits=limit_choices({terms.repair, problem.limit}, at=at) if move in SETS_LIMIT else {},
        units=near if move == Move.HAND_OVER else near[1:],
        keep_label=_("as it is: %(due)s") % {"due": daytime(problem.due_at)} if keeps else "",
        leads_on=move in LEADS_ON,
        rare=move in RARE and move != Move.UNMERGE and not form.is_bound,
        pairing=_pairing(problem, form, user) if move == Move.SUBMIT else [],
        alike=_alike(problem) if move == Move.MERGE else [],
    )  # fmt: skip


def _alike(problem: Problem) -> list[Problem]:
    """What it may be a copy of."""
    found = likely_same(text=problem.text, site=problem.site, unit=problem.unit)
    return [one for one in found if one.pk != problem.pk]


def _waiting(problem: Problem) -> Suspension | None:
    return next((one for one in problem.suspensions.all() if one.granted is None), None)


def _initial(problem: Problem, move: Move, returned: Step | None, at: datetime, terms: Terms) -> dict[str, Any]:
    """What a form proposes; a returned problem goes to the unit that the last holder named."""
    proposed = returned.proposed_unit if returned and returned.proposed_unit else problem.unit
    if move == Move.HAND_OVER and not returned:
        proposed = units_by_rule([problem], on=day_of(at)).get(problem.pk, proposed)
    unit = proposed.label if move == Move.HAND_OVER else ""
    limit = "" if move == Move.REOPEN else terms.repair if move == Move.HAND_OVER else problem.limit
    asked = _waiting(problem) if move == Move.SUSPEND else None
    until = {"until": asked.ends_on.isoformat(), "note": asked.reason} if asked else {}
    given = {"version": problem.version, "unit": unit, "limit": limit, "text": problem.text}
    return given | until | ({"parts": [given | {"unit": problem.unit.label}]} if move == Move.SPLIT else {})


def _arrived(form: MoveForm, user: User) -> list[Photo]:
    """The photographs that a form which came back names, already stored and not yet attached."""
    return _loose(user, form.data.getlist("photos")) if isinstance(form.data, QueryDict) else []


def typed_in(form: MoveForm) -> list[tuple[str, str]]:
    """What somebody had typed into a form that cannot be shown again, each with what it was for."""
    typed = [(str(field.label), str(form.data.get(field.html_name) or "")) for field in form.visible_fields()]
    typed += [(_("Or why there is none"), why) for why in _sent(form, WHY).values()]
    return [(label, text.strip()) for label, text in typed if text.strip()]


def _loose(user: User, numbers: Iterable[Any]) -> list[Photo]:
    named = [number for number in numbers if is_uuid(str(number))]
    return list(Photo.objects.unclaimed().filter(client_uuid__in=named, uploaded_by=user)) if named else []


def _words(problem: Problem, move: Move, at: datetime, terms: Terms) -> tuple[str, str]:
    """The verb on the button and what the move will do, said before it is made."""
    if move == Move.HAND_OVER:
        return _("Hand over"), _deadline_ahead(terms, at)
    label, consequence = WORDS[move]
    granted = move == Move.SUSPEND and _waiting(problem)
    asking = open_one(problem.extensions.all()) if move == Move.GRANT_TIME else None
    until = daytime(asking.until) if asking else ""
    verb = _("Grant suspension") if granted else str(label)
    return verb, consequence % {"unit": problem.unit.label, "due": daytime(problem.due_at), "until": until}


def move_label(move: Move) -> str:
    """The verb on a move's button."""
    return _("Hand over") if move == Move.HAND_OVER else str(WORDS[move][0])


def _deadline_ahead(terms: Terms, at: datetime) -> str:
    try:
        due, receive = due_dates(terms.repair, at, receive=terms.receive)
    except ValidationError as refused:
        return joined(refused.messages)
    return _("Handed over now with %(limit)s it is due %(due)s and to be received by %(receive)s.") % {
        "limit": limit(terms.repair), "due": daytime(due), "receive": daytime(receive),
    }  # fmt: skip


def _as_text(problem: Problem, left: Remaining | None) -> str:
    """Lines to paste into a chat group; with the address of the page where the site has one."""
    due = daytime(problem.due_at, "year")
    late = _("%(due)s (%(left)s)") % {"due": due, "left": remaining(left)} if left else due
    lines = [
        f"【{problem.get_state_display()}】{problem.code}",
        labelled(_("Site"), problem.site) if problem.site else "",
        labelled(_("Problem"), problem.text),
        labelled(_("Responsible unit"), problem.unit.label),
        labelled(_("Due"), late) if problem.due_at else labelled(_("Limit"), limit(problem.limit)),
        f"{settings.SITE_URL}{problem.get_absolute_url()}" if settings.SITE_URL else "",
    ]
    return "\n".join(line for line in lines if line)
