"""The audit trail, for the audit administrator."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ..forms.accounts import AuditFilter
from ..guard import UserRequest, require
from ..models import Event
from ..permissions import Permission

PAGE = 50


@require_safe
@require(Permission.SEE_AUDIT)
def audit(request: UserRequest) -> HttpResponse:
    """The trail, newest first, filtered; paged by row."""
    form = AuditFilter(request.GET)
    if not form.is_valid():
        return render(request, "campaign/audit.html", {"form": form, "rows": []}, status=422)
    wanted = form.cleaned_data
    rows = Event.objects.visible_to(request.user).between(first=wanted["first"], last=wanted["last"])
    for name, lookup in (("who", "actor_name__icontains"), ("action", "action__icontains"), ("reference", "reference")):
        if wanted[name]:
            rows = rows.filter(**{lookup: wanted[name]})
    if wanted["result"]:
        rows = rows.filter(result=wanted["result"])
    if wanted["before"]:
        rows = rows.filter(pk__lt=wanted["before"])
    page = list(rows[: PAGE + 1])
    context = {"form": form, "rows": page[:PAGE], "next": _next(request, page)}
    return render(request, "campaign/audit.html", context)


def _next(request: UserRequest, page: list[Event]) -> str:
    if len(page) <= PAGE:
        return ""
    query = request.GET.copy()
    query["before"] = str(page[PAGE - 1].pk)
    return f"?{query.urlencode()}"
