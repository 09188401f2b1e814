"""Rankings of a group in a period, their rows, and the red and black lists."""

from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from units.models import PeerGroup, Unit

from ..querysets import RankingQuerySet, RankingRowQuerySet
from .period import Period
from .rule import ScoringRule

#: As long as a unit's label.
NAME_LENGTH = 160


class Ranking(models.Model):
    """One group's ranking in one period by one rule version.

    Draft rankings are recomputed; closing fixes the figures; publishing freezes everything (trigger): ``inputs`` is
    the canonical JSON of what the figures were made from, ``snapshot`` that of rule, rows and lists, ``digest`` the
    SHA-256 (hex) of the snapshot, which contains the digest of the inputs. The closer never publishes.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        CLOSED = "closed", _("Period closed")
        PUBLISHED = "published", _("Published")

    period = models.ForeignKey(Period, models.PROTECT, related_name="rankings")
    group = models.ForeignKey(PeerGroup, models.PROTECT, related_name="rankings")
    rule = models.ForeignKey(ScoringRule, models.PROTECT, related_name="rankings")
    revision = models.PositiveIntegerField(_("revision"), default=1)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.DRAFT)
    refreshed_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    objections_until = models.DateTimeField(
        null=True, help_text="until then its units may object and it is not published; null: no such time"
    )
    published_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    error = models.CharField(max_length=300, blank=True, help_text="why its last refresh failed; the rows are older")
    failures = models.PositiveSmallIntegerField(default=0, help_text="failed refreshes in a row")
    reason = models.CharField(_("reason of the revision"), max_length=200, blank=True)
    merged = models.JSONField(
        default=list,
        db_default=[],
        help_text="units whose facts count for another: unit, name, into, on",
    )
    inputs = models.TextField(blank=True)
    snapshot = models.TextField(blank=True)
    digest = models.CharField(max_length=64, blank=True)
    code_version = models.CharField(max_length=40, blank=True)

    objects = RankingQuerySet.as_manager()

    class Meta:
        ordering = ["-period__starts_on", "group__position", "-revision"]
        constraints = [
            models.UniqueConstraint(fields=["period", "group", "revision"], name="ranking_revision_once"),
            models.UniqueConstraint(
                fields=["period", "group"], condition=~Q(state="published"), name="ranking_one_unpublished"
            ),
            models.CheckConstraint(
                condition=~Q(state="published")
                | (Q(published_at__isnull=False, published_by__isnull=False, closed_at__isnull=False) & ~Q(digest="")),
                name="ranking_published_complete",
            ),
            models.CheckConstraint(
                condition=Q(closed_by=None) | Q(published_by=None) | ~Q(closed_by=F("published_by")),
                name="ranking_two_persons",
            ),
            models.CheckConstraint(
                condition=Q(published_at=None) | Q(objections_until=None) | Q(published_at__gte=F("objections_until")),
                name="ranking_published_after_objections",
            ),
        ]
        # The newest moment of each kind says whether any ranking changed: pages ask it on every request.
        indexes = [
            models.Index(fields=["refreshed_at"], name="ranking_refreshed"),
            models.Index(fields=["closed_at"], name="ranking_closed"),
            models.Index(fields=["published_at"], name="ranking_published"),
        ]

    def __str__(self) -> str:
        return f"{self.period} {self.group} r{self.revision}"

    def get_absolute_url(self) -> str:
        return reverse("reports:ranking", args=[self.period.code, self.group.code])

    @property
    def last_objections(self) -> datetime | None:
        """A moment of the last day on which its units may object."""
        return self.objections_until and self.objections_until - datetime.resolution

    def takes_objections(self, *, at: datetime) -> bool:
        """Whether its units may object at a moment."""
        return self.state == self.State.CLOSED and self.objections_until is not None and at < self.objections_until


class RankingRow(models.Model):
    """A unit's place. Unranked units have neither score nor rank, and a footnote (of ``rules.figures.FOOTNOTES``).

    ``components`` is a list in the rule's order of objects ``figure, mean, scope, weight, value, counted, numerator,
    denominator, points, title, invert`` with decimals as text; ``value`` in %, ``counted`` the same or 100 − value,
    ``points`` what it brings to the score; None for nothing to assess. Under rules of more than rates each has also its
    ``kind``, what it ``lost``, ``lines`` of points by event (number in the rule, events, points) and, for a table, its
    ``parts`` of the same shape. Pages read ``queries.shown_components(row)``.
    ``movement`` is places gained (+) or lost (−) against the previous period of the same kind. ``name`` is what the
    unit was called when the ranking was published; until then it is called what it is called today.
    """

    ranking = models.ForeignKey(Ranking, models.CASCADE, related_name="rows")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="ranking_rows")
    position = models.PositiveIntegerField(help_text="order on the page: by place, then unit code")
    rank = models.PositiveIntegerField(null=True)
    score = models.DecimalField(max_digits=9, decimal_places=4, null=True)
    movement = models.IntegerField(null=True)
    components = models.JSONField()
    footnote = models.CharField(max_length=40, blank=True)
    name = models.CharField(max_length=NAME_LENGTH, blank=True, default="", db_default="")

    objects = RankingRowQuerySet.as_manager()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["ranking", "unit"], name="ranking_unit_once"),
            models.CheckConstraint(
                condition=Q(rank=None, score=None) | Q(rank__isnull=False, score__isnull=False),
                name="ranking_row_rank_paired",
            ),
        ]

    @property
    def label(self) -> str:
        """What the unit is called in this ranking."""
        return self.name or self.unit.label

    @property
    def printed_score(self) -> Decimal | None:
        """The score with the places of its rule, which are those of its points; None where there is none."""
        if self.score is None:
            return None
        points = (Decimal(part["points"]) for part in self.components if part["points"] is not None)
        return self.score.quantize(min(points, key=lambda number: int(number.as_tuple().exponent)))


class ListEntry(models.Model):
    """A unit on the red or the black list (红黑榜) of a ranking, and how many periods running.

    ``board`` names a further pair of lists of the rule; the rule's own pair has none.
    """

    class Color(models.TextChoices):
        RED = "red", _("Red list")
        BLACK = "black", _("Black list")

    ranking = models.ForeignKey(Ranking, models.CASCADE, related_name="entries")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="list_entries")
    board = models.CharField(max_length=40, blank=True, default="", db_default="")
    color = models.CharField(max_length=5, choices=Color.choices)
    consecutive = models.PositiveIntegerField(default=1)
    reason = models.JSONField(default=dict, help_text="rank, score and the bound that applied")
    name = models.CharField(max_length=NAME_LENGTH, blank=True, default="", db_default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ranking", "unit", "board"], name="list_entry_once")]

    @property
    def label(self) -> str:
        """What the unit is called in this ranking."""
        return self.name or self.unit.label
