"""Objections (异议): a unit objects to its row of a closed ranking, the office answers; nothing is published before."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from campaign.keeping import files_of_transaction
from campaign.models import Notice, User
from campaign.permissions import Permission
from campaign.queries import record, take_numbers
from campaign.rules import day_of
from campaign.services.kept import keep
from campaign.services.notices import deliver, notify
from units.models import Membership, Unit
from units.services.tasks import Overtaken

from ..models import Objection, ObjectionProof, ObjectionTime, Ranking, RankingRow
from ..queries.rankings import shown_components

State = Objection.State
OPENED = gettext_noop("The ranking of %(group)s for %(period)s is open to objection until the end of %(day)s.")
ANSWERED = {
    State.UPHELD: gettext_noop("Your objection %(code)s was upheld."),
    State.REFUSED: gettext_noop("Your objection %(code)s was not upheld; the reason stands beside it."),
}
#: What notices said that were sent before; they are translated when they are read.
SENT_BEFORE = gettext_noop("Your objection %(code)s has been answered.")


def object_to(*, row: RankingRow, about: str, text: str, proofs: Iterable[File], by: User, at: datetime) -> Objection:
    """A unit objects to a figure of its row, its score and place (``score``), or its list (``list``).

    Raises ValidationError outside the time for it, for a figure the row has not, or beside an open objection to it.
    """
    if not by.can(Permission.RAISE_OBJECTIONS) or not Unit.objects.of(by).filter(pk=row.unit_id).exists():
        raise PermissionDenied
    with files_of_transaction(default_storage) as written:
        ranking = Ranking.objects.select_for_update(of=("self",)).get(pk=row.ranking_id)
        if not ranking.takes_objections(at=at):
            raise ValidationError(_("The time for objections is over."))
        if Objection.objects.open().filter(ranking=ranking, unit=row.unit, about=about).exists():
            raise ValidationError({"about": _("An objection to this figure is waiting for its answer already.")})
        month = f"YY-{day_of(at):%y%m}-"
        objection = Objection.objects.create(
            code=f"{month}{take_numbers(month)[0]:04}", ranking=ranking, unit=row.unit, about=about,
            stated=stated(row, about), text=text.strip(), raised_by=by, raised_at=at,
        )  # fmt: skip
        kept = [keep(ObjectionProof, file=file, written=written, objection=objection) for file in proofs]
        after = {"ranking": str(ranking), "unit": row.unit.code, "about": about, "proofs": [f.sha256 for f in kept]}
        record("objection.raised", objection, by=by, after=after)
    return objection


def stated(row: RankingRow, about: str) -> dict[str, Any]:
    """What a row said of the thing objected to. Raises ValidationError where it says nothing of it."""
    found: dict[str, Any] = {"rank": row.rank, "score": None if row.score is None else str(row.printed_score)}
    if about in ("score", "list"):
        return found
    part = next((part for part in shown_components(row) if part.figure == about), None)
    if part is None:
        raise ValidationError({"about": _("This figure is not part of the score.")})
    return found | {"title": str(part.title), "value": None if part.value is None else str(part.value)}


@transaction.atomic
def answer_objection(*, objection: Objection, upheld: bool, answer: str, by: User, at: datetime) -> None:
    """Uphold an objection, saying what was corrected, or refuse it with the reason; the unit is told.

    Raises Overtaken where somebody answered before, ValidationError or PermissionDenied.
    """
    if not by.can(Permission.ANSWER_OBJECTIONS):
        raise PermissionDenied
    if not answer.strip():
        raise ValidationError({"answer": _("Say what was corrected, or why nothing is.")})
    state = State.UPHELD if upheld else State.REFUSED
    waiting = Objection.objects.filter(pk=objection.pk, state=State.OPEN)
    if not waiting.update(state=state, answer=answer.strip(), answered_by=by, answered_at=at):
        raise Overtaken(_("Somebody else changed this in the meantime. Look at it again, then decide."))
    objection.refresh_from_db()
    record(f"objection.{state.value}", objection, by=by, after={"answer": objection.answer})
    members = Membership.objects.filter(unit=objection.unit_id).values_list("user_id", flat=True)
    notify(
        {*members, objection.raised_by_id}, sentence=ANSWERED[state], values={"code": objection.code}, at=at,
        key=f"objection:{objection.code}", url=objection.get_absolute_url(), kind=Notice.Kind.RANKING,
    )  # fmt: skip


def announce(rankings: Iterable[Ranking], *, at: datetime) -> None:
    """Tell the people of every unit in these closed rankings that it may object, and until when."""
    by_pk = {ranking.pk: ranking for ranking in rankings if ranking.objections_until}
    members = Membership.objects.filter(unit__ranking_rows__ranking__in=by_pk)
    notices = []
    for person, unit, pk in members.values_list("user_id", "unit__code", "unit__ranking_rows__ranking"):
        ranking = by_pk.get(pk)
        if ranking is None or ranking.objections_until is None:
            continue
        values = {
            "group": ranking.group.name, "period": ranking.period.span.label(),
            "day": day_of(ranking.objections_until - datetime.resolution).isoformat(),
        }  # fmt: skip
        url = reverse("reports:objection_new", args=[ranking.period.code, ranking.group.code, unit])
        key = f"announced:{ranking.pk}:{unit}"
        notices.append(
            Notice(person_id=person, sentence=OPENED, values=values, url=url, kind=Notice.Kind.RANKING, key=key, at=at)
        )
    deliver(notices)


@transaction.atomic
def set_objection_time(*, kind: str, days: int, working: bool, by: User) -> None:
    """How long rankings of a kind of period are open to objection from the next closing on."""
    before = ObjectionTime.objects.filter(kind=kind).values("days", "working").first()
    ObjectionTime.objects.update_or_create(kind=kind, defaults={"days": days, "working": working})
    after = {"days": days, "working": working}
    if before != after:
        record("objections.time_set", by=by, reference=kind, before=before or {}, after=after)
