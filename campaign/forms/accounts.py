"""Forms of accounts and their trail."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from ..models import Event, User
from ..permissions import Role


class SignInForm(AuthenticationForm):
    """Sign-in; accounts of the demonstration work only where it runs."""

    def confirm_login_allowed(self, user: Any) -> None:
        super().confirm_login_allowed(user)
        if user.is_demo and not settings.DEMO:
            raise self.get_invalid_login_error()


class NewAccountForm(forms.ModelForm[User]):
    """User name and name of a new account."""

    class Meta:
        model = User
        fields = ("username", "name")


class AccountForm(forms.ModelForm[User]):
    """What a system administrator changes of an account."""

    class Meta:
        model = User
        fields = ("name", "email", "is_active")


class RoleForm(forms.Form):
    """The one role of an account."""

    role = forms.ChoiceField(label=_("role"), choices=[("", _("No role")), *Role.choices], required=False)


class AuditFilter(forms.Form):
    """Which part of the trail to read."""

    who = forms.CharField(label=_("Who"), max_length=60, required=False)
    action = forms.CharField(label=_("What"), max_length=60, required=False)
    reference = forms.CharField(label=_("Which"), max_length=120, required=False)
    result = forms.ChoiceField(label=_("Result"), choices=[("", _("All")), *Event.Result.choices], required=False)
    first = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    last = forms.DateField(label=_("To"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    before = forms.IntegerField(required=False, min_value=1, max_value=2**62, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("first") and cleaned.get("last") and cleaned["first"] > cleaned["last"]:
            raise ValidationError({"last": _("The last day lies before the first.")})
        return cleaned


class HeadsFilter(forms.Form):
    """Where the page of heads begins."""

    before = forms.DateField(required=False, widget=forms.HiddenInput)
