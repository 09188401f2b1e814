"""How far a ranking carries; for the office and supervisors."""

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from campaign.celery import app
from campaign.guard import UserRequest, require
from campaign.permissions import Permission

from ..rules.uncertainty import LEAST_INSPECTIONS, TIMES
from ..services.analysing import ask_once, kept_analysis
from .rankings import found_or_404

#: The status by which htmx stops asking.
POLLED_OUT = 286


@require_GET
@require(Permission.SEE_DRAFT_RANKINGS)
def ranking_analysis(request: UserRequest, period: str, group: str) -> HttpResponse:
    """Places under other weights and means, intervals of the scores, and units that cannot be told apart."""
    ranking = found_or_404(request, period, group)
    found = kept_analysis(ranking)
    if found is None and ask_once(ranking):
        pk = ranking.pk
        transaction.on_commit(lambda: app.send_task("reports.tasks.analyse_ranking", [pk]), robust=True)
    context = {
        "ranking": ranking,
        "found": found,
        "moved": sum(row.best != row.worst for _unit, row in found.rows) if found else 0,
        "bands": max((row.interval.band or 0 for _unit, row in found.rows), default=0) if found else 0,
        "times": TIMES,
        "least": LEAST_INSPECTIONS,
        "trail": [
            {"label": _("Rankings"), "url": reverse("reports:rankings")},
            {"label": f"{ranking.group.name} · {ranking.period.span.label()}", "url": ranking.get_absolute_url()},
        ],
    }
    if request.htmx:
        return render(request, "reports/analysis.html#found", context, status=POLLED_OUT if found else 200)
    return render(request, "reports/analysis.html", context)
