"""What is settled for every request before a view sees it."""

import time
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import BadRequest, PermissionDenied
from django.db import DataError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone, translation
from django.utils.translation import gettext

from campaign.passwords import must_change
from campaign.queries import request_ip

View = Callable[[HttpRequest], HttpResponse]

SLIDE_SECONDS = 60


def address_of(request: HttpRequest) -> str:
    """The caller's address, after `client_address` has set it."""
    return str(request.META.get("REMOTE_ADDR", ""))


def client_address(get_response: View) -> View:
    """Behind our proxy the caller is the last entry of X-Forwarded-For, which the proxy wrote. The trail is told."""

    def middleware(request: HttpRequest) -> HttpResponse:
        forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "")
        if settings.BEHIND_PROXY and forwarded:
            request.META["REMOTE_ADDR"] = forwarded.rsplit(",", 1)[-1].strip()
        token = request_ip.set(address_of(request) or None)
        try:
            return get_response(request)
        finally:
            request_ip.reset(token)

    return middleware


def without_nul(get_response: View) -> View:
    """The database knows no NUL: an address with one names nothing, and what fails for one is the sender's fault.

    Most forms refuse it beside the field; this is for what reads a value without a form.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if "\0" in request.path_info:
            raise Http404
        return get_response(request)

    def failed(request: HttpRequest, exception: Exception) -> None:
        sent = (value for given in (request.GET, request.POST) for _name, values in given.lists() for value in values)
        if isinstance(exception, (ValueError, DataError)) and any("\0" in str(value) for value in sent):
            raise BadRequest from exception

    middleware.process_exception = failed  # type: ignore[attr-defined]
    return middleware


def chosen_language(get_response: View) -> View:
    """Chinese, unless the person chose otherwise; a program calling the API asks by header."""

    def middleware(request: HttpRequest) -> HttpResponse:
        language = _language(request)
        translation.activate(language)
        request.LANGUAGE_CODE = language
        response = get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response

    return middleware


def _language(request: HttpRequest) -> str:
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    if chosen in dict(settings.LANGUAGES):
        return chosen
    if request.path_info.startswith("/api/"):
        return translation.get_language_from_request(request)
    return str(settings.LANGUAGE_CODE)


def sliding_session(get_response: View) -> View:
    """Half an hour of rest ends a session: the end moves on with use, written once a minute."""

    def middleware(request: HttpRequest) -> HttpResponse:
        now = int(time.time())
        if request.user.is_authenticated and now - request.session.get("seen", 0) >= SLIDE_SECONDS:
            request.session["seen"] = now
        return get_response(request)

    return middleware


FREE_OF_PASSWORD_CHANGE = (
    "/password/",
    "/sign-out/",
    "/language/",
    "/large-print/",
    "/shortcuts/",
    "/static/",
    "/healthz",
    "/readyz",
)


def due_password(get_response: View) -> View:
    """Whose password came from the administrator, or is older than 90 days, chooses one before anything else."""

    def middleware(request: HttpRequest) -> HttpResponse:
        user = request.user
        if not user.is_authenticated or request.path.startswith(FREE_OF_PASSWORD_CHANGE):
            return get_response(request)
        if not must_change(user, at=timezone.now()):
            return get_response(request)
        if request.path.startswith("/api/"):
            raise PermissionDenied(gettext("Choose a new password first."))
        return redirect("password_change")

    return middleware
