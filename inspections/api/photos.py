"""Photographs: sending one before what names it, and having it back."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.response import Response

from campaign.api.base import Call, DetailView, Rows, View
from campaign.files import sent_file
from campaign.models import User
from campaign.permissions import Permission

from ..models import Photo
from ..serializers.photos import PhotoInput, PhotoSerializer
from ..services.photos import receive_photo
from .conflicts import conflicts

SEE = (Permission.SEE_PROBLEMS, Permission.SEE_INSPECTIONS)
SEND = (Permission.ENTER_INSPECTIONS, Permission.NOTE_PROBLEMS, Permission.REPAIR)


class Photos(View):
    """Photographs as they arrive, before an inspection, a problem or a repair names them."""

    required = {"POST": SEND}
    most_bytes = 32 * 1024 * 1024
    parser_classes: Any = [MultiPartParser]

    @extend_schema(
        request=PhotoInput, responses={201: PhotoSerializer, 200: PhotoSerializer}, operation_id="photos_create"
    )
    def post(self, request: Call) -> Response:
        """Send a photograph: 201 when it is kept, 200 when the same file was kept under this number before."""
        given = PhotoInput(data=request.data)
        given.is_valid(raise_exception=True)
        now, number = timezone.now(), given.validated_data["client_uuid"]
        with conflicts(request.user):
            try:
                kept = receive_photo(upload=given.validated_data["file"], client_uuid=number, by=request.user, at=now)
            except ValidationError as refused:
                raise ValidationError({"file": refused.error_dict["photos"]}) from refused
        return Response(PhotoSerializer(kept).data, status=201 if kept.received_at == now else 200)


class PhotoRows(Rows):
    """The photographs a person may see, by the sender's number."""

    required = {"GET": SEE}
    model = Photo
    lookup_field = "client_uuid"

    def rows(self, user: User) -> QuerySet[Photo]:
        return Photo.objects.visible_to(user)


class OnePhoto(PhotoRows, DetailView):
    """What is known of a photograph."""

    serializer_class = PhotoSerializer


class JPEG(BaseRenderer):
    """Says to clients that ask that pictures are to be had here."""

    media_type = "image/jpeg"
    format = "jpeg"
    charset = None
    render_style = "binary"


class PhotoFile(PhotoRows):
    """The picture itself."""

    renderer_classes = [JPEG, JSONRenderer]

    @extend_schema(responses={(200, "image/jpeg"): OpenApiTypes.BINARY}, operation_id="photo_file")
    def get(self, request: Call, client_uuid: object) -> HttpResponseBase:
        """The picture, JPEG, upright, without what the camera wrote."""
        photo = self.get_object()
        return sent_file(photo.file, content_type="image/jpeg", filename=f"{photo.client_uuid}.jpg")


class PhotoThumb(PhotoRows):
    """The small copy."""

    renderer_classes = [JPEG, JSONRenderer]

    @extend_schema(responses={(200, "image/jpeg"): OpenApiTypes.BINARY}, operation_id="photo_thumb")
    def get(self, request: Call, client_uuid: object) -> HttpResponseBase:
        """The small copy for lists, JPEG."""
        photo = self.get_object()
        return sent_file(photo.thumb, content_type="image/jpeg", filename=f"{photo.client_uuid}.jpg")
