"""Units, ranking groups, sites, and who works for which unit."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from campaign.guard import UserRequest, require
from campaign.models import SiteType, User
from campaign.permissions import Permission
from campaign.rules import day_of

from .. import services
from ..forms.unit import GroupForm, MembershipForm, SiteFilter, SiteForm, UnitFilter, UnitForm, typed
from ..models import PeerGroup, Site, Unit

PAGE = 50


@require_safe
@require(Permission.SEE_UNITS)
def units(request: UserRequest) -> HttpResponse:
    """The units a person may see, by code, filtered."""
    form = UnitFilter(request.GET)
    if not form.is_valid():
        return render(request, "units/units.html", {"form": form, "rows": []}, status=422)
    wanted = form.cleaned_data
    found = Unit.objects.visible_to(request.user).select_related("group").matching(wanted["q"])
    if wanted["kind"]:
        found = found.filter(kind=wanted["kind"])
    if wanted["group"]:
        found = found.filter(group=wanted["group"])
    return _list(request, "units/units.html", form, found)


@require_http_methods(["GET", "POST"])
@require(Permission.MANAGE_UNITS)
def unit_edit(request: UserRequest, code: str = "") -> HttpResponse:
    """Make a unit, or change one."""
    unit = get_object_or_404(Unit.objects.visible_to(request.user), code=code) if code else Unit()
    above = services.direct_superiors()[unit.pk] if code else set()
    superiors = typed(Unit.objects.filter(pk__in=above).order_by("code"))
    form = UnitForm(request.POST or None, instance=unit, initial={"superiors": superiors})
    if form.is_valid() and _done(form, lambda: _save_unit(form, request)):
        messages.success(request, _("Saved."))
        return redirect("units:units")
    ends = reverse("inspections:unit_end", args=[code]) if code and unit.valid_to is None else ""
    context = {"form": form, "thing": unit, "title": _("New unit"), "back": "units:units", "ends": ends}
    return render(request, "units/edit.html", context, status=_status(form))


@require_safe
@require(Permission.MANAGE_UNITS)
def groups(request: UserRequest) -> HttpResponse:
    """The ranking groups with the number of their units."""
    rows = PeerGroup.objects.annotate(members=Count("units"))
    return render(request, "units/groups.html", {"rows": rows})


@require_http_methods(["GET", "POST"])
@require(Permission.MANAGE_UNITS)
def group_edit(request: UserRequest, code: str = "") -> HttpResponse:
    """Make a ranking group, or change one."""
    group = get_object_or_404(PeerGroup, code=code) if code else PeerGroup()
    form = GroupForm(request.POST or None, instance=group)
    if form.is_valid():
        services.save_group(group=form.save(commit=False), by=request.user)
        messages.success(request, _("Saved."))
        return redirect("units:groups")
    context = {"form": form, "thing": group, "title": _("New group"), "back": "units:groups"}
    return render(request, "units/edit.html", context, status=_status(form))


@require_safe
@require(Permission.SEE_UNITS)
def sites(request: UserRequest) -> HttpResponse:
    """The sites a person may see, by code, filtered."""
    form = SiteFilter(request.GET)
    if not form.is_valid():
        return render(request, "units/sites.html", {"form": form, "rows": []}, status=422)
    wanted = form.cleaned_data
    found = Site.objects.visible_to(request.user).select_related("type", "unit").matching(wanted["q"])
    if wanted["type"]:
        found = found.filter(type__code=wanted["type"])
    if wanted["unit"]:
        found = found.filter(unit__code=wanted["unit"])
    return _list(request, "units/sites.html", form, found, types=SiteType.objects.all())


@require_http_methods(["GET", "POST"])
@require(Permission.MANAGE_UNITS)
def site_edit(request: UserRequest, code: str = "") -> HttpResponse:
    """Make a site, or change one."""
    site = get_object_or_404(Site.objects.visible_to(request.user), code=code) if code else Site()
    initial = {}
    if code:
        initial = {"responsible": typed([site.unit]), "others": typed(site.other_units.order_by("code"))}
    form = SiteForm(request.POST or None, instance=site, initial=initial)
    if form.is_valid():
        wanted = form.cleaned_data
        saved = form.save(commit=False)
        services.save_site(site=saved, unit=wanted["responsible"], others=wanted["others"], by=request.user)
        messages.success(request, _("Saved."))
        return redirect("units:sites")
    context = {"form": form, "thing": site, "title": _("New site"), "back": "units:sites"}
    return render(request, "units/edit.html", context, status=_status(form))


@require_http_methods(["GET", "POST"])
@require(Permission.ASSIGN_ROLES)
def memberships(request: UserRequest, username: str) -> HttpResponse:
    """The units a person belongs to, set by the security administrator."""
    account = get_object_or_404(User.objects.visible_to(request.user), username=username)
    initial = {
        field: typed(Unit.objects.filter(memberships__user=account, memberships__position=position).order_by("code"))
        for field, position in (("leads", "leader"), ("works_for", "staff"))
    }
    form = MembershipForm(request.POST or None, initial=initial)
    if form.is_valid():
        wanted = form.cleaned_data
        if _done(form, lambda: services.set_memberships(user=account, **wanted, by=request.user)):
            messages.success(request, _("Saved."))
            return redirect("campaign:user", username)
    return render(request, "units/memberships.html", {"form": form, "account": account}, status=_status(form))


def _list(request: UserRequest, template: str, form: forms.Form, found: QuerySet[Any], **context: Any) -> HttpResponse:
    page = list(found.filter(code__gt=form.cleaned_data["after"]).order_by("code")[: PAGE + 1])
    query = request.GET.copy()
    if len(page) > PAGE:
        query["after"] = page[PAGE - 1].code
        context["next"] = f"?{query.urlencode()}"
    return render(request, template, context | {"form": form, "rows": page[:PAGE], "total": found.count()})


def _save_unit(form: UnitForm, request: UserRequest) -> None:
    today = day_of(timezone.now())
    unit, superiors = form.save(commit=False), form.cleaned_data["superiors"]
    services.save_unit(unit=unit, superiors=superiors, by=request.user, on=today)


def _done(form: forms.Form | UnitForm, act: Callable[[], None]) -> bool:
    try:
        act()
    except ValidationError as error:
        form.add_error(None, error)
        return False
    return True


def _status(form: Any) -> int:
    return 422 if form.is_bound else 200
