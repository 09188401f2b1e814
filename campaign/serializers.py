"""The lowest app's shapes of input and output."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from .models import CheckItem, Indicator, Notice, SiteType, Standard, User
from .permissions import Permission


class Text(serializers.CharField):
    """Text, as text: a number or a truth value in its place is refused."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Whole(serializers.IntegerField):
    """A whole number from 0 to ``max_value``, as a number."""

    def __init__(self, *, max_value: int, **given: Any) -> None:
        super().__init__(min_value=0, max_value=max_value, **given)

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        return super().to_internal_value(data)


class Truth(serializers.BooleanField):
    """True or false, as such."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class Uuid(serializers.UUIDField):
    """A caller's own number for what it sends."""

    def to_internal_value(self, data: Any) -> UUID:
        if not isinstance(data, str):
            self.fail("invalid", value=data)
        return super().to_internal_value(data)


@extend_schema_field({"type": "string", "minLength": 1, "maxLength": 60})
class Coded(serializers.SlugRelatedField[Any]):
    """A neighbour by its code, among the ``rows`` of the caller."""

    default_error_messages = {
        "does_not_exist": _("There is no such code, or it is not for you."),
        "invalid": _("A code, please."),
    }

    def __init__(self, rows: Callable[[User], QuerySet[Any]], **given: Any) -> None:
        self.rows = rows
        super().__init__(slug_field="code", queryset=User.objects.none(), **given)

    def get_queryset(self) -> QuerySet[Any]:
        return self.rows(self.context["request"].user)

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Fault(serializers.Serializer[Any]):
    """One fault of a request."""

    field = serializers.CharField(help_text="path, for example answers.0.outcome; empty for the whole")
    code = serializers.CharField()
    detail = serializers.CharField(help_text="a sentence in the caller's language")


class ProblemDetails(serializers.Serializer[Any]):
    """application/problem+json, RFC 9457."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    code = serializers.CharField()
    errors = Fault(many=True)  # type: ignore[assignment]
    by = serializers.CharField(required=False, help_text="stale: who made the latest move")
    at = serializers.DateTimeField(required=False, help_text="stale: when")
    state = serializers.CharField(required=False, help_text="stale: where the problem stands")
    version = serializers.IntegerField(required=False, help_text="stale: the version to look at now")


class Named(serializers.Serializer[Any]):
    """A neighbour: its code and its name."""

    code = serializers.CharField()
    name = serializers.CharField()


class SiteTypeSerializer(serializers.ModelSerializer[SiteType]):
    class Meta:
        model = SiteType
        fields = ["code", "name"]
        read_only_fields = fields


class StandardSerializer(serializers.ModelSerializer[Standard]):
    replaces = serializers.SlugRelatedField[Standard](slug_field="code", read_only=True, allow_null=True)
    in_force = serializers.BooleanField(help_text="published, and a campaign uses it")

    class Meta:
        model = Standard
        fields = ["code", "name", "edition", "state", "replaces", "in_force"]
        read_only_fields = fields


class IndicatorSerializer(serializers.ModelSerializer[Indicator]):
    parent = serializers.SlugRelatedField[Indicator](  # type: ignore[assignment]
        slug_field="code", read_only=True, allow_null=True
    )
    methods = serializers.ListField(child=serializers.ChoiceField(Indicator.Method.choices))

    class Meta:
        model = Indicator
        fields = ["code", "parent", "level", "text", "weight", "methods"]
        read_only_fields = fields


class CheckItemSerializer(serializers.ModelSerializer[CheckItem]):
    site_type = SiteTypeSerializer()
    indicator = serializers.SlugRelatedField[Indicator](slug_field="code", read_only=True)
    parameters = serializers.DictField(help_text="graded: thresholds; per_occurrence: step; proportional: target")

    class Meta:
        model = CheckItem
        fields = [
            "code", "site_type", "indicator", "text", "guidance", "scoring", "parameters", "points", "severity",
            "limit", "photos_required", "active",
        ]  # fmt: skip
        read_only_fields = fields


class MeSerializer(serializers.ModelSerializer[User]):
    """The caller: who, in which role, what the role allows."""

    permissions = serializers.SerializerMethodField()

    class Meta:
        model = User
        fields = ["username", "name", "role", "permissions"]
        read_only_fields = fields

    @extend_schema_field(serializers.ListField(child=serializers.ChoiceField([p.value for p in Permission])))
    def get_permissions(self, user: User) -> list[str]:
        return [permission.value for permission in Permission if user.can(permission)]


class NoticeSerializer(serializers.ModelSerializer[Notice]):
    """One notice, told in the caller's language."""

    text = serializers.CharField(read_only=True)
    lines = serializers.ListField(child=serializers.DictField(child=serializers.CharField()), source="texts")

    class Meta:
        model = Notice
        fields = ("uuid", "kind", "text", "lines", "url", "at", "read_at")
        read_only_fields = fields


class ReadInput(serializers.Serializer[Any]):
    """Which notices the caller has read."""

    uuids = serializers.ListField(child=Uuid(), allow_empty=False, max_length=200)


class ReadOutput(serializers.Serializer[Any]):
    """How many of them were unread."""

    read = serializers.IntegerField()
