"""Forms of the inspections' pages: the filters of the list, the reason for voiding."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from ..models import Inspection

DAY = {"type": "date"}


class VisitFilter(forms.Form):
    """Which inspections to list; every field stands in the address."""

    unit = forms.CharField(max_length=40, required=False)
    site = forms.CharField(max_length=60, required=False)
    inspector = forms.CharField(max_length=60, required=False)
    kind = forms.ChoiceField(
        label=_("kind"), choices=[("", _("All kinds")), *Inspection.Kind.choices], required=False,
        widget=forms.Select(attrs={"data-submits": True}),
    )  # fmt: skip
    first = forms.DateField(label=_("from"), required=False, widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d"))
    last = forms.DateField(label=_("to"), required=False, widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d"))
    after = forms.CharField(max_length=60, required=False, widget=forms.HiddenInput)
    before = forms.CharField(max_length=60, required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("first") and cleaned.get("last") and cleaned["first"] > cleaned["last"]:
            raise ValidationError({"last": _("The last day lies before the first.")})
        return cleaned


class VoidForm(forms.Form):
    """Why an inspection is voided."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=Inspection._meta.get_field("void_reason").max_length,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
