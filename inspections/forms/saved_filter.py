"""The form that keeps the filters of the ledger under a name."""

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from ..models import SavedFilter
from .ledger import ProblemFilter


class SavedFilterForm(forms.Form):
    """A name for the filters that stand in the address."""

    name = forms.CharField(label=_("Name"), max_length=SavedFilter._meta.get_field("name").max_length, strip=True)
    query = forms.CharField(max_length=2000, required=False, widget=forms.HiddenInput)
    opens_first = forms.BooleanField(label=_("Open the ledger with it"), required=False)
    shared = forms.BooleanField(label=_("Offer it to everybody"), required=False)

    def clean_query(self) -> str:
        """What the filters of the ledger understand, and nothing else; where a person was in the list is left out."""
        given = QueryDict(self.cleaned_data["query"])
        kept = {name: given[name] for name in ProblemFilter.base_fields if given.get(name)}
        for place in ("after", "before"):
            kept.pop(place, None)
        if not ProblemFilter(kept).is_valid():
            raise forms.ValidationError(_("These filters make no sense; mend them first."))
        query = QueryDict(mutable=True)
        query.update(kept)
        return query.urlencode() or "state=open"
