"""Which unit a problem goes to, as data."""

from collections.abc import Collection

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from campaign.models import CheckItem, Indicator, SiteType
from units.models import Unit


class HandOverRule(models.Model):
    """Problems at sites of a type, with an item or under an indicator, go to this unit (not to the site's).

    Of the rules that fit a problem the closest one holds: an item before an indicator before a site type.
    """

    site_type = models.ForeignKey(SiteType, models.PROTECT, null=True, blank=True, verbose_name=_("site type"))
    item = models.ForeignKey(CheckItem, models.PROTECT, null=True, blank=True, verbose_name=_("check item"))
    indicator = models.ForeignKey(Indicator, models.PROTECT, null=True, blank=True, verbose_name=_("indicator"))
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("responsible unit"))

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(site_type__isnull=False) | Q(item__isnull=False) | Q(indicator__isnull=False),
                name="hand_over_rule_says_when",
            ),
            models.UniqueConstraint(
                fields=["site_type", "item", "indicator"],
                nulls_distinct=False,
                name="hand_over_rule_once",
            ),
        ]

    def fits(self, *, site_type: int | None, item: int | None, indicators: Collection[int]) -> bool:
        """Whether a problem falls under the rule: type of its site, its item, the item's indicators (ids)."""
        return (
            self.site_type_id in (None, site_type)
            and self.item_id in (None, item)
            and (self.indicator_id is None or self.indicator_id in indicators)
        )

    @property
    def closeness(self) -> tuple[bool, bool, bool]:
        """The greater, the closer a rule describes a problem."""
        return (self.item_id is not None, self.indicator_id is not None, self.site_type_id is not None)

    @property
    def name(self) -> str:
        """What the trail calls it."""
        return "/".join(row.code for row in (self.site_type, self.item, self.indicator) if row)
