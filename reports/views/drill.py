"""From a place in a ranking down to what made it: the unit's score, a component, its sites, problems and duties."""

from decimal import Decimal
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from campaign.guard import UserRequest, require
from campaign.models import User
from campaign.permissions import Permission

from ..forms.looking import Look, looked_at
from ..models import Ranking, RankingRow
from ..queries import shown_components
from ..queries.component import behind, component_of, event_page, lines_of, open_units, site_inspections
from ..queries.history import row_before
from ..queries.moved import moved
from ..queries.objections import announced_row
from ..queries.ranking_page import find_ranking
from ..queries.rankings import Shown, limit_of
from ..rules.events import EVENTS
from ..rules.figures import FIGURES, FOOTNOTES, MEANS
from ..rules.line_sentences import line_sentence, line_title
from ..rules.sentences import merged_sentences
from ..rules.story import score_sentences
from .charts import waterfall


def _ranking_or_404(request: UserRequest, period: str, group: str, unit: str) -> Ranking:
    """The ranking an address names, or the closed revision in which this person's own unit may object."""
    revision = looked_at(request.GET).revision
    found = find_ranking(request.user, period, group, revision)
    row = None if found else announced_row(request.user, period, group, unit)
    if row and row.ranking.revision == revision:
        found = row.ranking
    if found is None:
        raise Http404
    return found


def _row_or_404(ranking: Ranking, unit: str) -> RankingRow:
    return get_object_or_404(ranking.rows.select_related("unit"), unit__code=unit)


def _address(ranking: Ranking, name: str, *rest: str, query: str = "") -> str:
    return reverse(f"reports:{name}", args=[ranking.period.code, ranking.group.code, *rest]) + query


@require_GET
@require(Permission.SEE_RANKINGS)
def ranking_unit(request: UserRequest, period: str, group: str, unit: str) -> HttpResponse:
    """Why a unit has its score: the published row for everyone, the way down for those who may open the unit."""
    ranking = _ranking_or_404(request, period, group, unit)
    row = _row_or_404(ranking, unit)
    query = looked_at(request.GET).query
    drill = open_units(request.user).filter(pk=row.unit_id).exists()
    parts, lines = shown_components(row), lines_of(ranking)

    def rows_behind(part: Shown) -> str:
        return _address(ranking, "component", unit, part.figure, query=query) if drill and part.has_rows else ""

    before = row_before(row, request.user)
    context = {
        "ranking": ranking,
        "row": row,
        "entry": ranking.entries.filter(unit=row.unit, board="").first(),
        "parts": [(part, rows_behind(part)) for part in parts],
        "chart": waterfall(row, parts, rows_behind, lines),
        "moved": moved(row, before, rows=drill),
        "before": before,
        "year_before": row_before(row, request.user, ranking.period.span.year_before()),
        "footnote": FOOTNOTES.get(row.footnote, row.footnote),
        "merged": merged_sentences(one for one in ranking.merged if one["into"] == unit),
        "sentences": score_sentences(parts, lines),
        "limit": limit_of(row, parts),
        "lost": None if row.score is None else sum(part.lost for part in parts if part.lost is not None),
        "drill": drill,
        "ranked": ranking.rows.filter(rank__isnull=False).count(),
        "trail": [
            {"label": _("Rankings"), "url": reverse("reports:rankings")},
            _to_ranking(request.user, ranking, query),
        ],
    }
    return render(request, "reports/ranking_unit.html", context)


def _to_ranking(user: User, ranking: Ranking, query: str) -> dict[str, str]:
    """The step to the whole ranking; without a way there for a unit that is only shown its own row."""
    seen = Ranking.objects.visible_to(user).filter(pk=ranking.pk).exists()
    return {
        "label": f"{ranking.group.name} · {ranking.period.span.label()}",
        "url": _address(ranking, "ranking", query=query) if seen else "",
    }


@require_GET
@require(Permission.SEE_RANKINGS)
def component(request: UserRequest, period: str, group: str, unit: str, figure: str) -> HttpResponse:
    """The rows behind one component of a unit; only for those who may open the unit."""
    ranking = _ranking_or_404(request, period, group, unit)
    row = _row_or_404(ranking, unit)
    part = component_of(row, figure)
    if part is None or not part.has_rows or not open_units(request.user).filter(pk=row.unit_id).exists():
        raise Http404
    look = looked_at(request.GET)
    if part.kind == "points":
        return _events(request, ranking, row, part, look)
    dear = look.part != ("out" if part.figure == "rework" else "in")
    found = behind(ranking, row.unit, part, misses=dear, after=look.after)
    context = {
        "ranking": ranking, "row": row, "part": part, "found": found, "look": look,
        "inspections": site_inspections(ranking, row.unit, part, look.site) if look.site else [],
        "tabs": _tabs(part, dear, look),
        "differs": found.total is not None and _differs(found.total, part),
        "figure": FIGURES[part.figure],
        "mean": MEANS[part.mean],
        "next": _link(look, part=look.part, after=found.more) if found.more else "",
        "trail": _trail(request.user, ranking, row, look),
    }  # fmt: skip
    return render(request, "reports/component.html", context)


def _trail(user: User, ranking: Ranking, row: RankingRow, look: Look) -> list[dict[str, str]]:
    return [
        {"label": _("Rankings"), "url": reverse("reports:rankings")},
        _to_ranking(user, ranking, look.query),
        {"label": row.label, "url": _address(ranking, "ranking_unit", row.unit.code, query=look.query)},
    ]


def _events(request: UserRequest, ranking: Ranking, row: RankingRow, part: Shown, look: Look) -> HttpResponse:
    """The events of one line of a rule that count for a unit, with tabs for the other lines."""
    lines = lines_of(ranking).get(part.figure, ())
    if look.line >= len(lines):
        raise Http404
    brought = {at: (count, points) for at, count, points in part.lines}
    line, found = lines[look.line], event_page(ranking, row.unit, part, lines[look.line], after=look.after)
    count, points = brought.get(look.line, (0, Decimal(0)))
    context = {
        "ranking": ranking, "row": row, "part": part, "found": found, "look": look,
        "sentence": line_sentence(line), "counts": EVENTS[line.event].counts, "event": line.event,
        "count": count, "points": points,
        "tabs": [
            {"label": line_title(one), "url": _link(look, line=at), "active": at == look.line,
             "count": brought.get(at, (0, 0))[0]}
            for at, one in enumerate(lines)
        ],
        "next": _link(look, line=look.line, after=found.more) if found.more else "",
        "trail": _trail(request.user, ranking, row, look),
    }  # fmt: skip
    return render(request, "reports/component_events.html", context)


def _link(look: Look, **wanted: str | int) -> str:
    """This page with other values, in the same revision."""
    kept: dict[str, str | int] = {"revision": look.revision or 0, **wanted}
    return "?" + urlencode({name: value for name, value in kept.items() if value})


def _differs(total: tuple[Any, Any], part: Shown) -> bool:
    """Whether entries after closing changed the rows, so that they no longer sum to what stands in the ranking."""
    return any(
        round(found, 2) != round(stored or 0, 2)
        for found, stored in zip(total, (part.numerator, part.denominator), strict=True)
    )


#: What to call the rows that cost points, and those that do not; for rework both are steps, and more is dearer.
PARTS: dict[str, tuple[tuple[Any, str], tuple[Any, str]]] = {
    "on_time": ((gettext_lazy("Late or overdue"), "out"), (gettext_lazy("Closed in time"), "in")),
    "rectified": ((gettext_lazy("Not closed"), "out"), (gettext_lazy("Closed"), "in")),
    "prompt_receipt": ((gettext_lazy("Received late or not yet"), "out"), (gettext_lazy("Received in time"), "in")),
    "satisfaction": ((gettext_lazy("Not satisfied"), "out"), (gettext_lazy("Satisfied"), "in")),
    "tasks": ((gettext_lazy("Not done in time"), "out"), (gettext_lazy("Done in time"), "in")),
    "rework": ((gettext_lazy("Sent back"), "in"), (gettext_lazy("Submitted"), "out")),
}


def _tabs(part: Shown, dear: bool, look: Look) -> list[dict[str, Any]]:
    """The rows that cost points and those that do not, each with its count from the stored figure."""
    inside, base = int(part.numerator or 0), int(part.denominator or 0)
    counts = (inside, base) if part.figure == "rework" else (base - inside, inside)
    return [
        {"label": label, "url": _link(look, part=which), "active": active, "count": count}
        for (label, which), active, count in zip(PARTS.get(part.figure, ()), (dear, not dear), counts, strict=False)
    ]
