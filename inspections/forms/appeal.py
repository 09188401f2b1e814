"""Forms of appeals."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaign.forms.files import FilesField
from campaign.models import CheckItem

from ..models import Appeal

TEXT_LENGTH = Appeal._meta.get_field("text").max_length
ANSWER_LENGTH = Appeal._meta.get_field("answer").max_length


class AppealForm(forms.Form):
    """What the appeal is against, why, and the proof."""

    against = forms.ChoiceField(label=gettext_lazy("What the appeal is against"), choices=Appeal.Against.choices)
    severity = forms.ChoiceField(
        label=gettext_lazy("Severity that would be right"),
        choices=[("", "—"), *CheckItem.Severity.choices],
        required=False,
        help_text=gettext_lazy("Only where you appeal the severity."),
    )
    text = forms.CharField(
        label=gettext_lazy("Why"), max_length=TEXT_LENGTH, widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Say why: the office decides by what you write and attach.")},
    )  # fmt: skip
    proofs = FilesField(
        label=gettext_lazy("Proof"),
        required=False,
        help_text=gettext_lazy("Photographs, maps or papers; PDF, Office or picture files up to 20 MB each."),
    )


class AppealFilter(forms.Form):
    """Which appeals to list."""

    state = forms.ChoiceField(choices=[("", ""), ("all", ""), *Appeal.State.choices], required=False)
    after = forms.IntegerField(min_value=1, max_value=2**62, required=False)


class DecisionForm(forms.Form):
    """What the office decides, and why."""

    act = forms.ChoiceField(choices=[("uphold", ""), ("refuse", "")])
    answer = forms.CharField(
        label=gettext_lazy("Reason"), max_length=ANSWER_LENGTH, widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Say why: the other side reads this.")},
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "act" not in cleaned:
            raise ValidationError(_("Uphold the appeal, or refuse it."))
        return cleaned
