"""Into which units a unit that ends is merged or split, and which site goes where."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from units.forms.unit import CodesField
from units.models import Site, Unit


class IntoForm(forms.Form):
    """The next units: one for a merger, several for a split."""

    into = CodesField(
        label=gettext_lazy("passes into"),
        max_length=2000,
        help_text=gettext_lazy("One unit to merge it into, or several with commas between them to split it into"),
    )

    def __init__(self, *args: Any, unit: Unit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.unit = unit

    def clean_into(self) -> list[Unit]:
        """Other units than the one that ends."""
        found: list[Unit] = self.cleaned_data["into"]
        if self.unit in found:
            raise ValidationError(_("Name other units, one to merge it into or several to split it into."))
        return found


class PassForm(IntoForm):
    """The same, confirmed; of a split every site names its next unit."""

    into = CodesField(widget=forms.HiddenInput, max_length=2000)

    def __init__(self, *args: Any, unit: Unit, into: list[Unit], **kwargs: Any) -> None:
        super().__init__(*args, unit=unit, **kwargs)
        self.sites = list(Site.objects.filter(unit=unit).order_by("code")) if len(into) > 1 else []
        for site in self.sites:
            self.fields[f"site-{site.code}"] = forms.ChoiceField(
                label=site.name, choices=[(one.code, one.label) for one in into], required=False
            )

    def passing(self) -> dict[str, Unit]:
        """Site code → its next unit."""
        units = {one.code: one for one in self.cleaned_data["into"]}
        chosen = {site.code: self.cleaned_data.get(f"site-{site.code}") for site in self.sites}
        return {site: units[code] for site, code in chosen.items() if code}
