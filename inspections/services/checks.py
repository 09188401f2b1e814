"""Checks on the spot: the office names who goes there; what they find closes the problem or sends it back."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from campaign.permissions import Permission
from campaign.services.notices import notify

from ..models import CheckVisit, Problem
from ..rules import CHECK_RESULTS, Move, State
from .acts import Act


def assign(problem: Problem, act: Act) -> dict[str, Any]:
    """Who is to look must be able to; nobody is asked twice."""
    person = act.inspector
    if person is None or not person.is_active or not person.can(Permission.ENTER_INSPECTIONS):
        raise ValidationError({"inspector": _("Name somebody who enters inspections.")})
    if problem.checks.filter(ended_at=None, inspector=person).exists():
        raise ValidationError({"inspector": _("This person has the check already.")})
    return {}


def follow(before: Problem, now: Problem, act: Act) -> None:
    """A check ends with what its inspector found, or without a finding where the problem goes on otherwise."""
    waiting = now.checks.filter(ended_at=None)
    if act.move in CHECK_RESULTS:
        waiting.filter(inspector=act.by).update(fixed=act.move == Move.CLOSE, ended_at=act.at)
    if act.move == Move.ASSIGN_CHECK or (before.state == State.SUBMITTED and now.state != State.SUBMITTED):
        waiting.update(ended_at=act.at)
    if act.move == Move.ASSIGN_CHECK and act.inspector:
        visit = CheckVisit.objects.create(problem=now, inspector=act.inspector, assigned_by=act.by, assigned_at=act.at)
        notify(
            [act.inspector], sentence=gettext_noop("%(code)s: you are asked to check this repair on the spot."),
            values={"code": now.code}, url=now.get_absolute_url(), key=f"check:{visit.pk}", at=act.at,
        )  # fmt: skip
