"""Limits by source, severity and item as a form."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaign.models import CheckItem
from campaign.rules import parse_limit

from ..models import LimitRule


class LimitRuleForm(forms.ModelForm[LimitRule]):
    """One rule: for what, and which limits. The item is named by its code."""

    item = forms.CharField(label=gettext_lazy("check item (code)"), max_length=60, required=False)

    field_order = ("source", "severity", "item", "receive_limit", "repair_limit")

    class Meta:
        model = LimitRule
        fields = ("source", "severity", "receive_limit", "repair_limit")

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        for name in ("receive_limit", "repair_limit"):
            self.fields[name].help_text = _("4h (working hours) or 3d (working days); empty: as usual")
        self.fields["source"].choices = [("", _("any source")), *self.fields["source"].choices[1:]]  # type: ignore[attr-defined]
        self.fields["severity"].choices = [("", _("any severity")), *self.fields["severity"].choices[1:]]  # type: ignore[attr-defined]

    def clean_item(self) -> CheckItem | None:
        code = self.cleaned_data["item"].strip()
        found = CheckItem.objects.in_force().filter(code=code).first() if code else None
        if code and not found:
            raise ValidationError(_("No item in force has this code."))
        return found

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for name in ("receive_limit", "repair_limit"):
            self._check(name, cleaned.get(name) or "")
        if not self.errors and not any(cleaned.get(name) for name in ("source", "severity", "item")):
            self.add_error(None, ValidationError(_("Say for which source, severity or item it holds.")))
        if not self.errors and not any(cleaned.get(name) for name in ("receive_limit", "repair_limit")):
            self.add_error(None, ValidationError(_("Give a limit for receiving, for the repair, or both.")))
        self.instance.item = cleaned.get("item")
        return cleaned

    def _check(self, name: str, text: str) -> None:
        try:
            self.cleaned_data[name] = str(parse_limit(text)) if text else ""
        except ValueError:
            self.add_error(name, ValidationError(_("A limit such as 4h (working hours) or 3d (working days).")))
