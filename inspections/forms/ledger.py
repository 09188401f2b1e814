"""Forms of the ledger's list: its filters, and the problems ticked in it."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from campaign.models import CheckItem

from ..models import Problem


class ProblemFilter(forms.Form):
    """Which part of the ledger to look at; every field stands in the address."""

    q = forms.CharField(label=_("Search"), max_length=60, required=False)
    state = forms.ChoiceField(
        choices=[("", ""), ("open", "open"), *Problem.STATES, ("all", "all")],
        required=False,
        widget=forms.HiddenInput,
    )
    unit = forms.CharField(label=_("Unit"), max_length=60, required=False)
    site = forms.CharField(label=_("site"), max_length=60, required=False)
    severity = forms.ChoiceField(
        label=_("severity"), choices=[("", _("All")), *CheckItem.Severity.choices], required=False
    )
    source = forms.ChoiceField(label=_("source"), choices=[("", _("All")), *Problem.Source.choices], required=False)
    first = forms.DateField(label=_("Noted from"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    last = forms.DateField(label=_("Noted to"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    due = forms.DateField(label=_("Due on"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    reported = forms.DateField(
        label=_("Repair reported on"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    order = forms.ChoiceField(
        label=_("Order"),
        choices=[("", _("As usual")), ("new", _("Newest first")), ("due", _("Due first"))],
        required=False,
    )
    overdue = forms.BooleanField(label=_("Overdue only"), required=False)
    asks = forms.BooleanField(label=_("Asking for time or suspension"), required=False)
    mine = forms.BooleanField(label=_("Mine only"), required=False)
    checks = forms.BooleanField(label=_("To check by me"), required=False)
    handled = forms.BooleanField(label=_("Handed over by me"), required=False)
    after = forms.CharField(max_length=60, required=False, widget=forms.HiddenInput)
    before = forms.CharField(max_length=60, required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("first") and cleaned.get("last") and cleaned["first"] > cleaned["last"]:
            raise ValidationError({"last": _("The last day lies before the first.")})
        return cleaned


class BatchForm(forms.Form):
    """The problems ticked in the list, each as ``code`` and the version that was seen: ``WT-2611-0482.0``."""

    MOST = 500

    def __init__(self, values: list[str]) -> None:
        super().__init__({})
        self.values = values

    def clean(self) -> dict[str, Any]:
        """``versions``: code → version. Raises ValidationError when nothing usable was ticked."""
        versions = {}
        for value in self.values[: self.MOST + 1]:
            code, _dot, version = value.rpartition(".")
            if code and version.isascii() and version.isdigit() and len(version) < 10 and "\x00" not in code:
                versions[code] = int(version)
        if not versions:
            raise ValidationError(_("Tick at least one problem."))
        if len(versions) > self.MOST:
            raise ValidationError(_("At most %(count)s problems at a time, please.") % {"count": self.MOST})
        return {"versions": versions}
