"""How far back the fairness watch looks."""

from django import forms
from django.utils.translation import gettext_lazy as _


class WatchForm(forms.Form):
    """The last so many days."""

    days = forms.TypedChoiceField(
        label=_("Look back"),
        choices=[(30, _("30 days")), (90, _("90 days")), (180, _("180 days"))],
        coerce=int, required=False, widget=forms.Select(attrs={"data-submits": True}),
    )  # fmt: skip
