"""Forms of the entry pages: the head of a visit, one form per item, the quick problem."""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext, gettext_lazy
from django_stubs_ext import StrOrPromise

from campaign.models import CheckItem
from units.models import Unit

from ..models import Answer, Inspection, Photo, Problem
from ..queries.checklist import LimitChoice
from ..rules import FAILED, Outcome
from ..services.entry import MOST_OCCURRENCES, Proposal, Seen

MOMENT = "%Y-%m-%dT%H:%M"
MOST_PHOTOS = 12

#: The name of an answer's field in what a browser sends; between stands the item's code.
ANSWER_FIELD = re.compile(r"a-.+-outcome")

Data = MultiValueDict[str, Any] | None


def between(least: int, most: int, sentence: StrOrPromise) -> Callable[[Any], None]:
    """A validator that says both ends in one sentence."""

    def check(value: Any) -> None:
        if not least <= value <= most:
            raise ValidationError(sentence)

    return check


class PhotoNumbers(forms.Field):
    """The numbers of photographs that were sent before the form: a list of uuids."""

    widget = forms.MultipleHiddenInput
    most = MOST_PHOTOS

    def clean(self, value: Any) -> tuple[UUID, ...]:
        try:
            numbers = dict.fromkeys(UUID(str(number)) for number in value or ())
        except ValueError as wrong:
            raise ValidationError(gettext("A photograph did not arrive. Please add it again.")) from wrong
        if len(numbers) > self.most:
            raise ValidationError(gettext("At most %(n)s photographs, please.") % {"n": self.most})
        return tuple(numbers)


class ProblemFields(forms.Form):
    """What a problem needs besides its words: severity, responsible unit, limit, photographs."""

    severity = forms.ChoiceField(label=gettext_lazy("severity"), choices=CheckItem.Severity.choices, required=False)
    unit = forms.ChoiceField(label=gettext_lazy("Responsible unit"), required=False)
    limit = forms.ChoiceField(label=gettext_lazy("repair limit"), required=False)
    photos = PhotoNumbers(required=False)
    fixed = forms.BooleanField(label=gettext_lazy("Fixed on the spot"), required=False)
    afterphotos = PhotoNumbers(required=False)
    same = forms.CharField(max_length=60, required=False)
    shown: Sequence[Photo] = ()  # the photographs it names, for the page
    shown_after: Sequence[Photo] = ()
    alike: Sequence[Problem] = ()  # what stands in the ledger already and may be the same

    def __init__(self, *args: Any, units: Sequence[Unit], limits: Mapping[str, LimitChoice], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.units = {unit.code: unit for unit in units}
        self.limits = limits
        self._offer("unit", self.units)
        self._offer("limit", limits)

    def _offer(self, name: str, keys: Iterable[str]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = [(key, key) for key in keys]

    @property
    def files_name(self) -> str:
        """The name of the file inputs, beside the field of the numbers."""
        return self.add_prefix("files")

    @property
    def after_files_name(self) -> str:
        """The name of the file inputs of the photographs after."""
        return self.add_prefix("afterfiles")

    def chosen_same(self) -> Problem | None:
        """The problem that the person says it is."""
        return next((one for one in self.alike if one.code == self.cleaned_data.get("same")), None)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("fixed") and not cleaned.get("afterphotos"):
            self.add_error("afterphotos", gettext("Show by a photograph that it was put right."))
        return cleaned

    def photo_numbers(self, field: str = "photos") -> list[str]:
        """The numbers of a field as they stand in the form, sent or initial."""
        return [str(number) for number in self[field].value() or ()]

    def all_photo_numbers(self) -> list[str]:
        """The numbers from before and after as they stand in the form."""
        return self.photo_numbers() + self.photo_numbers("afterphotos")

    @property
    def limit_shown(self) -> str:
        """The limit as it stands in the form, else the usual one."""
        return str(self["limit"].value() or self["limit"].initial or "")

    @property
    def unit_shown(self) -> str:
        """The code of the responsible unit as it stands in the form, else of the usual one."""
        return str(self["unit"].value() or self["unit"].initial or "")

    def chosen_limit(self) -> LimitChoice | None:
        """The limit as it stands in the form, with its date."""
        return self.limits.get(self.limit_shown)

    def chosen_unit(self) -> Unit | None:
        """The responsible unit as it stands in the form."""
        return self.units.get(self.unit_shown)


class AnswerForm(ProblemFields):
    """What was seen at one item."""

    outcome = forms.ChoiceField(choices=[("", ""), *Answer.OUTCOMES], required=False)
    count = forms.IntegerField(
        validators=[between(0, MOST_OCCURRENCES, gettext_lazy("A number from 0 to 9,999, please."))], required=False
    )
    deduction = forms.DecimalField(
        validators=[between(0, 1, gettext_lazy("A share of the item's points from 0 to 1, please."))],
        max_digits=5,
        decimal_places=3,
        required=False,
    )
    note = forms.CharField(max_length=500, required=False)

    def __init__(self, item: CheckItem, number: int, data: Data, **kwargs: Any) -> None:
        initial = {"severity": item.severity, "limit": item.limit, "unit": kwargs["units"][0].code}
        super().__init__(data, prefix=f"a-{item.code}", initial=initial, **kwargs)
        self.item, self.number = item, number

    @property
    def counts(self) -> bool:
        """Whether the item counts occurrences of a fault."""
        return self.item.scoring in (CheckItem.Scoring.GRADED, CheckItem.Scoring.PER_OCCURRENCE)

    @property
    def parameters_json(self) -> str:
        """The parameters of the scoring, for the live score on the page."""
        return json.dumps(self.item.parameters)

    @property
    def has_target(self) -> bool:
        """Whether the item asks for a number of things."""
        return bool(self.item.scoring == CheckItem.Scoring.PROPORTIONAL)

    @property
    def takes_deduction(self) -> bool:
        """Whether the item asks for a deduction."""
        return bool(self.item.scoring == CheckItem.Scoring.DEDUCTION)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("outcome") in FAILED and self.takes_deduction and cleaned.get("deduction") is None:
            self.add_error("deduction", gettext("How much of the item is deducted? From 0 to 1."))
        return cleaned

    def seen(self) -> Seen:
        """The answer; an item left open counts as skipped."""
        values = self.cleaned_data
        outcome = values["outcome"] or Outcome.SKIPPED.value
        if outcome not in FAILED:
            return Seen(item=self.item, outcome=outcome, note=values["note"], photos=values["photos"])
        proposal = Proposal(severity=values["severity"], limit=values["limit"], unit=self.units.get(values["unit"]))
        return Seen(
            item=self.item, outcome=outcome, count=self._count(), deduction=self._deduction(), note=values["note"],
            problem=proposal, photos=values["photos"], same=self.chosen_same(),
            fixed=values["afterphotos"] if values["fixed"] else (),
        )  # fmt: skip

    def _count(self) -> int | None:
        return self.cleaned_data["count"] if self.counts or self.has_target else None

    def _deduction(self) -> Decimal | None:
        return self.cleaned_data["deduction"] if self.takes_deduction else None


class VisitForm(forms.Form):
    """The head of a visit. ``client_uuid`` is given out with the page, so that sending twice stores once."""

    client_uuid = forms.UUIDField(widget=forms.HiddenInput)
    kind = forms.ChoiceField(label=gettext_lazy("kind"), choices=Inspection.Kind.choices)
    seen_at = forms.DateTimeField(
        label=gettext_lazy("Seen at"),
        input_formats=[MOMENT, "%Y-%m-%dT%H:%M:%S"],
        widget=forms.DateTimeInput(format=MOMENT, attrs={"type": "datetime-local"}),
    )
    note = forms.CharField(
        label=gettext_lazy("Note on the whole visit"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    despite = forms.CharField(
        label=gettext_lazy("Note what is exempt all the same, because"), max_length=200, required=False,
        help_text=gettext_lazy("Goes into the audit trail."),
    )  # fmt: skip


class ChecklistForm:
    """A visit with the answers to its checklist, as one form."""

    def __init__(
        self,
        *,
        items: Iterable[CheckItem],
        units: Sequence[Unit],
        limits: Mapping[str, LimitChoice],
        open_now: Mapping[int, Sequence[Problem]] | None = None,
        ruled: Mapping[int, str] | None = None,
        data: Data = None,
        initial: dict[str, Any] | None = None,
    ) -> None:
        self.head = VisitForm(data, initial=initial)
        self.answers = [
            AnswerForm(item, number, data, units=units, limits=limits) for number, item in enumerate(items, 1)
        ]
        for form in self.answers:
            form.alike = (open_now or {}).get(form.item.pk, ())
            form.initial["unit"] = (ruled or {}).get(form.item.pk, form.initial["unit"])
        self.data = data

    def is_valid(self) -> bool:
        """Whether every part is right; looks at all of them, so that all errors show at once."""
        right = [form.is_valid() for form in (self.head, *self.answers)]
        if self._unknown():
            words = gettext("The checklist was changed meanwhile. Look at the items again; what is gone was left out.")
            self.head.add_error(None, words)
            return False
        return all(right)

    def _unknown(self) -> bool:
        known = {form.add_prefix("outcome") for form in self.answers}
        sent = {name for name, value in (self.data or {}).items() if value and ANSWER_FIELD.fullmatch(name)}
        return not sent <= known

    def seen(self) -> list[Seen]:
        """All answers in the order of the checklist."""
        return [form.seen() for form in self.answers]

    def explain(self, error: ValidationError) -> None:
        """Put the sentences of a service beside the items and fields that they are about."""
        by_code = {form.item.code: form for form in self.answers}
        for key, sentences in error.message_dict.items():
            if key in by_code:
                by_code[key].add_error(None, sentences)
            else:
                self.head.add_error(key if key in self.head.fields else None, sentences)

    @property
    def left(self) -> int:
        """How many items have no answer yet."""
        return sum(not form["outcome"].value() for form in self.answers)

    @property
    def columns(self) -> list[list[AnswerForm]]:
        """The items in two halves: one beside the other on a desk, one after the other on a phone."""
        half = (len(self.answers) + 1) // 2
        return [self.answers[:half], self.answers[half:]]


class QuickProblemForm(ProblemFields):
    """A problem without a checklist."""

    client_uuid = forms.UUIDField(widget=forms.HiddenInput)
    text = forms.CharField(
        label=gettext_lazy("What is to be put right?"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    source = forms.ChoiceField(label=gettext_lazy("source"), required=False)
    despite = forms.CharField(
        label=gettext_lazy("Note it all the same, because"), max_length=200, required=False,
        help_text=gettext_lazy("Goes into the audit trail."),
    )  # fmt: skip

    def __init__(self, *args: Any, sources: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sources = [(key, label) for key, label in Problem.Source.choices if key in sources]
        self._offer("source", sources)

    def given(self) -> dict[str, Any]:
        """What ``note_problem`` takes; a choice that was not offered is the usual one."""
        besides = ("fixed", "afterphotos", "same")
        values = {name: value for name, value in self.cleaned_data.items() if value and name not in besides}
        unit = self.units.get(values.get("unit", "")) or next(iter(self.units.values()))
        return {"source": self.sources[0][0]} | values | {"unit": unit}

    def explain(self, error: ValidationError) -> None:
        """Put the sentences of a service beside the fields that they are about."""
        for key, sentences in error.message_dict.items():
            self.add_error(key if key in self.fields else NON_FIELD_ERRORS, sentences)
