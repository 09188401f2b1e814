"""The outlines under the map."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from campaign.guard import UserRequest, require
from campaign.permissions import Permission

from ..documents.outlines import read_outlines
from ..forms.boundary import OutlinesForm
from ..models import Boundary
from ..services.boundaries import load_outlines


@require_http_methods(["GET", "POST"])
@require(Permission.MANAGE_UNITS)
def boundaries(request: UserRequest) -> HttpResponse:
    """What is loaded, and a form that loads another set in its place."""
    form = OutlinesForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            outlines = read_outlines(form.content())
        except ValidationError as wrong:
            form.add_error("file", wrong)
        else:
            count = load_outlines(outlines=outlines, by=request.user)
            words = ngettext("%(count)s outline is loaded.", "%(count)s outlines are loaded.", count)
            messages.success(request, words % {"count": count})
            return redirect("units:boundaries")
    context = {"form": form, "rows": Boundary.objects.only("code", "name")}
    return render(request, "units/boundaries.html", context, status=422 if request.method == "POST" else 200)
