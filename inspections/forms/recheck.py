"""Forms of rechecks."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..models import Draw, Recheck
from .fields import PhotosField


class RecheckFilter(forms.Form):
    """Which rechecks to list."""

    state = forms.ChoiceField(choices=[("", ""), ("open", ""), ("done", ""), ("draws", "")], required=False)
    unit = forms.CharField(max_length=60, required=False)
    after = forms.IntegerField(min_value=1, max_value=2**62, required=False)


class DrawForm(forms.ModelForm[Draw]):
    """What to draw from, and how much of it."""

    class Meta:
        model = Draw
        fields = ("kind", "first", "last", "share", "number", "per_unit")
        widgets = {name: forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d") for name in ("first", "last")}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        share, number = cleaned.get("share"), cleaned.get("number")
        if not self.errors and (share is None) == (number is None):
            raise ValidationError({"share": _("Either a share or a number.")})
        if share is not None and not 1 <= share <= 100:
            self.add_error("share", _("From 1 to 100."))
        if number is not None and not 1 <= number <= 1000:
            self.add_error("number", _("From 1 to 1,000."))
        first, last = cleaned.get("first"), cleaned.get("last")
        if first and last and (last < first or (last - first).days > 366):
            self.add_error("last", _("On or after the first day, at most a year later."))
        return cleaned


class ResultForm(forms.Form):
    """What a recheck found."""

    result = forms.ChoiceField(
        label=gettext_lazy("What did you find?"), choices=Recheck.Result.choices, widget=forms.RadioSelect
    )
    note = forms.CharField(
        label=gettext_lazy("What was seen"), max_length=450, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Needed where the repair does not hold, with a photograph."),
    )  # fmt: skip
    photos = PhotosField(required=False)
