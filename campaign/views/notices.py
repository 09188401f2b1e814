"""The inbox: what the system told this person."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from ..guard import UserRequest, require
from ..models import Notice
from ..permissions import Permission
from ..services.notices import mark_read

PAGE = 50


@require_safe
@require(Permission.READ_NOTICES)
def inbox(request: UserRequest) -> HttpResponse:
    """A person's notices, newest first."""
    mine = Notice.objects.visible_to(request.user)
    unread = "unread" in request.GET
    rows = mine.unread() if unread else mine
    if after := request.GET.get("after"):
        rows = rows.filter(pk__lt=get_object_or_404(mine, uuid=_uuid(after)).pk)
    found = list(rows[: PAGE + 1])
    more = f"?{'unread&' if unread else ''}after={found[PAGE - 1].uuid}" if len(found) > PAGE else ""
    here = reverse("campaign:inbox")
    tabs = [
        {"label": _("All"), "url": here, "active": not unread},
        {"label": _("Unread"), "url": f"{here}?unread", "active": unread},
    ]
    context = {"rows": found[:PAGE], "next": more, "tabs": tabs, "unread": unread}
    return render(request, "campaign/inbox.html", context)


@never_cache
@require_safe
@require(Permission.READ_NOTICES)
def notice(request: UserRequest, uuid: UUID) -> HttpResponse:
    """Open one: it counts as read, and the page it speaks of comes up; one of several lines shows them."""
    found = get_object_or_404(Notice.objects.visible_to(request.user), uuid=uuid)
    mark_read(by=request.user, at=timezone.now(), uuids=[uuid])
    if found.url and not found.lines:
        return redirect(found.url)
    return render(request, "campaign/notice.html", {"notice": found})


@require_POST
@require(Permission.READ_NOTICES)
def inbox_read(request: UserRequest) -> HttpResponse:
    """Mark all as read."""
    count = mark_read(by=request.user, at=timezone.now())
    words = ngettext("%(count)s notice marked as read.", "%(count)s notices marked as read.", count)
    messages.success(request, words % {"count": count})
    return redirect("campaign:inbox")


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)
