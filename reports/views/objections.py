"""Objections (异议): what a unit may object to, what it wrote, and the office's answer."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from campaign.files import sent_file
from campaign.guard import UserRequest, require
from campaign.permissions import Permission
from campaign.services.kept import content_type
from units.services.tasks import Overtaken

from ..forms.objection import AnswerForm, ObjectionFilter, ObjectionForm, TimeForm
from ..models import Objection, ObjectionProof, ObjectionTime, Period, Ranking, RankingRow
from ..queries import shown_components
from ..queries.objections import announced_row, announced_rows, was_published
from ..rules.figures import FIGURES, Text
from ..services.objections import answer_objection, object_to, set_objection_time

PAGE = 50


@require_safe
@require(Permission.SEE_OBJECTIONS)
def objections(request: UserRequest) -> HttpResponse:
    """Objections that a person may see, newest first; for a unit also what it may object to now."""
    form = ObjectionFilter(request.GET)
    if not form.is_valid():
        return render(request, "reports/objections.html", {"form": form, "rows": []}, status=422)
    asked, seen = form.cleaned_data, Objection.objects.visible_to(request.user)
    if asked["period"]:
        seen = seen.filter(ranking__period__code=asked["period"])
    found = seen.filter(state=asked["state"]) if asked["state"] else seen
    found = found.filter(pk__lt=asked["after"]) if asked["after"] else found
    page = list(found.select_related("unit", "ranking__period", "ranking__group")[: PAGE + 1])
    query = request.GET.copy()
    if len(page) > PAGE:
        query["after"] = str(page[PAGE - 1].pk)
    more = f"?{query.urlencode()}" if len(page) > PAGE else ""
    tabs, now = _tabs(asked, seen.counts()), timezone.now()
    announced = announced_rows(request.user, at=now)
    context = {"form": form, "rows": [(row, about_words(row)) for row in page[:PAGE]], "tabs": tabs, "next": more}
    return render(request, "reports/objections.html", context | {"announced": announced})


def _tabs(asked: dict[str, Any], counts: dict[str, int]) -> list[dict[str, Any]]:
    kept = f"&period={asked['period']}" if asked["period"] else ""
    return [
        {
            "label": label, "url": f"?state={state}{kept}", "active": asked["state"] == state,
            "count": counts[state or "all"],
        }
        for state, label in [("", _("All")), *Objection.State.choices]
    ]  # fmt: skip


def about_words(objection: Objection) -> str:
    """What an objection is about, in words."""
    if objection.about == "score":
        return _("Score and place")
    if objection.about == "list":
        return _("Red or black list")
    known, said = FIGURES.get(objection.about), str(objection.stated.get("title") or "")
    return str(known.title) if known and _names(known.title, said) else said or objection.about


def _names(title: Text, said: str) -> bool:
    """Whether a stated title is the figure's own, in whatever language it was stated, and not one the rule gave."""
    own = {""}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            own.add(str(title))
    return said in own


@require_http_methods(["GET", "POST"])
@require(Permission.RAISE_OBJECTIONS)
def objection_new(request: UserRequest, period: str, group: str, unit: str) -> HttpResponse:
    """A unit's own row as closed, its objections with their answers, and the form for another one."""
    row = announced_row(request.user, period, group, unit)
    if row is None:
        if was_published(request.user, period, group, unit):
            return redirect("reports:ranking_unit", period, group, unit)
        raise Http404
    parts, now = shown_components(row), timezone.now()
    form = ObjectionForm(request.POST or None, request.FILES or None, parts=parts)
    if form.is_valid():
        asked = form.cleaned_data
        try:
            made = object_to(
                row=row, about=asked["about"], text=asked["text"], proofs=asked["attached"], by=request.user, at=now
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Handed in. The office answers it before the ranking is published."))
            return redirect(made)
    context = _own(request, row) | {"row": row, "parts": parts, "form": form}
    context["open"] = row.ranking.takes_objections(at=now)
    return render(request, "reports/objection_new.html", context, status=422 if form.is_bound else 200)


def _own(request: UserRequest, row: RankingRow) -> dict[str, Any]:
    """What else stands on a unit's page: its entry on a list, its objections, and the way down."""
    ranking = row.ranking
    raised = Objection.objects.visible_to(request.user).filter(ranking=ranking, unit=row.unit)
    why = reverse("reports:ranking_unit", args=[ranking.period.code, ranking.group.code, row.unit.code])
    return {
        "ranking": ranking,
        "entry": ranking.entries.filter(unit=row.unit).first(),
        "ranked": ranking.rows.filter(rank__isnull=False).count(),
        "raised": [(one, about_words(one)) for one in raised],
        "why": f"{why}?revision={ranking.revision}",
        "trail": [{"label": _("Objections"), "url": reverse("reports:objections")}],
    }


@require_safe
@require(Permission.SEE_OBJECTIONS)
def objection(request: UserRequest, code: str) -> HttpResponse:
    """One objection: what stood there, what the unit says, and the answer."""
    return _page(request, _found(request, code))


def _found(request: UserRequest, code: str) -> Objection:
    rows = Objection.objects.visible_to(request.user).select_related("unit", "raised_by", "answered_by")
    return get_object_or_404(
        rows.select_related("ranking__period", "ranking__group").defer("ranking__inputs"), code=code
    )


def _page(request: UserRequest, found: Objection, form: AnswerForm | None = None, status: int = 200) -> HttpResponse:
    ranking = found.ranking
    names = [ranking.period.code, ranking.group.code, found.unit.code]
    own = ranking.state == Ranking.State.CLOSED and request.user.can(Permission.RAISE_OBJECTIONS)
    row = reverse("reports:objection_new" if own else "reports:ranking_unit", args=names)
    again = found.waits_for_recomputing and request.user.can(Permission.CLOSE_PERIODS)
    context = {
        "objection": found,
        "about": about_words(found),
        "row_url": row if own else f"{row}?revision={ranking.revision}",
        "recompute": f"{ranking.get_absolute_url()}?revision={ranking.revision}#recompute" if again else "",
        "form": form,
        "answers": found.state == Objection.State.OPEN and request.user.can(Permission.ANSWER_OBJECTIONS),
        "trail": [{"label": _("Objections"), "url": reverse("reports:objections")}],
    }
    return render(request, "reports/objection.html", context, status=status)


@require_POST
@require(Permission.ANSWER_OBJECTIONS)
def objection_answer(request: UserRequest, code: str) -> HttpResponse:
    """The office upholds an objection, or refuses it."""
    found, form = _found(request, code), AnswerForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form, status=422)
    upheld, answer = form.cleaned_data["act"] == "uphold", form.cleaned_data["answer"]
    try:
        answer_objection(objection=found, upheld=upheld, answer=answer, by=request.user, at=timezone.now())
    except ValidationError as error:
        form.add_error(None, error)
        return _page(request, found, form, status=409 if isinstance(error, Overtaken) else 422)
    messages.success(request, _("Answered; the unit is told."))
    return redirect(found)


@require_safe
@require(Permission.SEE_OBJECTIONS)
def objection_proof(request: UserRequest, name: str) -> HttpResponseBase:
    """A file of proof, to whoever sees its objection; always as a download."""
    seen = Objection.objects.visible_to(request.user)
    found = get_object_or_404(ObjectionProof, objection__in=seen, file=f"{ObjectionProof.folder}/{name}")
    return sent_file(found.file, content_type=content_type(found), filename=found.name, attachment=True)


@require_http_methods(["GET", "POST"])
@require(Permission.MANAGE_RULES)
def objection_times(request: UserRequest) -> HttpResponse:
    """How long the rankings of each kind of period are open to objection."""
    times = {time.kind: time for time in ObjectionTime.objects.all()}
    data = request.POST or None
    forms = [(label, TimeForm(data, prefix=kind, instance=times.get(kind))) for kind, label in Period.Kind.choices]
    if data and all(form.is_valid() for _label, form in forms):
        for _label, form in forms:
            set_objection_time(kind=str(form.prefix), **form.cleaned_data, by=request.user)
        messages.success(request, _("Saved. It holds for what is closed from now on."))
        return redirect("reports:objection_times")
    context = {"forms": forms, "trail": [{"label": _("Objections"), "url": reverse("reports:objections")}]}
    return render(request, "reports/objection_times.html", context, status=422 if data else 200)
