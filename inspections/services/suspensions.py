"""Suspension (挂账): asked for by the holder, set or refused by the office, over by itself after its last day."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from campaign.rules import day_of
from campaign.services.kept import keep

from ..models import Problem, Suspension, SuspensionProof
from ..rules import Move
from .acts import Act

#: Moves after which nobody waits for a suspension any more.
ENDS = frozenset({Move.SUBMIT, Move.RETURN, Move.TRANSFER, Move.CANCEL, Move.MERGE, Move.SPLIT, Move.REFUSE_SUSPENSION})
#: Files of proof with one request.
MOST_PROOFS = 10


def check_number(act: Act) -> None:
    """Raise ValidationError where more files of proof come than are taken."""
    if len(act.proofs) > MOST_PROOFS:
        raise ValidationError({"proofs": _("At most %(count)s files, please.") % {"count": MOST_PROOFS}})


def keep_proofs(problem: Problem, act: Act, *, written: list[str]) -> None:
    """Keep the files that came with the request or the suspension just written; ``written`` as ``kept.keep`` wants it.

    Raises ValidationError for files that are not taken.
    """
    if act.proofs and act.move in (Move.ASK_SUSPEND, Move.SUSPEND):
        latest = problem.suspensions.latest("pk")
        for file in act.proofs:
            keep(SuspensionProof, file=file, written=written, field="proofs", suspension=latest)


def follow(before: Problem, now: Problem, act: Act) -> None:
    """What a move does to suspensions; the problem is locked by the move itself.

    Raises ValidationError where there is nothing to decide, or a request waits already.
    """
    if act.move == Move.ASK_SUSPEND:
        if now.suspensions.filter(granted=None).exists():
            raise ValidationError(_("A suspension has been asked for already."))
        _new(now, act)
    elif act.move == Move.SUSPEND:
        _grant(before, now, act)
    elif act.move in ENDS:
        _refuse(now, act)
    if act.move in (Move.RESUME, Move.CANCEL, Move.MERGE):
        now.suspensions.filter(granted=True, resumed_at=None).update(resumed_at=act.at)


def _new(problem: Problem, act: Act) -> Suspension:
    last = act.until or day_of(act.at)  # the move has seen to it that a later day is there
    return Suspension.objects.create(
        problem=problem, asked_by=act.by, asked_at=act.at, reason=act.note.strip(), ends_on=last
    )


def _grant(before: Problem, now: Problem, act: Act) -> None:
    asked = now.suspensions.filter(granted=None).first() or _new(now, act)
    Suspension.objects.filter(pk=asked.pk).update(
        granted=True, decided_by=act.by, decided_at=act.at, due_before=before.due_at, ends_on=act.until
    )


def _refuse(problem: Problem, act: Act) -> None:
    asked = problem.suspensions.filter(granted=None)
    refused = asked.update(granted=False, decided_by=act.by, decided_at=act.at)
    if not refused and act.move == Move.REFUSE_SUSPENSION:
        raise ValidationError(_("Nobody asks for a suspension here."))
