"""The standard: its editions, the tree of indicators, the checklists, and the campaigns that use them."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ..forms.standard import CampaignForm
from ..guard import UserRequest, require
from ..models import Campaign, CheckItem, Indicator, SiteType, Standard
from ..permissions import Permission
from ..sentences import joined
from ..services import standard as services


@require_safe
@require(Permission.SEE_STANDARD)
def standards(request: UserRequest) -> HttpResponse:
    """Editions and campaigns."""
    editions = Standard.objects.visible_to(request.user).annotate(
        item_count=Count("items", distinct=True), indicator_count=Count("indicators", distinct=True)
    )
    context = {"rows": editions.order_by("code"), "campaigns": Campaign.objects.select_related("standard")}
    return render(request, "campaign/standards.html", context)


@require_safe
@require(Permission.SEE_STANDARD)
def standard(request: UserRequest, code: str) -> HttpResponse:
    """One edition: the tree of indicators, or (``?type=``) the checklist of one site type."""
    edition = get_object_or_404(Standard.objects.visible_to(request.user), code=code)
    wanted = request.GET.get("type", "")
    types = SiteType.objects.filter(items__standard=edition).annotate(count=Count("items")).order_by("position", "code")
    context: dict[str, Any] = {"standard": edition, "types": types, "chosen": None}
    if wanted:
        context["chosen"] = get_object_or_404(SiteType, code=wanted)
        context["items"] = CheckItem.objects.filter(standard=edition, site_type=context["chosen"]).select_related(
            "indicator"
        )
    else:
        context["tree"] = _tree(edition)
    return render(request, "campaign/standard.html", context)


def _tree(edition: Standard) -> list[Indicator]:
    """Projects (level 1) with their indicators prefetched down to level 4."""
    below = Indicator.objects.filter(standard=edition)
    third = Prefetch("children", below.prefetch_related(Prefetch("children", below)))
    second = Prefetch("children", below.prefetch_related(third))
    return list(below.filter(parent=None).prefetch_related(second))


@require_POST
@require(Permission.MANAGE_STANDARD)
def standard_publish(request: UserRequest, code: str) -> HttpResponse:
    """Put a draft edition in force."""
    edition = get_object_or_404(Standard.objects.visible_to(request.user), code=code)
    try:
        services.publish_standard(standard=edition, by=request.user)
    except ValidationError as error:
        messages.error(request, joined(error.messages))
        return redirect("campaign:standard_detail", code)
    messages.success(request, _("In force from now on."))
    return redirect("campaign:standard_detail", code)


@require_http_methods(["GET", "POST"])
@require(Permission.MANAGE_STANDARD)
def campaign_edit(request: UserRequest, name: str = "") -> HttpResponse:
    """Start a campaign, or change one."""
    campaign = get_object_or_404(Campaign, name=name) if name else Campaign()
    form = CampaignForm(request.POST or None, instance=campaign)
    if form.is_valid():
        services.save_campaign(campaign=form.save(commit=False), by=request.user)
        messages.success(request, _("Saved."))
        return redirect("campaign:standard")
    context = {"form": form, "campaign": campaign}
    return render(request, "campaign/campaign.html", context, status=422 if form.is_bound else 200)
