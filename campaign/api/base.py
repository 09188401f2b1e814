"""What every address of the API stands on: permission, the person's own rows, and what may be asked."""

from collections.abc import Callable, Collection, Mapping
from typing import Any, ClassVar

from django.conf import settings
from django.db.models import Model, QuerySet
from django.utils.cache import patch_vary_headers
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.http import conditional_page
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework import generics, mixins
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ..models import User
from ..permissions import Permission
from ..problems import TooLarge
from .paging import PARAMETERS, KeyPaging, Orderings

Required = Mapping[str, Permission | Collection[Permission]]

#: Answered with 304 to a matching ETag of the same content.
etagged = method_decorator(conditional_page)


class Call(Request):
    """A request that ``Holds`` let through: the caller is a person."""

    user: User


class CodeConverter:
    """A code in an address: no slash, no NUL, at most 60 characters."""

    regex = r"[^/\x00]{1,60}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class Holds(BasePermission):
    """The caller holds one of the permissions that the view's ``required`` names for the method.

    A method without a name in ``required`` is refused where the view has it; where it has not, 405 says so.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        if not request.user.is_authenticated:
            return False
        method = "GET" if request.method == "HEAD" else str(request.method)
        wanted = view.required.get(method)
        if wanted is None:
            return method not in view.allowed_methods
        permissions = [wanted] if isinstance(wanted, Permission) else wanted
        return any(request.user.can(permission) for permission in permissions)


class Bounded(APIView):
    """Refuses a body that is too large before anything reads it; keeps answers out of caches."""

    http_method_names = ("get", "head", "post")

    #: Of JSON, and of a form with files: one photograph of 30 MB, or evidence, and the words around it.
    most_bytes: ClassVar[int] = settings.DATA_UPLOAD_MAX_MEMORY_SIZE

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        length = str(request.META.get("CONTENT_LENGTH") or "")
        if length.isdigit() and int(length) > self.most_bytes:
            raise TooLarge
        super().initial(request, *args, **kwargs)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Nobody between us and the caller keeps an answer; it is the caller's, in the caller's language."""
        response.headers.setdefault("Cache-Control", "private, no-cache")
        patch_vary_headers(response, ["Accept-Language", "Authorization", "Cookie"])
        return super().finalize_response(request, response, *args, **kwargs)


class View(Bounded):
    """An address without rows of its own."""

    permission_classes = [Holds]
    required: ClassVar[Required] = {}


class Rows(Bounded, generics.GenericAPIView[Any]):
    """Rows of ``model`` as far as the caller may see them; ``rows`` says which columns and neighbours they need."""

    permission_classes = [Holds]
    pagination_class: Any = None
    filter_backends: Any = ()
    required: ClassVar[Required] = {}
    model: ClassVar[type[Model]]
    rows: ClassVar[Callable[[Any, Any], QuerySet[Any]]]
    lookup_field = "code"
    key: ClassVar[str] = "code"

    def get_queryset(self) -> QuerySet[Any]:
        """The rows the caller may see; none while the API is described."""
        if getattr(self, "swagger_fake_view", False):
            return self.model._default_manager.none()
        return self.rows(self.request.user)


class ListView(mixins.ListModelMixin, Rows):
    """``GET``: pages of rows, filtered and in one of the ``orderings``."""

    pagination_class = KeyPaging
    filter_backends = (DjangoFilterBackend,)
    orderings: ClassVar[Orderings] = {"code": ["code"], "-code": ["-code"]}
    filterset_class: Any = None

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        known = self.filterset_class.base_filters if self.filterset_class else ()
        check_parameters(request, {*known, *PARAMETERS})
        return self.list(request)


class DetailView(mixins.RetrieveModelMixin, Rows):
    """``GET``: one row by its code."""

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.retrieve(request)


def check_parameters(request: Request, known: Collection[str]) -> None:
    """A misspelt or empty filter is refused rather than passed over: otherwise it would answer with everything."""
    unknown = ErrorDetail(_("There is no such parameter here."), "unknown_parameter")
    empty = ErrorDetail(_("Leave out what has no value."), "blank")
    asked = request.query_params
    faults = {name: [empty] for name in sorted(asked) if "" in asked.getlist(name)}
    faults |= {name: [unknown] for name in sorted(asked) if name not in known}
    if faults:
        raise ValidationError(faults)
