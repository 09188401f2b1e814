"""Appeals: made on the page of a problem, listed, decided."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from campaign.files import sent_file
from campaign.guard import UserRequest, require
from campaign.permissions import Permission
from campaign.queries import work_clock
from campaign.services.kept import content_type

from ..forms.appeal import AppealFilter, AppealForm, DecisionForm
from ..models import Appeal, AppealProof, Problem
from ..queries.appeals import PAGE, appeal_card, appeals_of, counts, may_decide
from ..rules import SubmissionConflict
from ..services.appeals import decide_appeal, make_appeal


@require_safe
@require(Permission.SEE_APPEALS)
def appeals(request: UserRequest) -> HttpResponse:
    """The appeals that a person sees: those to decide first."""
    form = AppealFilter(request.GET)
    if not form.is_valid():
        return redirect("inspections:appeals")
    state = form.cleaned_data["state"] or Appeal.State.OPEN
    found = appeals_of(request.user, state="" if state == "all" else state, after=form.cleaned_data["after"])
    rows = list(found[: PAGE + 1])
    numbers = counts(request.user)
    tabs = [
        {"label": label, "url": f"?state={value}", "active": value == state, "count": numbers.get(value, 0)}
        for value, label in Appeal.State.choices
    ] + [{"label": _("All"), "url": "?state=all", "active": state == "all", "count": sum(numbers.values())}]
    more = f"?state={state}&after={rows[PAGE - 1].pk}" if len(rows) > PAGE else ""
    return render(request, "inspections/appeals.html", {"rows": rows[:PAGE], "tabs": tabs, "next": more})


@require_safe
@require(Permission.SEE_APPEALS)
def appeal(request: UserRequest, code: str) -> HttpResponse:
    """One appeal with its problem, its proof and what was decided."""
    return _show(request, _found(request, code), DecisionForm())


@require_POST
@require(Permission.DECIDE_APPEALS)
def appeal_decide(request: UserRequest, code: str) -> HttpResponse:
    """Uphold an appeal or refuse it."""
    found, form = _found(request, code), DecisionForm(request.POST)
    status = 422
    if form.is_valid():
        upheld, answer = form.cleaned_data["act"] == "uphold", form.cleaned_data["answer"]
        try:
            decide_appeal(appeal=found, upheld=upheld, answer=answer, by=request.user, at=timezone.now())
        except ValidationError as wrong:
            form.add_error(None, wrong)
        except SubmissionConflict as conflict:
            form.add_error(None, str(conflict))
            status = 409
        else:
            messages.success(request, _("Decided. The unit has been told."))
            return redirect(found)
    return _show(request, _found(request, code), form, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.APPEAL)
def appeal_new(request: UserRequest, code: str) -> HttpResponse:
    """The holder of a problem appeals it."""
    rows = Problem.objects.visible_to(request.user).select_related("site", "unit").prefetch_related("appeals")
    problem = get_object_or_404(rows, code=code)
    now = timezone.now()
    card = appeal_card(problem, request.user, at=now, clock=work_clock())
    form = AppealForm(request.POST, request.FILES) if request.method == "POST" else AppealForm()
    status = 422 if form.is_bound else 200
    if form.is_valid():
        try:
            made = make_appeal(problem=problem, **form.cleaned_data, by=request.user, at=now)
        except ValidationError as wrong:
            form.add_error(None, wrong)
        except SubmissionConflict as conflict:
            form.add_error(None, str(conflict))
            status = 409
        else:
            messages.success(request, _("Sent. The office decides; you will be told here."))
            return redirect(made)
    if not form.is_bound and not card.grounds:
        return redirect(problem)
    trail = [
        {"label": _("Problem ledger"), "url": reverse("inspections:problems")},
        {"label": problem.code, "url": problem.get_absolute_url()},
    ]
    context = {"problem": problem, "form": form, "card": card, "trail": trail}
    return render(request, "inspections/appeal_new.html", context, status=status)


@require_safe
@require(Permission.SEE_APPEALS)
def appeal_proof(request: UserRequest, name: str) -> HttpResponseBase:
    """A file of proof, to whoever sees its appeal; always as a download."""
    seen = Appeal.objects.visible_to(request.user)
    found = get_object_or_404(AppealProof, appeal__in=seen, file=f"{AppealProof.folder}/{name}")
    return sent_file(found.file, content_type=content_type(found), filename=found.name, attachment=True)


def _found(request: UserRequest, code: str) -> Appeal:
    rows = Appeal.objects.visible_to(request.user)
    rows = rows.select_related("problem__site", "problem__unit", "problem__item", "unit", "made_by", "decided_by")
    return get_object_or_404(rows.prefetch_related("proofs", "problem__photos"), code=code)


def _show(request: UserRequest, found: Appeal, form: DecisionForm, status: int = 200) -> HttpResponse:
    context = {
        "appeal": found,
        "problem": found.problem,
        "form": form,
        "sees_problem": Problem.objects.visible_to(request.user).filter(pk=found.problem_id).exists(),
        "waits": found.state == Appeal.State.OPEN and request.user.can(Permission.DECIDE_APPEALS),
        "may_decide": may_decide(found, request.user),
        "trail": [{"label": _("Appeals"), "url": reverse("inspections:appeals")}],
    }
    return render(request, "inspections/appeal.html", context, status=status)
