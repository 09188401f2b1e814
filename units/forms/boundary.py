"""The form that brings outlines."""

from django import forms
from django.utils.translation import gettext_lazy as _

from ..documents.outlines import MOST_BYTES


class OutlinesForm(forms.Form):
    """A GeoJSON file."""

    file = forms.FileField(
        label=_("GeoJSON file"),
        help_text=_("Polygons of counties or towns in longitude and latitude, each with a name; at most 10 MB."),
        widget=forms.ClearableFileInput(attrs={"accept": ".json,.geojson,application/geo+json"}),
    )

    def content(self) -> bytes:
        """What was sent, one byte more than allowed at most."""
        found: bytes = self.cleaned_data["file"].read(MOST_BYTES + 1)
        return found
