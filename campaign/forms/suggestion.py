"""The form behind "Complaints and suggestions"."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ..models import Suggestion, User

CONTACT_LENGTH = 100


class SuggestionForm(forms.Form):
    """A text, and how to answer; ``named`` only for who is signed in."""

    text = forms.CharField(
        label=_("What should be better?"),
        max_length=Suggestion._meta.get_field("text").max_length,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": _("Write a few words, please.")},
    )
    contact = forms.CharField(
        label=_("Telephone or e-mail for an answer"),
        max_length=CONTACT_LENGTH,
        required=False,
        help_text=_("Stored encrypted, seen by the system administrator only, deleted 30 days after the answer."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    named = forms.BooleanField(label=_("Give my name with it (otherwise only my role)"), required=False)

    def __init__(self, *args: Any, user: User | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if user is None:
            del self.fields["named"]
