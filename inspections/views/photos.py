"""Photographs in and out; out only to those who see what they belong to."""

from uuid import UUID, uuid4

from django.core.exceptions import ValidationError
from django.db.models.fields.files import FieldFile
from django.http import HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from campaign.files import sent_file
from campaign.guard import UserRequest, require
from campaign.permissions import Permission

from ..models import Photo
from ..rules import SubmissionConflict
from ..services.photos import named, receive_photo

SEE = (Permission.SEE_PROBLEMS, Permission.SEE_INSPECTIONS)
SEND = (Permission.ENTER_INSPECTIONS, Permission.NOTE_PROBLEMS, Permission.REPAIR)


@require_safe
@require(*SEE)
def photo(request: UserRequest, client_uuid: UUID) -> HttpResponseBase:
    """A photograph as we keep it."""
    found = get_object_or_404(Photo.objects.visible_to(request.user).only("file"), client_uuid=client_uuid)
    return _served(found.file, client_uuid)


@require_safe
@require(*SEE)
def thumb(request: UserRequest, client_uuid: UUID) -> HttpResponseBase:
    """Its small copy for lists."""
    found = get_object_or_404(Photo.objects.visible_to(request.user).only("thumb"), client_uuid=client_uuid)
    return _served(found.thumb, client_uuid)


def _served(file: FieldFile, client_uuid: UUID) -> HttpResponseBase:
    return sent_file(file, content_type="image/jpeg", filename=f"{client_uuid}.jpg")


@require_POST
@require(*SEND)
def photo_add(request: UserRequest) -> HttpResponse:
    """Take one photograph before the form that names it: ``photo`` (file), ``uuid``; answers with its addresses."""
    try:
        number = UUID(request.POST.get("uuid") or str(uuid4()))
        [upload] = request.FILES.getlist("photo")
        kept = receive_photo(upload=upload, client_uuid=number, by=request.user, at=timezone.now())
    except ValueError:
        return JsonResponse({"detail": _("Choose a photograph.")}, status=400)
    except ValidationError as error:
        return JsonResponse({"detail": " ".join(named(upload, error))}, status=422)
    except SubmissionConflict as conflict:
        return JsonResponse({"detail": str(conflict)}, status=409)
    where = {name: reverse(f"inspections:{name}", args=[kept.client_uuid]) for name in ("photo", "thumb")}
    return JsonResponse({"uuid": str(kept.client_uuid)} | where, status=201)
