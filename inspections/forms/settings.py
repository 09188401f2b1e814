"""The ledger's settings as a form."""

from django import forms

from ..models import LedgerSettings


class LedgerSettingsForm(forms.ModelForm[LedgerSettings]):
    """Every setting of the ledger, in the order of the model."""

    class Meta:
        model = LedgerSettings
        fields = ["extensions"]
