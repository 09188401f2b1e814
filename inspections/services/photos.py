"""Photographs as they arrive, before anything claims them."""

import hashlib
import secrets
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from campaign.keeping import files_of_transaction
from campaign.models import User
from campaign.queries import record, record_unnamed

from ..models import Photo
from ..pictures import MOST_BYTES, Picture, PictureRefused, take_picture
from .once import sent_before

#: A draft on a telephone may wait this long for its form.
UNCLAIMED = timedelta(days=30)
WITHOUT_ROW = timedelta(days=1)


def read_upload(upload: UploadedFile) -> bytes:
    """The bytes of a file that a browser sends; a huge one is refused unread."""
    if (upload.size or 0) > MOST_BYTES:
        raise ValidationError({"photos": str(PictureRefused("bytes"))}, code="bytes")
    return upload.read()


def named(upload: UploadedFile, wrong: ValidationError) -> list[str]:
    """What is wrong with a file, each sentence with the file's name: several are chosen at once."""
    return [_("%(name)s: %(text)s") % {"name": upload.name, "text": words} for words in wrong.messages]


def receive_photo(*, upload: UploadedFile, client_uuid: UUID, by: User, at: datetime) -> Photo:
    """Keep a photograph that a browser or a telephone sends under a number of its own; raises as ``store_photo``."""
    return store_photo(data=read_upload(upload), client_uuid=client_uuid, by=by, at=at)


def number_in_form(form: UUID, field: str, data: bytes) -> UUID:
    """The number of a photograph that comes inside a form: the same form sent twice names the same photographs."""
    return uuid5(form, f"{field}:{hashlib.sha256(data).hexdigest()}")


def store_photo(*, data: bytes, client_uuid: UUID, by: User, at: datetime, unnamed: bool = False) -> Photo:
    """Keep a photograph, redrawn from its pixels, until an inspection, a problem or a repair claims it.

    ``unnamed``: it comes from somebody without an account, so what the camera wrote about time, place and model is
    not kept. The same file under the same number returns what was stored the first time. Raises ValidationError with a
    sentence for a file that is no photograph, SubmissionConflict for another file under the number.
    """
    digest = hashlib.sha256(data).hexdigest()
    stored = sent_before(Photo, client_uuid=client_uuid, digest=digest, by=by)
    if stored:
        return stored
    try:
        picture = take_picture(data)
    except PictureRefused as refused:
        raise ValidationError({"photos": str(refused)}, code=refused.key) from refused
    photo = Photo(client_uuid=client_uuid, sha256=digest, uploaded_by=by, received_at=at)
    try:
        return _keep(photo, picture, unnamed=unnamed)
    except IntegrityError:  # the same photograph, stored by another process since we looked
        stored = sent_before(Photo, client_uuid=client_uuid, digest=digest, by=by)
        if stored is None:
            raise
        return stored


def _keep(photo: Photo, picture: Picture, *, unnamed: bool) -> Photo:
    photo.width, photo.height, photo.look = picture.width, picture.height, picture.look
    if not unnamed:
        photo.taken_at, photo.lat, photo.lon, photo.camera = picture.taken_at, picture.lat, picture.lon, picture.camera
    with files_of_transaction(default_storage) as written:
        for field, content in ((photo.file, picture.file), (photo.thumb, picture.thumb)):
            field.save(f"{secrets.token_hex(16)}.jpg", ContentFile(content), save=False)
            written.append(str(field.name))
        photo.save(force_insert=True)
        if unnamed:
            record_unnamed("photo.received", photo, reference=str(photo.client_uuid))
        else:
            record("photo.received", photo, by=photo.uploaded_by, reference=str(photo.client_uuid))
    return photo


def sweep(*, at: datetime) -> tuple[int, int]:
    """Remove what nobody claimed: photographs that no entry named for a month, and day-old files without a row.

    Returns how many rows and how many files went. Looks for files in the folders of this and the last month.
    """
    unclaimed = Photo.objects.unclaimed().filter(received_at__lt=at - UNCLAIMED)
    with transaction.atomic():
        rows = list(unclaimed.select_for_update().values_list("pk", "file", "thumb"))
        gone, _detail = Photo.objects.filter(pk__in=[pk for pk, *_names in rows]).delete()
    lost = [name for _pk, *names in rows for name in names]
    for month in {f"{moment:%Y/%m}" for moment in (at, at - timedelta(days=28))}:
        lost += _without_row(f"photos/{month}", older_than=at - WITHOUT_ROW)
    for name in lost:
        default_storage.delete(name)
    return gone, len(lost)


def _without_row(folder: str, *, older_than: datetime) -> list[str]:
    if not default_storage.exists(folder):
        return []
    names = {f"{folder}/{name}" for name in default_storage.listdir(folder)[1]}
    known = Photo.objects.filter(Q(file__startswith=folder) | Q(thumb__startswith=folder)).values_list("file", "thumb")
    loose = names.difference(*known.iterator())
    return [name for name in loose if default_storage.get_modified_time(name) < older_than]
