"""Files that people hand in as proof: one shape, whatever they belong to."""

from pathlib import PurePath
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class KeptFile(models.Model):
    """A file kept outside the web root under a random name; a subclass says what it belongs to.

    Made by ``services.kept.keep`` only, which checks it. Sent by a view of the owner's, as a download, to whoever may
    see the owner.
    """

    #: The folder of the files, below the media root.
    folder: ClassVar[str] = "kept"

    file = models.FileField()
    name = models.CharField(max_length=200, help_text="as the person called it")
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField(help_text="bytes")
    caption = models.CharField(_("caption"), max_length=200, blank=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True

    @property
    def address(self) -> str:
        """The random name, which stands in addresses."""
        return PurePath(self.file.name or "").name
