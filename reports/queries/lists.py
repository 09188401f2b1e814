"""The newest red and black lists, and what waits to be closed or published."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django.db import connection
from django.db.models import Exists, OuterRef

from campaign.models import User
from units.models import PeerGroup

from ..models import ListEntry, Objection, Period, Ranking
from ..rules.figures import FIGURES, Text, percent


def last_week(user: User, *, at: datetime) -> Period | None:
    """The newest week that is over and has a ranking this person may see."""
    seen = Ranking.objects.visible_to(user).filter(period=OuterRef("pk"))
    return Period.objects.filter(Exists(seen), kind="week", ends_at__lte=at).order_by("-starts_on").first()


def listed(rankings: Sequence[Ranking]) -> dict[str, list[ListEntry]]:
    """The red and the black list over several groups, in the groups' order; the longest on the black list first."""
    entries = ListEntry.objects.filter(ranking__in=[ranking.pk for ranking in rankings], board="").select_related(
        "unit"
    )
    groups = {ranking.pk: ranking for ranking in rankings}
    found: dict[str, list[ListEntry]] = {"red": [], "black": []}
    for entry in entries.order_by("ranking__group__position", "-consecutive", "unit__code"):
        entry.ranking = groups[entry.ranking_id]
        found[entry.color].append(entry)
    return found


def ended_drafts(*, at: datetime) -> list[Ranking]:
    """One ranking for each period that is over and still a draft: somebody should close it."""
    drafts = Ranking.objects.light().filter(state=Ranking.State.DRAFT, period__ends_at__lte=at)
    rows = drafts.select_related("period", "group").order_by("period__starts_on", "group__position")
    found: dict[int, Ranking] = {}
    for ranking in rows:
        found.setdefault(ranking.period_id, ranking)
    return list(found.values())


def waiting_to_publish(user: User | None = None, *, at: datetime) -> list[Ranking]:
    """Closed rankings; for a person those that they may publish now.

    They closed none of them, nobody may object to them any more, and every objection has its answer.
    """
    closed = Ranking.objects.light().filter(state=Ranking.State.CLOSED)
    if user:
        waits = Exists(Objection.objects.open().filter(ranking=OuterRef("pk")))
        closed = closed.filter(~waits).exclude(closed_by=user).exclude(objections_until__gt=at)
    return list(closed.select_related("period", "group").order_by("period__starts_on", "group__position"))


HEAT = """
SELECT r.ranking_id, part ->> 'figure', sum((part ->> 'numerator')::numeric), sum((part ->> 'denominator')::numeric)
  FROM reports_rankingrow r CROSS JOIN LATERAL jsonb_array_elements(r.components) AS part
 WHERE r.ranking_id = ANY(%s) GROUP BY 1, 2"""


#: A group, its ranking and its components in %, None where nothing was assessed.
HeatRow = tuple[PeerGroup, Ranking, list[Decimal | None]]


def heat_table(rankings: Sequence[Ranking]) -> tuple[list[tuple[str, Text]], list[HeatRow]]:
    """Groups × components: the columns (figure, title) and a row for each ranking, Σ numerators ÷ Σ denominators."""
    with connection.cursor() as cursor:
        cursor.execute(HEAT, [[ranking.pk for ranking in rankings]])
        found = {(ranking, figure): (above, below) for ranking, figure, above, below in cursor.fetchall()}
    used = [name for name in FIGURES if any(figure == name for _ranking, figure in found)]
    rows = [(ranking.group, ranking, [_rate(found.get((ranking.pk, name))) for name in used]) for ranking in rankings]
    return [(name, FIGURES[name].title) for name in used], rows


def _rate(pair: tuple[Decimal | None, Decimal | None] | None) -> Decimal | None:
    above, below = pair or (None, None)
    return percent(above, below, 1) if above is not None and below else None
