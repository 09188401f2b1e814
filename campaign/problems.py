"""What went wrong, told to a program: ``application/problem+json`` (RFC 9457) in the caller's language.

Every answer from 400 up under ``/api/`` has ``type, title, status, detail, code`` and ``errors``: one entry per fault
with ``field`` (a path such as ``answers.0.outcome``, empty for the whole), ``code`` and ``detail``.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.core.exceptions import (
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFieldsSent,
    TooManyFilesSent,
    ValidationError,
)
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views import defaults
from rest_framework import exceptions

MEDIA_TYPE = "application/problem+json"
API = "/api/"
#: The names Django and the framework use for what concerns no single field.
WHOLE = frozenset({"__all__", "non_field_errors", "detail"})

TITLES: dict[int, Promise] = {
    400: _("The request is not as it should be"),
    401: _("Sign in first"),
    403: _("Not allowed"),
    404: _("Not found"),
    405: _("Not possible at this address"),
    406: _("Not available in this format"),
    409: _("In conflict with what is stored"),
    413: _("Too large"),
    415: _("This format is not taken"),
    429: _("Too many requests"),
    500: _("Something went wrong"),
}
NOT_FOUND = _("There is nothing at this address, or it is not for you.")
FORBIDDEN = _("Your role does not allow this.")
TOO_LARGE = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)
BROKEN = _("Something went wrong on our side. It has been written down.")


class Conflict(exceptions.APIException):
    """409: ``code`` says which kind; ``more`` are further members of the answer, for example who and when."""

    status_code = 409

    def __init__(self, detail: str, *, code: str, more: Mapping[str, Any] | None = None) -> None:
        super().__init__(detail, code)
        self.more = more or {}


class TooLarge(exceptions.APIException):
    """413."""

    status_code = 413
    default_detail = _("The request is larger than this address takes.")
    default_code = "too_large"


class Taken(exceptions.NotFound):
    """A client's number belongs to another person's entry: nothing of that entry is told."""

    default_code = "taken"


def handle(error: Exception, context: dict[str, Any]) -> HttpResponse | None:
    """The framework's exception handler; None leaves a real fault to Django, which writes it down."""
    known = _known(error)
    if known is None:
        return None
    response = _answer(_body(known))
    for header, attribute in (("WWW-Authenticate", "auth_header"), ("Retry-After", "wait")):
        if value := getattr(known, attribute, None):
            response[header] = str(value)
    return response


def _known(error: Exception) -> exceptions.APIException | None:
    """The framework's own exception for what Django or a service raised."""
    match error:
        case exceptions.APIException():
            return error
        case Http404():
            return exceptions.NotFound(str(NOT_FOUND))
        case PermissionDenied():
            return exceptions.PermissionDenied(str(error) or str(FORBIDDEN))
        case ValidationError():
            return exceptions.ValidationError(faults_of(error))
        case RequestDataTooBig():
            return TooLarge()
        case SuspiciousOperation():
            return exceptions.ParseError()
    return None


def faults_of(error: ValidationError) -> dict[str, list[exceptions.ErrorDetail]]:
    """The sentences of a service's ValidationError by field, with their codes; ``""`` for the whole."""
    by_field = error.error_dict if hasattr(error, "error_dict") else {"": error.error_list}
    return {
        "" if field in WHOLE else field: [
            exceptions.ErrorDetail(sentence, fault.code or "invalid") for fault in found for sentence in fault.messages
        ]
        for field, found in by_field.items()
    }


def _body(error: exceptions.APIException) -> dict[str, Any]:
    if isinstance(error, exceptions.ValidationError):
        errors = list(_errors(error.detail))
        sentence = errors[0]["detail"] if errors else str(error.default_detail)
        return problem(400, sentence, "invalid", errors)
    sentence, code = str(error.detail), str(error.get_codes())
    return problem(error.status_code, sentence, code) | dict(getattr(error, "more", {}))


def _errors(detail: Any, field: str = "") -> Iterator[dict[str, str]]:
    """Nested faults, flat."""
    if isinstance(detail, str):
        yield {"field": field, "code": getattr(detail, "code", "invalid"), "detail": str(detail)}
        return
    named = isinstance(detail, Mapping)
    for key, part in detail.items() if named else enumerate(detail):
        same = key == "" or key in WHOLE if named else isinstance(part, str)
        yield from _errors(part, field if same else f"{field}.{key}".lstrip("."))


def problem(status: int, detail: str, code: str, errors: Iterable[dict[str, str]] = ()) -> dict[str, Any]:
    """The members that every answer has."""
    return {
        "type": "about:blank",
        "title": str(TITLES.get(status, TITLES[400])),
        "status": status,
        "detail": detail,
        "code": code,
        "errors": list(errors),
    }


def _answer(body: dict[str, Any]) -> HttpResponse:
    """Always JSON, whatever the address answers with when all is well."""
    return JsonResponse(body, status=body["status"], content_type=MEDIA_TYPE, json_dumps_params={"ensure_ascii": False})


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler of 400; what is only too large says so."""
    if request.path.startswith(API):
        return _answer(problem(400, str(TITLES[400]), "invalid"))
    if isinstance(exception, TOO_LARGE):
        return render(request, "413.html", status=413)
    return defaults.bad_request(request, exception)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler of 403: what a middleware refuses, such as a password that is due."""
    if request.path.startswith(API):
        return _answer(problem(403, str(str(exception) or FORBIDDEN), "permission_denied"))
    return defaults.permission_denied(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler of 404."""
    if request.path.startswith(API):
        return _answer(problem(404, str(NOT_FOUND), "not_found"))
    return defaults.page_not_found(request, exception)


def broken(request: HttpRequest) -> HttpResponse:
    """Django's handler of 500."""
    if request.path.startswith(API):
        return _answer(problem(500, str(BROKEN), "error"))
    return defaults.server_error(request)
