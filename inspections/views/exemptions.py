"""Exemptions: read by whoever works with the ledger, kept by the office."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from campaign.guard import UserRequest, require
from campaign.permissions import Permission
from campaign.rules import day_of

from ..forms.exemptions import ExemptionForm
from ..models import Exemption
from ..services.exempting import save_exemption

SHOWN = 200


@require_safe
@require(Permission.SEE_EXEMPTIONS)
def exemptions(request: UserRequest) -> HttpResponse:
    """The newest exemptions, those in force and those to come or over."""
    found = Exemption.objects.visible_to(request.user).select_related("site", "site_type", "unit")
    context = {
        "rows": found.prefetch_related("items")[:SHOWN],
        "today": day_of(timezone.now()),
        "may_change": request.user.can(Permission.MANAGE_EXEMPTIONS),
    }
    return render(request, "inspections/exemptions.html", context)


@require_http_methods(["GET", "POST"])
@require(Permission.MANAGE_EXEMPTIONS)
def exemption(request: UserRequest, code: str = "") -> HttpResponse:
    """Make an exemption, or change one; it is ended by its last day."""
    visible = Exemption.objects.visible_to(request.user)
    row = get_object_or_404(visible, code=code) if code else Exemption(valid_from=day_of(timezone.now()))
    form = ExemptionForm(request.POST or None, instance=row, by=request.user)
    if form.is_valid():
        items = form.cleaned_data["of_items"]
        save_exemption(exemption=form.save(commit=False), items=items, by=request.user, at=timezone.now())
        messages.success(request, _("Saved."))
        return redirect("inspections:exemptions")
    context = {"form": form, "thing": row, "title": _("New exemption"), "back": "inspections:exemptions"}
    return render(request, "units/edit.html", context, status=422 if form.is_bound else 200)
