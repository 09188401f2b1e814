"""Late entries that count in a later period than their own."""

from django.db import models

from inspections.models import InspectionUnit

from .period import Period


class Carried(models.Model):
    """迟报计入: what an inspection counts for one unit counts in ``period`` instead of the period of its day.

    Written when an inspection is entered after its period was closed under a rule that says so (``late``: ``next``).
    Once for each kind of period, so that it counts in exactly one period of each; published rankings do not read it.
    """

    counted = models.ForeignKey(InspectionUnit, models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=7)
    period = models.ForeignKey(Period, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["counted", "kind"], name="carried_once_per_kind")]
