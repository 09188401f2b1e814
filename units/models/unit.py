"""Units, the closure of their superiors, ranking groups and members."""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ..querysets import UnitQuerySet

#: The date from which a unit or link is valid when nobody said otherwise.
ALWAYS = date(2000, 1, 1)


class PeerGroup(models.Model):
    """考核分组: units ranked together."""

    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=60, unique=True)
    position = models.PositiveIntegerField(_("position"), default=0)

    class Meta:
        ordering = ["position", "code"]
        verbose_name = _("ranking group")

    def __str__(self) -> str:
        return self.name


class Unit(models.Model):
    """A responsible unit. ``label`` is its name, told apart where another bears the same one; every page prints it."""

    class Kind(models.TextChoices):
        COUNTY = "county", _("County or district")
        STREET = "street", _("Street")
        TOWN = "town", _("Town")
        COMMUNITY = "community", _("Community")
        VILLAGE = "village", _("Village")
        DEPARTMENT = "department", _("Department")
        HOSPITAL = "hospital", _("Hospital")
        SCHOOL = "school", _("School")
        WINDOW = "window", _("Service window")
        HEADQUARTERS = "headquarters", _("Headquarters")
        OTHER = "other", _("Other unit")

    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=100)
    label = models.CharField(_("unit"), max_length=160, unique=True, editable=False)
    short_name = models.CharField(_("short name"), max_length=40, blank=True)
    aliases = models.CharField(
        _("also called"),
        max_length=200,
        blank=True,
        default="",
        db_default="",
        help_text=_("What people say in chat groups, parted by 、"),
    )
    initials = models.CharField(max_length=100, blank=True, editable=False)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices, default=Kind.OTHER)
    group = models.ForeignKey(
        PeerGroup, models.PROTECT, null=True, blank=True, related_name="units", verbose_name=_("ranking group")
    )
    valid_from = models.DateField(_("valid from"), default=ALWAYS)
    valid_to = models.DateField(
        _("valid to"), null=True, blank=True, help_text=_("The first day on which the unit no longer exists")
    )
    succeeded_by = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="predecessors")

    objects = UnitQuerySet.as_manager()

    class Meta:
        ordering = ["code"]
        verbose_name = _("unit")
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gt=F("valid_from")), name="unit_ends_after_start"
            )
        ]

    def __str__(self) -> str:
        return self.label

    def get_absolute_url(self) -> str:
        return reverse("reports:unit", args=[self.code])


class UnitLink(models.Model):
    """One row per unit and superior, direct (depth 1) or further up, and one for the unit itself (depth 0).

    Closed links stay (``valid_to`` is the first day on which they no longer hold), so that history keeps the unit tree
    of its own day. The rows are written by ``units.services.set_superiors`` only.
    """

    ancestor = models.ForeignKey(Unit, models.PROTECT, related_name="links_down")
    descendant = models.ForeignKey(Unit, models.PROTECT, related_name="links_up")
    depth = models.PositiveSmallIntegerField()
    valid_from = models.DateField(default=ALWAYS)
    valid_to = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["ancestor", "descendant"], condition=Q(valid_to=None), name="unit_link_open_once"
            ),
            models.CheckConstraint(
                condition=Q(depth=0, ancestor=F("descendant")) | Q(depth__gt=0), name="unit_link_self_depth_0"
            ),
        ]
        indexes = [models.Index(fields=["descendant", "ancestor", "valid_from", "valid_to"], name="unit_link_up")]


class Membership(models.Model):
    """A person works for a unit, as its leader or on its staff."""

    class Position(models.TextChoices):
        LEADER = "leader", _("Leader")
        STAFF = "staff", _("Staff")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="memberships")
    position = models.CharField(max_length=10, choices=Position.choices, default=Position.STAFF)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "unit"], name="membership_once")]
