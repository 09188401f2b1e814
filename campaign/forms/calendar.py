"""Forms of the work calendar."""

from django import forms
from django.utils.translation import gettext_lazy as _

from ..models import WorkDay
from ..services.calendar import FIRST_YEAR, LAST_YEAR


class YearForm(forms.Form):
    """Which year to look at."""

    year = forms.IntegerField(label=_("Year"), min_value=FIRST_YEAR, max_value=LAST_YEAR, required=False)


class WorkDayForm(forms.Form):
    """Whether one day is worked, and why."""

    working = forms.TypedChoiceField(
        label=_("This day is"),
        choices=[("yes", _("a working day")), ("no", _("a day off"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label=_("note"),
        max_length=WorkDay._meta.get_field("note").max_length,
        required=False,
        help_text=_("For example the name of the holiday, or the notice that moved the day."),
    )
