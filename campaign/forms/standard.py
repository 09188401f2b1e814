"""Forms of campaigns."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from ..models import Campaign, Standard
from ..rules import parse_limit, parse_office_hours
from .codes import fit_for_address

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class CampaignForm(forms.ModelForm[Campaign]):
    """A campaign: its span, its standard, and the hours in which clocks run."""

    class Meta:
        model = Campaign
        fields = ("name", "city", "standard", "starts_on", "ends_on", "office_hours", "receive_limit")
        widgets = {"starts_on": DAY, "ends_on": DAY}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        in_force = Standard.objects.filter(state=Standard.State.PUBLISHED)
        self.fields["standard"] = forms.ModelChoiceField(in_force, label=self.fields["standard"].label)

    def clean_name(self) -> str:
        return fit_for_address(self.cleaned_data["name"])

    def clean_office_hours(self) -> str:
        text: str = self.cleaned_data["office_hours"]
        try:
            parse_office_hours(text)
        except ValueError as error:
            raise ValidationError(_("Write spans in order, such as 08:00-12:00,14:00-18:00.")) from error
        return text

    def clean_receive_limit(self) -> str:
        try:
            return str(parse_limit(self.cleaned_data["receive_limit"]))
        except ValueError as error:
            raise ValidationError(_("Write 4h for 4 working hours, or 3d for 3 working days.")) from error

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("starts_on"), cleaned.get("ends_on")
        if isinstance(first, date) and isinstance(last, date) and last < first:
            raise ValidationError({"ends_on": _("The last day lies before the first.")})
        return cleaned
