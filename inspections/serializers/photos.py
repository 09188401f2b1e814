"""Shapes of photographs."""

from typing import Any

from rest_framework import serializers

from campaign.serializers import Uuid

from ..models import Photo

MOST_PHOTOS = 20


class PhotoSerializer(serializers.ModelSerializer[Photo]):
    """A photograph; what the camera wrote about time and place stays inside."""

    pair = serializers.UUIDField(
        source="pair.client_uuid", default=None, allow_null=True, help_text="the photograph from before it goes with"
    )

    class Meta:
        model = Photo
        fields = ["client_uuid", "role", "pair", "no_pair", "width", "height", "sha256", "received_at"]
        read_only_fields = fields


class PhotoNumbers(serializers.ListField):
    """Numbers of photographs that the caller sent before."""

    def __init__(self, **given: Any) -> None:
        super().__init__(child=Uuid(), required=False, default=list, max_length=MOST_PHOTOS, **given)

    def to_internal_value(self, data: Any) -> Any:
        return tuple(dict.fromkeys(super().to_internal_value(data)))


class PhotoInput(serializers.Serializer[Any]):
    """A photograph as a form."""

    client_uuid = serializers.UUIDField()
    file = serializers.FileField(help_text="JPEG, PNG, WebP or HEIC, at most 30 MB")
