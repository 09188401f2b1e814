"""Units that help with a repair (协办): named with the hand-over or the transfer, over when the problem leaves them."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from campaign.rules import day_of
from units.models import Unit

from ..models import Problem, ProblemUnit
from ..rules import Move
from .acts import Act

#: Moves after which nobody helps any more.
ENDS = frozenset({Move.RETURN, Move.CANCEL, Move.MERGE, Move.SPLIT})
#: Moves that name who helps.
NAMES = frozenset({Move.HAND_OVER, Move.TRANSFER})
MOST = 20


def check(act: Act, lead: Unit) -> None:
    """Raise ValidationError where a unit that is to help does not exist any more, or leads already."""
    if not act.supporting:
        return
    named = {unit.pk for unit in act.supporting}
    if lead.pk in named:
        raise ValidationError({"supporting": _("This unit leads already; name the others only.")})
    if len(named) > MOST:
        raise ValidationError({"supporting": _("At most %(count)s units that help, please.") % {"count": MOST}})
    if Unit.objects.valid_on(day_of(act.at)).filter(pk__in=named).count() < len(named):
        raise ValidationError({"supporting": _("This unit does not exist any more.")})


def follow(before: Problem, now: Problem, act: Act) -> None:
    """What a move does to the units that help; the problem is locked by the move itself."""
    helping = now.supporting.filter(until=None)
    if act.move in ENDS:
        helping.update(until=act.at)
    elif act.move in NAMES and act.supporting is not None:
        named = {unit.pk for unit in act.supporting}
        helping.exclude(unit__in=named).update(until=act.at)
        known = set(helping.values_list("unit_id", flat=True))
        rows = (ProblemUnit(problem=now, unit_id=pk, since=act.at) for pk in sorted(named - known))
        ProblemUnit.objects.bulk_create(rows)
    elif act.move == Move.TRANSFER:
        helping.filter(unit=now.unit).update(until=act.at)
