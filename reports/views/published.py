"""Published tables computed again, and values that rules take from outside."""

import json
import tempfile
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from campaign.guard import UserRequest, require
from campaign.permissions import Permission
from units.models import PeerGroup, Unit

from ..documents.xlsx import write
from ..forms.published import MarksForm, PublishedForm
from ..forms.published_rule import TableRuleForm
from ..models import Period, Ranking
from ..queries.checked import checked_book
from ..queries.rules import rule_in_force
from ..queries.tables import Facts
from ..rules.parts import Sheet, leaves
from ..rules.published import Checked, named_columns, table_sentences
from ..rules.spec import RuleSpec, SpecError
from ..services.marks import enter_marks
from ..services.published import Sheets, recompute_sheets, sheets_of, table_of
from .sending import xlsx_response

#: Kept with the page between its steps, signed; nothing of the file is stored.
SALT, KEPT_SECONDS, MOST_KEPT = "reports.tables", 24 * 3600, 5 * 1024**2


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.MANAGE_RULES)
def tables(request: UserRequest) -> HttpResponse:
    """A table that was published elsewhere: sent, then ours beside theirs with the rule to correct."""
    if "kept" in request.POST:
        return _corrected(request)
    form = PublishedForm(request.POST or None, request.FILES or None)
    if request.method != "POST" or not form.is_valid():
        return render(request, "reports/tables.html", {"form": form}, status=422 if form.errors else 200)
    sent, sheet = form.cleaned_data["file"], form.cleaned_data["sheet"]
    try:
        sheets = _sent_sheets(sent)
        checked = recompute_sheets(sheets=sheets, rule=form.chosen(), sheet=sheet)
    except ValidationError as refused:
        form.add_error(None, refused)
        return render(request, "reports/tables.html", {"form": form}, status=422)
    return _shown(request, Kept(Path(sent.name).name, sheets, sheet, {**checked.rule.data}), checked)


@dataclass(frozen=True)
class Kept:
    """What is kept of a sent file between the steps: its name, its cells, the sheet asked for, and the rule's data."""

    name: str
    sheets: Sheets
    sheet: str
    rule: dict[str, Any]

    def signed(self) -> str:
        """As text for a hidden field."""
        return signing.dumps([self.name, self.sheets, self.sheet, self.rule], salt=SALT, compress=True)


def _corrected(request: UserRequest) -> HttpResponse:
    """The table again, by the rule as it was corrected; as a page or as a workbook."""
    try:
        kept = Kept(*signing.loads(request.POST["kept"], salt=SALT, max_age=KEPT_SECONDS))
    except signing.BadSignature:
        return render(request, "reports/tables.html", {"form": PublishedForm(None), "gone": True}, status=422)
    rules, rule = None, None
    try:
        if request.POST.get("sheet", kept.sheet) == kept.sheet:
            table = table_of(kept.sheets, kept.sheet, named_columns(kept.rule))
            rules = TableRuleForm(request.POST, table=table, said=kept.rule)
            if not rules.is_valid():
                return _shown(request, kept, None, rules)
            rule = rules.as_data()
        else:
            kept = replace(kept, sheet=request.POST["sheet"])
        checked = recompute_sheets(sheets=kept.sheets, rule=rule, sheet=kept.sheet)
    except ValidationError as refused:
        if rules is None:
            form = PublishedForm({})
            form.add_error(None, refused)
            return render(request, "reports/tables.html", {"form": form}, status=422)
        rules.add_error(None, refused)
        return _shown(request, kept, None, rules)
    if request.POST.get("as") == "xlsx":
        return _workbook(kept, checked)
    return _shown(request, replace(kept, rule={**checked.rule.data}), checked)


def _workbook(kept: Kept, checked: Checked) -> HttpResponse:
    file, stem = BytesIO(), Path(kept.name).stem
    book = checked_book(checked, stem, table_sentences(checked.table, checked.rule))
    write(book, file, made_at=timezone.localtime())
    return xlsx_response(file.getvalue(), _("%(name)s computed again") % {"name": stem})


def _shown(
    request: UserRequest, kept: Kept, checked: Checked | None, rules: TableRuleForm | None = None
) -> HttpResponse:
    """The page with what was recognised, to be corrected, and the comparison."""
    context: dict[str, Any] = {"form": PublishedForm(None), "name": kept.name, "sheet": kept.sheet}
    if checked:
        context |= {"checked": checked, "sentences": table_sentences(checked.table, checked.rule)}
        context["json"] = json.dumps(checked.rule.data, ensure_ascii=False, indent=1, default=str)
        rules = rules or TableRuleForm(None, table=checked.table, said=checked.rule.data, rule=checked.rule)
    signed = kept.signed()
    if len(signed) <= MOST_KEPT:
        context |= {"rules": rules, "kept": signed, "sheets": list(kept.sheets) if len(kept.sheets) > 1 else []}
    return render(request, "reports/tables.html", context, status=422 if rules and rules.errors_anywhere else 200)


def _sent_sheets(sent: UploadedFile) -> Sheets:
    """The cells of a sent file; the file is not kept."""
    with tempfile.NamedTemporaryFile(suffix=Path(sent.name or "").suffix[:6]) as file:
        for piece in sent.chunks():
            file.write(piece)
        file.flush()
        return sheets_of(Path(file.name))


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
    ranking = Ranking.objects.visible_to(request.user).light().filter(period=shown, group=ranked).first()
    context: dict[str, Any] = {"form": form, "period": shown, "group": ranked}
    context["closed"] = ranking is not None and ranking.state != Ranking.State.DRAFT
    context["trail"] = [{"label": _("Rankings"), "url": ranking.get_absolute_url()}] if ranking else []
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
