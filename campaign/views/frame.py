"""What the frame of every page offers to everybody: large print, and where to complain."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from ..context import LARGE_PRINT_COOKIE

A_YEAR = 365 * 24 * 3600  # seconds


@require_POST
def large_print(request: HttpRequest) -> HttpResponse:
    """Remember on this device how large to print, and go back to where the person was."""
    target = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, request.is_secure()):
        target = "/"
    response = redirect(target)
    if request.POST.get("print") == "large":
        response.set_cookie(
            LARGE_PRINT_COOKIE,
            "large",
            max_age=A_YEAR,
            samesite="Lax",
            secure=request.is_secure(),
            httponly=True,
        )
    else:
        response.delete_cookie(LARGE_PRINT_COOKIE, samesite="Lax")
    return response


@require_safe
def suggestions(request: HttpRequest) -> HttpResponse:
    """Whom to tell when something about this system is wrong or a burden."""
    contact = getattr(settings, "SUGGESTIONS_CONTACT", "")
    return render(request, "campaign/suggestions.html", {"contact": contact})
