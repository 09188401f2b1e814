"""Finding a site or a unit while typing."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_safe

from campaign.guard import UserRequest, require
from campaign.permissions import Permission
from campaign.rules import day_of

from ..forms.unit import BETWEEN
from ..models import Site, Unit

MOST = 20
LONGEST = 60
LONGEST_LIST = 2000


@require_safe
@require(Permission.ENTER_INSPECTIONS, Permission.NOTE_PROBLEMS, Permission.SEE_UNITS)
def site_search(request: UserRequest) -> HttpResponse:
    """The sites that ``q`` finds, as a part of a page; each leads to the local address ``next`` with ``?site=CODE``."""
    text = request.GET.get("q", "").replace("\0", "").strip()[:LONGEST]
    onward = request.GET.get("next", "")
    if not (onward.startswith("/") and url_has_allowed_host_and_scheme(onward, allowed_hosts=None)):
        onward = ""
    found = Site.objects.open_to(request.user).best_for(text).select_related("type", "unit")[:MOST]
    context = {"matches": found if text else (), "text": text, "next": onward}
    return render(request, "units/site_matches.html", context)


@require_safe
@require(Permission.PASTE_MESSAGES)
def site_options(request: UserRequest) -> HttpResponse:
    """Options of a field's datalist: sites that fit what was typed, whatever the field's name."""
    text = _typed(request)
    found = Site.objects.open_to(request.user).best_for(text).select_related("unit")[:MOST] if text else ()
    return render(request, "units/options.html", {"sites": found})


@require_safe
@require(Permission.PASTE_MESSAGES, Permission.ASSIGN_ROLES)
def unit_options(request: UserRequest) -> HttpResponse:
    """Options of a field's datalist: units that fit what was typed last, after those that stand there already."""
    whole = _typed(request, longest=LONGEST_LIST)
    text = BETWEEN.split(whole)[-1].strip()[:LONGEST]
    units = Unit.objects.named_by(request.user).valid_on(day_of(timezone.now()))
    before = whole[: len(whole) - len(BETWEEN.split(whole)[-1])]
    context = {"units": units.matching(text)[:MOST] if text else (), "before": before}
    return render(request, "units/options.html", context)


def _typed(request: UserRequest, longest: int = LONGEST) -> str:
    return str(next(iter(request.GET.values()), "")).replace("\0", "").strip()[:longest]
