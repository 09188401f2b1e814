"""From an inspection up to the places that it moved."""

from dataclasses import dataclass

from django.db.models import Case, F, IntegerField, Value, When

from campaign.models import User
from inspections.models import Inspection

from ..models import Ranking, RankingRow
from ..rules.periods import KINDS

#: Short periods first.
KIND_ORDER = Case(
    *(When(ranking__period__kind=kind, then=Value(at)) for at, kind in enumerate(KINDS)), output_field=IntegerField()
)


@dataclass(frozen=True, slots=True)
class Place:
    """A row of a ranking that an inspection counts in; ``late``: entered after closing, so it does not count there."""

    row: RankingRow
    late: bool


def places_moved(inspection: Inspection, user: User) -> list[Place]:
    """The rows, as far as a person may see the rankings, of the units an inspection counts for; shortest periods first.

    Of several revisions of a ranking the one that is shown: the published one, else the newest.
    """
    rows = RankingRow.objects.filter(
        unit__in=inspection.units.values("unit"),
        ranking__in=Ranking.objects.visible_to(user).order_by().values("pk"),
        ranking__period__starts_at__lte=inspection.seen_at,
        ranking__period__ends_at__gt=inspection.seen_at,
    ).select_related("unit", "ranking__period", "ranking__group")
    shown = rows.defer("ranking__inputs", "ranking__snapshot").order_by(
        KIND_ORDER,
        "ranking__group__position",
        "ranking__group__code",
        "unit__code",
        F("ranking__published_at").desc(nulls_last=True),
        "-ranking__revision",
    )
    found: dict[tuple[int, int], Place] = {}
    for row in shown:
        closed = row.ranking.closed_at
        late = closed is not None and inspection.recorded_at >= closed
        found.setdefault((row.ranking.period_id, row.unit_id), Place(row, late))
    return list(found.values())
