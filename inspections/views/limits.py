"""The page of limits by source, severity and item."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from campaign.guard import UserRequest, require
from campaign.permissions import Permission

from ..forms.limits import LimitRuleForm
from ..models import LimitRule
from ..services.limits import add_limit, remove_limit


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.MANAGE_LEDGER)
def limits(request: UserRequest) -> HttpResponse:
    """All rules, and a form for one more."""
    form = LimitRuleForm(request.POST or None)
    if form.is_valid():
        try:
            add_limit(rule=form.save(commit=False), by=request.user)
        except ValidationError as refused:
            form.add_error(None, refused)
        else:
            messages.success(request, _("Saved. It holds for what is handed over from now on."))
            return redirect("inspections:limits")
    rules = LimitRule.objects.select_related("item").order_by("source", "severity", "item__code")
    return render(
        request, "inspections/limits.html", {"form": form, "rules": rules}, status=422 if form.is_bound else 200
    )


@require_POST
@require(Permission.MANAGE_LEDGER)
def limit_remove(request: UserRequest) -> HttpResponse:
    """Remove the rule that the posted source, severity and item name."""
    given = {name: request.POST.get(name, "").replace("\0", "") for name in ("source", "severity", "item")}
    item = {"item__code": given["item"]} if given["item"] else {"item": None}
    rule = LimitRule.objects.filter(source=given["source"], severity=given["severity"], **item).first()
    if rule is None:
        raise Http404
    remove_limit(rule=rule, by=request.user)
    messages.success(request, _("Removed. Deadlines that it set stay."))
    return redirect("inspections:limits")
