"""How a group's units stood through time."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from campaign.guard import UserRequest, require
from campaign.permissions import Permission

from ..forms.looking import looked_at
from ..queries import ranking_page as pages
from ..queries.trend import trend_of
from .charts import short_label
from .rankings import found_or_404


@require_GET
@require(Permission.SEE_RANKINGS)
def ranking_trend(request: UserRequest, period: str, group: str) -> HttpResponse:
    """The group's scores and places of thirteen periods, and of the same period last year."""
    look = looked_at(request.GET)
    ranking = found_or_404(request, period, group)
    trend = trend_of(ranking, request.user, after=look.after)
    context = {
        "ranking": ranking,
        "trend": trend,
        "columns": [(short_label(span.code), shown) for span, shown in zip(trend.spans, trend.rankings, strict=True)],
        "mine": pages.own_units(request.user),
        "more": trend.lines[-1].position if len(trend.lines) == pages.PAGE else None,
        "trail": [
            {"label": _("Rankings"), "url": reverse("reports:rankings")},
            {"label": f"{ranking.group.name} · {ranking.period.span.label()}", "url": ranking.get_absolute_url()},
        ],
    }
    return render(request, "reports/trend.html", context)
