"""The audit trail and the daily heads of its chain, for the audit administrator."""

from collections.abc import Sequence

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ..forms.accounts import AuditFilter, HeadsFilter
from ..guard import UserRequest, require
from ..models import ChainHead, Event
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


@require_safe
@require(Permission.SEE_AUDIT)
def audit_heads(request: UserRequest) -> HttpResponse:
    """The heads of ended days, newest first, to print and keep outside; paged by day."""
    form = HeadsFilter(request.GET)
    if not form.is_valid():
        return render(request, "campaign/audit_heads.html", {"form": form, "rows": []}, status=422)
    rows = ChainHead.objects.visible_to(request.user)
    if form.cleaned_data["before"]:
        rows = rows.filter(pk__lt=form.cleaned_data["before"])
    page = list(rows[: PAGE + 1])
    return render(request, "campaign/audit_heads.html", {"rows": page[:PAGE], "next": _next(request, page)})


def _next(request: UserRequest, page: Sequence[Event | ChainHead]) -> str:
    if len(page) <= PAGE:
        return ""
    query = request.GET.copy()
    query["before"] = str(page[PAGE - 1].pk)
    return f"?{query.urlencode()}"
