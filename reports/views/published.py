"""Published tables computed again, and values that rules take from outside."""

import tempfile
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from campaign.guard import UserRequest, require
from campaign.permissions import Permission
from units.models import PeerGroup, Unit

from ..forms.published import MarksForm, PublishedForm
from ..models import Period
from ..queries.rules import rule_in_force
from ..queries.tables import Facts
from ..rules.parts import Sheet, leaves
from ..rules.published import Checked
from ..rules.sentences import rule_sentences
from ..rules.spec import RuleSpec, SpecError
from ..services.marks import enter_marks
from ..services.published import recompute_table


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.MANAGE_RULES)
def tables(request: UserRequest) -> HttpResponse:
    """A table that was published elsewhere, ours beside theirs."""
    form = PublishedForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {"form": form}
    if request.method == "POST" and form.is_valid():
        try:
            context["checked"] = checked = _recomputed(form)
            context["sentences"] = rule_sentences(checked.spec)
        except ValidationError as refused:
            form.add_error(None, refused)
    return render(request, "reports/tables.html", context, status=422 if form.errors else 200)


def _recomputed(form: PublishedForm) -> Checked:
    """Compute the table of a sent file again; the file is not kept."""
    sent = form.cleaned_data["file"]
    with tempfile.NamedTemporaryFile(suffix=Path(sent.name).suffix[:6]) as file:
        for piece in sent.chunks():
            file.write(piece)
        file.flush()
        return recompute_table(path=Path(file.name), rule=form.chosen(), sheet=form.cleaned_data["sheet"])


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.MANAGE_RULES)
def marks(request: UserRequest, period: str, group: str) -> HttpResponse:
    """The values that the rule of a group takes from outside in a period."""
    shown = get_object_or_404(Period, code=period)
    ranked = get_object_or_404(PeerGroup, code=group)
    now = timezone.now()
    units = Unit.objects.filter(pk__in=[unit for unit, _code in Facts(shown, now).units(ranked.pk)]).order_by("code")
    form = MarksForm(request.POST or None, units=units, parts=_parts(ranked, shown), period=shown)
    if request.method == "POST" and form.is_valid():
        for sheet, values in form.values().items():
            enter_marks(period=shown, sheet=sheet, values=values, by=request.user, now=now)
        messages.success(request, _("Saved. Open drafts follow within a minute."))
        return redirect("reports:marks", shown.code, ranked.code)
    context = {"form": form, "period": shown, "group": ranked}
    return render(request, "reports/marks.html", context, status=422 if form.errors else 200)


def _parts(group: PeerGroup, period: Period) -> list[Sheet]:
    """The parts of the rule in force whose values are entered. Raises Http404 where no rule is in force."""
    rule = rule_in_force(group, period.kind)
    if rule is None:
        raise Http404
    try:
        spec = RuleSpec.parse(rule.spec)
    except SpecError as error:
        raise Http404 from error
    return [part for part in leaves(spec.components) if isinstance(part, Sheet)]
