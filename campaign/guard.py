"""The guard every view stands behind."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django_htmx.middleware import HtmxDetails

from .models import Event, User
from .permissions import Permission
from .queries import record

View = Callable[..., HttpResponseBase]


class UserRequest(HttpRequest):
    """A request of a person who is signed in."""

    user: User
    htmx: HtmxDetails


def require(*permissions: Permission) -> Callable[[View], View]:
    """Decorate a view: the person holds one of ``permissions``, else 403; the anonymous go to the sign-in page.

    A refusal is a line of the audit trail.

    The permissions stay readable on the view as ``view.permissions``, for the URL × role test.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if not any(request.user.can(permission) for permission in permissions):
                record("page.refused", by=request.user, reference=request.path[:120], result=Event.Result.REFUSED)
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.permissions = permissions  # type: ignore[attr-defined]
        return guarded

    return decorate
