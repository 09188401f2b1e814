"""Rankings as pages, API and documents read them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from campaign.models import User
from units.models import PeerGroup, Unit

from ..models import ListEntry, Period, Ranking, RankingRow
from ..rules.figures import FIGURES, Text
from ..rules.parts import Component
from ..rules.periods import Window
from ..rules.scoring import Scorer
from ..rules.sentences import part_title
from ..rules.spec import RuleSpec
from .carried import window_at


@dataclass(frozen=True, slots=True)
class Shown:
    """One component of a row as it is shown. Values and shares in %, points in points; None for nothing to assess.

    ``share`` is its part of the weight present; ``lost`` what it costs: Σ lost = 100 − score exactly, or what all
    components start from − score (less what the rule's bounds change). ``kind`` as in ``rules.parts``; ``lines`` are
    (number in the rule, events, points), ``parts`` those of a table, whose points are within the table.
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
    kind: str = "rate"
    lines: tuple[tuple[int, int, Decimal], ...] = ()
    parts: tuple["Shown", ...] = ()
    base: Decimal | None = None

    @property
    def key(self) -> str:
        """What the component is called in its rule."""
        return self.figure

    @property
    def has_rows(self) -> bool:
        """Whether rows of the period stand behind the value."""
        return self.kind in ("rate", "below", "points") and self.value is not None


def latest_ranking(period: Period, group: PeerGroup, user: User) -> Ranking | None:
    """The highest revision of a ranking that a person may see."""
    found = Ranking.objects.visible_to(user).light().filter(period=period, group=group)
    return found.select_related("period", "group", "rule").order_by("-revision").first()


def ranking_rows(ranking: Ranking) -> QuerySet[RankingRow]:
    """The rows in the order of the page, with their units."""
    return ranking.rows.select_related("unit").order_by("position")


def ranking_entries(ranking: Ranking) -> dict[int, ListEntry]:
    """The rule's own red and black list: unit id → entry."""
    return {entry.unit_id: entry for entry in ranking.entries.all() if not entry.board}


def listings(ranking: Ranking, spec: RuleSpec) -> dict[int, list[tuple[ListEntry, str]]]:
    """The entries of all lists of a ranking with what each list calls itself: unit id → in the rule's order."""
    boards = {board.name: (at, board) for at, board in enumerate(spec.boards)}
    found: dict[int, list[tuple[ListEntry, str]]] = {}
    for entry in sorted(ranking.entries.all(), key=lambda entry: boards[entry.board][0]):
        board = boards[entry.board][1]
        rule = board.red if entry.color == ListEntry.Color.RED else board.black
        found.setdefault(entry.unit_id, []).append((entry, rule.word or str(entry.get_color_display())))
    return found


def ranking_stamp(ranking: Ranking) -> str:
    """Changes whenever the content of a ranking does: for ETags and cache keys."""
    at = ranking.refreshed_at.timestamp() if ranking.refreshed_at else 0
    return f"{ranking.pk}-{ranking.revision}-{ranking.state}-{at:.6f}"


def window_of(ranking: Ranking) -> Window:
    """What the stored figures of a ranking looked at."""
    window = window_at(ranking.period.span, ranking.refreshed_at or ranking.period.starts_at)
    if not ranking.merged:
        return window
    codes = {code for one in ranking.merged for code in (one["unit"], one["into"])}
    ids = dict(Unit.objects.filter(code__in=codes).values_list("code", "pk"))
    return replace(window, heirs=tuple((ids[one["unit"]], ids[one["into"]]) for one in ranking.merged))


def shown_components(row: RankingRow) -> list[Shown]:
    """The components of a row with everything a page shows of them, from the stored row alone."""
    numbers = [_numbers(part) for part in row.components]
    if row.components and "lost" not in row.components[0]:
        lost = _lost(row, numbers)
        numbers = [part | {"lost": loss} for part, loss in zip(numbers, lost, strict=True)]
    return _shown(numbers)


def limit_of(row: RankingRow, parts: Sequence[Shown]) -> Decimal:
    """What the rule's bounds took from a score (−) or added to it; mostly nothing."""
    if row.score is None:
        return Decimal(0)
    return row.score - sum((part.points for part in parts if part.points is not None), Decimal(0))


def _shown(numbers: list[dict[str, Any]]) -> list[Shown]:
    present = sum((part["weight"] for part in numbers if part["counted"] is not None), Decimal(0))
    return [
        Shown(
            figure=part["figure"],
            mean=part.get("mean", ""),
            scope=part.get("scope", "subtree"),
            title=part_title(part["kind"], part["figure"], part["title"]),
            share=None if part["counted"] is None else part["weight"] * 100 / present,
            lost=part["lost"],
            lower_is_better=part["kind"] == "rate" and FIGURES[part["figure"]].lower_is_better,
            kind=part["kind"],
            lines=tuple((at, count, Decimal(points)) for at, count, points in part.get("lines", ())),
            base=None if part.get("base") is None else Decimal(part["base"]),
            parts=tuple(_shown([_numbers(one) for one in part.get("parts", ())])),
            **{name: part[name] for name in DECIMALS},
        )
        for part in numbers
    ]


DECIMALS = ("weight", "value", "counted", "numerator", "denominator", "points")


def _numbers(part: Mapping[str, Any]) -> dict[str, Any]:
    found = {name: None if part.get(name) is None else Decimal(part[name]) for name in (*DECIMALS, "lost")}
    return {"kind": "rate"} | dict(part) | found


def _lost(row: RankingRow, numbers: list[dict[str, Any]]) -> list[Decimal | None]:
    if row.score is None:
        return [None] * len(numbers)
    places = max((-part["points"].as_tuple().exponent for part in numbers if part["points"] is not None), default=2)
    printed = max((-part["counted"].as_tuple().exponent for part in numbers if part["counted"] is not None), default=2)
    parts = tuple(Component(figure=part["figure"], weight=part["weight"]) for part in numbers)
    counted = [None if part["counted"] is None else int(part["counted"].scaleb(printed)) for part in numbers]
    lost = Scorer(RuleSpec(parts, printed, places)).lost(counted, int(row.score.scaleb(places)))
    return [None if loss is None else Decimal(loss).scaleb(-places) for loss in lost]
