"""From an inspection up to the places that it moved."""

from dataclasses import dataclass

from django.db.models import Case, Exists, F, IntegerField, OuterRef, Q, Value, When

from campaign.models import User
from inspections.models import Inspection

from ..models import Carried, Ranking, RankingRow
from ..rules.periods import KINDS

#: Short periods first.
KIND_ORDER = Case(
    *(When(ranking__period__kind=kind, then=Value(at)) for at, kind in enumerate(KINDS)), output_field=IntegerField()
)


@dataclass(frozen=True, slots=True)
class Place:
    """A row of a ranking and how an inspection stands to it.

    ``late``: entered after closing, so it does not count there; ``carried``: it counts there, seen before its period.
    """

    row: RankingRow
    late: bool
    carried: bool = False


def places_moved(inspection: Inspection, user: User) -> list[Place]:
    """The rows, as far as a person may see the rankings, of the units an inspection counts for; shortest periods first.

    Of several revisions of a ranking the one that is shown: the published one, else the newest.
    """
    own_day = Q(ranking__period__starts_at__lte=inspection.seen_at, ranking__period__ends_at__gt=inspection.seen_at)
    carried = Carried.objects.filter(
        counted__inspection=inspection, counted__unit=OuterRef("unit"), period=OuterRef("ranking__period")
    )
    rows = RankingRow.objects.filter(
        own_day | Exists(carried),
        unit__in=inspection.units.values("unit"),
        ranking__in=Ranking.objects.visible_to(user).order_by().values("pk"),
    ).select_related("unit", "ranking__period", "ranking__group")
    shown = rows.defer("ranking__inputs", "ranking__snapshot").order_by(
        KIND_ORDER,
        "ranking__group__position",
        "ranking__group__code",
        "unit__code",
        F("ranking__published_at").desc(nulls_last=True),
        "-ranking__revision",
    )
    moved = Carried.objects.filter(counted__inspection=inspection)
    left = set(moved.values_list("counted__unit_id", "kind"))
    found: dict[tuple[int, int], Place] = {}
    for row in shown:
        ranking = row.ranking
        carried_here = inspection.seen_at < ranking.period.starts_at
        late = ranking.closed_at is not None and inspection.recorded_at > ranking.closed_at
        late = late or (row.unit_id, ranking.period.kind) in left
        found.setdefault((ranking.period_id, row.unit_id), Place(row, late and not carried_here, carried_here))
    return list(found.values())
