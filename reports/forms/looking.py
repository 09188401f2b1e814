"""What an address may ask for besides its path. What makes no sense is left out: the page shows what it can."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms


class LookForm(forms.Form):
    """The revision of a ranking, the key a page begins behind, which part of the rows, the site to open, the period,
    the line of points by event."""

    revision = forms.IntegerField(min_value=1, max_value=9_999, required=False)
    after = forms.IntegerField(min_value=0, max_value=2**62, required=False)
    part = forms.ChoiceField(choices=[("in", ""), ("out", "")], required=False)
    site = forms.CharField(max_length=60, required=False)
    period = forms.CharField(max_length=10, required=False)
    line = forms.IntegerField(min_value=0, max_value=99, required=False)


@dataclass(frozen=True, slots=True)
class Look:
    """The sensible ones of the values asked for."""

    revision: int | None
    after: int
    part: str
    site: str
    period: str
    line: int = 0

    @property
    def query(self) -> str:
        """What addresses further down carry on: the revision, where one was asked for."""
        return f"?revision={self.revision}" if self.revision else ""


def looked_at(data: Mapping[str, Any]) -> Look:
    """Read the address of a page; most ask for nothing, and a form costs as much as a page from the cache."""
    if not data:
        return Look(None, 0, "", "", "")
    form = LookForm(data)
    form.is_valid()
    values = form.cleaned_data
    return Look(
        revision=values.get("revision"),
        after=values.get("after") or 0,
        part=values.get("part", ""),
        site=values.get("site", ""),
        period=values.get("period", ""),
        line=values.get("line") or 0,
    )
