"""Exemptions as a form."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaign.models import CheckItem, User
from units.rules import called

from ..models import Exemption
from .fields import UnitField
from .pasting import SiteField, site_words


class ItemsField(forms.CharField):
    """Check items in force by their codes."""

    def clean(self, value: Any) -> list[CheckItem]:
        """Raises ValidationError with the first code that none has."""
        codes = called(super().clean(value) or "")
        found = {item.code: item for item in CheckItem.objects.in_force().filter(code__in=codes)}
        missing = [code for code in codes if code not in found]
        if missing:
            raise ValidationError(gettext("No check item in force has the code %(code)s.") % {"code": missing[0]})
        return list(found.values())


class ExemptionForm(forms.ModelForm[Exemption]):
    """Where, when and for what; the site and the unit are typed."""

    at_site = SiteField(label=_("site"))
    of_unit = UnitField(
        label=_("unit"), max_length=160, required=False, help_text=_("With the units under it. Code or name.")
    )
    of_items = ItemsField(
        label=_("check items"), max_length=600, required=False, help_text=_("Codes, parted by 、; empty: all")
    )

    class Meta:
        model = Exemption
        fields = (
            "reason", "approved_by", "valid_from", "valid_to", "from_time", "to_time", "site_type", "lat", "lon",
            "radius", "lat_to", "lon_to", "words",
        )  # fmt: skip
        help_texts = {"radius": _("An area is a point with a radius, or two corners of a box.")}
        widgets = {
            name: forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d") for name in ("valid_from", "valid_to")
        } | {name: forms.TimeInput(attrs={"type": "time"}, format="%H:%M") for name in ("from_time", "to_time")}

    field_order = (
        "reason", "approved_by", "valid_from", "valid_to", "from_time", "to_time", "at_site", "site_type",
        "of_items", "words", "of_unit", "radius", "lat", "lon", "lat_to", "lon_to",
    )  # fmt: skip

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        row: Exemption = kwargs["instance"]
        said = {"at_site": site_words(row.site) if row.site else "", "of_unit": row.unit.label if row.unit else ""}
        said["of_items"] = "、".join(row.items.values_list("code", flat=True)) if row.pk else ""
        super().__init__(*args, **kwargs | {"initial": said})
        site = self.fields["at_site"]
        if isinstance(site, SiteField):
            site.by = by

    def clean(self) -> dict[str, Any]:
        """The model's constraints, each beside the field that it is about."""
        cleaned = super().clean() or {}
        self.instance.site, self.instance.unit = cleaned.get("at_site"), cleaned.get("of_unit")
        if not any(cleaned.get(name) for name in ("at_site", "of_unit", "site_type")) and cleaned.get("lat") is None:
            self.add_error("at_site", gettext("Say where: a site, a type of site, a unit or an area."))
        if (cleaned.get("from_time") is None) != (cleaned.get("to_time") is None):
            self.add_error("to_time", gettext("Give both hours, or neither."))
        elif cleaned.get("from_time") and cleaned["from_time"] == cleaned["to_time"]:
            self.add_error("to_time", gettext("The hours must differ."))
        first, last = cleaned.get("valid_from"), cleaned.get("valid_to")
        if first and last and last < first:
            self.add_error("valid_to", gettext("The last day lies before the first."))
        self._check_area(cleaned)
        return cleaned

    def _check_area(self, cleaned: dict[str, Any]) -> None:
        point = [cleaned.get(name) is not None for name in ("lat", "lon")]
        corner = [cleaned.get(name) is not None for name in ("lat_to", "lon_to")]
        circle = cleaned.get("radius") is not None
        if any(point) != all(point) or any(corner) != all(corner):
            self.add_error("lon", gettext("Give both latitude and longitude, or neither."))
        elif (circle or any(corner)) != any(point) or (circle and any(corner)):
            self.add_error("radius", gettext("An area is a point with a radius, or two corners of a box."))
