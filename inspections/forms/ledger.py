"""Forms of the ledger: its filters, and what goes with each move."""

from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from campaign.models import CheckItem
from campaign.rules import parse_limit
from units.models import Unit

from ..models import Problem, Step
from ..rules import Move

#: Photographs with one repair.
MOST_PHOTOS = 20
NOTE_LENGTH = Step._meta.get_field("note").max_length


class ProblemFilter(forms.Form):
    """Which part of the ledger to look at; every field stands in the address."""

    q = forms.CharField(label=_("Search"), max_length=60, required=False)
    state = forms.ChoiceField(
        choices=[("", ""), ("open", "open"), *Problem.STATES, ("all", "all")],
        required=False,
        widget=forms.HiddenInput,
    )
    unit = forms.CharField(label=_("Unit"), max_length=60, required=False)
    site = forms.CharField(label=_("site"), max_length=60, required=False)
    severity = forms.ChoiceField(
        label=_("severity"), choices=[("", _("All")), *CheckItem.Severity.choices], required=False
    )
    source = forms.ChoiceField(label=_("source"), choices=[("", _("All")), *Problem.Source.choices], required=False)
    first = forms.DateField(label=_("Noted from"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    last = forms.DateField(label=_("Noted to"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    due = forms.DateField(label=_("Due on"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    order = forms.ChoiceField(
        label=_("Order"),
        choices=[("", _("As usual")), ("new", _("Newest first")), ("due", _("Due first"))],
        required=False,
    )
    overdue = forms.BooleanField(label=_("Overdue only"), required=False)
    asks = forms.BooleanField(label=_("Asking for time or suspension"), required=False)
    mine = forms.BooleanField(label=_("Mine only"), required=False)
    handled = forms.BooleanField(label=_("Handed over by me"), required=False)
    after = forms.CharField(max_length=60, required=False, widget=forms.HiddenInput)
    before = forms.CharField(max_length=60, required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("first") and cleaned.get("last") and cleaned["first"] > cleaned["last"]:
            raise ValidationError({"last": _("The last day lies before the first.")})
        return cleaned


class MoveForm(forms.Form):
    """What every move takes: the version the person saw, and a few words."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)
    note = forms.CharField(
        label=_("Note"), max_length=NOTE_LENGTH, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


class ReasonForm(MoveForm):
    """A move that must be explained."""

    note = forms.CharField(
        label=_("Reason"),
        max_length=NOTE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Say why: the other side reads this.")},
    )


class UnitField(forms.CharField):
    """A unit typed as its code or its name."""

    def clean(self, value: Any) -> Unit | None:
        """The one unit that bears this code or name, None for nothing. Raises ValidationError when there is none."""
        text = super().clean(value)
        if not text:
            return None
        unit = Unit.objects.filter(code=text).first() or Unit.objects.filter(label=text).first()
        if unit is None:
            raise ValidationError(_("No unit has this code or name."))
        return unit


class HandOverForm(MoveForm):
    """Whom the problem goes to, for how long, in which words."""

    unit = UnitField(label=_("responsible unit"), max_length=100)
    limit = forms.CharField(
        label=_("repair limit"), max_length=8, help_text=_("4h = 4 working hours, 3d = 3 working days")
    )
    text = forms.CharField(
        label=_("problem"),
        max_length=Problem._meta.get_field("text").max_length,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    field_order = ("unit", "limit", "text", "note", "version")

    def clean_limit(self) -> str:
        return limit_of(self.cleaned_data["limit"])


def limit_of(text: str) -> str:
    """A limit as it is stored. Raises ValidationError where it is none."""
    try:
        return str(parse_limit(text))
    except ValueError as wrong:
        raise ValidationError(_("A limit such as 4h (working hours) or 3d (working days).")) from wrong


class ReturnForm(ReasonForm):
    """Why it is not this unit's, and whose it is."""

    unit = UnitField(label=_("Whose it is"), max_length=100, required=False, help_text=_("Code or name, if you know."))
    field_order = ("note", "unit", "version")


class TransferForm(ReasonForm):
    """Who takes it over, why, and in what time; an empty limit leaves the deadline where it is."""

    unit = UnitField(label=_("Next responsible unit"), max_length=100)
    limit = forms.CharField(label=_("repair limit"), max_length=8, required=False)
    field_order = ("unit", "limit", "note", "version")

    def clean_limit(self) -> str | None:
        return limit_of(self.cleaned_data["limit"]) if self.cleaned_data["limit"] else None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        return cleaned | {"keep_due": not cleaned.get("limit")}


class AskTimeForm(ReasonForm):
    """Until when, and why it cannot be done before."""

    until = forms.DateField(label=_("New deadline"), widget=forms.DateInput(attrs={"type": "date"}))
    field_order = ("until", "note", "version")


class SuspendForm(ReasonForm):
    """Why it cannot be put right for now, and until which day."""

    until = forms.DateField(label=_("Suspended until"), widget=forms.DateInput(attrs={"type": "date"}))
    field_order = ("until", "note", "version")


class ReopenForm(ReasonForm):
    """Why it is open again, and in what time it is to be put right; an empty limit leaves the deadline where it was."""

    limit = forms.CharField(label=_("repair limit"), max_length=8, required=False)
    field_order = ("limit", "note", "version")

    def clean_limit(self) -> str | None:
        return limit_of(self.cleaned_data["limit"]) if self.cleaned_data["limit"] else None


class PhotoIds(forms.MultipleHiddenInput):
    """The uuids of photographs that were sent before the form."""


class PhotosField(forms.Field):
    """Uuids of photographs, each once."""

    widget = PhotoIds

    def clean(self, value: Any) -> list[UUID]:
        """Raises ValidationError where one is no uuid, or there are too many."""
        try:
            photos = list(dict.fromkeys(UUID(text) for text in value or ()))
        except (ValueError, AttributeError) as wrong:
            raise ValidationError(_("A photograph did not arrive. Please add it again.")) from wrong
        if len(photos) > MOST_PHOTOS:
            raise ValidationError(_("At most %(count)s photographs, please.") % {"count": MOST_PHOTOS})
        return photos


class SubmitForm(MoveForm):
    """A repair: what was done, shown by photographs."""

    note = forms.CharField(
        label=_("What was done"), max_length=NOTE_LENGTH, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    photos = PhotosField(required=False)


FORMS: dict[Move, type[MoveForm]] = {
    Move.HAND_OVER: HandOverForm,
    Move.RECEIVE: MoveForm,
    Move.SUBMIT: SubmitForm,
    Move.SEND_BACK: ReasonForm,
    Move.CLOSE: MoveForm,
    Move.RETURN: ReturnForm,
    Move.TRANSFER: TransferForm,
    Move.REOPEN: ReopenForm,
    Move.ASK_TIME: AskTimeForm,
    Move.GRANT_TIME: MoveForm,
    Move.REFUSE_TIME: ReasonForm,
    Move.ASK_SUSPEND: SuspendForm,
    Move.SUSPEND: SuspendForm,
    Move.REFUSE_SUSPENSION: ReasonForm,
    Move.RESUME: ReasonForm,
    Move.CANCEL: ReasonForm,
}


class BatchForm(forms.Form):
    """The problems ticked in the list, each as ``code`` and the version that was seen: ``WT-2611-0482.0``."""

    MOST = 500

    def __init__(self, values: list[str]) -> None:
        super().__init__({})
        self.values = values

    def clean(self) -> dict[str, Any]:
        """``versions``: code → version. Raises ValidationError when nothing usable was ticked."""
        versions = {}
        for value in self.values[: self.MOST + 1]:
            code, _dot, version = value.rpartition(".")
            if code and version.isascii() and version.isdigit() and len(version) < 10 and "\x00" not in code:
                versions[code] = int(version)
        if not versions:
            raise ValidationError(_("Tick at least one problem."))
        if len(versions) > self.MOST:
            raise ValidationError(_("At most %(count)s problems at a time, please.") % {"count": self.MOST})
        return {"versions": versions}
