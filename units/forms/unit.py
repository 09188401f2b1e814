"""Forms of units, ranking groups, memberships and sites."""

import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaign.forms.codes import CodeMixin

from ..models import PeerGroup, Site, Unit

#: What stands between units in a list that somebody types.
BETWEEN = re.compile(r"[,\uff0c、;\uff1b\n]+")
HELP = gettext_lazy("Type a part of the name, or the code.")
HELP_SEVERAL = gettext_lazy("Type a part of the name, or the code; several with commas between them.")


class UnitInput(forms.TextInput):
    """A text field that proposes units while somebody types; the script only spares them the rest of the name."""

    template_name = "units/unit_input.html"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        given = context["widget"]["attrs"]
        listed = f"units_{given['id']}"
        given |= {"autocomplete": "off", "list": listed, "hx-get": reverse("units:unit_options")}
        given |= {"hx-trigger": "input changed delay:250ms", "hx-target": f"#{listed}", "hx-sync": "this:replace"}
        return context


class CodesField(forms.CharField):
    """Units by codes or names, with commas between them (codes: or spaces); the error names the unknown."""

    widget = UnitInput

    def clean(self, value: Any) -> list[Unit]:
        """The units in their order, each once. Raises ValidationError naming those there are not."""
        text = super().clean(value) or ""
        parts = [part for one in BETWEEN.split(text) if (part := one.strip())]
        known = _called({*parts, *text.split(), *(word for part in parts for word in part.split())})
        names = [name for part in parts for name in ([part] if part in known else part.split())]
        missing = [name for name in names if name not in known]
        if missing:
            raise ValidationError(_("No unit has this code or name: %(names)s.") % {"names": "、".join(missing)})
        return list({known[name].pk: known[name] for name in names}.values())


def _called(names: set[str]) -> dict[str, Unit]:
    """The units that bear these codes or names; a code goes before a name."""
    found = Unit.objects.filter(Q(code__in=names) | Q(label__in=names))
    return {unit.label: unit for unit in found} | {unit.code: unit for unit in found}


def typed(units: Iterable[Unit]) -> str:
    """Units as somebody would type them into a ``CodesField``."""
    return "、".join(unit.code if BETWEEN.search(unit.label) else unit.label for unit in units)


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
        max_length=2000,
        required=False,
        help_text=HELP_SEVERAL,
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

    leads = CodesField(label=gettext_lazy("Leads"), max_length=2000, required=False, help_text=HELP_SEVERAL)
    works_for = CodesField(label=gettext_lazy("Works for"), max_length=2000, required=False, help_text=HELP_SEVERAL)


class SiteFilter(forms.Form):
    """Which sites to list."""

    q = forms.CharField(max_length=60, required=False)
    type = forms.CharField(max_length=40, required=False)
    unit = forms.CharField(max_length=40, required=False)
    after = forms.CharField(max_length=60, required=False)


class SiteForm(CodeMixin, forms.ModelForm[Site]):
    """A site; units by code."""

    responsible = CodesField(label=gettext_lazy("Responsible unit"), max_length=160, help_text=HELP)
    others = CodesField(
        label=gettext_lazy("Other responsible units"), max_length=2000, required=False, help_text=HELP_SEVERAL
    )

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
