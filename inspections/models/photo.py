"""Photographs: what is served is re-encoded from the pixels; what the camera wrote is kept in restricted columns."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..querysets import PhotoQuerySet
from .citizen import CitizenReport
from .inspection import Answer, Inspection
from .problem import Problem


class Photo(models.Model):
    """A photograph of an answer or a problem. ``sha256`` is of the file as sent; ``file`` and ``thumb`` are ours."""

    class Role(models.TextChoices):
        BEFORE = "before", _("Before repair")
        AFTER = "after", _("After repair")
        RECHECK = "recheck", _("On recheck")
        CHECK = "check", _("At the check")

    client_uuid = models.UUIDField(unique=True)
    problem = models.ForeignKey(Problem, models.PROTECT, null=True, blank=True, related_name="photos")
    inspection = models.ForeignKey(Inspection, models.PROTECT, null=True, blank=True, related_name="photos")
    answer = models.ForeignKey(Answer, models.PROTECT, null=True, blank=True, related_name="photos")
    report = models.ForeignKey(CitizenReport, models.PROTECT, null=True, blank=True, related_name="photos")
    pair = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="afters",
        help_text="of an after photograph: the one before of the same place and problem (trigger)",
    )  # fmt: skip
    no_pair = models.CharField(
        max_length=200, blank=True, db_default="", help_text="of a before photograph: why none shows the repair"
    )
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.BEFORE)
    file = models.FileField(upload_to="photos/%Y/%m/")
    thumb = models.FileField(upload_to="photos/%Y/%m/")
    width = models.PositiveIntegerField(help_text="pixels, upright")
    height = models.PositiveIntegerField(help_text="pixels, upright")
    sha256 = models.CharField(max_length=64, db_index=True)
    look = models.BigIntegerField(null=True, help_text="64 bits of what it looks like: few differ in pictures alike")
    taken_at = models.DateTimeField(
        null=True, help_text="by the camera's own clock, read as Asia/Shanghai; evidence only"
    )
    lat = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    lon = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    camera = models.CharField(max_length=100, blank=True)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    received_at = models.DateTimeField(default=timezone.now)

    objects = PhotoQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(answer=None) | Q(inspection__isnull=False), name="photo_answer_has_inspection"
            ),
            models.CheckConstraint(condition=Q(pair=None) | Q(role="after"), name="photo_pair_is_after"),
        ]
