"""A rule of hand-over as a form."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaign.models import CheckItem, Indicator

from ..models import HandOverRule
from .fields import UnitField


class HandOverRuleForm(forms.ModelForm[HandOverRule]):
    """For what, and to which unit. Item and indicator are named by their codes."""

    item = forms.CharField(label=gettext_lazy("check item (code)"), max_length=60, required=False)
    indicator = forms.CharField(
        label=gettext_lazy("indicator (code)"), max_length=60, required=False,
        help_text=gettext_lazy("With all items under it"),
    )  # fmt: skip
    unit = UnitField(label=gettext_lazy("responsible unit"), max_length=100, help_text=gettext_lazy("Code or name"))
    field_order = ("site_type", "item", "indicator", "unit")

    class Meta:
        model = HandOverRule
        fields = ("site_type",)

    def clean_item(self) -> CheckItem | None:
        code = self.cleaned_data["item"].strip()
        found = CheckItem.objects.in_force().filter(code=code).first() if code else None
        if code and not found:
            raise ValidationError(_("No item in force has this code."))
        return found

    def clean_indicator(self) -> Indicator | None:
        code = self.cleaned_data["indicator"].strip()
        found = Indicator.objects.filter(code=code, standard__state="published").order_by("-pk").first()
        if code and not found:
            raise ValidationError(_("No indicator in force has this code."))
        return found if code else None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not any(cleaned.get(name) for name in ("site_type", "item", "indicator")):
            self.add_error(None, ValidationError(_("Say for which type of site, item or indicator it holds.")))
        for name in ("item", "indicator", "unit"):
            if name in cleaned:
                setattr(self.instance, name, cleaned[name])
        return cleaned
