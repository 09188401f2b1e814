"""Rankings as pages, API and documents read them."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from campaign.models import User
from units.models import PeerGroup

from ..models import ListEntry, Period, Ranking, RankingRow
from ..rules.figures import FIGURES, Text
from ..rules.periods import Window
from ..rules.scoring import Scorer
from ..rules.spec import Component, RuleSpec


@dataclass(frozen=True, slots=True)
class Shown:
    """One component of a row as it is shown. Values and shares in %, points in points; None for nothing to assess.

    ``share`` is its part of the weight present; ``lost`` what it costs: Σ lost = 100 − score exactly.
    """

    figure: str
    mean: str
    scope: str
    title: Text
    weight: Decimal
    share: Decimal | None
    value: Decimal | None
    counted: Decimal | None
    numerator: Decimal | None
    denominator: Decimal | None
    points: Decimal | None
    lost: Decimal | None
    lower_is_better: bool


def latest_ranking(period: Period, group: PeerGroup, user: User) -> Ranking | None:
    """The highest revision of a ranking that a person may see."""
    found = Ranking.objects.visible_to(user).light().filter(period=period, group=group)
    return found.select_related("period", "group", "rule").order_by("-revision").first()


def ranking_rows(ranking: Ranking) -> QuerySet[RankingRow]:
    """The rows in the order of the page, with their units."""
    return ranking.rows.select_related("unit").order_by("position")


def ranking_entries(ranking: Ranking) -> dict[int, ListEntry]:
    """The red and black list: unit id → entry."""
    return {entry.unit_id: entry for entry in ranking.entries.all()}


def ranking_stamp(ranking: Ranking) -> str:
    """Changes whenever the content of a ranking does: for ETags and cache keys."""
    at = ranking.refreshed_at.timestamp() if ranking.refreshed_at else 0
    return f"{ranking.pk}-{ranking.revision}-{ranking.state}-{at:.6f}"


def window_of(ranking: Ranking) -> Window:
    """What the stored figures of a ranking looked at."""
    return ranking.period.span.window(ranking.refreshed_at or ranking.period.starts_at)


def shown_components(row: RankingRow) -> list[Shown]:
    """The components of a row with everything a page shows of them, from the stored row alone."""
    numbers = [_numbers(part) for part in row.components]
    present = sum((part["weight"] for part in numbers if part["counted"] is not None), Decimal(0))
    lost = _lost(row, numbers)
    return [
        Shown(
            figure=part["figure"],
            mean=part["mean"],
            scope=part["scope"],
            title=part["title"] or FIGURES[part["figure"]].title,
            share=None if part["counted"] is None else part["weight"] * 100 / present,
            lost=loss,
            lower_is_better=FIGURES[part["figure"]].lower_is_better,
            **{name: part[name] for name in DECIMALS},
        )
        for part, loss in zip(numbers, lost, strict=True)
    ]


DECIMALS = ("weight", "value", "counted", "numerator", "denominator", "points")


def _numbers(part: Mapping[str, Any]) -> dict[str, Any]:
    return dict(part) | {name: None if part[name] is None else Decimal(part[name]) for name in DECIMALS}


def _lost(row: RankingRow, numbers: list[dict[str, Any]]) -> list[Decimal | None]:
    if row.score is None:
        return [None] * len(numbers)
    places = max((-part["points"].as_tuple().exponent for part in numbers if part["points"] is not None), default=2)
    printed = max((-part["counted"].as_tuple().exponent for part in numbers if part["counted"] is not None), default=2)
    spec = RuleSpec(tuple(Component(part["figure"], part["weight"]) for part in numbers), printed, places)
    counted = [None if part["counted"] is None else int(part["counted"].scaleb(printed)) for part in numbers]
    lost = Scorer(spec).lost(counted, int(row.score.scaleb(places)))
    return [None if loss is None else Decimal(loss).scaleb(-places) for loss in lost]
