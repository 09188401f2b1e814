"""Plans (整改方案): written by the holder before the repair, kept one after another."""

from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from campaign.models import CheckItem
from campaign.rules import day_of

from ..models import LedgerSettings, Plan, Problem
from ..queries.settings import ledger_settings
from ..rules import Move
from .acts import Act


def plan(problem: Problem, act: Act) -> dict[str, Any]:
    """What a plan must say besides its measures (the note)."""
    longest = Plan._meta.get_field("responsible").max_length or 0
    if not 0 < len(act.responsible.strip()) <= longest:
        raise ValidationError({"responsible": _("Who sees to it? At most 60 characters.")})
    today = day_of(act.at)
    if act.until is None or not today <= act.until <= today + timedelta(days=366):
        raise ValidationError({"until": _("By which day? From today on, at most a year ahead.")})
    return {}


def require(problem: Problem) -> None:
    """Raise ValidationError where the office asks for a plan and the present holder has written none."""
    asked = ledger_settings().plans
    if asked == LedgerSettings.Plans.NONE:
        return
    if asked == LedgerSettings.Plans.SERIOUS and problem.severity != CheckItem.Severity.SERIOUS:
        return
    if not problem.plans.filter(unit=problem.unit, at__gte=problem.handed_over_at).exists():
        raise ValidationError(_("Write the plan first: the office asks for one here."))


def follow(before: Problem, now: Problem, act: Act) -> None:
    """Keep the plan; earlier ones stay."""
    if act.move == Move.PLAN and act.until:
        Plan.objects.create(
            problem=now, unit=now.unit, measures=act.note.strip(), responsible=act.responsible.strip(),
            ready_on=act.until, by=act.by, at=act.at,
        )  # fmt: skip
