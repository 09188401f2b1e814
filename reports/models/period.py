"""Periods as rows: built in Python from Asia/Shanghai dates, half-open in UTC."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ..querysets import PeriodQuerySet
from ..rules.periods import Span


class Period(models.Model):
    """A day, ISO week, month, quarter or year, with a code: 2026-11-23, 2026-W47, 2026-11, 2026-Q4 or 2026.

    ``starts_on`` and ``ends_on`` are both included; ``starts_at`` ≤ moment < ``ends_at``. ``refreshed_at`` is when its
    drafts were last computed.
    """

    class Kind(models.TextChoices):
        DAY = "day", pgettext_lazy("period", "Day")
        WEEK = "week", _("Week")
        MONTH = "month", _("Month")
        QUARTER = "quarter", _("Quarter")
        YEAR = "year", _("Year")

    code = models.CharField(_("period"), max_length=10, unique=True)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    starts_on = models.DateField()
    ends_on = models.DateField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True, help_text="when its first drafts were made")
    refreshed_at = models.DateTimeField(null=True)

    objects = PeriodQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on", "kind"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "starts_on"], name="period_once"),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on"), ends_at__gt=F("starts_at")), name="period_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def span(self) -> Span:
        """The period as the pure rules know it."""
        return Span(self.kind, self.code, self.starts_on, self.ends_on)

    @property
    def live(self) -> bool:
        """Opened before it ended. One that was made afterwards, from old facts, is closed by people only."""
        return self.opened_at is not None and self.opened_at < self.ends_at
