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
from ..forms.rule_parts import KIND_WORDS
from ..forms.rule_tree import changed, posted_boards, posted_parts
from ..models import ScoringRule
from ..queries.rules import rule_in_force, rules_with_uses
from ..rules.examples import examples
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
    """A new rule, or one that begins as an example does."""
    example = examples().get(request.GET.get("example", ""))
    form = NewRuleForm(request.POST or None, rule=None, spec=example.spec if example else None)
    if example and not request.POST:
        form.initial["name"] = example.title
    return _edit(request, None, form)


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.MANAGE_RULES)
def rule(request: UserRequest, code: str) -> HttpResponse:
    """A rule in its latest version: change it, say what it ranks, or try it."""
    versions = ScoringRule.objects.visible_to(request.user).filter(code=code).order_by("-version")
    latest = get_object_or_404(versions[:1])
    return _edit(request, latest, RuleForm(request.POST or None, rule=latest))


def _edit(request: UserRequest, latest: ScoringRule | None, form: RuleForm) -> HttpResponse:
    trying = TryForm(request.POST if "try" in request.POST else None, prefix="try")
    context: dict[str, Any] = {"rule": latest, "form": form, "trying": trying, "kinds": KIND_WORDS}
    if request.method != "POST":
        context |= {"sentences": told(form.shown), "examples": [] if latest else list(examples().values())}
        return render(request, "reports/rule.html", context)
    if "change" in request.POST:
        return _changed(request, form, context)
    if "try" in request.POST:
        form.need_no_name()
        faultless = form.is_valid() & trying.is_valid()
        if faultless:
            context["sentences"] = told(form.cleaned_data["spec"])
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


def _changed(request: UserRequest, form: RuleForm, context: dict[str, Any]) -> HttpResponse:
    """The page as it was typed with a part, a line or a list more or less; nothing is read or saved."""
    parts, boards = posted_parts(request.POST, "p"), posted_boards(request.POST)
    changed(parts, boards, request.POST["change"])
    form.show_only()
    form.set_rows(parts, boards, bound=False)
    return render(request, "reports/rule.html", context)


def _tried(spec: dict[str, Any], where: dict[str, Any]) -> dict[str, Any]:
    group, period = where["group"], where["period"]
    in_force = rule_in_force(group, period.kind)
    rows = compare_rules(
        spec=spec, beside=in_force.spec if in_force else None, group=group, period=period, now=timezone.now()
    )
    return {"rows": rows, "in_force": in_force, "group": group, "period": period}
