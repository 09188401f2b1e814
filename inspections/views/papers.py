"""Papers that were issued: the list, one paper with its files and replies, the settings."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from campaign.celery import app
from campaign.files import sent_file
from campaign.guard import UserRequest, require
from campaign.permissions import Permission

from ..documents.paper import Part, thawed
from ..forms.papers import PaperFilter, PaperSettingsForm, ReplyForm
from ..models import Paper, PaperFile, Problem
from ..queries.papers import listed, next_numbers, page_of, paper_settings
from ..services.paper_files import NO_FONT, TINY, NoChineseFont, file_name, file_of, note_download
from ..services.papers import reply_to_paper, request_file, save_paper_settings
from .sending import CONTENT_TYPES, later


@require_safe
@require(Permission.SEE_PAPERS)
def papers(request: UserRequest) -> HttpResponse:
    """The papers this person sees, newest first."""
    form = PaperFilter(request.GET)
    valid = form.is_valid()
    rows, before = page_of(listed(request.user, form.cleaned_data), before=form.cleaned_data.get("before"))
    query = request.GET.copy()
    query["before"] = str(before or "")
    context = {
        "form": form,
        "rows": rows,
        "next": f"?{query.urlencode()}" if before else "",
        "filtered": any(form.cleaned_data.get(name) for name in ("q", "kind", "unanswered")),
        "may_set": request.user.can(Permission.MANAGE_LEDGER),
        "may_issue": request.user.can(Permission.ISSUE_PAPERS),
    }
    return render(request, "inspections/papers.html", context, status=200 if valid else 422)


@require_safe
@require(Permission.SEE_PAPERS)
def paper(request: UserRequest, token: UUID) -> HttpResponse:
    """One paper: its words as they were issued, its files, its problems, what was answered."""
    return _page(request, _found(request, token), ReplyForm())


def _found(request: UserRequest, token: UUID) -> Paper:
    rows = Paper.objects.visible_to(request.user).with_progress().select_related("unit", "issued_by", "replaces")
    return get_object_or_404(rows, token=token)


def _page(request: UserRequest, found: Paper, form: ReplyForm, *, status: int = 200) -> HttpResponse:
    sees = Problem.objects.visible_to(request.user).filter(papers=found).order_by("pk")
    context: dict[str, Any] = {
        "paper": found,
        "words": found.content,
        "parts": [_part(part) for part in thawed(found.content).parts],
        "formats": _formats(found),
        "problems": sees.select_related("unit")[:MOST_SHOWN],
        "more": max(found.count - MOST_SHOWN, 0),
        "replies": found.replies.select_related("by"),
        "replaced_by": Paper.objects.filter(replaces=found).first(),
        "may_reply": request.user.can(Permission.REPAIR) and found.unit is not None,
        "may_issue": request.user.can(Permission.ISSUE_PAPERS),
        "form": form,
    }
    return render(request, "inspections/paper.html", context, status=status)


def _part(part: Part) -> dict[str, Any]:
    """A part as the page lays it out: lines of text, or rows whose last cell takes the columns that are left."""
    if part.style in ("body", "heading"):
        return {"style": part.style, "lines": part.text.split("\n")}
    facts, width = part.style == "facts", len(part.columns)
    rows = [
        [
            {
                "cell": cell,
                "span": width - place if place == len(row) - 1 else 1,
                "label": facts and place % 2 == 0,
                "fixed": part.columns[place].centred,
            }
            for place, cell in enumerate(row)
        ]
        for row in part.rows[:MOST_SHOWN]
    ]
    return {"style": part.style, "columns": () if facts else part.columns, "rows": rows}


#: Problems that the page of a paper names, and rows of its tables; the files have all.
MOST_SHOWN = 100


def _formats(found: Paper) -> list[dict[str, Any]]:
    """What a paper can be fetched as; ``job``: it takes a worker to make it."""
    kept = {file.format: file for file in found.files.all()}
    offered = PaperFile.Format if found.kind == Paper.Kind.LEDGER else (PaperFile.Format.WORD, PaperFile.Format.PDF)
    return [
        {
            "format": one.value,
            "label": one.label,
            "file": kept.get(one.value),
            "job": one.value not in kept and found.count > TINY,
        }
        for one in offered
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.SEE_PAPERS)
def paper_file(request: UserRequest, token: UUID, format: str) -> HttpResponseBase:
    """A file of a paper, made when it is first fetched. A long one is asked for by POST and made by a worker."""
    found = _found(request, token)
    if format not in PaperFile.Format.values or (format == "xlsx" and found.kind != Paper.Kind.LEDGER):
        raise Http404
    kept = found.files.filter(format=format).first()
    if kept is None and found.count > TINY:
        if request.method != "POST":
            return redirect(found)
        run = request_file(paper=found, output=format, by=request.user, at=timezone.now())
        later(app, "inspections.tasks.issue_papers", run.pk)
        return redirect(run)
    try:
        kept = kept or file_of(found, format, at=timezone.now())
    except NoChineseFont:
        messages.error(request, str(NO_FONT))
        return redirect(found)
    note_download(file=kept, by=request.user)
    name = file_name(found, format)
    return sent_file(kept.file, content_type=CONTENT_TYPES[format], filename=name, attachment=True)


@require_POST
@require(Permission.REPAIR)
def paper_reply(request: UserRequest, token: UUID) -> HttpResponse:
    """The unit answers."""
    found = _found(request, token)
    form = ReplyForm(request.POST)
    if form.is_valid():
        try:
            reply_to_paper(paper=found, text=form.cleaned_data["text"], by=request.user, at=timezone.now())
        except ValidationError as refused:
            form.add_error(None, refused)
        else:
            messages.success(request, _("Your reply is recorded; the creation office reads it here."))
            return redirect(found)
    return _page(request, found, form, status=422)


@require_http_methods(["GET", "POST"])
@require(Permission.MANAGE_LEDGER)
def paper_settings_page(request: UserRequest) -> HttpResponse:
    """Look at how papers look and count, or change it."""
    standing, year = paper_settings(), timezone.localdate().year
    numbers = next_numbers(standing, year=year)
    form = PaperSettingsForm(request.POST or None, instance=standing, numbers=numbers, year=year)
    if form.is_valid():
        save_paper_settings(settings=form.save(commit=False), by=request.user, year=year, numbers=form.next_numbers())
        messages.success(request, _("Saved."))
        return redirect("inspections:paper_settings")
    return render(request, "inspections/paper_settings.html", {"form": form}, status=422 if form.is_bound else 200)
