"""Publishing freezes a ranking; a correction is a new revision beside it."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import OuterRef, Q, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaign.models import User
from campaign.queries import facts_changed, record
from units.models import Unit

from ..models import Ranking, RuleUse
from ..queries.inputs import inputs_of
from ..queries.locks import lock_period
from ..queries.objections import held_back
from ..rules.canonical import canonical, code_version, digest
from .announcing import announce_lists
from .carrying import carry_pending
from .refreshing import refresh

#: Why a closed ranking is not published yet.
HELD_BACK = {
    "window": gettext_lazy("Its units may still object; it can be published when that time is over."),
    "objections": gettext_lazy("Answer the open objections first."),
}

#: Rules that read published scores: their drafts follow when another ranking is published.
EARLIER_SCORES = Q(rule__spec__components__contains=[{"kind": "earlier"}]) | Q(
    rule__spec__components__contains=[{"parts": [{"kind": "earlier"}]}]
)


@transaction.atomic
def publish(*, ranking: Ranking, by: User, now: datetime) -> Ranking:
    """Freeze a closed ranking with its inputs as of the closing, rule, rows and lists, and the digest of all of them.

    Raises ValidationError where it is not closed, ``by`` is the person who closed it, its units may still object, or
    an objection has no answer yet.
    """
    ranking = (
        Ranking.objects.select_for_update(of=("self",)).select_related("period", "group", "rule").get(pk=ranking.pk)
    )
    if ranking.state != Ranking.State.CLOSED:
        raise ValidationError(_("Only a closed ranking can be published."))
    if ranking.closed_by_id == by.pk:
        raise ValidationError(_("Who closed the period does not publish it: a second person does."))
    held = held_back(ranking, at=now)
    if held:
        raise ValidationError(HELD_BACK[held])
    ranking.inputs = ranking.inputs or inputs_of(ranking)
    ranking.code_version = code_version()
    _name_units(ranking)
    ranking.snapshot = canonical(snapshot_of(ranking))
    ranking.digest = digest(ranking.snapshot)
    ranking.state, ranking.published_at, ranking.published_by = Ranking.State.PUBLISHED, now, by
    ranking.save()
    if RuleUse.objects.filter(EARLIER_SCORES, active=True).exists():
        facts_changed([None])
    record("ranking.published", ranking, by=by, reference=str(ranking), after={"digest": ranking.digest})
    announce_lists(ranking=ranking, now=now)
    return ranking


def _name_units(ranking: Ranking) -> None:
    """Keep what the units are called today: a published page does not change when one gets another name."""
    label = Subquery(Unit.objects.filter(pk=OuterRef("unit")).values("label"))
    for rows in (ranking.rows, ranking.entries):
        rows.update(name=label)


def snapshot_of(ranking: Ranking) -> dict[str, Any]:
    """What a published ranking says, as JSON types; read from the stored rows."""
    rows = ranking.rows.select_related("unit").order_by("position")
    entries = ranking.entries.select_related("unit").order_by("board", "color", "unit__code")
    return {
        "period": ranking.period.code,
        "group": {"code": ranking.group.code, "name": ranking.group.name},
        "revision": ranking.revision,
        "reason": ranking.reason,
        "rule": {"code": ranking.rule.code, "version": ranking.rule.version, "spec": ranking.rule.spec},
        "code_version": ranking.code_version,
        "inputs_sha256": digest(ranking.inputs),
        **({"merged": ranking.merged} if ranking.merged else {}),
        "rows": [
            {
                "unit": row.unit.code, "name": row.label, "rank": row.rank, "movement": row.movement,
                "score": None if row.score is None else str(row.score),
                "components": row.components, "footnote": row.footnote,
            }
            for row in rows
        ],
        "lists": [
            {
                "unit": entry.unit.code, "color": entry.color, "consecutive": entry.consecutive,
                "reason": entry.reason,
            }
            | ({"board": entry.board} if entry.board else {})
            for entry in entries
        ],
    }  # fmt: skip


@transaction.atomic
def revise(*, ranking: Ranking, reason: str, by: User, now: datetime) -> Ranking:
    """Start the next revision of a published ranking as a draft under the same rule; the published one stays.

    Raises ValidationError without a reason, or where a revision is already open.
    """
    if not reason.strip():
        raise ValidationError(_("Say why a new revision is needed."))
    carry_pending(now=now)
    lock_period(ranking.period_id)
    latest = Ranking.objects.filter(period=ranking.period, group=ranking.group).order_by("-revision").first()
    if latest is None or latest.state != Ranking.State.PUBLISHED:
        raise ValidationError(_("A revision is already open."))
    draft = Ranking.objects.create(
        period=latest.period, group=latest.group, rule=latest.rule, revision=latest.revision + 1, reason=reason.strip()
    )
    record("ranking.revised", draft, by=by, reference=str(draft), after={"reason": draft.reason})
    refresh(period=draft.period, now=now)
    draft.refresh_from_db()
    return draft
