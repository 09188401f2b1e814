"""The ledger's settings as a form."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from campaign.rules import parse_distance

from ..models import LedgerSettings

#: Fields that hold working time before or after a deadline.
DISTANCES = ("remind_before", "leader_after", "supervision_after", "supervisor_after")


class LedgerSettingsForm(forms.ModelForm[LedgerSettings]):
    """Every setting of the ledger, in the order of the model."""

    class Meta:
        model = LedgerSettings
        fields = ["extensions", "plans", "appeal_days", "repeat_days", *DISTANCES, "digest_at"]
        widgets = {"digest_at": forms.TimeInput(attrs={"type": "time"}, format="%H:%M")}

    def clean(self) -> dict[str, object]:
        cleaned = super().clean() or {}
        for name in DISTANCES:
            try:
                parse_distance(cleaned.get(name) or "0")
            except ValueError:
                self.add_error(name, ValidationError(_("Write 0, 8h (working hours) or 3d (working days).")))
        return cleaned
