"""Values that come from outside the figures: a questionnaire, an assessment, another office's figure."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from units.models import Unit

from .period import Period


class Mark(models.Model):
    """One value of a unit in a period under the name that a rule gives it (``rules.parts.Sheet``)."""

    sheet = models.CharField(_("name"), max_length=40)
    period = models.ForeignKey(Period, models.PROTECT, related_name="marks")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="marks", verbose_name=_("unit"))
    value = models.DecimalField(_("value"), max_digits=8, decimal_places=4)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    entered_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["period", "sheet", "unit"], name="mark_once"),
            models.CheckConstraint(condition=Q(value__gte=0, value__lte=1000), name="mark_in_range"),
        ]

    def __str__(self) -> str:
        return f"{self.sheet} {self.period} {self.unit}"
