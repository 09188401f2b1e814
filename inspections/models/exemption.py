"""Exemptions (免责): what is no fault at a place, at certain hours, or while works go on."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from math import asin, cos, radians, sin, sqrt

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaign.models import CheckItem, SiteType
from campaign.rules import SHANGHAI, day_of
from units.models import Site, Unit
from units.rules import called

from ..querysets import ExemptionQuerySet

EARTH = 6_371_000  # metres


@dataclass(frozen=True, slots=True)
class Case:
    """Something about to be noted; ids of the site (with its type), unit and item it is about."""

    at: datetime
    text: str = ""
    site: Site | None = None
    unit_id: int | None = None
    item_id: int | None = None


class Exemption(models.Model):
    """Stops a problem while it is entered, with the reason shown; only the office may note it all the same.

    All that is given of a place must hold: the site, its type, the unit (with those under it), the circle or the box.
    Where items or words are given, the problem is of one of the items or says one of the words.
    """

    code = models.CharField(_("code"), max_length=60, unique=True, editable=False)
    reason = models.CharField(_("Reason"), max_length=200)
    site = models.ForeignKey(Site, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("site"))
    site_type = models.ForeignKey(
        SiteType, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("site type")
    )
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("unit"))
    lat = models.DecimalField(_("latitude"), max_digits=9, decimal_places=6, null=True, blank=True)
    lon = models.DecimalField(_("longitude"), max_digits=9, decimal_places=6, null=True, blank=True)
    radius = models.PositiveIntegerField(
        _("radius in metres"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(50_000)]
    )
    lat_to = models.DecimalField(
        _("latitude of the other corner"), max_digits=9, decimal_places=6, null=True, blank=True
    )
    lon_to = models.DecimalField(
        _("longitude of the other corner"), max_digits=9, decimal_places=6, null=True, blank=True
    )
    items = models.ManyToManyField(CheckItem, blank=True, related_name="+", verbose_name=_("check items"))
    words = models.CharField(
        _("words"), max_length=200, blank=True, help_text=_("What such a problem says, parted by 、: 占道、摊位")
    )
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("last day"), null=True, blank=True)
    from_time = models.TimeField(_("daily from"), null=True, blank=True)
    to_time = models.TimeField(_("daily until"), null=True, blank=True)
    approved_by = models.CharField(_("approved by"), max_length=100)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    objects = ExemptionQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("exemption")
        constraints = [
            models.CheckConstraint(
                condition=Q(site__isnull=False)
                | Q(site_type__isnull=False)
                | Q(unit__isnull=False)
                | Q(lat__isnull=False),
                name="exemption_has_place",
            ),
            models.CheckConstraint(
                condition=Q(lat=None, lon=None, radius=None, lat_to=None, lon_to=None)
                | Q(lat__isnull=False, lon__isnull=False, radius__isnull=False, lat_to=None, lon_to=None)
                | Q(lat__isnull=False, lon__isnull=False, radius=None, lat_to__isnull=False, lon_to__isnull=False),
                name="exemption_area_whole",
            ),
            models.CheckConstraint(
                condition=Q(from_time=None, to_time=None)
                | (Q(from_time__isnull=False, to_time__isnull=False) & ~Q(from_time=F("to_time"))),
                name="exemption_hours_paired",
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")), name="exemption_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        return reverse("inspections:exemption", args=[self.code])

    @property
    def sentence(self) -> str:
        """What the person reads who wants to note a problem here."""
        words = gettext("Exempt (%(code)s): %(reason)s. Approved by %(who)s.")
        return words % {"code": self.code, "reason": self.reason.rstrip("。."), "who": self.approved_by}

    def covers(self, case: Case, *, units: Collection[int], items: Collection[int]) -> bool:
        """Whether a case falls under it; ``units``: those the case counts for, ``items``: those of the exemption."""
        return self._is_there(case, units) and self._is_then(case.at) and self._is_meant(case, items)

    def _is_there(self, case: Case, units: Collection[int]) -> bool:
        site = case.site
        if self.site_id and (site is None or site.pk != self.site_id):
            return False
        if self.site_type_id and (site is None or site.type_id != self.site_type_id):
            return False
        if self.unit_id and self.unit_id not in units:
            return False
        return self.lat is None or (site is not None and site.lat is not None and self._is_inside(site))

    def _is_inside(self, site: Site) -> bool:
        here, there = (float(site.lat or 0), float(site.lon or 0)), (float(self.lat or 0), float(self.lon or 0))
        if self.radius:
            return _metres(here, there) <= self.radius
        corner = (float(self.lat_to or 0), float(self.lon_to or 0))
        return all(min(one, other) <= at <= max(one, other) for at, one, other in zip(here, there, corner, strict=True))

    def _is_then(self, at: datetime) -> bool:
        day, clock = day_of(at), at.astimezone(SHANGHAI).time()
        if day < self.valid_from or (self.valid_to and day > self.valid_to):
            return False
        if self.from_time is None or self.to_time is None:
            return True
        if self.from_time < self.to_time:
            return self.from_time <= clock < self.to_time
        return clock >= self.from_time or clock < self.to_time  # over midnight

    def _is_meant(self, case: Case, items: Collection[int]) -> bool:
        words = called(self.words)
        if not items and not words:
            return True
        return case.item_id in items or any(word in case.text for word in words)


def _metres(here: tuple[float, float], there: tuple[float, float]) -> float:
    """The great-circle distance of two points in degrees (haversine)."""
    (lat, lon), (lat_to, lon_to) = (tuple(map(radians, point)) for point in (here, there))
    chord = sin((lat_to - lat) / 2) ** 2 + cos(lat) * cos(lat_to) * sin((lon_to - lon) / 2) ** 2
    return 2 * EARTH * asin(sqrt(chord))
