"""What the frame of every page offers to everybody: large print, and the keyboard without single letters."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from ..context import LARGE_PRINT_COOKIE, SHORTCUTS_COOKIE

A_YEAR = 365 * 24 * 3600  # seconds


@require_POST
def large_print(request: HttpRequest) -> HttpResponse:
    """Remember on this device how large to print, and go back to where the person was."""
    return _remember(request, LARGE_PRINT_COOKIE, "large", wanted=request.POST.get("print") == "large")


@require_POST
def shortcuts(request: HttpRequest) -> HttpResponse:
    """Remember on this device whether single letters are shortcuts (WCAG 2.1.4: they can be turned off)."""
    return _remember(request, SHORTCUTS_COOKIE, "off", wanted=request.POST.get("keys") == "off")


def _remember(request: HttpRequest, cookie: str, value: str, *, wanted: bool) -> HttpResponse:
    target = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, request.is_secure()):
        target = "/"
    response = redirect(target)
    if wanted:
        response.set_cookie(cookie, value, max_age=A_YEAR, samesite="Lax", secure=request.is_secure(), httponly=True)
    else:
        response.delete_cookie(cookie, samesite="Lax")
    return response
