"""Rechecks: an inspector's list of what to look at again, the result of one, and the office's draws."""

import secrets
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from campaign.guard import UserRequest, require
from campaign.permissions import Permission
from units.models import Unit

from ..forms.fields import MOST_PHOTOS, is_uuid
from ..forms.recheck import DrawForm, RecheckFilter, ResultForm
from ..models import Draw, Photo, Recheck
from ..queries.rechecks import PAGE, blind_to_do, rechecks_of, repeated
from ..rules import SubmissionConflict
from ..services.photos import named, receive_photo
from ..services.rechecks import finish_recheck, make_draw


@require_safe
@require(Permission.RECHECK)
def rechecks(request: UserRequest) -> HttpResponse:
    """What is to be looked at again, what was, and for the office the draws."""
    form = RecheckFilter(request.GET)
    if not form.is_valid():
        return redirect("inspections:rechecks")
    state = form.cleaned_data["state"] or "open"
    draws = request.user.can(Permission.DRAW_RECHECKS)
    if state == "draws" and draws:
        return _draws(request, form.cleaned_data["after"])
    unit, after = form.cleaned_data["unit"], form.cleaned_data["after"]
    rows = list(rechecks_of(request.user, done=state == "done", unit=unit, after=after)[: PAGE + 1])
    visits = blind_to_do(request.user)[:PAGE] if state == "open" and not unit else []
    query = urlencode({"state": state} | ({"unit": unit} if unit else {}))
    more = f"?{query}&after={rows[PAGE - 1].pk}" if len(rows) > PAGE else ""
    only = Unit.objects.visible_to(request.user).filter(code=unit).first() if unit else None
    context: dict[str, Any] = {
        "only": only,
        "rows": rows[:PAGE],
        "visits": visits,
        "tabs": _tabs(state, draws=draws),
        "next": more,
        "state": state,
    }
    return render(request, "inspections/rechecks.html", context | {"may_draw": draws})


def _tabs(state: str, *, draws: bool) -> list[dict[str, Any]]:
    labels = {"open": _("To do"), "done": _("Done")} | ({"draws": _("Draws")} if draws else {})
    return [{"label": label, "url": f"?state={key}", "active": key == state} for key, label in labels.items()]


def _draws(request: UserRequest, after: int | None) -> HttpResponse:
    found = Draw.objects.select_related("drawn_by").defer("population")
    rows = list((found.filter(pk__lt=after) if after else found)[: PAGE + 1])
    more = f"?state=draws&after={rows[PAGE - 1].pk}" if len(rows) > PAGE else ""
    context = {"draws": rows[:PAGE], "tabs": _tabs("draws", draws=True), "next": more, "state": "draws"}
    return render(request, "inspections/rechecks.html", context | {"may_draw": True})


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.DRAW_RECHECKS)
def draw_new(request: UserRequest) -> HttpResponse:
    """Draw a sample; nobody chooses what is in it."""
    form = DrawForm(request.POST) if request.method == "POST" else DrawForm(initial={"share": 5, "kind": "repairs"})
    if form.is_valid():
        try:
            made = make_draw(**form.cleaned_data, seed=secrets.randbelow(2**63), by=request.user, at=timezone.now())
        except ValidationError as wrong:
            form.add_error(None, wrong)
        else:
            messages.success(request, _("Drawn. The inspectors find it in their lists."))
            return redirect(made)
    trail = [{"label": _("Rechecks"), "url": reverse("inspections:rechecks")}]
    context = {"form": form, "trail": trail}
    return render(request, "inspections/draw_new.html", context, status=422 if form.is_bound else 200)


@require_safe
@require(Permission.DRAW_RECHECKS)
def draw(request: UserRequest, code: str) -> HttpResponse:
    """One draw: how it came about, and what its rechecks found."""
    found = get_object_or_404(Draw.objects.select_related("drawn_by"), code=code)
    context = {
        "draw": found,
        "rechecks": found.rechecks.select_related("problem__site", "unit", "inspector").order_by("problem__code"),
        "visits": found.visits.select_related("first__site", "first__unit", "inspector", "second"),
        "repeated": repeated(found),
        "trail": [{"label": _("Rechecks"), "url": reverse("inspections:rechecks") + "?state=draws"}],
    }
    return render(request, "inspections/draw.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.RECHECK)
def recheck(request: UserRequest, code: str, problem: str) -> HttpResponse:
    """One recheck: what was found and repaired then, and the form for what is to be seen now."""
    rows = Recheck.objects.visible_to(request.user).select_related(
        "problem__site", "problem__unit", "inspector", "draw"
    )
    found = get_object_or_404(rows, draw__code=code, problem__code=problem)
    form, status = ResultForm(), 200
    if request.method == "POST":
        form, status = _sent(request), 422
        if form.is_valid():
            try:
                finish_recheck(recheck=found, **form.cleaned_data, by=request.user, at=timezone.now())
            except ValidationError as wrong:
                form.add_error(None, wrong)
            except SubmissionConflict as conflict:
                form.add_error(None, str(conflict))
                status = 409
            else:
                messages.success(request, _("Written down."))
                return redirect("inspections:rechecks")
    kept = [number for number in form["photos"].value() or () if is_uuid(number)]
    context = {
        "recheck": found,
        "problem": found.problem,
        "photos": found.problem.photos.exclude(role=Photo.Role.RECHECK),
        "arrived": Photo.objects.filter(client_uuid__in=kept, uploaded_by=request.user, problem=None) if kept else [],
        "form": form,
        "trail": [{"label": _("Rechecks"), "url": reverse("inspections:rechecks")}],
    }
    return render(request, "inspections/recheck.html", context, status=status)


def _sent(request: UserRequest) -> ResultForm:
    """The form as it was sent, the files among it kept and named, so that a second try does not lose them."""
    data, wrong = request.POST.copy(), []
    for upload in request.FILES.getlist("files")[:MOST_PHOTOS]:
        uuid = uuid4()
        try:
            receive_photo(upload=upload, client_uuid=uuid, by=request.user, at=timezone.now())
        except ValidationError as refused:
            wrong += named(upload, refused)
        else:
            data.appendlist("photos", str(uuid))
    form = ResultForm(data)
    if wrong:
        form.add_error("photos", wrong)
    return form
