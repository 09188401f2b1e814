"""Points given or taken outside the figures (加分/扣分), with their proof."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from campaign.models import KeptFile
from units.models import Unit

from ..querysets import AdjustmentQuerySet


class Adjustment(models.Model):
    """Points for a unit on a day, proposed by one person and approved or refused by another (constraint).

    An approved one counts in every period that holds ``day`` and whose rule takes its event and level; ``points`` are
    as proposed, a rule may give its own. It is never changed: a mistake is revoked with a reason. Rankings that are
    published keep what they counted.
    """

    class Event(models.TextChoices):
        PRAISE = "praise", _("Written praise")
        ORAL_PRAISE = "oral_praise", _("Oral praise by a leader")
        HONOUR = "honour", _("Honour or award")
        CLEAN_CHECK = "clean_check", _("Checked without a problem")
        CRITICISM = "criticism", _("Public criticism")
        EXPOSURE = "exposure", _("Exposed by the media")
        COMPLAINT = "complaint", _("Complaint not handled")
        MATERIAL = "material", _("Material below standard")
        MISSED = "missed", _("Required activity missed")
        FALSE_REPORT = "false_report", _("False report")
        OTHER = "other", _("Other event")

    class Level(models.TextChoices):
        NATION = "nation", _("National")
        PROVINCE = "province", _("Provincial")
        CITY = "city", _("City level")
        DISTRICT = "district", _("County or district level")
        STREET = "street", _("Street or town")

    class State(models.TextChoices):
        PROPOSED = "proposed", _("To approve")
        APPROVED = "approved", _("Approved")
        REFUSED = "refused", _("Not approved")
        REVOKED = "revoked", _("Revoked")

    code = models.CharField(_("code"), max_length=40, unique=True)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="adjustments", verbose_name=_("unit"))
    day = models.DateField(_("counts on"), help_text=_("It counts in the periods that hold this day."))
    event = models.CharField(_("event"), max_length=12, choices=Event.choices)
    level = models.CharField(_("level"), max_length=10, choices=Level.choices)
    points = models.DecimalField(
        _("points"), max_digits=6, decimal_places=2, help_text=_("Plus gives, minus takes: 5 or -2.")
    )
    reason = models.CharField(
        _("reason"), max_length=300, help_text=_("Who praised or found what, and in which document.")
    )
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.PROPOSED)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=300, blank=True, help_text="why it was refused")
    revoked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    revoked_at = models.DateTimeField(null=True)
    revoked_because = models.CharField(max_length=300, blank=True)

    objects = AdjustmentQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("adjustment")
        constraints = [
            models.CheckConstraint(
                condition=~Q(points=0) & Q(points__gte=-100, points__lte=100), name="adjustment_points_bounded"
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("proposed_by")), name="adjustment_two_persons"
            ),
            models.CheckConstraint(
                condition=Q(state="proposed", decided_by=None, decided_at=None)
                | (~Q(state="proposed") & Q(decided_by__isnull=False, decided_at__isnull=False)),
                name="adjustment_decided_paired",
            ),
            models.CheckConstraint(
                condition=(~Q(state="revoked") & Q(revoked_by=None, revoked_at=None))
                | (Q(state="revoked", revoked_by__isnull=False, revoked_at__isnull=False) & ~Q(revoked_because="")),
                name="adjustment_revoked_paired",
            ),
        ]
        indexes = [
            models.Index(
                fields=["day"],
                include=["unit", "event", "level", "points"],
                condition=Q(state="approved"),
                name="adjustment_figures",
            ),
            models.Index(fields=["unit", "-id"], name="adjustment_by_unit"),
        ]

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        return reverse("reports:adjustment", args=[self.code])


class AdjustmentProof(KeptFile):
    """A file that proves an adjustment."""

    folder = "adjustments"

    adjustment = models.ForeignKey(Adjustment, models.PROTECT, related_name="proofs")

    def get_absolute_url(self) -> str:
        return reverse("reports:adjustment_proof", args=[self.address])
