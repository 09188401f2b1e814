"""Asking for a document."""

from django import forms
from django.utils.translation import gettext_lazy as _

from units.models import Unit

from ..models import Period
from ..services.documents import KINDS


class DocumentForm(forms.Form):
    """Which document, of which period, and for the ledger of which unit (with those under it)."""

    kind = forms.ChoiceField(choices=[(kind, words) for kind, (words, _lay_out) in KINDS.items()])
    period = forms.ModelChoiceField(
        Period.objects.all(),
        to_field_name="code",
        widget=forms.TextInput,
        error_messages={"invalid_choice": _("There is no such period. Write it as 2026-W47, 2026-11 or 2026-Q4.")},
    )
    unit = forms.ModelChoiceField(
        Unit.objects.all(),
        to_field_name="code",
        required=False,
        widget=forms.TextInput,
        error_messages={"invalid_choice": _("There is no unit with this code.")},
    )
