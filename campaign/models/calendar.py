"""The work calendar: which days are worked, 调休 included, as data."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class WorkDay(models.Model):
    """One date and whether it is worked. A year is known only when every one of its days has a row."""

    date = models.DateField(_("date"), primary_key=True)
    working = models.BooleanField(_("working day"))
    note = models.CharField(_("note"), max_length=60, blank=True)

    class Meta:
        ordering = ["date"]

    def __str__(self) -> str:
        return f"{self.date} {self.working}"
