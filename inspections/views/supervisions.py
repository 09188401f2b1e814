"""Supervision notices: the list, one of them, and what the office decides."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from campaign.guard import UserRequest, require
from campaign.permissions import Permission

from ..forms.supervision import DropForm, IssueForm
from ..models import Problem, Supervision
from ..services.supervisions import drop_supervision, issue_supervision

PAGE = 50
STATES = Supervision.State


@require_safe
@require(Permission.SEE_SUPERVISIONS)
def supervisions(request: UserRequest) -> HttpResponse:
    """Notices by state, newest first."""
    seen = Supervision.objects.visible_to(request.user)
    counts = dict(seen.order_by().values_list("state").annotate(Count("pk")))
    usual = STATES.DRAFT if request.user.can(Permission.ISSUE_SUPERVISIONS) else STATES.ISSUED
    state = request.GET.get("state") if request.GET.get("state") in STATES.values else usual.value
    rows = _joined(seen.filter(state=state))
    if after := request.GET.get("after", "").replace("\0", ""):
        rows = rows.filter(pk__lt=get_object_or_404(seen, code=after).pk)
    found = list(rows[: PAGE + 1])
    here = reverse("inspections:supervisions")
    tabs = [
        {"label": label, "url": f"{here}?state={value}", "active": value == state, "count": counts.get(value, 0)}
        for value, label in STATES.choices
        if request.user.can(Permission.ISSUE_SUPERVISIONS) or counts.get(value) or value == STATES.ISSUED
    ]
    more = f"?state={state}&after={found[PAGE - 1].code}" if len(found) > PAGE else ""
    context = {"rows": found[:PAGE], "tabs": tabs, "next": more, "today": timezone.localdate()}
    return render(request, "inspections/supervisions.html", context)


def _joined(found: QuerySet[Supervision]) -> QuerySet[Supervision]:
    return found.select_related("problem__site", "unit", "decided_by")


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.SEE_SUPERVISIONS)
def supervision(request: UserRequest, code: str) -> HttpResponse:
    """One notice; whoever may issue it does so here."""
    found = _found(request, code)
    if request.method != "POST":
        return _page(request, found)
    if not request.user.can(Permission.ISSUE_SUPERVISIONS):
        return redirect(found)
    form = IssueForm(request.POST, instance=_found(request, code))
    if form.is_valid():
        try:
            issue_supervision(supervision=found, by=request.user, at=timezone.now(), **form.cleaned_data)
        except ValidationError as refused:
            form.add_error(None, refused)
        else:
            messages.success(request, _("Issued. The unit has been told."))
            return redirect(found)
    return _page(request, found, issue=form)


@require_POST
@require(Permission.ISSUE_SUPERVISIONS)
def supervision_drop(request: UserRequest, code: str) -> HttpResponse:
    """Leave a draft unissued."""
    found = _found(request, code)
    form = DropForm(request.POST)
    if form.is_valid():
        try:
            drop_supervision(supervision=found, by=request.user, at=timezone.now(), **form.cleaned_data)
        except ValidationError as refused:
            form.add_error(None, refused)
        else:
            messages.success(request, _("Not issued: %(code)s.") % {"code": code})
            return redirect("inspections:supervisions")
    return _page(request, found, drop=form)


def _found(request: UserRequest, code: str) -> Supervision:
    return get_object_or_404(_joined(Supervision.objects.visible_to(request.user)), code=code)


def _page(request: UserRequest, found: Supervision, **forms: Any) -> HttpResponse:
    decides = found.state == STATES.DRAFT and request.user.can(Permission.ISSUE_SUPERVISIONS)
    seen = Problem.objects.visible_to(request.user).filter(pk__in=[found.problem_id, found.problem.merged_into_id])
    shown = {one.pk: one for one in seen}
    context = {
        "supervision": found,
        "problem": found.problem,
        "seen": found.problem_id in shown,
        "original": shown.get(found.problem.merged_into_id or 0),
        "decides": decides,
        "at": timezone.now(),
    }
    context |= {"issue": IssueForm(instance=found), "drop": DropForm()} | forms
    return render(request, "inspections/supervision.html", context, status=422 if forms else 200)
