"""Keeping the files that people hand in as proof."""

import hashlib
import mimetypes
from pathlib import PurePath
from typing import Any, TypeVar
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from ..models import KeptFile

#: What may be handed in: documents, tables and pictures; never something a browser would run.
SUFFIXES = frozenset(
    {".pdf", ".doc", ".docx", ".xls", ".xlsx", ".ppt", ".pptx", ".txt", ".jpg", ".jpeg", ".png", ".zip"}
)
LARGEST = 20 * 1024 * 1024  # bytes
#: What the content of some kinds begins with; the older office formats and texts come in many dresses.
BEGINS = {
    ".pdf": b"%PDF", ".jpg": b"\xff\xd8\xff", ".jpeg": b"\xff\xd8\xff", ".png": b"\x89PNG", ".docx": b"PK",
    ".xlsx": b"PK", ".pptx": b"PK", ".zip": b"PK",
}  # fmt: skip
#: Programs of Windows and Linux, which are taken under no name.
PROGRAMS = (b"MZ", b"\x7fELF")

Kept = TypeVar("Kept", bound=KeptFile)


def keep(
    model: type[Kept], *, file: File, written: list[str], caption: str = "", field: str = "attached", **owner: Any
) -> Kept:
    """Store a file as a row of ``model`` that belongs to ``owner`` (field → row).

    ``written`` is the list of ``keeping.files_of_transaction``, within which this is called: the file goes when the
    transaction does. Raises ValidationError, on the form's ``field``, for kinds that are not taken, content of another
    kind than its name says, and files above 20 MB.
    """
    name = PurePath(file.name or "").name[-200:] or "file"
    suffix = PurePath(name).suffix.lower()
    if suffix not in SUFFIXES:
        raise ValidationError({field: _("%(name)s: this kind of file is not taken.") % {"name": name}})
    if (file.size or 0) > LARGEST:
        raise ValidationError({field: _("%(name)s is larger than 20 MB.") % {"name": name}})
    content = file.read()
    if content.startswith(PROGRAMS) or not content.startswith(BEGINS.get(suffix, b"")):
        raise ValidationError({field: _("%(name)s: the content is not what the name says.") % {"name": name}})
    stored = default_storage.save(f"{model.folder}/{uuid4().hex}{suffix}", ContentFile(content))
    written.append(stored)
    return model._default_manager.create(
        file=stored,
        name=name,
        caption=caption[:200],
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        **owner,
    )


def content_type(kept: KeptFile) -> str:
    """The type to send a file with, from its checked suffix."""
    return mimetypes.guess_type(kept.name)[0] or "application/octet-stream"
