"""Keeping filters of the ledger under a name, and taking them away."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from campaign.guard import UserRequest, require
from campaign.permissions import Permission

from ..forms.saved_filter import SavedFilterForm
from ..services.saved_filters import drop_filter, keep_filter


@require_POST
@require(Permission.SEE_PROBLEMS)
def saved_filters(request: UserRequest) -> HttpResponse:
    """Keep the filters of the list (``drop`` names one to take away instead), and go back to the list."""
    ledger = reverse("inspections:problems")
    if gone := request.POST.get("drop"):
        if "\x00" not in gone and drop_filter(name=gone[:30], by=request.user):
            messages.success(request, _("“%(name)s” is taken away.") % {"name": gone[:30]})
        return redirect(f"{ledger}?state=open")
    form = SavedFilterForm(request.POST)
    if not form.is_valid():
        return _refused(request, [str(error) for errors in form.errors.values() for error in errors])
    if form.cleaned_data["shared"] and not request.user.can(Permission.HAND_OVER):
        raise PermissionDenied
    try:
        kept = keep_filter(by=request.user, **form.cleaned_data)
    except ValidationError as refused:
        return _refused(request, refused.messages)
    messages.success(request, _("“%(name)s” is kept.") % {"name": kept.name})
    return redirect(f"{ledger}?{kept.query}")


def _refused(request: UserRequest, words: list[str]) -> HttpResponse:
    for sentence in words:
        messages.error(request, sentence)
    return redirect(f"{reverse('inspections:problems')}?state=open")
