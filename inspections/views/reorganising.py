"""A unit ends: what passes to which unit is shown first, then done."""

from functools import partial

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from campaign.celery import app
from campaign.guard import UserRequest, require
from campaign.permissions import Permission
from campaign.rules import ONE_DAY, day_of
from units.models import Site, TaskDuty, Unit, UnitLink

from ..forms.reorganising import IntoForm, PassForm
from ..models import Problem
from ..services.reorganising import reorganise


@require_http_methods(["GET", "POST"])
@require(Permission.MANAGE_UNITS)
def unit_end(request: UserRequest, code: str) -> HttpResponse:
    """Ask into which units one passes, show what goes with it, and do it when that is confirmed."""
    unit = get_object_or_404(Unit.objects.visible_to(request.user), code=code)
    given = request.POST if request.method == "POST" else request.GET
    asked = IntoForm(given if "into" in given else None, unit=unit)
    if not asked.is_valid():
        context = {"unit": unit, "form": asked}
        return render(request, "inspections/unit_end.html", context, status=422 if request.method == "POST" else 200)
    into = asked.cleaned_data["into"]
    form = PassForm(request.POST or None, unit=unit, into=into, initial={"into": " ".join(one.code for one in into)})
    if form.is_valid() and _done(request, form, unit):
        return redirect(unit)
    return render(
        request, "inspections/unit_end.html", _what_passes(unit, into, form), status=422 if form.is_bound else 200
    )


def _done(request: UserRequest, form: PassForm, unit: Unit) -> bool:
    into, sites = form.cleaned_data["into"], form.passing()
    try:
        runs = reorganise(unit=unit, into=into, sites=sites, by=request.user, at=timezone.now())
    except ValidationError as refused:
        form.add_error(None, refused)
        return False
    for run in runs:
        transaction.on_commit(partial(app.send_task, "inspections.tasks.run_bulk", [run.pk]), robust=True)
    messages.success(
        request, _("Saved. Its open problems are being transferred; the transfers say what became of each.")
    )
    return True


def _what_passes(unit: Unit, into: list[Unit], form: PassForm) -> dict[str, object]:
    tomorrow = day_of(timezone.now()) + ONE_DAY
    duties = TaskDuty.objects.filter(unit=unit).exclude(state=TaskDuty.State.ACCEPTED).exclude(due_on__lt=tomorrow)
    return {
        "unit": unit,
        "into": into,
        "form": form,
        "tomorrow": tomorrow,
        "sites": Site.objects.filter(unit=unit).count(),
        "problems": Problem.objects.open().filter(unit=unit).count(),
        "duties": duties.count(),
        "below": UnitLink.objects.filter(ancestor=unit, depth=1, valid_to=None).count(),
    }
