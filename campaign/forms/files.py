"""Fields for files that are handed in."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from ..services.kept import SUFFIXES


class SeveralFiles(forms.ClearableFileInput):
    """A file input that takes several."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files at once."""

    widget = SeveralFiles

    def widget_attrs(self, widget: Any) -> Any:
        """What the browser offers to choose; a telephone then sends its pictures as JPEG."""
        return super().widget_attrs(widget) | {"accept": ",".join(sorted(SUFFIXES))}

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        if self.required and not data:
            raise ValidationError(self.error_messages["required"], code="required")
        clean_one = super().clean
        return [clean_one(one, initial) for one in data or []]
