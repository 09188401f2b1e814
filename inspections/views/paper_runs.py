"""Issuing papers: what will be issued, the run while it goes on, its file."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from campaign.celery import app
from campaign.files import sent_file
from campaign.guard import UserRequest, require
from campaign.permissions import Permission

from ..forms.ledger import ProblemFilter
from ..forms.papers import IssueForm
from ..models import Paper, PaperRun, Problem
from ..queries import ledger
from ..queries.papers import for_letters, letters_by_unit, paper_settings, without_paper
from ..services.paper_files import note_run_download
from ..services.papers import request_papers, work
from .sending import CONTENT_TYPES, later

UNITS_SHOWN = 12
CODES = 500


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.ISSUE_PAPERS)
def paper_new(request: UserRequest) -> HttpResponse:
    """What will be issued about which problems; then issue it. Problems: by code, of a paper, or a filtered list."""
    kind = request.GET.get("kind", "")
    if kind not in Paper.Kind.values:
        raise Http404
    replaces = _corrected(request)
    problems = _problems(request, replaces)
    shown = problems if kind == Paper.Kind.LEDGER else for_letters(problems)
    units = letters_by_unit(shown)
    count = sum(unit["problems"] for unit in units)
    papers = {Paper.Kind.LEDGER: 1, Paper.Kind.SUPERVISION: count}.get(Paper.Kind(kind), len(units))
    typed = request.POST if request.method == "POST" else None
    form = IssueForm(typed, kind=kind, many=papers > 1, today=timezone.localdate(), initial=_initial(kind, shown))
    if form.is_valid():
        options = form.options() | ({"replaces": str(replaces.token)} if replaces else {})
        try:
            run = request_papers(
                kind=kind, problems=problems, by=request.user, at=timezone.now(), options=options,
                output=form.cleaned_data.get("output", ""), filters=_filters(request),
            )  # fmt: skip
        except ValidationError as refused:
            form.add_error(None, refused)
        else:
            return _begun(run)
    context = {
        "form": form, "kind": Paper.Kind(kind), "units": units[:UNITS_SHOWN], "more": max(len(units) - UNITS_SHOWN, 0),
        "count": count, "papers": papers, "left_out": problems.count() - count, "replaces": replaces,
        "number": paper_settings().number_form(kind).format(year=timezone.localdate().year, number="…"),
    }  # fmt: skip
    return render(request, "inspections/paper_new.html", context, status=422 if form.is_bound else 200)


def _initial(kind: str, problems: QuerySet[Problem]) -> dict[str, Any]:
    """What the office decided when it issued the supervision that this order is to be written about."""
    decided = without_paper(list(problems.values_list("pk", flat=True)[:1])) if kind == Paper.Kind.SUPERVISION else None
    if decided is None or decided.deadline is None:
        return {}
    return {"until": decided.deadline.isoformat(), "contact": decided.contact}


@require_POST
@require(Permission.ISSUE_PAPERS)
def paper_choose(request: UserRequest) -> HttpResponse:
    """From the ticks of the ledger to the page that issues papers about them, or about all that match."""
    chosen = QueryDict(request.POST.get("query", "")[:2000] if request.POST.get("every") else "", mutable=True)
    if not request.POST.get("every"):
        chosen.setlist("problem", [code.partition(".")[0] for code in request.POST.getlist("problem")[:CODES]])
        if not chosen.getlist("problem"):
            messages.error(request, _("Tick at least one problem."))
            return redirect("inspections:problems")
    chosen["kind"] = request.POST.get("kind", "")
    return redirect(f"{reverse('inspections:paper_new')}?{chosen.urlencode()}")


def _begun(run: PaperRun) -> HttpResponse:
    """One paper is issued at once, many by a worker."""
    if run.items.count() > 1:
        later(app, "inspections.tasks.issue_papers", run.pk)
        return redirect(run)
    work(pk=run.pk, at=timezone.now())
    issued = run.items.select_related("paper").get().paper
    return redirect(issued or run)


def _corrected(request: UserRequest) -> Paper | None:
    token = request.GET.get("replaces")
    if not token:
        return None
    try:
        return get_object_or_404(Paper.objects.visible_to(request.user), token=UUID(token), kind=request.GET["kind"])
    except ValueError as wrong:
        raise Http404 from wrong


def _problems(request: UserRequest, replaces: Paper | None) -> QuerySet[Problem]:
    seen = Problem.objects.visible_to(request.user)
    if replaces:
        return seen.filter(papers=replaces)
    if codes := request.GET.getlist("problem")[:CODES]:
        return seen.filter(code__in=[code.partition(".")[0].replace("\0", "") for code in codes])
    form = ProblemFilter(request.GET)
    if not form.is_valid():
        return seen.none()
    wanted = form.cleaned_data
    found = ledger.narrowed(request.user, wanted, at=timezone.now())
    return ledger.in_state(found, wanted.get("state") or ledger.OPEN)


def _filters(request: UserRequest) -> dict[str, Any]:
    return {name: str(value)[:200].replace("\0", "") for name, value in request.GET.items() if value}


@require_safe
@require(Permission.SEE_PAPERS)
def paper_run(request: UserRequest, token: UUID) -> HttpResponse:
    """How far a run is; the page asks again by itself and can be left."""
    run = _run(request, token)
    items = list(run.items.select_related("unit", "paper"))
    pending = run.state in (PaperRun.State.WAITING, PaperRun.State.RUNNING)
    context = {
        "run": run,
        "kind": Paper.Kind(run.kind),
        "items": items[:ITEMS_SHOWN],
        "done": sum(item.paper_id is not None for item in items),
        "total": len(items),
        "pending": pending,
    }
    if request.htmx and request.htmx.target == "run":
        return render(request, "inspections/paper_run.html#run", context)
    return render(request, "inspections/paper_run.html", context)


ITEMS_SHOWN = 500


def _run(request: UserRequest, token: UUID) -> PaperRun:
    return get_object_or_404(PaperRun.objects.visible_to(request.user), token=token)


@require_safe
@require(Permission.SEE_PAPERS)
def paper_run_file(request: UserRequest, token: UUID) -> HttpResponseBase:
    """The one file of a run, for the person who asked for it."""
    run = _run(request, token)
    if not run.file:
        raise Http404
    note_run_download(run=run, by=request.user)
    suffix = run.name.rpartition(".")[2]
    return sent_file(run.file, content_type=CONTENT_TYPES[suffix], filename=run.name, attachment=True)
