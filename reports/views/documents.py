"""The reports page: what can be printed, with a preview, and the files that were made."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from campaign.celery import app
from campaign.files import sent_file
from campaign.guard import UserRequest, require
from campaign.permissions import Permission
from campaign.sentences import joined

from ..forms.document import DocumentForm
from ..models import Document, Period
from ..queries.assessment import group_table, problems_of
from ..queries.ranking_page import groups_in
from ..services import documents as services

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PREVIEWED = 5
LISTED = 30
#: The status by which htmx stops asking.
POLLED_OUT = 286


@require_GET
@require(Permission.EXPORT)
def documents(request: UserRequest) -> HttpResponse:
    """Each document with its preview for the chosen period, and the files this person asked for."""
    files = Document.objects.visible_to(request.user).select_related("period")[:LISTED]
    if request.htmx and "files" in request.GET:
        context = _files(files)
        return render(
            request, "reports/documents.html#files", context, status=200 if context["pending"] else POLLED_OUT
        )
    period = _chosen(request.GET.get("period", ""))
    if period is None and request.GET.get("period"):
        messages.error(request, _("There is no such period. Write it as 2026-W47, 2026-11 or 2026-Q4."))
    context = _files(files) | {"periods": _offered(), "period": period}
    if period:
        rankings = groups_in(request.user, period.code)
        context |= {
            "table": group_table(rankings[0], PREVIEWED) if rankings else None,
            "groups": len(rankings),
            "problems": problems_of(period, request.user).count(),
        }
    return render(request, "reports/documents.html", context)


def _files(files: Any) -> dict[str, Any]:
    rows = list(files)
    return {"files": rows, "pending": any(file.state in ("waiting", "running") for file in rows)}


def _chosen(code: str) -> Period | None:
    """The period asked for, else the quarter that was ranked last, else the newest period at all."""
    found = Period.objects.filter(rankings__isnull=False).distinct()
    if code:
        return Period.objects.filter(code=code[:10]).first()
    return found.filter(kind="quarter").order_by("-starts_on").first() or found.order_by("-starts_on").first()


def _offered() -> list[tuple[str, list[Period]]]:
    """The last periods of each kind, the longest kinds first."""
    kinds = [("year", 3), ("quarter", 8), ("month", 13), ("week", 13)]
    ranked = Period.objects.filter(rankings__isnull=False).distinct().order_by("-starts_on")
    labels = dict(Period.Kind.choices)
    return [(str(labels[kind]), list(ranked.filter(kind=kind)[:count])) for kind, count in kinds]


@require_POST
@require(Permission.EXPORT)
def document_request(request: UserRequest) -> HttpResponse:
    """Ask for a file: small ones are made at once, large ones by a worker; all are found again on the reports page."""
    form = DocumentForm(request.POST)
    back = reverse("reports:documents")
    if not form.is_valid():
        messages.error(request, joined(error for errors in form.errors.values() for error in errors))
        return redirect(back)
    period, unit = form.cleaned_data["period"], form.cleaned_data["unit"]
    try:
        document = services.request_document(
            kind=form.cleaned_data["kind"], period=period, by=request.user,
            parameters={"unit": unit.code} if unit else {},
        )  # fmt: skip
    except ValidationError as refused:
        messages.error(request, joined(refused.messages))
        return redirect(f"{back}?period={period.code}")
    if services.is_tiny(document):
        services.make_document(pk=document.pk, now=timezone.now())
        return redirect("reports:document_file", document.token)
    transaction.on_commit(lambda: app.send_task("reports.tasks.make_document", [document.pk]), robust=True)
    messages.success(request, _("The file is being made. You can go on working; it will stand here when it is ready."))
    return redirect(f"{back}?period={period.code}")


@require_GET
@require(Permission.EXPORT)
def document_file(request: UserRequest, token: UUID) -> HttpResponseBase:
    """Download a file, for the person who asked for it only."""
    ready = Document.objects.visible_to(request.user).filter(state=Document.State.READY)
    document = get_object_or_404(ready, token=token)
    services.note_download(document=document, by=request.user)
    return sent_file(document.file, content_type=XLSX, filename=document.name, attachment=True)
