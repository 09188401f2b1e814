"""What the system tells a person: the rows of the inbox."""

import re
from datetime import date, datetime
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from ..querysets import NoticeQuerySet

ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d")
ISO_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d[+-]\d\d:\d\d")


class Notice(models.Model):
    """One sentence to one person, with the page it speaks of; written by ``campaign.services.notices`` only.

    ``sentence`` is a message of the translations, ``values`` what stands in it; so everybody reads it in the language
    they use that day. ``lines`` are further sentences (a digest), each ``{"sentence", "values", "url"}``. ``key`` names
    what it is about: the same key never comes to the same person twice.
    """

    class Kind(models.TextChoices):
        PROBLEM = "problem", _("Problem ledger")
        CITIZEN = "citizen", _("Citizens' reports")
        RANKING = "ranking", _("Rankings")
        TASK = "task", _("Tasks")
        DIGEST = "digest", _("Daily digest")
        SYSTEM = "system", _("System")

    uuid = models.UUIDField(unique=True, default=uuid4)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    key = models.CharField(max_length=120)
    sentence = models.CharField(max_length=300)
    values = models.JSONField(default=dict)
    lines = models.JSONField(default=list)
    url = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True, help_text="when it went into a digest by e-mail")

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["person", "key"], name="notice_once"),
            models.CheckConstraint(
                condition=Q(url="") | (Q(url__startswith="/") & ~Q(url__startswith="//")), name="notice_stays_here"
            ),
        ]
        indexes = [
            models.Index(fields=["person", "-id"], name="notice_by_person"),
            models.Index(fields=["person"], condition=Q(read_at=None), name="notice_unread"),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def text(self) -> str:
        """The sentence in the reader's language."""
        return told(self.sentence, self.values)

    @property
    def texts(self) -> list[dict[str, str]]:
        """The lines in the reader's language, each with the address it speaks of."""
        return [{"text": told(line["sentence"], line["values"]), "url": line["url"]} for line in self.lines]


def told(sentence: str, values: dict[str, Any]) -> str:
    """A message of the translations with its values; days and moments in ISO form are read as 11月30日."""
    return gettext(sentence) % {name: _in_words(value) for name, value in values.items()}


def _in_words(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if ISO_DAY.fullmatch(value):
        return format_date(date.fromisoformat(value), pgettext("day", "j M"))
    if ISO_MOMENT.fullmatch(value):
        return format_date(timezone.localtime(datetime.fromisoformat(value)), pgettext("moment", "j M, H:i"))
    return value
