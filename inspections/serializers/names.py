"""Neighbours by their codes, and limits, as several shapes name them."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from rest_framework import serializers

from campaign.models import User
from campaign.rules import day_of
from campaign.serializers import Text
from units.models import Site, Unit


class SiteName(serializers.ModelSerializer[Site]):
    """A site where it is a neighbour."""

    class Meta:
        model = Site
        fields = ["code", "name"]
        read_only_fields = fields


def open_sites(user: User) -> QuerySet[Site]:
    return Site.objects.open_to(user).select_related("unit")


def units_today(user: User) -> QuerySet[Unit]:
    return Unit.objects.valid_on(day_of(timezone.now()))


class Limit(Text):
    """A repair limit such as 4h (working hours) or 3d (working days)."""

    def __init__(self, **given: Any) -> None:
        super().__init__(max_length=8, **given)
