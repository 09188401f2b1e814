"""Fields of the ledger's forms: units by name, limits, photographs that were sent before."""

import re
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from campaign.rules import parse_limit
from units.models import Unit

#: Photographs with one repair.
MOST_PHOTOS = 20
#: What stands between units in a list that somebody types.
BETWEEN = re.compile(r"[、,，;；\n]+")


def is_uuid(text: str) -> bool:
    """Whether a text is the number of something."""
    try:
        return bool(UUID(text))
    except ValueError:
        return False


class UnitField(forms.CharField):
    """A unit typed as its code or its name."""

    def clean(self, value: Any) -> Unit | None:
        """The one unit that bears this code or name, None for nothing. Raises ValidationError when there is none."""
        text = super().clean(value)
        return unit_called(text) if text else None


def unit_called(text: str) -> Unit:
    """The one unit that bears this code or name. Raises ValidationError when there is none."""
    unit = Unit.objects.filter(code=text).first() or Unit.objects.filter(label=text).first()
    if unit is None:
        raise ValidationError(_("No unit has this code or name."))
    return unit


class UnitsField(forms.CharField):
    """Several units, each typed as its code or its name, with a comma or on a line of its own."""

    def clean(self, value: Any) -> list[Unit]:
        """The units in their order, each once. Raises ValidationError naming those there are not."""
        names = [name for part in BETWEEN.split(super().clean(value)) if (name := part.strip())]
        units, unknown = {}, []
        for name in dict.fromkeys(names):
            try:
                unit = unit_called(name)
            except ValidationError:
                unknown.append(name)
            else:
                units[unit.pk] = unit
        if unknown:
            raise ValidationError(_("No unit has this code or name: %(names)s.") % {"names": "、".join(unknown)})
        return list(units.values())


def limit_of(text: str) -> str:
    """A limit as it is stored. Raises ValidationError where it is none."""
    try:
        return str(parse_limit(text))
    except ValueError as wrong:
        raise ValidationError(_("A limit such as 4h (working hours) or 3d (working days).")) from wrong


class PhotoIds(forms.MultipleHiddenInput):
    """The uuids of photographs that were sent before the form."""


class PhotosField(forms.Field):
    """Uuids of photographs, each once."""

    widget = PhotoIds

    def clean(self, value: Any) -> list[UUID]:
        """Raises ValidationError where one is no uuid, or there are too many."""
        try:
            photos = list(dict.fromkeys(UUID(text) for text in value or ()))
        except (ValueError, AttributeError) as wrong:
            raise ValidationError(_("A photograph did not arrive. Please add it again.")) from wrong
        if len(photos) > MOST_PHOTOS:
            raise ValidationError(_("At most %(count)s photographs, please.") % {"count": MOST_PHOTOS})
        return photos
