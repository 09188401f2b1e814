"""The page of the rules of hand-over."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from campaign.guard import UserRequest, require
from campaign.permissions import Permission

from ..forms.hand_over_rules import HandOverRuleForm
from ..models import HandOverRule
from ..services.hand_over_rules import add_rule, remove_rule


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.MANAGE_LEDGER)
def rules(request: UserRequest) -> HttpResponse:
    """All rules, and a form for one more."""
    form = HandOverRuleForm(request.POST or None)
    if form.is_valid():
        try:
            add_rule(rule=form.save(commit=False), by=request.user)
        except ValidationError as refused:
            form.add_error(None, refused)
        else:
            messages.success(request, _("Saved. It holds for what is noted and handed over from now on."))
            return redirect("inspections:hand_over_rules")
    found = HandOverRule.objects.select_related("site_type", "item", "indicator", "unit")
    context = {"form": form, "rules": found.order_by("site_type__position", "item__code", "indicator__code", "pk")}
    return render(request, "inspections/hand_over_rules.html", context, status=422 if form.is_bound else 200)


@require_POST
@require(Permission.MANAGE_LEDGER)
def rule_remove(request: UserRequest) -> HttpResponse:
    """Remove the rule that the posted site type, item and indicator name."""
    given = {name: request.POST.get(name, "").replace("\0", "") for name in ("site_type", "item", "indicator")}
    named = {f"{name}__code": code for name, code in given.items() if code}
    rule = HandOverRule.objects.filter(**named, **{name: None for name, code in given.items() if not code}).first()
    if rule is None:
        raise Http404
    remove_rule(rule=rule, by=request.user)
    messages.success(request, _("Removed. What it handed over stays where it is."))
    return redirect("inspections:hand_over_rules")
