"""Taking spreadsheets over: upload, columns, preview, errors, confirmation."""

import io

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from campaign.documents.sheets import Table, UnreadableSheet
from campaign.documents.tables import XlsxTable
from campaign.guard import UserRequest, require
from campaign.models import ImportRun
from campaign.permissions import Permission

from ..forms.imports import ColumnsForm, UploadForm
from ..resources import runs
from ..resources.kinds import KINDS, MAPPING_TITLES, is_allowed, mapping_title, mappings_for
from .sending import later, xlsx_response

IMPORTERS = (Permission.IMPORT, Permission.MANAGE_USERS)
#: Where the rows of a sheet are seen once they are taken over.
LISTS = {
    "units": "units:units", "standard": "campaign:standard", "check_items": "campaign:standard", "sites": "units:sites",
    "users": "campaign:users", "tasks": "units:tasks", "inspections": "inspections:inspections",
    "problems": "inspections:problems", "marks": "reports:rankings",
}  # fmt: skip
SHOWN = 30  # earlier uploads
SHOWN_FAULTS = 30
SHOWN_NOTES = 20


@require_http_methods(["GET", "POST"])
@require(*IMPORTERS)
def imports(request: UserRequest) -> HttpResponse:
    """Upload a sheet; earlier uploads below."""
    kinds = {kind: sheet for kind, sheet in KINDS.items() if is_allowed(request.user, kind)}
    named = {kind: {name: mapping_title(name) for name in mappings_for(kind)} for kind in kinds}
    first = {"kind": request.GET.get("kind", "")}
    form = UploadForm(request.POST or None, request.FILES or None, initial=first, sheets=kinds, mappings=named)
    if request.method == "POST" and form.is_valid():
        run = runs.start_run(
            kind=form.cleaned_data["kind"], file=form.cleaned_data["file"], mapping=form.cleaned_data["mapping"],
            language=get_language() or "zh-hans", by=request.user,
        )  # fmt: skip
        _hurry(run)
        return redirect("reports:import_run", run.code)
    earlier = ImportRun.objects.visible_to(request.user).defer("faults", "notes", "sample")[:SHOWN]
    titles = {kind: sheet.title for kind, sheet in KINDS.items()}
    context = {
        "form": form,
        "earlier": earlier,
        "kinds": kinds.values(),
        "titles": titles,
        "mapping_titles": MAPPING_TITLES,
    }
    return render(request, "reports/imports.html", context, status=422 if request.method == "POST" else 200)


def _hurry(run: ImportRun) -> None:
    """Small files at once, large ones by a job that starts when this request's rows are there."""
    if run.size <= runs.AT_ONCE:
        runs.work(pk=run.pk, now=timezone.now())
    else:
        later("reports.tasks.run_import", run.pk)


@require_safe
@require(*IMPORTERS)
def import_run(request: UserRequest, code: str) -> HttpResponse:
    """One upload: its preview, its errors, or how far it is."""
    run = get_object_or_404(ImportRun.objects.visible_to(request.user), code=code)
    if run.state == ImportRun.State.UPLOADED:
        return redirect("reports:import_columns", run.code)
    context = {
        "run": run, "title": KINDS[run.kind].title, "mapping": mapping_title(run.mapping),
        "faults": run.faults[:SHOWN_FAULTS],
        "seen_at": reverse(LISTS[run.kind]), "notes": run.notes[:SHOWN_NOTES],
        "more_notes": max(run.note_count - SHOWN_NOTES, 0),
    }  # fmt: skip
    template = "reports/import_run.html#run" if request.htmx else "reports/import_run.html"
    return render(request, template, context)


@require_http_methods(["GET", "POST"])
@require(*IMPORTERS)
def import_columns(request: UserRequest, code: str) -> HttpResponse:
    """Say which of the sheet's columns are which of ours."""
    run = get_object_or_404(ImportRun.objects.visible_to(request.user), code=code)
    if run.is_busy or run.state == ImportRun.State.DONE:
        return redirect("reports:import_run", run.code)
    try:
        table = runs.foreign_table(run)
    except UnreadableSheet as error:
        messages.error(request, str(error))
        return redirect("reports:imports")
    form = ColumnsForm(
        request.POST or None, sheet=KINDS[run.kind], heads=_heads(table), rules=run.rules, name=run.mapping
    )
    if request.method == "POST" and form.is_valid():
        runs.set_columns(run=run, rules=form.rules(), keep_as=form.cleaned_data["keep_as"], by=request.user)
        _hurry(run)
        return redirect("reports:import_run", run.code)
    context = {"run": run, "form": form, "title": KINDS[run.kind].title, "rows": len(table)}
    return render(request, "reports/import_columns.html", context, status=422 if request.method == "POST" else 200)


def _heads(table: Table) -> list[tuple[str, str]]:
    """The sheet's heads with their first entry, for choosing."""
    found: dict[str, str] = {}
    for head, cells in zip(table.heads, table.columns, strict=True):
        example = next((" ".join(cell.split()) for cell in cells if cell), "")
        short = example if len(example) <= 16 else example[:15] + "…"
        found.setdefault(head, f"{head} ({short})" if short else head)
    return list(found.items())


@require_POST
@require(*IMPORTERS)
def import_confirm(request: UserRequest, code: str) -> HttpResponse:
    """Write a checked sheet."""
    run = get_object_or_404(ImportRun.objects.visible_to(request.user), code=code)
    if not is_allowed(request.user, run.kind):
        raise PermissionDenied
    if runs.confirm(run=run, by=request.user):
        _hurry(run)
    else:
        messages.warning(request, _("This sheet is not ready to be taken over."))
    return redirect("reports:import_run", run.code)


@require_safe
@require(*IMPORTERS)
def import_errors(request: UserRequest, code: str) -> HttpResponse:
    """The error sheet: where, what and why."""
    run = get_object_or_404(ImportRun.objects.visible_to(request.user), code=code)
    file = io.BytesIO()
    heads = [_("Sheet"), _("Row"), _("Column"), _("Value"), _("Reason")]
    table = XlsxTable(file, name=_("Errors"), heads=heads, widths=[16, 8, 20, 40, 60])
    for row in run.faults:
        table.add(row)
    table.close()
    return xlsx_response(file.getvalue(), _("Errors in %(name)s") % {"name": run.name.rsplit(".", 1)[0]})


@require_safe
@require(*IMPORTERS)
def import_template(request: UserRequest, kind: str) -> HttpResponse:
    """An empty sheet with our heads."""
    if kind not in KINDS:
        raise Http404
    if not is_allowed(request.user, kind):
        raise PermissionDenied
    file = io.BytesIO()
    XlsxTable(file, name=str(KINDS[kind].title), heads=KINDS[kind].headings()).close()
    return xlsx_response(file.getvalue(), str(KINDS[kind].title))
