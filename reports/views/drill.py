"""From a place in a ranking down to what made it: the unit's score, a component, its sites, problems and duties."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from campaign.guard import UserRequest, require
from campaign.permissions import Permission

from ..models import Ranking, RankingRow
from ..queries import shown_components
from ..queries.component import behind, component_of, open_units, site_inspections
from ..queries.history import row_before
from ..queries.rankings import Shown
from ..rules.figures import FIGURES, FOOTNOTES, MEANS
from ..rules.story import score_sentences
from .charts import changes, waterfall
from .rankings import found_or_404


def _row_or_404(ranking: Ranking, unit: str) -> RankingRow:
    return get_object_or_404(ranking.rows.select_related("unit"), unit__code=unit)


def _address(ranking: Ranking, name: str, *rest: str, query: str = "") -> str:
    return reverse(f"reports:{name}", args=[ranking.period.code, ranking.group.code, *rest]) + query


def _query(request: UserRequest, ranking: Ranking) -> str:
    return f"?revision={ranking.revision}" if "revision" in request.GET else ""


@require_GET
@require(Permission.SEE_RANKINGS)
def ranking_unit(request: UserRequest, period: str, group: str, unit: str) -> HttpResponse:
    """Why a unit has its score: the published row for everyone, the way down for those who may open the unit."""
    ranking = found_or_404(request, period, group)
    row = _row_or_404(ranking, unit)
    query = _query(request, ranking)
    drill = open_units(request.user).filter(pk=row.unit_id).exists()
    parts = shown_components(row)
    urls = [_address(ranking, "component", unit, part.figure, query=query) if drill else "" for part in parts]
    before = row_before(row, request.user)
    context = {
        "ranking": ranking,
        "row": row,
        "entry": ranking.entries.filter(unit=row.unit).first(),
        "parts": list(zip(parts, urls, strict=True)),
        "chart": waterfall(row, parts, urls),
        "changes": changes(parts, shown_components(before) if before else []),
        "total_change": row.score - before.score
        if before and before.score is not None and row.score is not None
        else None,
        "footnote": FOOTNOTES.get(row.footnote, row.footnote),
        "sentences": score_sentences(parts),
        "lost": None if row.score is None else 100 - row.score,
        "drill": drill,
        "ranked": ranking.rows.filter(rank__isnull=False).count(),
        "trail": [{"label": _("Rankings"), "url": reverse("reports:rankings")}, _to_ranking(ranking, query)],
    }
    return render(request, "reports/ranking_unit.html", context)


def _to_ranking(ranking: Ranking, query: str) -> dict[str, str]:
    return {
        "label": f"{ranking.group.name} · {ranking.period.span.label()}",
        "url": _address(ranking, "ranking", query=query),
    }


@require_GET
@require(Permission.SEE_RANKINGS)
def component(request: UserRequest, period: str, group: str, unit: str, figure: str) -> HttpResponse:
    """The rows behind one component of a unit; only for those who may open the unit."""
    ranking = found_or_404(request, period, group)
    row = _row_or_404(ranking, unit)
    part = component_of(row, figure)
    if part is None or not open_units(request.user).filter(pk=row.unit_id).exists():
        raise Http404
    misses, after = request.GET.get("part") != "in", request.GET.get("after", "")
    if part.figure == "rework":
        misses = request.GET.get("part") != "out"
    found = behind(ranking, row.unit, part, misses=misses, after=int(after) if after[:18].isdecimal() else None)
    query = _query(request, ranking)
    site = request.GET.get("site", "")[:60]
    context = {
        "ranking": ranking, "row": row, "part": part, "found": found, "misses": misses, "site": site,
        "inspections": site_inspections(ranking, row.unit, part, site) if site else [],
        "tabs": _tabs(part, misses) if found.kind not in ("sites", "indicators") else [],
        "differs": found.total is not None and part.denominator is not None and _differs(found.total, part),
        "figure": FIGURES[part.figure],
        "mean": MEANS[part.mean],
        "revision": ranking.revision if query else None,
        "next": f"?part={request.GET.get('part', '')}&after={found.more}" if found.more else "",
        "trail": [
            {"label": _("Rankings"), "url": reverse("reports:rankings")},
            _to_ranking(ranking, query),
            {"label": row.unit.label, "url": _address(ranking, "ranking_unit", unit, query=query)},
        ],
    }  # fmt: skip
    return render(request, "reports/component.html", context)


def _differs(total: tuple[Any, Any], part: Shown) -> bool:
    """Whether entries after closing changed the rows, so that they no longer sum to what stands in the ranking."""
    return any(
        round(found, 2) != round(stored or 0, 2)
        for found, stored in zip(total, (part.numerator, part.denominator), strict=True)
    )


def _tabs(part: Shown, misses: bool) -> list[dict[str, Any]]:
    """The rows that cost points and those that do not, each with its count from the stored figure."""
    inside, base = part.numerator or 0, part.denominator or 0
    if part.figure == "rework":
        rows = [(_("Sent back"), "?part=in", misses, inside), (_("Submitted"), "?part=out", not misses, base)]
    elif part.figure == "tasks":
        rows = [
            (_("Not done in time"), "?part=out", misses, base - inside),
            (_("Done in time"), "?part=in", not misses, inside),
        ]
    else:
        words = {
            "on_time": (_("Late or overdue"), _("Closed in time")),
            "rectified": (_("Not closed"), _("Closed")),
            "prompt_receipt": (_("Received late or not yet"), _("Received in time")),
        }[part.figure]
        rows = [(words[0], "?part=out", misses, base - inside), (words[1], "?part=in", not misses, inside)]
    return [{"label": label, "url": url, "active": active, "count": int(count)} for label, url, active, count in rows]
