"""Forms of papers: which list to look at, what goes with those that are issued, the reply, the settings."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from ..models import Paper, PaperReply, PaperRun, PaperSettings


class PaperFilter(forms.Form):
    """Which papers to look at; every field stands in the address."""

    q = forms.CharField(label=_("Search"), max_length=60, required=False)
    kind = forms.ChoiceField(label=_("kind"), choices=[("", _("All")), *Paper.Kind.choices], required=False)
    unanswered = forms.BooleanField(label=_("Not answered yet"), required=False)
    before = forms.IntegerField(min_value=1, max_value=2**62, required=False, widget=forms.HiddenInput)


class IssueForm(forms.Form):
    """What goes with the papers that are issued; the problems stand in the address."""

    until = forms.DateField(
        label=_("All to be done by"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("Empty: each problem has its own deadline"),
    )
    overseer = forms.CharField(label=_("Followed by"), max_length=40, required=False)
    contact = forms.CharField(
        label=_("contact"), max_length=200, required=False, help_text=_("Empty: as in the settings of the papers")
    )
    output = forms.ChoiceField(
        label=_("Also as"),
        choices=[choice for choice in PaperRun.Output.choices if choice[0] != PaperRun.Output.SHEET],
        required=False,
        initial=PaperRun.Output.WORD,
    )

    def __init__(self, *args: Any, kind: str, many: bool, today: date, **kwargs: Any) -> None:
        """``many``: more than one paper, which may come as one file."""
        super().__init__(*args, **kwargs)
        self.today = today
        if kind == Paper.Kind.LEDGER:
            del self.fields["until"], self.fields["contact"]
        if kind != Paper.Kind.SUPERVISION:
            del self.fields["overseer"]
        else:
            self.fields["until"].required, self.fields["until"].help_text = True, ""
        if not many:
            del self.fields["output"]

    def clean_until(self) -> date | None:
        """Not a day that is over."""
        until: date | None = self.cleaned_data["until"]
        if until and until < self.today:
            raise ValidationError(_("That day is over already."))
        return until

    def options(self) -> dict[str, str]:
        """What was typed, as the run keeps it."""
        given = {name: self.cleaned_data.get(name) for name in ("until", "overseer", "contact")}
        return {name: str(value) for name, value in given.items() if value}


class ReplyForm(forms.Form):
    """What the unit answers."""

    text = forms.CharField(
        label=_("Reply"),
        max_length=PaperReply._meta.get_field("text").max_length,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say what was done, or by when it will be.")},
    )


class PaperSettingsForm(forms.ModelForm[PaperSettings]):
    """How papers look and count."""

    class Meta:
        model = PaperSettings
        fields = [
            "head", "signer", "copies", "contact", "demands", "requirement", "hand_over_number", "notice_number",
            "supervision_number", "ledger_number",
        ]  # fmt: skip
        widgets = {"demands": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args: Any, numbers: Mapping[str, int], year: int, **kwargs: Any) -> None:
        """``numbers``: kind → the number that the next paper of the year gets."""
        super().__init__(*args, **kwargs)
        self.numbers = numbers
        for kind in Paper.Kind:
            self.fields[f"{kind}_next"] = forms.IntegerField(
                label=_("%(kind)s: next number of %(year)s") % {"kind": kind.label, "year": year},
                min_value=1, max_value=100_000, required=False, initial=numbers[kind],
                help_text=_("Larger, where papers of this year had numbers before; none is given twice"),
            )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """A number that was given out is not given again, as long as the series is the same."""
        given = super().clean() or {}
        for kind, standing in self.numbers.items():
            number = given.get(f"{kind}_next")
            if number and number < standing and f"{kind}_number" not in self.changed_data:
                words = _("Numbers below %(next)s are given out already.")
                self.add_error(f"{kind}_next", words % {"next": standing})
        return given

    def next_numbers(self) -> dict[str, int]:
        """Kind → the number that was written for its next paper."""
        changed = (kind for kind in self.numbers if f"{kind}_next" in self.changed_data)
        return {kind: self.cleaned_data[f"{kind}_next"] for kind in changed if self.cleaned_data[f"{kind}_next"]}
