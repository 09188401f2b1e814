"""Scoring rules: the list, a rule as a form, and trying it on a past period beside the rule in force."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from campaign.guard import UserRequest, require
from campaign.permissions import Permission

from ..forms.rule import NewRuleForm, RuleForm, TryForm
from ..models import ScoringRule
from ..queries.rules import rule_in_force, rules_with_uses
from ..rules.sentences import told
from ..services import apply_rule, compare_rules


@require_safe
@require(Permission.MANAGE_RULES)
def rules(request: UserRequest) -> HttpResponse:
    """The rules in their latest version, with what they rank."""
    rows = rules_with_uses(request.user)
    for row in rows:
        row["sentences"] = told(row["rule"].spec)
    return render(request, "reports/rules.html", {"rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.MANAGE_RULES)
def rule_new(request: UserRequest) -> HttpResponse:
    """A new rule."""
    return _edit(request, None, NewRuleForm(request.POST or None, rule=None))


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.MANAGE_RULES)
def rule(request: UserRequest, code: str) -> HttpResponse:
    """A rule in its latest version: change it, say what it ranks, or try it."""
    versions = ScoringRule.objects.visible_to(request.user).filter(code=code).order_by("-version")
    latest = get_object_or_404(versions[:1])
    return _edit(request, latest, RuleForm(request.POST or None, rule=latest))


def _edit(request: UserRequest, latest: ScoringRule | None, form: RuleForm) -> HttpResponse:
    trying = TryForm(request.POST if "try" in request.POST else None, prefix="try")
    context: dict[str, Any] = {"rule": latest, "form": form, "trying": trying}
    if request.method != "POST":
        return render(request, "reports/rule.html", context)
    if "try" in request.POST:
        faultless = form.is_valid() & trying.is_valid()
        if faultless:
            context["tried"] = _tried(form.cleaned_data["spec"], trying.cleaned_data)
        return render(request, "reports/rule.html", context, status=200 if faultless else 422)
    if not form.is_valid():
        return render(request, "reports/rule.html", context, status=422)
    saved = apply_rule(
        code=latest.code if latest else form.cleaned_data["code"],
        name=form.cleaned_data["name"],
        spec=form.cleaned_data["spec"],
        uses=form.chosen_uses(),
        by=request.user,
    )
    words = _("Saved as version %(number)d. Open drafts follow within a minute.")
    messages.success(request, words % {"number": saved.version})
    return redirect("reports:rules")


def _tried(spec: dict[str, Any], where: dict[str, Any]) -> dict[str, Any]:
    group, period = where["group"], where["period"]
    in_force = rule_in_force(group, period.kind)
    rows = compare_rules(
        spec=spec, beside=in_force.spec if in_force else None, group=group, period=period, now=timezone.now()
    )
    sentences = told(spec)
    return {"rows": rows, "in_force": in_force, "group": group, "period": period, "sentences": sentences}
