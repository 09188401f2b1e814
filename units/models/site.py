"""Sites (点位): the places that are inspected."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from campaign.models import SiteType

from ..querysets import SiteQuerySet
from .unit import Unit


class Site(models.Model):
    """A place with a type (which gives its checklist) and the units that answer for it."""

    code = models.CharField(_("code"), max_length=60, unique=True)
    name = models.CharField(_("site"), max_length=100)
    initials = models.CharField(max_length=100, blank=True, editable=False)
    aliases = models.CharField(
        _("also called"),
        max_length=200,
        blank=True,
        default="",
        db_default="",
        help_text=_("What people say in chat groups, parted by 、"),
    )
    type = models.ForeignKey(SiteType, models.PROTECT, related_name="sites", verbose_name=_("site type"))
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="sites", verbose_name=_("responsible unit"))
    other_units = models.ManyToManyField(
        Unit, blank=True, related_name="shared_sites", verbose_name=_("other responsible units")
    )
    address = models.CharField(_("address"), max_length=200, blank=True)
    lat = models.DecimalField(_("latitude"), max_digits=9, decimal_places=6, null=True, blank=True)
    lon = models.DecimalField(_("longitude"), max_digits=9, decimal_places=6, null=True, blank=True)
    active = models.BooleanField(_("in use"), default=True)

    objects = SiteQuerySet.as_manager()

    class Meta:
        ordering = ["code"]
        verbose_name = _("site")
        constraints = [
            models.CheckConstraint(
                condition=Q(lat=None, lon=None) | Q(lat__range=(-90, 90), lon__range=(-180, 180)),
                name="site_point_whole",
            )
        ]

    def __str__(self) -> str:
        return self.name
