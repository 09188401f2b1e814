"""How the city runs its ledger: one row of numbers that the office sets."""

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class LedgerSettings(models.Model):
    """The ledger's own settings; one row, made when it is first saved (``queries.settings.ledger_settings`` reads it).

    A change holds for what happens from then on; deadlines and marks that were set before stay.
    """

    only = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    extensions = models.PositiveSmallIntegerField(
        _("extensions"),
        default=1,
        validators=[MaxValueValidator(9)],
        help_text=_("How often the same holder may be granted more time for one problem"),
    )

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(only=1), name="ledger_settings_one_row")]
