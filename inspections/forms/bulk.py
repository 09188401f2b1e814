"""The forms of acts on many problems: which ones, which act, and what goes with it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ..models import BulkRun
from ..rules import TRANSITIONS, Move
from .fields import limit_of
from .ledger import BatchForm
from .moves import NOTE_LENGTH, TransferForm


class ChoiceForm(forms.Form):
    """What the list sends: the act, and the ticked problems or all that its filters let through.

    ``now`` names an act that needs no words and is done without asking again.
    """

    act = forms.ChoiceField(choices=BulkRun.ACTS, error_messages={"required": _("Choose what to do.")})
    every = forms.BooleanField(required=False)
    query = forms.CharField(max_length=600, required=False)

    def __init__(self, data: Any) -> None:
        if data.get("now") in dict(BulkRun.ACTS):
            data = data.copy()
            data["act"], data["confirmed"] = data["now"], "1"
        super().__init__(data)
        self.ticked = data.getlist("problem")

    def clean(self) -> dict[str, Any]:
        """``versions``: code → version of what was ticked, None for everything that the filters let through."""
        cleaned = super().clean() or {}
        if cleaned.get("every"):
            return cleaned | {"versions": None}
        return cleaned | BatchForm(self.ticked).clean()


class BulkForm(forms.Form):
    """An act that needs no words."""

    confirmed = forms.BooleanField(widget=forms.HiddenInput, initial=True)


class BulkReasonForm(BulkForm):
    """An act that must be explained; one reason for all."""

    note = forms.CharField(
        label=_("Reason"),
        max_length=NOTE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say why: the other side reads this.")},
    )


class BulkTransferForm(BulkReasonForm):
    """Who takes them over, why, and in what time; an empty limit leaves each deadline where it is."""

    unit = TransferForm.declared_fields["unit"]
    limit = forms.CharField(
        label=_("repair limit"),
        max_length=8,
        required=False,
        help_text=_("4h = 4 working hours, 3d = 3 working days; empty: each deadline stays."),
    )
    field_order = ("unit", "limit", "note")

    def clean_limit(self) -> str:
        """The limit as it is stored, empty for none."""
        return limit_of(self.cleaned_data["limit"]) if self.cleaned_data["limit"] else ""


def form_for(act: str) -> type[BulkForm]:
    """The form of an act."""
    if act == Move.TRANSFER:
        return BulkTransferForm
    if act == Move.SUSPEND:
        return BulkForm  # the reason is the one that each unit gave
    if act != BulkRun.REMIND and TRANSITIONS[Move(act)].reason_required:
        return BulkReasonForm
    return BulkForm
