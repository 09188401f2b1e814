"""Adjustments (加分/扣分): the list, a proposal with its proof, the decision of a second person."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from campaign.files import sent_file
from campaign.guard import UserRequest, require
from campaign.permissions import Permission
from campaign.services.kept import content_type
from units.services.tasks import Overtaken

from ..forms.adjustment import AdjustmentFilter, AdjustmentForm, DecisionForm, RevocationForm
from ..models import Adjustment, AdjustmentProof, Ranking
from ..queries import closed_rankings_of, rankings_taking
from ..services.adjustments import decide_adjustment, propose_adjustment, revoke_adjustment

PAGE = 50


@require_safe
@require(Permission.SEE_ADJUSTMENTS)
def adjustments(request: UserRequest) -> HttpResponse:
    """Adjustments that a person may see, newest first."""
    form = AdjustmentFilter(request.GET)
    if not form.is_valid():
        return render(request, "reports/adjustments.html", {"form": form, "rows": []}, status=422)
    seen = Adjustment.objects.visible_to(request.user)
    asked = form.cleaned_data
    found = seen.filtered(q=asked["q"], state=asked["state"], before=asked["after"]).select_related("unit")
    page = list(found[: PAGE + 1])
    query = request.GET.copy()
    if len(page) > PAGE:
        query["after"] = str(page[PAGE - 1].pk)
    counts = seen.counts()
    tabs = [
        {
            "label": label, "url": f"?state={state}", "active": asked["state"] == state,
            "count": counts[state or "all"],
        }
        for state, label in [("", _("All")), *Adjustment.State.choices]
        if state in ("", "approved", "revoked") or request.user.can(Permission.SEE_DRAFT_RANKINGS)
    ]  # fmt: skip
    more = f"?{query.urlencode()}" if len(page) > PAGE else ""
    context = {"form": form, "rows": page[:PAGE], "tabs": tabs, "next": more}
    return render(request, "reports/adjustments.html", context)


@require_http_methods(["GET", "POST"])
@require(Permission.PROPOSE_ADJUSTMENTS)
def adjustment_new(request: UserRequest) -> HttpResponse:
    """Propose points for a unit."""
    form = AdjustmentForm(request.POST or None, request.FILES or None, initial={"concerned": request.GET.get("unit")})
    if form.is_valid():
        try:
            made = propose_adjustment(
                adjustment=form.save(), proofs=form.cleaned_data["attached"], by=request.user, at=timezone.now()
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Proposed. A supervisor decides it now."))
            return redirect(made)
    return render(request, "reports/adjustment_new.html", {"form": form}, status=422 if form.is_bound else 200)


@require_safe
@require(Permission.SEE_ADJUSTMENTS)
def adjustment(request: UserRequest, code: str) -> HttpResponse:
    """One adjustment: what for, the proof, who proposed and who decided."""
    return _page(request, _found(request, code))


def _found(request: UserRequest, code: str) -> Adjustment:
    rows = Adjustment.objects.visible_to(request.user)
    return get_object_or_404(rows.select_related("unit", "proposed_by", "decided_by", "revoked_by"), code=code)


def _page(request: UserRequest, found: Adjustment, form: Form | None = None, status: int = 200) -> HttpResponse:
    may_decide = request.user.can(Permission.DECIDE_ADJUSTMENTS) and found.proposed_by_id != request.user.pk
    unchanged, taking = closed_rankings_of(found, request.user), rankings_taking(found, request.user)
    approved = found.state == Adjustment.State.APPROVED
    alive = approved or found.state == Adjustment.State.PROPOSED
    open_ones = [one for one in taking if one not in unchanged and (approved or one.state == Ranking.State.DRAFT)]
    context = {
        "adjustment": found,
        "form": form,
        "unchanged": unchanged,
        "counts_in": open_ones if alive else [],
        "counts_nowhere": alive and not taking and request.user.can(Permission.SEE_DRAFT_RANKINGS),
        "trail": [{"label": _("Adjustments"), "url": ".."}],
        "decide": may_decide and found.state == Adjustment.State.PROPOSED,
        "revoke": may_decide and found.state == Adjustment.State.APPROVED,
    }
    return render(request, "reports/adjustment.html", context, status=status)


@require_POST
@require(Permission.DECIDE_ADJUSTMENTS)
def adjustment_decide(request: UserRequest, code: str) -> HttpResponse:
    """A second person approves or refuses a proposal."""
    found, form = _found(request, code), DecisionForm(request.POST)

    def act() -> str:
        approved = form.cleaned_data["act"] == "approve"
        answer = form.cleaned_data["answer"]
        decide_adjustment(adjustment=found, approved=approved, answer=answer, by=request.user, at=timezone.now())
        return _("Approved. Beside it stands where it counts.") if approved else _("Not approved.")

    return _done(request, found, form, act)


@require_POST
@require(Permission.DECIDE_ADJUSTMENTS)
def adjustment_revoke(request: UserRequest, code: str) -> HttpResponse:
    """Take an approved adjustment back."""
    found, form = _found(request, code), RevocationForm(request.POST)

    def act() -> str:
        revoke_adjustment(adjustment=found, reason=form.cleaned_data["reason"], by=request.user, at=timezone.now())
        return _("Revoked. Published rankings keep what they counted.")

    return _done(request, found, form, act)


def _done(request: UserRequest, found: Adjustment, form: Form, act: Callable[[], str]) -> HttpResponse:
    if not form.is_valid():
        return _page(request, found, form, status=422)
    try:
        words = act()
    except ValidationError as error:
        form.add_error(None, error)
        return _page(request, found, form, status=409 if isinstance(error, Overtaken) else 422)
    messages.success(request, words)
    return redirect(found)


@require_safe
@require(Permission.SEE_ADJUSTMENTS)
def adjustment_proof(request: UserRequest, name: str) -> HttpResponseBase:
    """A file of proof, to whoever sees its adjustment; always as a download."""
    seen = Adjustment.objects.visible_to(request.user)
    found = get_object_or_404(AdjustmentProof, adjustment__in=seen, file=f"{AdjustmentProof.folder}/{name}")
    return sent_file(found.file, content_type=content_type(found), filename=found.name, attachment=True)
