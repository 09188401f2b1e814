"""What citizens report without an account. Who they are is not asked; a contact is encrypted and deleted in time."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaign.contact import decrypted, masked
from units.models import Site

from ..querysets import CitizenReportQuerySet
from ..rules import State
from .problem import Problem


class CitizenReport(models.Model):
    """A report by somebody without an account.

    ``tracking`` is the SHA-256 of the tracking code (128 bits), which only the reporter has. ``purge_after`` is when
    the contact goes; it is set when the matter has ended. ``said_fixed`` is what the reporter says of the repair,
    ``checked_at`` when the office looked at it again after a "no".
    """

    class State(models.TextChoices):
        RECEIVED = "received", _("Newly arrived")
        ACCEPTED = "accepted", _("Taken up")
        REFUSED = "refused", _("Not ours")

    #: Where a report stands, in words for the reporter.
    STAGES = {
        "received": _("Arrived"),
        "checking": _("Looked into"),
        "handed_over": _("Handed to the responsible unit"),
        "waiting": _("Cannot be put right yet"),
        "repaired": _("Repaired"),
        "ended": _("Ended without a repair"),
        "refused": _("Not a matter of ours"),
    }

    code = models.CharField(_("code"), max_length=60, unique=True)
    tracking = models.CharField(max_length=64, unique=True)
    text = models.TextField(_("What is wrong?"), max_length=500)
    place = models.CharField(_("Where is it?"), max_length=200, blank=True)
    site = models.ForeignKey(Site, models.PROTECT, null=True, blank=True, related_name="citizen_reports")
    contact = models.TextField(blank=True, help_text="encrypted; see campaign.contact")
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.RECEIVED)
    problem = models.ForeignKey(Problem, models.PROTECT, null=True, related_name="citizen_reports")
    reason = models.CharField(_("Reason"), max_length=300, blank=True)
    said_fixed = models.BooleanField(null=True)
    said_at = models.DateTimeField(null=True)
    checked_at = models.DateTimeField(null=True)
    rating = models.PositiveSmallIntegerField(null=True)
    received_at = models.DateTimeField(_("received"), default=timezone.now)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    purge_after = models.DateTimeField(null=True)

    objects = CitizenReportQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("citizen's report")
        constraints = [
            models.CheckConstraint(
                condition=Q(state="accepted", problem__isnull=False) | (~Q(state="accepted") & Q(problem=None)),
                name="citizen_report_accepted_paired",
            ),
            models.CheckConstraint(condition=~Q(state="refused") | ~Q(reason=""), name="citizen_report_refusal_told"),
            models.CheckConstraint(
                condition=Q(rating=None) | Q(rating__gte=1, rating__lte=5), name="citizen_report_rating_in_range"
            ),
        ]
        indexes = [
            models.Index(F("id").desc(), name="citizen_report_doubted", condition=Q(said_fixed=False, checked_at=None))
        ]

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        return reverse("inspections:citizen_report", args=[self.code])

    @property
    def located(self) -> str:
        """What is wrong, led by the reporter's words for the place where they name no site: a problem has no others."""
        if self.site_id or not self.place:
            return self.text
        return gettext("%(place)s: %(text)s") % {"place": self.place, "text": self.text}

    @property
    def stage(self) -> str:
        """Where it stands for the reporter; one of ``STAGES``."""
        if self.matter is None:
            return str(self.state)
        if self.doubted:
            return "checking"
        known = {
            State.NOTED: "checking", State.SUSPENDED: "waiting", State.CLOSED: "repaired", State.CANCELLED: "ended",
        }  # fmt: skip
        return known.get(State(self.matter.state), "handed_over")

    @property
    def matter(self) -> Problem | None:
        """The problem in which it is put right: that of the report, or what this is a copy of."""
        return (self.problem and self.problem.merged_into) or self.problem

    @property
    def stage_words(self) -> str:
        """The stage in words for the reporter."""
        return str(self.STAGES[self.stage])

    @property
    def doubted(self) -> bool:
        """The reporter says that it is not fixed, and nobody has looked again."""
        return self.said_fixed is False and self.checked_at is None

    @property
    def may_answer(self) -> bool:
        """The repair was closed, and the reporter has not spoken since."""
        closed_at = self.problem.closed_at if self.problem else None
        return closed_at is not None and (self.said_at is None or self.said_at < closed_at)

    @property
    def masked_contact(self) -> str:
        """The contact as a page shows it."""
        return masked(decrypted(self.contact))
