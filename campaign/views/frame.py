"""What the frame of every page offers to everybody: large print."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

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
