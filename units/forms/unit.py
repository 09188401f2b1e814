"""Forms of units, ranking groups, memberships and sites."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaign.forms.codes import CodeMixin

from ..models import PeerGroup, Site, Unit


class CodesField(forms.CharField):
    """Units by their codes, separated by spaces or commas; an unknown code is named in the error."""

    widget = forms.TextInput(attrs={"autocomplete": "off", "list": "unit-codes"})

    def clean(self, value: Any) -> list[Unit]:
        text = super().clean(value) or ""
        codes = [code for code in text.replace(",", " ").replace("\uff0c", " ").replace("、", " ").split() if code]
        found = {unit.code: unit for unit in Unit.objects.filter(code__in=codes)}
        missing = [code for code in codes if code not in found]
        if missing:
            raise ValidationError(_("No unit has the code %(code)s.") % {"code": missing[0]})
        return [found[code] for code in dict.fromkeys(codes)]


class UnitFilter(forms.Form):
    """Which units to list."""

    q = forms.CharField(max_length=60, required=False)
    kind = forms.ChoiceField(choices=[("", gettext_lazy("All kinds")), *Unit.Kind.choices], required=False)
    group = forms.ModelChoiceField(
        PeerGroup.objects, to_field_name="code", required=False, empty_label=gettext_lazy("All")
    )
    after = forms.CharField(max_length=40, required=False)


class UnitForm(CodeMixin, forms.ModelForm[Unit]):
    """A unit and its direct superiors."""

    superiors = CodesField(
        label=gettext_lazy("Superiors"),
        max_length=400,
        required=False,
        help_text=gettext_lazy("Codes of units, several if need be"),
    )

    class Meta:
        model = Unit
        fields = ("code", "name", "short_name", "aliases", "kind", "group", "valid_from", "valid_to")
        widgets = {
            name: forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d") for name in ("valid_from", "valid_to")
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("valid_from"), cleaned.get("valid_to")
        if first and last and last <= first:
            raise ValidationError({"valid_to": _("The last day lies before the first.")})
        return cleaned


class GroupForm(CodeMixin, forms.ModelForm[PeerGroup]):
    """A ranking group."""

    class Meta:
        model = PeerGroup
        fields = ("code", "name", "position")


class MembershipForm(forms.Form):
    """The units a person leads, and those they work for."""

    leads = CodesField(label=gettext_lazy("Leads"), max_length=400, required=False)
    works_for = CodesField(label=gettext_lazy("Works for"), max_length=400, required=False)


class SiteFilter(forms.Form):
    """Which sites to list."""

    q = forms.CharField(max_length=60, required=False)
    type = forms.CharField(max_length=40, required=False)
    unit = forms.CharField(max_length=40, required=False)
    after = forms.CharField(max_length=60, required=False)


class SiteForm(CodeMixin, forms.ModelForm[Site]):
    """A site; units by code."""

    responsible = CodesField(
        label=gettext_lazy("Responsible unit"), max_length=40, help_text=gettext_lazy("Code of one unit")
    )
    others = CodesField(label=gettext_lazy("Other responsible units"), max_length=400, required=False)

    class Meta:
        model = Site
        fields = ("code", "name", "aliases", "type", "address", "lat", "lon", "active")

    def clean_responsible(self) -> Unit:
        found = self.cleaned_data["responsible"]
        if len(found) != 1:
            raise ValidationError(_("Name exactly one unit."))
        return found[0]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if (cleaned.get("lat") is None) != (cleaned.get("lon") is None):
            raise ValidationError({"lon": _("Give both latitude and longitude, or neither.")})
        return cleaned
