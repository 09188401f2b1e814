"""What goes with each move of the ledger, as forms: their cleaned data are fields of ``services.acts.Act``."""

from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from campaign.forms.files import FilesField
from campaign.models import User
from campaign.permissions import TABLE, Permission
from units.models import PeerGroup, Unit

from ..models import Plan, Problem, Step
from ..rules import Move
from ..services.acts import Part
from .fields import PhotosField, UnitField, UnitsField, limit_of

NOTE_LENGTH = Step._meta.get_field("note").max_length
#: Parts that the form of a split offers; more come with a group.
PARTS = 6
#: What names the pair of a photograph in a form, and the sentence why there is none.
PAIR, WHY = "pair-", "why-"


def _missing(words: Any) -> dict[str, Any]:
    """What a field says that was left empty: what to do, not that it is required."""
    return {"required": words}


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
        error_messages=_missing(_("Say why: the other side reads this.")),
    )


class HandOverForm(MoveForm):
    """Whom the problem goes to, for how long, in which words."""

    unit = UnitField(
        label=_("responsible unit"), max_length=100, error_messages=_missing(_("Name the unit that puts it right."))
    )
    limit = forms.CharField(
        label=_("repair limit"), max_length=8, help_text=_("4h = 4 working hours, 3d = 3 working days")
    )
    text = forms.CharField(
        label=_("problem"),
        max_length=Problem._meta.get_field("text").max_length,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages=_missing(_("Say what is to be put right, in at most 500 characters.")),
    )
    supporting = UnitsField(
        label=_("Units that help"),
        max_length=500,
        required=False,
        help_text=_("Codes or names with commas. The responsible unit leads; only for it the problem counts."),
    )
    field_order = ("unit", "limit", "supporting", "text", "note", "version")

    def clean_limit(self) -> str:
        return limit_of(self.cleaned_data["limit"])


class ReturnForm(ReasonForm):
    """Why it is not this unit's, and whose it is."""

    unit = UnitField(label=_("Whose it is"), max_length=100, required=False, help_text=_("Code or name, if you know."))
    field_order = ("note", "unit", "version")


class TransferForm(ReasonForm):
    """Who takes it over, why, and in what time; an empty limit leaves the deadline where it is."""

    unit = UnitField(
        label=_("Next responsible unit"),
        max_length=100,
        error_messages=_missing(_("Name the unit that takes it over.")),
    )
    limit = forms.CharField(label=_("repair limit"), max_length=8, required=False)
    field_order = ("unit", "limit", "note", "version")

    def clean_limit(self) -> str | None:
        return limit_of(self.cleaned_data["limit"]) if self.cleaned_data["limit"] else None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        return cleaned | {"keep_due": not cleaned.get("limit")}


class AskTimeForm(ReasonForm):
    """Until when, and why it cannot be done before."""

    until = forms.DateField(
        label=_("New deadline"),
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages=_missing(_("Until which day?")),
    )
    field_order = ("until", "note", "version")


class SuspendForm(ReasonForm):
    """Why it cannot be put right for now, and until which day."""

    until = forms.DateField(
        label=_("Suspended until"),
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages=_missing(_("Until which day?")),
    )
    proofs = FilesField(
        label=_("Proof"),
        required=False,
        help_text=_("Plans, letters or photographs; PDF, Office or picture files up to 20 MB each."),
    )
    field_order = ("until", "note", "proofs", "version")


class AskSuspendForm(SuspendForm):
    """As the office's, but the holder has to show why."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["proofs"].required = True
        self.fields["proofs"].error_messages["required"] = _(
            "Attach what shows it: a plan, a letter, photographs of the place."
        )


class ReopenForm(ReasonForm):
    """Why it is open again, and in what time it is to be put right; an empty limit leaves the deadline where it was."""

    limit = forms.CharField(label=_("repair limit"), max_length=8, required=False)
    field_order = ("limit", "note", "version")

    def clean_limit(self) -> str | None:
        return limit_of(self.cleaned_data["limit"]) if self.cleaned_data["limit"] else None


class SubmitForm(MoveForm):
    """A repair: what was done, shown by photographs."""

    note = forms.CharField(
        label=_("What was done"), max_length=NOTE_LENGTH, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    photos = PhotosField(required=False)

    def clean(self) -> dict[str, Any]:
        """``pairs``: uuid of a photograph from before → of the one after; ``unpaired``: uuid → why there is none."""
        return (super().clean() or {}) | {
            "pairs": {before: UUID(after) for before, after in self._named(PAIR).items() if after},
            "unpaired": {before: why.strip() for before, why in self._named(WHY).items() if why.strip()},
        }

    def _named(self, prefix: str) -> dict[UUID, str]:
        try:
            found = {UUID(key.removeprefix(prefix)): self.data[key] for key in self.data if key.startswith(prefix)}
            _checked = [UUID(value) for value in found.values() if prefix == PAIR and value]
        except ValueError as wrong:
            raise ValidationError({"photos": _("A photograph did not arrive. Please add it again.")}) from wrong
        return found


class CheckForm(MoveForm):
    """It is put right, as the check found; photographs of the check may show it."""

    photos = PhotosField(required=False)


class SendBackForm(ReasonForm):
    """It is not put right: why, and photographs that show it."""

    photos = PhotosField(required=False)


class FixForm(MoveForm):
    """Fixed on the spot, shown by a photograph."""

    photos = PhotosField(required=False)


class AddForm(MoveForm):
    """Seen again: what, and photographs."""

    note = forms.CharField(
        label=_("What you saw"), max_length=NOTE_LENGTH, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    photos = PhotosField(required=False)


class PlanForm(ReasonForm):
    """How, by whom and by when it is to be put right."""

    note = forms.CharField(
        label=_("Measures"),
        max_length=NOTE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages=_missing(_("Say how it is to be put right.")),
    )
    responsible = forms.CharField(
        label=_("Person responsible"),
        max_length=Plan._meta.get_field("responsible").max_length,
        error_messages=_missing(_("Who sees to it? At most 60 characters.")),
    )
    until = forms.DateField(
        label=_("To be ready on"),
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages=_missing(_("By which day? From today on, at most a year ahead.")),
    )
    field_order = ("note", "responsible", "until", "version")


def checkers() -> QuerySet[User]:
    """Who can be asked to check a repair."""
    return User.objects.filter(role__in=TABLE[Permission.ENTER_INSPECTIONS], is_active=True).order_by("role", "name")


class AssignCheckForm(MoveForm):
    """Who goes there and looks."""

    inspector = forms.ModelChoiceField(
        queryset=User.objects.none(), to_field_name="username", label=_("Who checks"), empty_label=_("Please choose"),
        error_messages=_missing(_("Name who goes there and looks.")),
    )  # fmt: skip
    field_order = ("inspector", "note", "version")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["inspector"].queryset = checkers()  # type: ignore[attr-defined]


class MergeForm(MoveForm):
    """Which problem it is a copy of."""

    original = forms.CharField(
        label=_("The original"),
        max_length=60,
        help_text=_("Its code, such as WT-2611-0482."),
        error_messages=_missing(_("Name the problem that it is a copy of.")),
    )
    field_order = ("original", "note", "version")

    def clean_original(self) -> Problem:
        original = Problem.objects.filter(code=self.cleaned_data["original"].strip()).first()
        if original is None:
            raise ValidationError(_("There is no problem with this code."))
        return original


class PartForm(forms.Form):
    """One of the problems that a problem is split into; a line without a unit is none."""

    unit = UnitField(label=_("responsible unit"), max_length=100, required=False)
    text = forms.CharField(label=_("problem"), max_length=Problem._meta.get_field("text").max_length, required=False)
    limit = forms.CharField(label=_("repair limit"), max_length=8, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.empty_permitted, self.use_required_attribute = True, False


class SplitForm(MoveForm):
    """The parts line by line, or one for each unit of a group."""

    group = forms.ModelChoiceField(
        queryset=PeerGroup.objects.none(), to_field_name="code", label=_("One for each unit of"), required=False,
        empty_label=_("No group: the parts above"),
        help_text=_("Each unit of the group then has a problem of its own, with these words, limit and figures."),
    )  # fmt: skip
    hand_over = forms.BooleanField(label=_("Hand the parts over at once"), required=False)
    field_order = ("group", "hand_over", "note", "version")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["group"].queryset = PeerGroup.objects.all()  # type: ignore[attr-defined]
        given = self.data if self.is_bound else None
        starts = self.initial.get("parts", [])
        self.parts = [
            PartForm(given, prefix=f"part-{number}", initial=starts[number] if number < len(starts) else self.initial)
            for number in range(PARTS)
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        group = cleaned.pop("group", None)
        wrong = [form for form in self.parts if not form.is_valid()]
        if wrong:
            raise ValidationError(_("A part below needs another look."))
        filled = [form.cleaned_data for form in self.parts if form.cleaned_data.get("unit")]
        parts = [Part(unit=one["unit"], text=one["text"], limit=one["limit"]) for one in filled]
        return cleaned | {"parts": _one_each(group, self.parts[0]) if group else parts}


def _one_each(group: PeerGroup, first: PartForm) -> list[Part]:
    """A part for every unit of a group that exists, in the words and with the limit of the first line."""
    words = first.cleaned_data
    units = Unit.objects.filter(group=group, valid_to=None).order_by("code")
    return [Part(unit=unit, text=words["text"], limit=words["limit"]) for unit in units]


FORMS: dict[Move, type[MoveForm]] = {
    Move.HAND_OVER: HandOverForm,
    Move.RECEIVE: MoveForm,
    Move.SUBMIT: SubmitForm,
    Move.SEND_BACK: SendBackForm,
    Move.CLOSE: CheckForm,
    Move.RETURN: ReturnForm,
    Move.TRANSFER: TransferForm,
    Move.REOPEN: ReopenForm,
    Move.ASK_TIME: AskTimeForm,
    Move.GRANT_TIME: MoveForm,
    Move.REFUSE_TIME: ReasonForm,
    Move.ASK_SUSPEND: AskSuspendForm,
    Move.SUSPEND: SuspendForm,
    Move.REFUSE_SUSPENSION: ReasonForm,
    Move.RESUME: ReasonForm,
    Move.CANCEL: ReasonForm,
    Move.FIX: FixForm,
    Move.ADD: AddForm,
    Move.PLAN: PlanForm,
    Move.ASSIGN_CHECK: AssignCheckForm,
    Move.MERGE: MergeForm,
    Move.UNMERGE: ReasonForm,
    Move.SPLIT: SplitForm,
}
