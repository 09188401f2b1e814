"""Forms of objections (异议)."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaign.forms.files import FilesField

from ..models import Objection, ObjectionTime
from ..queries.rankings import Shown


class ObjectionFilter(forms.Form):
    """Which objections to list."""

    state = forms.ChoiceField(choices=[("", gettext_lazy("All")), *Objection.State.choices], required=False)
    period = forms.CharField(max_length=10, required=False)
    after = forms.IntegerField(min_value=0, max_value=2**62, required=False)


class ObjectionForm(forms.Form):
    """To which figure, why, and the proof."""

    about = forms.ChoiceField(label=gettext_lazy("Object to"))
    text = forms.CharField(
        label=gettext_lazy("What is wrong, and what would be right"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    attached = FilesField(
        label=gettext_lazy("Proof"),
        required=False,
        help_text=gettext_lazy("PDF, Office or picture files up to 20 MB each."),
    )

    def __init__(self, *args: Any, parts: Iterable[Shown], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        figures = [(part.figure, str(part.title)) for part in parts]
        others = [("score", _("Score and place")), ("list", _("Red or black list"))]
        self.fields["about"].choices = [*figures, *others]  # type: ignore[attr-defined]


class AnswerForm(forms.Form):
    """The office's answer."""

    act = forms.ChoiceField(choices=[("uphold", ""), ("refuse", "")])
    answer = forms.CharField(label=gettext_lazy("The answer"), max_length=1000)


class TimeForm(forms.ModelForm[ObjectionTime]):
    """How long rankings of one kind of period are open to objection."""

    days = forms.IntegerField(label=gettext_lazy("days"), min_value=0, max_value=30, initial=0)

    class Meta:
        model = ObjectionTime
        fields = ("days", "working")
