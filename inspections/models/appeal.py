"""Appeals (申诉): a unit says that a problem is none, or less severe, and the office decides."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from campaign.models import CheckItem, KeptFile
from units.models import Unit

from ..querysets import AppealQuerySet
from .problem import Problem


class Appeal(models.Model):
    """What the holder of a problem says against it, with proof; one is open at a time.

    ``held_since`` is the hand-over that it answers. Upheld, the problem is void for scoring or gets ``severity_asked``;
    ``earned`` and ``available`` are the points of its answer that were taken out of the inspection with it. An open
    appeal that the problem leaves behind (returned, transferred, cancelled) has lapsed.
    """

    class Against(models.TextChoices):
        PROBLEM = "problem", _("The problem itself")
        SEVERITY = "severity", _("Its severity")

    class State(models.TextChoices):
        OPEN = "open", _("To decide")
        UPHELD = "upheld", _("Upheld")
        REFUSED = "refused", _("Not upheld")
        LAPSED = "lapsed", _("Lapsed")

    code = models.CharField(_("code"), max_length=60, unique=True)
    problem = models.ForeignKey(Problem, models.PROTECT, related_name="appeals")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("unit"))
    against = models.CharField(_("What the appeal is against"), max_length=8, choices=Against.choices)
    text = models.CharField(_("Why"), max_length=1000)
    severity_before = models.CharField(max_length=10, choices=CheckItem.Severity.choices)
    severity_asked = models.CharField(max_length=10, choices=CheckItem.Severity.choices, blank=True)
    held_since = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.OPEN)
    answer = models.CharField(_("Answer"), max_length=500, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    earned = models.DecimalField(max_digits=10, decimal_places=4, null=True)
    available = models.DecimalField(max_digits=10, decimal_places=4, null=True)

    objects = AppealQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("appeal")
        constraints = [
            models.UniqueConstraint(fields=["problem"], condition=Q(state="open"), name="appeal_one_open"),
            models.CheckConstraint(
                condition=Q(state="open", decided_by=None, decided_at=None)
                | Q(state="lapsed", decided_at__isnull=False)
                | Q(state__in=["upheld", "refused"], decided_by__isnull=False, decided_at__isnull=False, answer__gt=""),
                name="appeal_decided_paired",
            ),
            models.CheckConstraint(
                condition=Q(against="problem", severity_asked="") | (Q(against="severity") & ~Q(severity_asked="")),
                name="appeal_severity_paired",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "-id"], name="appeal_by_state"),
            models.Index(fields=["unit", "-id"], name="appeal_by_unit"),
        ]

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        return reverse("inspections:appeal", args=[self.code])


class AppealProof(KeptFile):
    """A file handed in with an appeal."""

    folder = "appeals"

    appeal = models.ForeignKey(Appeal, models.PROTECT, related_name="proofs")

    def get_absolute_url(self) -> str:
        return reverse("inspections:appeal_proof", args=[self.address])
