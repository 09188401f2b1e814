"""Objections (异议) of units to a closed ranking, before it is published."""

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from campaign.models import KeptFile
from units.models import Unit

from ..querysets import ObjectionQuerySet
from .period import Period
from .ranking import Ranking


class ObjectionTime(models.Model):
    """How long closed rankings of a kind of period are open to objection; a kind without a row, or 0 days: not at all.

    A change holds for what is closed from then on.
    """

    kind = models.CharField(primary_key=True, max_length=8, choices=Period.Kind.choices)
    days = models.PositiveSmallIntegerField(_("days"), default=0, validators=[MaxValueValidator(30)])
    working = models.BooleanField(_("working days"), default=True)


class Objection(models.Model):
    """A unit objects to one figure of its row, or to its place; the office upholds or refuses it, with a reason.

    ``about`` is the name of a figure of the rule, ``score`` or ``list``; ``stated`` is what stood there then, as JSON.
    """

    class State(models.TextChoices):
        OPEN = "open", _("To answer")
        UPHELD = "upheld", pgettext_lazy("objection", "Upheld")
        REFUSED = "refused", pgettext_lazy("objection", "Not upheld")

    code = models.CharField(_("code"), max_length=40, unique=True)
    ranking = models.ForeignKey(Ranking, models.PROTECT, related_name="objections")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="objections", verbose_name=_("unit"))
    about = models.CharField(_("figure"), max_length=40)
    stated = models.JSONField(default=dict)
    text = models.CharField(_("objection"), max_length=1000)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.OPEN)
    raised_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    raised_at = models.DateTimeField()
    answer = models.CharField(_("answer"), max_length=1000, blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)

    objects = ObjectionQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("objection")
        constraints = [
            models.UniqueConstraint(
                fields=["ranking", "unit", "about"], condition=Q(state="open"), name="objection_one_open"
            ),
            models.CheckConstraint(
                condition=Q(state="open", answered_by=None, answered_at=None)
                | (~Q(state="open") & Q(answered_by__isnull=False, answered_at__isnull=False) & ~Q(answer="")),
                name="objection_answered_paired",
            ),
            models.CheckConstraint(
                condition=Q(answered_by=None) | ~Q(answered_by=F("raised_by")), name="objection_two_persons"
            ),
        ]

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        return reverse("reports:objection", args=[self.code])

    @property
    def waits_for_recomputing(self) -> bool:
        """Whether it was upheld and its ranking stands as it was closed before."""
        if self.state != self.State.UPHELD or self.answered_at is None or self.ranking.closed_at is None:
            return False
        return self.ranking.state == Ranking.State.CLOSED and self.ranking.closed_at < self.answered_at


class ObjectionProof(KeptFile):
    """A file that a unit hands in with its objection."""

    folder = "objections"

    objection = models.ForeignKey(Objection, models.PROTECT, related_name="proofs")

    def get_absolute_url(self) -> str:
        return reverse("reports:objection_proof", args=[self.address])
