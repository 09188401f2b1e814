"""Forms of adjustments (加分/扣分)."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaign.forms.files import FilesField
from units.forms.unit import HELP, CodesField
from units.models import Unit

from ..models import Adjustment


class AdjustmentFilter(forms.Form):
    """Which adjustments to list."""

    q = forms.CharField(max_length=60, required=False)
    state = forms.ChoiceField(choices=[("", gettext_lazy("All")), *Adjustment.State.choices], required=False)
    after = forms.IntegerField(min_value=0, max_value=2**62, required=False)


class AdjustmentForm(forms.ModelForm[Adjustment]):
    """A proposal with its proof."""

    concerned = CodesField(label=gettext_lazy("Unit"), max_length=160, help_text=HELP)
    attached = FilesField(
        label=gettext_lazy("Proof"),
        help_text=gettext_lazy("The document, notice or photograph; PDF, Office or picture files up to 20 MB each."),
    )

    class Meta:
        model = Adjustment
        fields = ("day", "event", "level", "points", "reason")
        widgets = {"day": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}

    field_order = ("concerned", "day", "event", "level", "points", "reason", "attached")

    def clean_concerned(self) -> Unit:
        found = self.cleaned_data["concerned"]
        if len(found) != 1:
            raise ValidationError(_("Name exactly one unit."))
        return found[0]

    def clean_points(self) -> Any:
        points = self.cleaned_data["points"]
        if not points or abs(points) > 100:
            raise ValidationError(_("Points are above 0 or below, at most 100 either way."))
        return points

    def save(self, commit: bool = True) -> Adjustment:
        """The adjustment, unsaved; the service saves it."""
        adjustment = super().save(commit=False)
        adjustment.unit = self.cleaned_data["concerned"]
        return adjustment


class DecisionForm(forms.Form):
    """The supervisor's decision on a proposal."""

    act = forms.ChoiceField(choices=[("approve", ""), ("refuse", "")])
    answer = forms.CharField(label=gettext_lazy("Reason"), max_length=300, required=False)


class RevocationForm(forms.Form):
    """Why an approved adjustment is taken back."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=300)
