"""Forms for people without an account, and those of the office for what they sent."""

from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from campaign.models import CheckItem
from campaign.rules import parse_limit
from units.models import Site, Unit

from ..models import CitizenReport, Problem
from ..queries.citizens import public_place
from ..services.citizens import MOST_PHOTOS, tracking_code
from ..services.noting import DEFAULT_LIMIT

TEXT_LENGTH = CitizenReport._meta.get_field("text").max_length
TOO_MANY_PHOTOS = _("At most %(n)s photographs, please.")


class KeptPhotos(forms.Field):
    """Numbers of photographs that came with the form before."""

    widget = forms.MultipleHiddenInput

    def clean(self, value: Any) -> list[UUID]:
        """Raises ValidationError where one is no number, or there are too many."""
        try:
            numbers = list(dict.fromkeys(UUID(str(text)) for text in value or ()))
        except ValueError as wrong:
            raise ValidationError(_("A photograph did not arrive. Please add it again.")) from wrong
        if len(numbers) > MOST_PHOTOS:
            raise ValidationError(TOO_MANY_PHOTOS % {"n": MOST_PHOTOS})
        return numbers


class ReportForm(forms.Form):
    """Where, what, photographs, and a contact if they like. ``form`` is a random number given out with the page."""

    form = forms.UUIDField(widget=forms.HiddenInput)
    site = forms.CharField(max_length=60, required=False)
    place = forms.CharField(
        label=_("Where is it?"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("A street and number, a shop, a bus stop: so that we find it."),
    )
    text = forms.CharField(
        label=_("What is wrong?"),
        max_length=TEXT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Say in a few words what is wrong.")},
    )
    photos = KeptPhotos(label=_("Photographs"), required=False)
    contact = forms.CharField(
        label=_("Telephone or e-mail"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("Only for questions. Stored encrypted, shown to nobody but the office, deleted 30 days after."),
    )

    def clean_site(self) -> Site | None:
        """A site that is not there any more is simply not chosen."""
        return public_place(self.cleaned_data["site"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("site") and not cleaned.get("place") and "place" not in self.errors:
            self.add_error("place", _("Say where it is: a street, a shop, a bus stop nearby."))
        return cleaned

    def code(self) -> str:
        """The tracking code of what stands in the form."""
        content = {name: value for name, value in self.cleaned_data.items() if name not in ("form", "photos", "site")}
        site = self.cleaned_data["site"]
        content |= {"photos": sorted(map(str, self.cleaned_data["photos"])), "site": site.code if site else ""}
        return tracking_code(form=self.cleaned_data["form"], content=content)

    def given(self) -> dict[str, Any]:
        """What ``receive_report`` takes."""
        return {name: self.cleaned_data[name] for name in ("text", "place", "site", "contact", "photos")}

    def chosen(self) -> Site | None:
        """The site that stands in the form."""
        return public_place(str(self["site"].value() or "").replace("\0", "")[:60])


class TrackForm(forms.Form):
    """The tracking code; anything that could be one is asked for in the same way."""

    code = forms.CharField(
        label=_("Tracking code"),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}),
        error_messages={"required": _("Enter the tracking code.")},
    )


class RepairForm(forms.Form):
    """What the reporter says of the repair."""

    fixed = forms.ChoiceField(
        label=_("Is it fixed?"),
        choices=[("yes", _("Yes, it is fixed")), ("no", _("No, please look again"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Say whether it is fixed.")},
    )
    rating = forms.TypedChoiceField(
        label=_("How was it handled?"),
        choices=[
            ("", _("I would rather not say")), ("5", _("5 very well")), ("4", _("4 well")), ("3", _("3 so-so")),
            ("2", _("2 poorly")), ("1", _("1 very poorly")),
        ],
        coerce=int,
        empty_value=None,
        required=False,
    )  # fmt: skip


class AcceptForm(forms.Form):
    """The problem that a report becomes."""

    text = forms.CharField(label=_("problem"), max_length=TEXT_LENGTH, widget=forms.Textarea(attrs={"rows": 3}))
    site = forms.CharField(
        label=_("site"), max_length=100, required=False, help_text=_("Code or whole name; empty where it is no site.")
    )
    unit = forms.CharField(
        label=_("responsible unit"), max_length=100, required=False, help_text=_("Empty: the unit of the site.")
    )
    severity = forms.ChoiceField(label=_("severity"), choices=CheckItem.Severity.choices, initial="normal")
    limit = forms.CharField(
        label=_("repair limit"), max_length=8, initial=DEFAULT_LIMIT,
        help_text=_("4h = 4 working hours, 3d = 3 working days"),
    )  # fmt: skip

    def clean_site(self) -> Site | None:
        """By code, else by its whole name. Raises ValidationError when there is none, or more than one."""
        text = self.cleaned_data["site"]
        if not text:
            return None
        sites = Site.objects.filter(active=True).select_related("unit")
        found = sites.filter(code=text).first() or list(sites.filter(name=text)[:2])
        if isinstance(found, list):
            if len(found) != 1:
                raise ValidationError(_("No single site has this code or name."))
            return found[0]
        return found

    def clean_unit(self) -> Unit | None:
        """By code or name. Raises ValidationError when there is none."""
        text = self.cleaned_data["unit"]
        found = Unit.objects.filter(code=text).first() or Unit.objects.filter(label=text).first() if text else None
        if text and found is None:
            raise ValidationError(_("No unit has this code or name."))
        return found

    def clean_limit(self) -> str:
        try:
            return str(parse_limit(self.cleaned_data["limit"]))
        except ValueError as wrong:
            raise ValidationError(_("A limit such as 4h (working hours) or 3d (working days).")) from wrong


class RefuseForm(forms.Form):
    """Why it is not a matter of ours."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("The reporter reads this."),
        error_messages={"required": _("Say why, and who is responsible: the reporter reads it.")},
    )


class JoinForm(forms.Form):
    """The problem that the report tells of."""

    problem = forms.CharField(label=_("Code of the problem"), max_length=60)

    def clean_problem(self) -> Problem:
        """Raises ValidationError when there is none."""
        found = Problem.objects.filter(code=self.cleaned_data["problem"].strip()).first()
        if found is None:
            raise ValidationError(_("No problem has this code."))
        return found
