"""Inspections after they were entered: the list, one of them, voiding it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from campaign.guard import UserRequest, require
from campaign.models import User
from campaign.permissions import Permission, Role
from units.models import Site, Unit

from ..forms.visits import VisitFilter, VoidForm
from ..models import Inspection
from ..queries.visits import Page, findings, narrowed, page_of
from ..rules import SubmissionConflict
from ..services.voiding import void_inspection


@require_safe
@require(Permission.SEE_INSPECTIONS)
def inspections(request: UserRequest) -> HttpResponse:
    """The inspections this person sees, newest first, filtered."""
    form = VisitFilter(request.GET)
    if not form.is_valid():
        return render(request, "inspections/inspections.html", {"form": form, "page": Page([])}, status=422)
    wanted = form.cleaned_data
    page = page_of(narrowed(request.user, wanted), after=wanted["after"], before=wanted["before"])
    context = {"form": form, "page": page, "chips": _chips(request, wanted)}
    context |= {side: _address(request, side, code) for side, code in (("next", page.after), ("previous", page.before))}
    template = "inspections/inspections.html" + ("#rows" if request.headers.get("HX-Target") == "rows" else "")
    return render(request, template, context)


def _address(request: UserRequest, side: str, code: str) -> str:
    """The address of a neighbouring page, or nothing where there is none."""
    query = request.GET.copy()
    for key in ("after", "before"):
        query.pop(key, None)
    query["after" if side == "next" else "before"] = code
    return f"?{query.urlencode()}" if code else ""


def _chips(request: UserRequest, wanted: dict[str, Any]) -> list[dict[str, str]]:
    """The filters that came by a link, in words, each with the address that drops it."""
    rows = {
        "unit": Unit.objects.visible_to(request.user),
        "site": Site.objects.visible_to(request.user),
        "inspector": User.objects.filter(role__in=[Role.INSPECTOR, Role.OFFICE]),
    }
    chips = []
    for key, found in rows.items():
        if wanted[key]:
            thing = found.filter(**{"username" if key == "inspector" else "code": wanted[key]}).first()
            query = request.GET.copy()
            del query[key]
            chips.append({"label": str(thing or wanted[key]), "url": f"?{query.urlencode()}"})
    return chips


@require_safe
@require(Permission.SEE_INSPECTIONS)
def inspection(request: UserRequest, code: str) -> HttpResponse:
    """One inspection: its score, what was found, and the way up to the unit and down to the problems."""
    return _show(request, _found(request, code), VoidForm())


@require_POST
@require(Permission.VOID_INSPECTIONS)
def void(request: UserRequest, code: str) -> HttpResponse:
    """Take an inspection out of the figures, with a reason."""
    found = _found(request, code)
    form = VoidForm(request.POST)
    if not form.is_valid():
        return _show(request, found, form, status=422)
    try:
        void_inspection(inspection=found, reason=form.cleaned_data["reason"], by=request.user, at=timezone.now())
    except ValidationError as error:
        form.add_error(None, error)
        return _show(request, found, form, status=422)
    except SubmissionConflict as conflict:
        form.add_error(None, str(conflict))
        return _show(request, found, form, status=409)
    messages.success(request, _("Voided: %(code)s.") % {"code": found.code})
    return redirect(found)


def _found(request: UserRequest, code: str) -> Inspection:
    rows = Inspection.objects.visible_to(request.user)
    return get_object_or_404(rows.select_related("site__type", "unit", "inspector", "voided_by"), code=code)


def _show(request: UserRequest, found: Inspection, form: VoidForm, status: int = 200) -> HttpResponse:
    seen = findings(found, request.user)
    units = Unit.objects.visible_to(request.user).filter(pk__in=[row.unit_id for row in seen.units])
    context = {
        "inspection": found,
        "findings": seen,
        "open_units": set(units.values_list("pk", flat=True)),
        "void_form": form,
        "may_void": found.voided_at is None and request.user.can(Permission.VOID_INSPECTIONS),
        "sees_inspector": request.user.role != Role.UNIT,
        "sees_camera": request.user.role == Role.OFFICE,
        "sent_by_me": found.inspector_id == request.user.pk,
    }
    return render(request, "inspections/inspection.html", context, status=status)
