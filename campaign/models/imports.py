"""Uploads of spreadsheets, and how a foreign sheet's columns are read."""

import secrets

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ..querysets import ImportRunQuerySet


def new_code() -> str:
    """A short name for addresses that nobody guesses."""
    return secrets.token_hex(8)


class ImportMapping(models.Model):
    """How a foreign sheet's columns become ours, kept under a name; ``rules`` is read by ``documents.mappings``."""

    name = models.CharField(_("name"), max_length=60, unique=True)
    kind = models.CharField(_("kind"), max_length=20)
    rules = models.JSONField(default=dict)
    changed_at = models.DateTimeField(auto_now=True)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["kind", "name"]

    def __str__(self) -> str:
        return self.name


class ImportRun(models.Model):
    """One upload on its way. The row is the queue: a job claims it by changing its state, and finishes it in the same
    transaction as the rows it writes; running it twice changes nothing.

    ``counts``: new, changed, unchanged, wrong rows; ``faults`` and ``notes`` as ``campaign.resources.sheet`` lists
    them, ``sample`` the first rows of the preview.
    """

    class State(models.TextChoices):
        UPLOADED = "uploaded", _("Waiting for its columns")
        WAITING = "waiting", _("Waiting to be checked")
        CHECKING = "checking", _("Being checked")
        CHECKED = "checked", _("Ready to take over")
        FAULTY = "faulty", _("Has errors")
        CONFIRMED = "confirmed", _("Waiting to be written")
        WRITING = "writing", _("Being written")
        DONE = "done", _("Taken over")
        FAILED = "failed", _("Failed")

    code = models.CharField(max_length=16, unique=True, default=new_code)
    kind = models.CharField(_("kind"), max_length=20)
    file = models.FileField(_("file"), upload_to="imports/%Y/%m/")
    name = models.CharField(max_length=200)
    size = models.PositiveIntegerField(help_text="bytes")
    mapping = models.CharField(_("mapping"), max_length=60, blank=True)
    rules = models.JSONField(default=dict)
    language = models.CharField(max_length=10, default="zh-hans")
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.UPLOADED)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)
    counts = models.JSONField(default=dict)
    faults = models.JSONField(default=list)
    fault_count = models.PositiveIntegerField(default=0)
    notes = models.JSONField(default=list)
    note_count = models.PositiveIntegerField(default=0)
    sample = models.JSONField(default=dict)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    claimed_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    objects = ImportRunQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["id"],
                name="import_run_open",
                condition=Q(state__in=["waiting", "checking", "confirmed", "writing"]),
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def tally(self) -> dict[str, int | None]:
        """The counts, None for each that is not known."""
        return dict.fromkeys(("new", "changed", "unchanged", "wrong")) | self.counts

    @property
    def is_busy(self) -> bool:
        """Whether a job has it, or will."""
        return self.state in {"waiting", "checking", "confirmed", "writing"}
