"""Complaints and suggestions about the system: written by everybody, read by the system administrator."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ..forms.suggestion import SuggestionForm
from ..guard import UserRequest, require
from ..middleware import address_of
from ..models import Suggestion, User
from ..permissions import Permission
from ..services.allowances import TooMany
from ..services.suggestions import mark_answered, show_contact, suggest

PAGE = 50


@require_http_methods(["GET", "HEAD", "POST"])
def suggestions(request: HttpRequest) -> HttpResponse:
    """Tell us when something about this system is wrong or a burden; works without an account."""
    user = request.user if isinstance(request.user, User) else None
    form = SuggestionForm(request.POST or None, user=user)
    status = 200
    if request.method == "POST":
        if form.is_valid():
            status = _keep(request, form, user)
            if status == 201:
                return render(request, "campaign/suggestion_kept.html")
        else:
            status = 422
    context = {"form": form, "contact": settings.SUGGESTIONS_CONTACT}
    return render(request, "campaign/suggestions.html", context, status=status)


def _keep(request: HttpRequest, form: SuggestionForm, user: User | None) -> int:
    try:
        suggest(**form.cleaned_data, by=user, address=address_of(request), at=timezone.now())
    except TooMany:
        form.add_error(None, _("Too many messages have come in the last hour. Please try again later."))
        return 429
    return 201


@require_safe
@require(Permission.READ_SUGGESTIONS)
def suggestions_all(request: UserRequest) -> HttpResponse:
    """All suggestions, those without an answer first, newest first."""
    return _list(request)


def _list(request: UserRequest, shown_code: str = "", shown: str = "") -> HttpResponse:
    answered = "answered" in request.GET
    rows = Suggestion.objects.visible_to(request.user).filter(answered_at__isnull=not answered)
    if after := request.GET.get("after", "").replace("\0", ""):
        rows = rows.filter(pk__lt=get_object_or_404(Suggestion, code=after).pk)
    found = list(rows.select_related("by", "answered_by")[: PAGE + 1])
    more = f"?{'answered&' if answered else ''}after={found[PAGE - 1].code}" if len(found) > PAGE else ""
    here = reverse("campaign:suggestions_all")
    tabs = [
        {"label": _("Without an answer"), "url": here, "active": not answered},
        {"label": _("Answered"), "url": f"{here}?answered", "active": answered},
    ]
    context = {"rows": found[:PAGE], "next": more, "tabs": tabs, "shown_code": shown_code, "shown": shown}
    return render(request, "campaign/suggestions_all.html", context)


@require_POST
@require(Permission.READ_SUGGESTIONS)
def suggestion_answered(request: UserRequest, code: str) -> HttpResponse:
    """Mark one as answered."""
    suggestion = get_object_or_404(Suggestion.objects.visible_to(request.user), code=code)
    mark_answered(suggestion=suggestion, by=request.user, at=timezone.now())
    messages.success(request, _("Marked as answered: %(code)s.") % {"code": code})
    return redirect("campaign:suggestions_all")


@never_cache
@require_POST
@require(Permission.READ_SUGGESTIONS)
def suggestion_contact(request: UserRequest, code: str) -> HttpResponse:
    """The list with one contact in full, this once."""
    suggestion = get_object_or_404(Suggestion.objects.visible_to(request.user), code=code)
    return _list(request, code, show_contact(suggestion=suggestion, by=request.user))
