"""Kept files on their way out, after somebody has asked whether this person may have them."""

from django.conf import settings
from django.db.models.fields.files import FieldFile
from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header


def sent_file(file: FieldFile, *, content_type: str, filename: str, attachment: bool = False) -> HttpResponseBase:
    """A file of a row; the proxy sends it where one stands before us.

    Never kept by a browser or proxy, never guessed at: ``filename`` and ``content_type`` are our own.
    """
    response: HttpResponseBase
    if settings.MEDIA_ACCEL_PREFIX:
        response = HttpResponse()
        response["X-Accel-Redirect"] = f"{settings.MEDIA_ACCEL_PREFIX.rstrip('/')}/{file.name}"
    else:
        response = FileResponse(file.open("rb"))
    response["Content-Type"] = content_type
    response["Content-Disposition"] = str(content_disposition_header(attachment, filename))
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response
