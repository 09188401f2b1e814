"""From an inspection up to the rankings it counts in."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from campaign.guard import UserRequest, require
from campaign.permissions import Permission
from inspections.models import Inspection

from ..queries.carried import missed
from ..queries.component import open_units
from ..queries.upward import Place, places_moved


@require_GET
@require(Permission.SEE_INSPECTIONS)
def counts_in(request: UserRequest, code: str) -> HttpResponse:
    """The rankings that an inspection counts in, each with the way down again to where it stands among the others.

    htmx gets a sentence for each closed period that the inspection came too late for.
    """
    visible = Inspection.objects.visible_to(request.user).select_related("site")
    inspection = get_object_or_404(visible, code=code)
    if request.htmx:
        return render(request, "reports/counts_in.html#note", {"missed": missed(inspection)})
    places = places_moved(inspection, request.user)
    opened = set(open_units(request.user).values_list("pk", flat=True))
    rows = [(place, _address(place, inspection, drill=place.row.unit_id in opened)) for place in places]
    trail: list[dict[str, Any]] = [{"label": inspection.code, "url": inspection.get_absolute_url()}]
    context = {"inspection": inspection, "rows": rows, "trail": trail, "missed": missed(inspection)}
    return render(request, "reports/counts_in.html", context)


def _address(place: Place, inspection: Inspection, *, drill: bool) -> str:
    """The site's inspections behind the conformity of a place; for those who may not open the unit, its row."""
    ranking = place.row.ranking
    codes = [ranking.period.code, ranking.group.code, place.row.unit.code]
    if drill and any(part["figure"] == "conformity" for part in place.row.components):
        return (
            f"{reverse('reports:component', args=[*codes, 'conformity'])}?{urlencode({'site': inspection.site.code})}"
        )
    return reverse("reports:ranking_unit", args=codes)
