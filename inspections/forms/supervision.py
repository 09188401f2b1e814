"""What the office says of a supervision notice."""

from django import forms
from django.utils.translation import gettext_lazy as _

from ..models import Supervision


class IssueForm(forms.ModelForm[Supervision]):
    """What is asked, until when, and whom to call."""

    class Meta:
        model = Supervision
        fields = ("requirement", "deadline", "contact")
        widgets = {
            "requirement": forms.Textarea(attrs={"rows": 3}),
            "deadline": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }

    def __init__(self, *given: object, **named: object) -> None:
        super().__init__(*given, **named)  # type: ignore[arg-type]
        self.fields["requirement"].required = self.fields["deadline"].required = True


class DropForm(forms.Form):
    """Why it is not needed."""

    reason = forms.CharField(label=_("reason"), max_length=500)
