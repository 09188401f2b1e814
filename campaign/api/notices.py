"""The caller's inbox."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from ..models import Notice, User
from ..permissions import Permission
from ..serializers import NoticeSerializer, ReadInput, ReadOutput
from ..services.notices import mark_read
from .base import Call, ListView, View
from .filters import Filters, NameFilter, TruthFilter

READ = Permission.READ_NOTICES


class NoticeFilters(Filters):
    kind = NameFilter("kind", Notice.Kind.choices)
    unread = TruthFilter(field_name="read_at", lookup_expr="isnull", help_text="true: not read; false: read")


class Notices(ListView):
    """What the system told the caller, newest first."""

    required = {"GET": READ}
    model = Notice
    key = "uuid"
    serializer_class = NoticeSerializer
    filterset_class = NoticeFilters
    orderings = {"-at": ["-id"], "at": ["id"]}

    def rows(self, user: User) -> QuerySet[Notice]:
        return Notice.objects.visible_to(user)


class NoticesRead(View):
    """Marks of having read."""

    required = {"POST": READ}

    @extend_schema(request=ReadInput, responses=ReadOutput)
    def post(self, request: Call) -> Response:
        """Mark notices as read; those that are another person's, or not there, change nothing."""
        given = ReadInput(data=request.data)
        given.is_valid(raise_exception=True)
        chosen: Any = given.validated_data["uuids"]
        return Response({"read": mark_read(by=request.user, at=timezone.now(), uuids=chosen)})
