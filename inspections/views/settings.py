"""The page of the ledger's settings."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from campaign.guard import UserRequest, require
from campaign.permissions import Permission

from ..forms.settings import LedgerSettingsForm
from ..queries.settings import ledger_settings
from ..services.settings import save_ledger_settings


@require_http_methods(["GET", "POST"])
@require(Permission.MANAGE_LEDGER)
def settings(request: UserRequest) -> HttpResponse:
    """Look at the settings, or change them."""
    form = LedgerSettingsForm(request.POST or None, instance=ledger_settings())
    if form.is_valid():
        save_ledger_settings(settings=form.save(commit=False), by=request.user)
        messages.success(request, _("Saved."))
        return redirect("inspections:settings")
    return render(request, "inspections/settings.html", {"form": form}, status=422 if form.is_bound else 200)
