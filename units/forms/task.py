"""Forms of tasks."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaign.forms.codes import CodeMixin
from campaign.forms.files import FilesField
from campaign.models import Indicator

from ..models import Task, TaskDuty, TaskRule
from .unit import HELP_SEVERAL, CodesField

RULES = [(TaskRule.Who.ALL.value, TaskRule.Who.ALL.label), (TaskRule.Who.STREETS.value, TaskRule.Who.STREETS.label)]


class TaskFilter(forms.Form):
    """Which duties to list."""

    q = forms.CharField(max_length=60, required=False)
    state = forms.ChoiceField(
        choices=[("", gettext_lazy("All")), *TaskDuty.State.choices, ("overdue", gettext_lazy("Overdue"))],
        required=False,
    )
    unit = forms.CharField(max_length=40, required=False)
    after = forms.IntegerField(min_value=0, max_value=2**62, required=False)


class TaskForm(CodeMixin, forms.ModelForm[Task]):
    """A new task and who carries it."""

    indicator = forms.CharField(
        label=gettext_lazy("Indicator"), max_length=60, required=False, help_text=gettext_lazy("Code in the standard")
    )
    lead = CodesField(label=gettext_lazy("Lead units"), max_length=2000, required=False, help_text=HELP_SEVERAL)
    support = CodesField(
        label=gettext_lazy("Supporting units"), max_length=2000, required=False, help_text=HELP_SEVERAL
    )
    rules = forms.MultipleChoiceField(
        label=gettext_lazy("Also supporting"), choices=RULES, required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Task
        fields = ("code", "title", "requirement", "leader", "due_on")
        widgets = {"due_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}

    def clean_indicator(self) -> Indicator | None:
        code = self.cleaned_data["indicator"]
        if not code:
            return None
        found = Indicator.objects.filter(code=code, standard__campaigns__isnull=False).first()
        if found is None:
            raise ValidationError(_("The standard in force has no indicator %(code)s.") % {"code": code})
        return found


class ReportForm(forms.Form):
    """A unit's report on its duty."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)
    note = forms.CharField(
        label=gettext_lazy("What was done"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )
    attached = FilesField(label=gettext_lazy("Evidence"), required=False)
    caption = forms.CharField(
        label=gettext_lazy("caption"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Time, place, people, theme"),
    )


class AnswerForm(forms.Form):
    """The office's answer to a report."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)
    act = forms.ChoiceField(choices=[("accept", ""), ("return", "")])
    note = forms.CharField(max_length=500, required=False)
